"""The time budget: what has not answered when the checkout must, sends the order to a person and is named."""

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from typing import cast

from api.metrics import DETECTOR_FAILURES, DETECTOR_SECONDS
from api.remembered import Remembered
from api.tracing import span
from moderation.attribution import attribute
from moderation.decision import Decision, decide
from moderation.detectors.base import Detector
from moderation.errors import DetectorUnavailable
from moderation.evidence import Evidence
from moderation.pipeline import Pipeline, unavailable
from moderation.policy import PolicyLayer
from moderation.reading import Readings
from moderation.request import PersonalizationRequest

#: Requests that are decided at a time. More than this only wait when detectors hang, and then their time runs out.
AT_ONCE = 40


class Budget:
    """Decides within a time that is promised to the checkout."""

    def __init__(self, milliseconds: int) -> None:
        self._cause = f"no answer within the {milliseconds} ms that the checkout waits"
        self._seconds = milliseconds / 1000
        self._threads = ThreadPoolExecutor(AT_ONCE, "deciding")
        self._remembered = Remembered()

    def moderate(
        self, pipeline: Pipeline, request: PersonalizationRequest, *, policy: str, merchant: PolicyLayer | None
    ) -> Decision:
        """The pipeline's decision, or, when the time is over, one on what has been found by then.

        A detector that hangs is left behind; what it says later is not heard.
        """

        def decide_now() -> Decision:
            return self._decide(pipeline, request, policy, merchant)

        return self._remembered.get_or_decide(pipeline, request, policy, merchant, decide_now)

    def _decide(
        self, pipeline: Pipeline, request: PersonalizationRequest, policy: str, merchant: PolicyLayer | None
    ) -> Decision:
        run = Run(pipeline, time.monotonic() + self._seconds, self._cause)
        # In this request's context, so that what a detector logs carries the request's id.
        moderate = partial(run.pipeline.moderate, request, policy=policy, merchant=merchant)
        answer = self._threads.submit(copy_context().run, moderate)
        try:
            return answer.result(self._seconds)
        except TimeoutError:
            answer.cancel()  # if it has not begun
        effective = pipeline.policies.effective(
            policy, brand=request.brand, product=request.product, region=request.region, merchant=merchant
        )
        return decide(attribute(run.evidence()), effective, pipeline.versions)


class Run:
    """One request on its way through the detectors."""

    def __init__(self, pipeline: Pipeline, ends_at: float, cause: str) -> None:
        """
        Args:
            ends_at: On the monotonic clock.
            cause: What is said of a detector that has not answered by then.
        """
        self._ends_at = ends_at
        self._cause = cause
        self._found: dict[str, Sequence[Evidence]] = {}
        self._failed: set[str] = set()
        self._names = [detector.name for detector in pipeline.detectors]
        # The protocol wants the name on the class; here it is that of the detector inside.
        watched = [cast(Detector, Watched(detector, self)) for detector in pipeline.detectors]
        self.pipeline = Pipeline(watched, pipeline.policies, pipeline.versions)

    def watch(self, detector: Detector, readings: Readings) -> list[Evidence]:
        """Let one detector look, unless nobody waits for it any more."""
        if time.monotonic() >= self._ends_at:
            raise DetectorUnavailable(self._cause)
        try:
            with span(f"detector {detector.name}"), DETECTOR_SECONDS.labels(detector.name).time():
                found = detector.detect(readings)
        except Exception:
            self._failed.add(detector.name)
            DETECTOR_FAILURES.labels(detector.name).inc()
            raise
        self._found[detector.name] = found
        return found

    def evidence(self) -> list[Evidence]:
        """What has been found by now, and for each detector that has not answered, that it has not."""
        found = dict(self._found)  # the thread that we left behind may still add to it
        missing = [name for name in self._names if name not in found]
        for name in set(missing) - self._failed:  # a failure is counted once
            DETECTOR_FAILURES.labels(name).inc()
        return [
            *(each for answers in found.values() for each in answers),
            *(unavailable(name, self._cause) for name in missing),
        ]


class Watched:
    """A detector of which the run knows whether it has answered."""

    def __init__(self, detector: Detector, run: Run) -> None:
        self.name = detector.name
        self._detector = detector
        self._run = run

    def detect(self, readings: Readings) -> list[Evidence]:
        return self._run.watch(self._detector, readings)
