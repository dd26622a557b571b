"""The pipeline in force, and where cases wait, replaced when the files behind them change.

Readers take ``pipeline`` once per order and never wait: a new one is made beside it and put in its place in one step.
Files that cannot be used change nothing: the pipeline stays, and ``failure`` says what is so and what to do.
"""

import logging
import os
from collections.abc import Iterator
from contextlib import suppress
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
from moderation.routing import Routing, load_routing, shipped_routing
from moderation.terms import SHIPPED_LISTS, load_lists
from moderation.terms.renewal import Renewal

log = logging.getLogger(__name__)

#: Address, time of the last change, size.
Seen = tuple[str, int, int]
#: What the files look like from outside, and the day: entries expire without a file being touched.
Stamp = tuple[date, tuple[Seen, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """Where lists, profiles, policies, products and routing come from; None means what is shipped."""

    blocklists: Path | None = None
    policies: Path | None = None
    products: Path | None = None
    routing: Path | None = None

    def stamp(self) -> Stamp:
        """Changes with any file; a millisecond or two, for no file is opened."""
        places = (self.blocklists or SHIPPED_LISTS, self.policies or POLICY_DIRECTORY, self.products, self.routing)
        return date.today(), tuple(sorted(chain.from_iterable(_seen(place) for place in places if place)))

    def load_routing(self) -> Routing:
        """Raises ``PolicyError`` when the file cannot be used."""
        return load_routing(self.routing) if self.routing else shipped_routing()


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Changed files that are not in force."""

    #: File and line, as far as the error names them: ``"blocklists/profanity/en.csv:9"``.
    place: str
    #: What is so and what to do; quotes the file, so it is for the people who own it.
    message: str


class PipelineHolder:
    """Holds one pipeline for many readers; ``refresh`` is called by one thread now and then."""

    def __init__(self, pipeline: Pipeline, sources: Sources | None = None, routing: Routing | None = None) -> None:
        """
        Args:
            sources: The files that the pipeline was made from; None for one that never changes.
            routing: None for that of the sources, or the shipped one.

        Raises:
            PolicyError: The routing file of the sources cannot be used.
        """
        self.pipeline = pipeline
        self.routing = routing or (sources or Sources()).load_routing()
        self.failure: Failure | None = None
        self._sources = sources
        self._stamp = sources.stamp() if sources else None
        self._lists = _renewal(pipeline, sources) if sources else None

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
            fresh, routing = _renew(self.pipeline, self._sources, self._lists), self._sources.load_routing()
        except ModerationError as error:
            self._fail(str(error))
            return False
        except Exception as error:  # whatever it is, orders go on under what was in force
            self._fail(f"{type(error).__name__}: {error}")
            return False
        has_changed = fresh.versions != self.pipeline.versions or fresh.policies is not self.pipeline.policies
        has_changed |= routing.version != self.routing.version
        self.pipeline, self.routing, self.failure = fresh, routing, None
        versions = fresh.versions
        log.info(
            "in force: lists %s, brands %s, routing %s", versions.get("lists"), versions.get("brands"), routing.version
        )
        return has_changed

    def _fail(self, message: str) -> None:
        place = message.split("\n")[0].split(": ")[0]
        self.failure = Failure(place=place, message=message)
        log.error("changed files are not in force, the former ones are: %s", message)


@collector_paused()
def _renew(pipeline: Pipeline, sources: Sources, renewal: Renewal | None) -> Pipeline:
    """A pipeline over the files as they are now; what has not changed is shared with the former one.

    Raises:
        ModerationError: A file cannot be used; the message names it.
    """
    lists = renewal.load() if renewal else load_lists(sources.blocklists)
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


def _renewal(pipeline: Pipeline, sources: Sources) -> Renewal | None:
    """None for a pipeline without lists."""
    found = (each.lists for each in pipeline.detectors if isinstance(each, BlocklistDetector))
    return next((Renewal(sources.blocklists, lists) for lists in found), None)


def _seen(place: Path) -> Iterator[Seen]:
    """A file, or the files of a folder and of those in it, as they look from outside. What goes meanwhile is not seen."""
    with suppress(OSError):
        if not place.is_dir():
            found = place.stat()
            yield str(place), found.st_mtime_ns, found.st_size
            return
        # Not Path.rglob: this looks at hundreds of files all the time, and takes a fifth of its time.
        with os.scandir(place) as entries:
            for entry in entries:
                if entry.is_dir():
                    yield from _seen(Path(entry.path))
                elif entry.name.endswith((".csv", ".yaml")):
                    found = entry.stat()
                    yield entry.path, found.st_mtime_ns, found.st_size
