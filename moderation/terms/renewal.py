"""The lists of a folder again and again while a server runs: only the files that changed are read entry by entry.

A changed line of a hundred thousand is in force in a fraction of the time of a start, and gives what a start gives.
"""

import hashlib
from collections.abc import Iterator
from datetime import date
from itertools import chain, islice
from pathlib import Path

from moderation.errors import TermListError
from moderation.terms.load import (
    SHIPPED_LISTS,
    ListFile,
    compile_files,
    content_hash,
    first_of,
    list_files,
    read_files,
    without_expired,
)
from moderation.terms.term import Term, TermLists


class Renewal:
    """A folder, and what was read of it last."""

    def __init__(self, directory: Path | None, lists: TermLists) -> None:
        """
        Args:
            lists: What was loaded from the folder; read anew when it has changed since, or some of it has expired.
        """
        self._directory = directory or SHIPPED_LISTS
        self._lists = lists
        files = list_files(self._directory)
        self._digests = _digests(files) if content_hash(files) == lists.version else {}

    def load(self) -> TermLists:
        """The lists as the files are now, without what has expired. Raises ``TermListError``, and keeps what it has."""
        files = list_files(self._directory)
        digests = _digests(files)
        changed = {
            path for path in digests.keys() | self._digests.keys() if digests.get(path) != self._digests.get(path)
        }
        lists = self._merged(files, changed) or compile_files(files, None)
        self._lists, self._digests = lists, digests
        return without_expired(lists, date.today())

    def _merged(self, files: list[ListFile], changed: set[str]) -> TermLists | None:
        """None when all files must be read: a roster changed, whose words stand in many, or nothing is known of them."""
        is_known = bool(self._digests) and sum(self._lists.of_files.values()) == len(self._lists.blocked)
        if not is_known or any(file.is_roster for file in files if file.path in changed):
            return None
        read = read_files([file for file in files if file.path in changed or file.is_allow or file.is_roster])
        if read.faults:
            raise TermListError(first_of(read.faults))
        fresh: dict[str, list[Term]] = {}
        for (shown, _line), term in read.blocked:
            fresh.setdefault(shown, []).append(term)
        kept = dict(self._kept(changed))
        if {term.id for term in chain(*fresh.values())} & {term.id for term in chain(*kept.values())}:
            return None  # reading them all tells where the other one is
        parts = {file.path: fresh.get(file.shown) or kept.get(file.path) for file in files}
        found = {path: terms for path, terms in parts.items() if terms}
        return TermLists(
            blocked=tuple(chain(*found.values())),
            allowed=tuple(allow for _place, allow in read.allowed),
            version=content_hash(files),
            of_files={path: len(terms) for path, terms in found.items()},
        )

    def _kept(self, changed: set[str]) -> Iterator[tuple[str, list[Term]]]:
        blocked = iter(self._lists.blocked)
        for path, count in self._lists.of_files.items():
            terms = list(islice(blocked, count))
            if path not in changed:
                yield path, terms


def _digests(files: list[ListFile]) -> dict[str, bytes]:
    return {file.path: hashlib.sha256(file.data).digest() for file in files}
