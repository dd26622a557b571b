"""Origins: where a list entry that was found comes from, as the lists in force tell it."""

from collections.abc import Iterable, Mapping
from functools import lru_cache

from moderation.detectors.blocklist import BlocklistDetector
from moderation.evidence import Evidence
from moderation.pipeline import Pipeline
from moderation.terms.term import Term


def origins(pipeline: Pipeline, evidence: Iterable[Evidence]) -> dict[str, str]:
    """By entry id: ``"our own list, since 2026-03-01"``; nothing for what is no list entry, or no longer one."""
    lists = [each for each in pipeline.detectors if isinstance(each, BlocklistDetector)]
    entries = _by_id(lists[0]) if lists else {}
    return {found.source: _told(entries[found.source]) for found in evidence if found.source in entries}


def _told(term: Term) -> str:
    source = "our own list" if term.source == "own" else term.source
    return ", ".join([source, *([f"since {term.added}"] if term.added else [])])


@lru_cache(maxsize=2)
def _by_id(detector: BlocklistDetector) -> Mapping[str, Term]:
    # Lists change now and then, pages are made all day: once for each state of the lists.
    return {term.id: term for term in detector.lists.blocked}
