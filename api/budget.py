"""The time budget: what has not answered when the checkout must, sends the order to a person and is named."""

import asyncio
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from threading import Lock
from typing import Protocol, TypeVar, cast

from starlette.concurrency import run_in_threadpool

from api.metrics import DECIDING_SECONDS, DETECTOR_FAILURES, DETECTOR_SECONDS
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

Value = TypeVar("Value")

#: Requests that are decided at a time. More than this only wait when detectors hang, and then their time runs out.
AT_ONCE = 40


class Moderate(Protocol):
    """How an order comes to its decision: the pipeline's, or one on what has been found by the end of the time."""

    def __call__(
        self, pipeline: Pipeline, request: PersonalizationRequest, *, policy: str, merchant: PolicyLayer | None
    ) -> Decision: ...


class Budget:
    """Decides within a time that is promised to the checkout."""

    def __init__(self, milliseconds: int) -> None:
        self.cause = f"no answer within the {milliseconds} ms that the checkout waits"
        self.seconds = milliseconds / 1000
        self.remembered = Remembered()
        self._threads = ThreadPoolExecutor(AT_ONCE, "deciding")

    def moderate(
        self, pipeline: Pipeline, request: PersonalizationRequest, *, policy: str, merchant: PolicyLayer | None
    ) -> Decision:
        """The pipeline's decision, or, when the time is over, one on what has been found by then.

        A detector that hangs is left behind; what it says later is not heard.
        """
        sitting = Sitting(self)
        # In this request's context, so that what a detector logs carries the request's id.
        moderate = partial(sitting.moderate, pipeline, request, policy=policy, merchant=merchant)
        answer = self._threads.submit(copy_context().run, moderate)
        try:
            return answer.result(self.seconds)
        except TimeoutError:
            if not answer.cancel() and not sitting.give_up():
                return answer.result()  # just now
        return sitting.so_far(pipeline, request, policy=policy, merchant=merchant)

    async def in_time(self, work: Callable[[Moderate], Value]) -> Value:
        """Have the work done in a thread in which it also decides: waking another one would cost as much as a detector.

        When a detector is late, its thread is left behind, and the work is done once more with what has been found by then.

        Args:
            work: Calls what it is given once, and stores nothing before that has answered.
        """
        sitting = Sitting(self)
        begun = self._threads.submit(copy_context().run, work, sitting.moderate)
        answer = asyncio.wrap_future(begun)
        while True:
            await asyncio.wait((answer,), timeout=sitting.left())
            if answer.done():
                return answer.result()
            if begun.cancel() or (sitting.is_late() and sitting.give_up()):
                answer.add_done_callback(lambda left: left.cancelled() or left.exception())
                return await run_in_threadpool(work, sitting.so_far)


class Abandoned(Exception):
    """Nobody waits for this decision any more."""


class Sitting:
    """One order's time: it is decided once, by the pipeline or by the end of the time."""

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self._run: Run | None = None
        self._began = time.monotonic()
        self._decided = Lock()

    def moderate(
        self, pipeline: Pipeline, request: PersonalizationRequest, *, policy: str, merchant: PolicyLayer | None
    ) -> Decision:
        """The pipeline's decision. Raises ``Abandoned`` when the time was over before."""

        def decide_now() -> Decision:
            return run.pipeline.moderate(request, policy=policy, merchant=merchant)

        self._began = time.monotonic()
        self._run = run = Run(pipeline, self._began + self._budget.seconds, self._budget.cause)
        decision = self._budget.remembered.get_or_decide(pipeline, request, policy, merchant, decide_now)
        if not self.give_up():
            raise Abandoned
        DECIDING_SECONDS.observe(time.monotonic() - self._began)
        return decision

    def left(self) -> float | None:
        """Seconds of the time; None when it is decided."""
        if self._decided.locked():
            return None
        if self._run is None:
            return self._budget.seconds
        return max(self._began + self._budget.seconds - time.monotonic(), 0.0)

    def is_late(self) -> bool:
        """Whether the time is over; it begins with the deciding."""
        return self._run is not None and time.monotonic() >= self._began + self._budget.seconds

    def give_up(self) -> bool:
        """Take the decision from whoever is at it; False when it is made."""
        return self._decided.acquire(blocking=False)

    def so_far(
        self, pipeline: Pipeline, request: PersonalizationRequest, *, policy: str, merchant: PolicyLayer | None
    ) -> Decision:
        """The decision on what has been found by now."""
        run = self._run or Run(pipeline, self._began, self._budget.cause)
        effective = pipeline.policies.effective(
            policy, brand=request.brand, product=request.product, region=request.region, merchant=merchant
        )
        DECIDING_SECONDS.observe(time.monotonic() - self._began)
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
