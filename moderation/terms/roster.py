"""Phrases that hold for everybody of a kind: ``kill all {people}`` is one entry and one decision for all of them.

``{people}`` stands for each entry of ``rosters/people/<language>.csv``. Who is named can then never decide
how bad a phrase is, and a people added to the roster is protected by every phrase at once.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from moderation.terms.term import Allow, Term

#: Folder of the rosters, under the lists' folder.
ROSTER_FOLDER = "rosters"

_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
_SEPARATORS = re.compile(r"[^\w]+")

#: (roster, language) -> its words.
Rosters = Mapping[tuple[str, str], tuple[str, ...]]


def gather(placed: Iterable[tuple[tuple[str, int], Allow]]) -> Rosters:
    """The rosters by name and language; the folder of a roster's file is its name."""
    rosters: dict[tuple[str, str], list[str]] = {}
    for (file, _), word in placed:
        rosters.setdefault((file.split("/")[-2], word.language), []).append(word.term)
    return {key: tuple(words) for key, words in rosters.items()}


def expand(term: Term, rosters: Rosters) -> Iterator[Term]:
    """The term itself, or one term for each word of the roster that it names.

    Raises:
        KeyError: The term names a roster that its language does not have; the argument is (roster, language).
    """
    named = _PLACEHOLDER.search(term.term)
    if not named:
        yield term
        return
    for word in rosters[named[1], term.language]:
        yield replace(
            term,
            id=f"{term.id}+{_SEPARATORS.sub('-', word.casefold())}",
            term=term.term.replace(named[0], word),
            unless=tuple(phrase.replace(named[0], word) for phrase in term.unless),
        )
