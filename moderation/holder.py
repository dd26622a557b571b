"""The pipeline in force, replaced when the files behind it change.

Readers take ``pipeline`` once per order and never wait: a new one is made beside it and put in its place in one step.
Files that cannot be used change nothing: the pipeline stays, and ``failure`` says what is so and what to do.
"""

import logging
from dataclasses import dataclass
from datetime import date
from itertools import chain
from pathlib import Path

from moderation.brands import load_brands
from moderation.collector import collector_paused
from moderation.detectors.base import Detector
from moderation.detectors.blocklist import BlocklistDetector
from moderation.detectors.brand import BrandDetector
from moderation.detectors.producible import ProducibleDetector
from moderation.errors import ModerationError
from moderation.pipeline import Pipeline
from moderation.policy import POLICY_DIRECTORY, load_policies
from moderation.products import load_products
from moderation.terms import SHIPPED_LISTS, load_lists

log = logging.getLogger(__name__)

#: What the files look like from outside, and the day: entries expire without a file being touched.
Stamp = tuple[date, tuple[tuple[str, int, int], ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """Where a pipeline's lists, profiles, policies and products come from; None means what is shipped."""

    blocklists: Path | None = None
    policies: Path | None = None
    products: Path | None = None

    def stamp(self) -> Stamp:
        """Changes with any file; milliseconds, for no file is opened."""
        lists, policies = self.blocklists or SHIPPED_LISTS, self.policies or POLICY_DIRECTORY
        files = chain(
            lists.rglob("*.csv"), lists.rglob("*.yaml"), policies.glob("*.yaml"), filter(None, [self.products])
        )
        return date.today(), tuple(sorted(map(_seen, files)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Changed files that are not in force."""

    #: File and line, as far as the error names them: ``"blocklists/profanity/en.csv:9"``.
    place: str
    #: What is so and what to do; quotes the file, so it is for the people who own it.
    message: str


class PipelineHolder:
    """Holds one pipeline for many readers; ``refresh`` is called by one thread now and then."""

    def __init__(self, pipeline: Pipeline, sources: Sources | None = None) -> None:
        """
        Args:
            sources: The files that the pipeline was made from; None for one that never changes.
        """
        self.pipeline = pipeline
        self.failure: Failure | None = None
        self._sources = sources
        self._stamp = sources.stamp() if sources else None

    @property
    def is_watching(self) -> bool:
        return self._sources is not None

    def refresh(self) -> bool:
        """Put changed files in force; True when a new pipeline is. Never raises: what is wrong becomes ``failure``."""
        if self._sources is None:
            return False
        try:
            stamp = self._sources.stamp()
            if stamp == self._stamp:
                return False
            # Kept before the files are read: one that changes meanwhile is read again, a broken one is read once.
            self._stamp = stamp
            fresh = _renew(self.pipeline, self._sources)
        except ModerationError as error:
            self._fail(str(error))
            return False
        except Exception as error:  # whatever it is, orders go on under what was in force
            self._fail(f"{type(error).__name__}: {error}")
            return False
        has_changed = fresh.versions != self.pipeline.versions or fresh.policies is not self.pipeline.policies
        self.pipeline, self.failure = fresh, None
        log.info("lists in force: %s, brands: %s", fresh.versions.get("lists"), fresh.versions.get("brands"))
        return has_changed

    def _fail(self, message: str) -> None:
        place = message.split("\n")[0].split(": ")[0]
        self.failure = Failure(place=place, message=message)
        log.error("changed files are not in force, the former ones are: %s", message)


@collector_paused()
def _renew(pipeline: Pipeline, sources: Sources) -> Pipeline:
    """A pipeline over the files as they are now; what has not changed is shared with the former one.

    Raises:
        ModerationError: A file cannot be used; the message names it.
    """
    lists = load_lists(sources.blocklists)
    brands = load_brands(None if sources.blocklists is None else sources.blocklists / "brands")
    products, policies = load_products(sources.products), load_policies(sources.policies or POLICY_DIRECTORY)

    def renewed(detector: Detector) -> Detector:
        if isinstance(detector, BlocklistDetector):
            return detector if detector.lists == lists else detector.with_lists(lists)
        if isinstance(detector, BrandDetector) and pipeline.versions.get("brands") != brands.version:
            return BrandDetector(brands)
        return ProducibleDetector(products) if isinstance(detector, ProducibleDetector) else detector

    versions = {**pipeline.versions, "lists": lists.version, "brands": brands.version}
    return Pipeline([renewed(detector) for detector in pipeline.detectors], policies, versions)


def _seen(path: Path) -> tuple[str, int, int]:
    try:
        found = path.stat()
    except OSError:  # gone between the listing and the look
        return str(path), 0, 0
    return str(path), found.st_mtime_ns, found.st_size
