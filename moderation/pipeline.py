"""The pipeline: read, detect, decide; the one place that knows the order."""

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

from moderation.attribution import attribute
from moderation.brands import load_brands
from moderation.collector import collector_paused
from moderation.decision import Decision, decide
from moderation.detectors.base import Detector
from moderation.detectors.registry import build_detectors
from moderation.errors import DetectorUnavailable, ModelError
from moderation.evidence import Category, Evidence, Outcome
from moderation.policy import DEFAULT_POLICY, POLICY_DIRECTORY, PolicyBook, PolicyLayer, load_policies
from moderation.products import load_products
from moderation.reading import NORMALISER_VERSION, read
from moderation.request import PersonalizationRequest
from moderation.terms import load_lists
from moderation.toxicity import ToxicityModel, load_model

log = logging.getLogger(__name__)


class Pipeline:
    """Moderates requests with detectors, lists and policies that are ready; share one between threads."""

    def __init__(self, detectors: Sequence[Detector], policies: PolicyBook, versions: Mapping[str, str]) -> None:
        """
        Args:
            detectors: In running order, cheapest first; all of them always run.
            versions: Of the lists, brands and model behind the detectors.
        """
        self.detectors = tuple(detectors)
        self.policies = policies
        self.versions = {**versions, "normaliser": NORMALISER_VERSION}

    def moderate(
        self, request: PersonalizationRequest, *, policy: str = DEFAULT_POLICY, merchant: PolicyLayer | None = None
    ) -> Decision:
        """The decision on one request.

        A detector that fails never lets an order through: its failure is evidence, and a person looks.

        Raises:
            PolicyError: There is no policy of that name.
        """
        effective = self.policies.effective(
            policy, brand=request.brand, product=request.product, region=request.region, merchant=merchant
        )
        readings = read(request)
        found: list[Evidence] = []
        for detector in self.detectors:
            try:
                found.extend(detector.detect(readings))
            except DetectorUnavailable as error:
                found.append(unavailable(detector.name, str(error)))
            except Exception as error:
                # Any fault of a detector means that the order was not fully looked at. The text stays out of
                # the log: exception messages may quote it, so only the type is written.
                log.error("detector %s failed: %s", detector.name, type(error).__name__)
                found.append(unavailable(detector.name, f"it failed with {type(error).__name__}"))
        return decide(attribute(found), effective, self.versions)


def unavailable(detector: str, cause: str) -> Evidence:
    """Evidence that a detector did not answer; reaches review under every policy."""
    return Evidence(
        detector=detector,
        category=Category.UNCLEAR,
        severity=4,
        score=1.0,
        source=f"{detector}/unavailable",
        explanation=f"The {detector} check did not run ({cause}), so a person must look at this order.",
        at_most=Outcome.REVIEW,
    )


@collector_paused()
def build_pipeline(
    *,
    blocklists: Path | None = None,
    policies: Path | None = None,
    products: Path | None = None,
    engine: Literal["onnx", "detoxify"] = "onnx",
    model: str = "default",
    model_directory: Path | None = None,
) -> Pipeline:
    """The pipeline with its lists, profiles, policies and model; None means the ones that are shipped.

    A model that is missing or damaged does not stop the start: every order goes to review, and says why.

    Raises:
        TermListError, BrandProfileError, PolicyError: A file cannot be used; the message names it.
    """
    lists = load_lists(blocklists)
    brands = load_brands(None if blocklists is None else blocklists / "brands")
    toxicity = _load_model(engine, model, model_directory)
    detectors = build_detectors(lists, brands, load_products(products), toxicity)
    versions = {
        "lists": lists.version,
        "brands": brands.version,
        "model": "unavailable" if isinstance(toxicity, str) else toxicity.version,
    }
    return Pipeline(detectors, load_policies(policies or POLICY_DIRECTORY), versions)


def _load_model(engine: Literal["onnx", "detoxify"], model: str, directory: Path | None) -> ToxicityModel | str:
    try:
        return load_model(engine=engine, model=model, directory=directory)
    except ModelError as error:
        log.error("%s Every order goes to review until then.", error)
        # Shops and reviewers read it too, whom the operator's folders are no concern of.
        return "its model is missing or damaged; the log says what to do"
