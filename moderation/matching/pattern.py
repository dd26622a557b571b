"""Patterns over the folded text whose cost no input can raise: bounded repeats, no nesting, no back-references."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from re import _compiler as compiler  # type: ignore[attr-defined]  # the parsed form is the only safe thing to check
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

from ahocorasick_rs import AhoCorasick, Implementation

from moderation.errors import TermListError
from moderation.reading import Reading
from moderation.reading.fold import fold_text
from moderation.terms.term import Term

#: Ways in which a pattern may be tried from one place; the product over all its choices.
MOST_WAYS = 4096
#: What ``*`` and ``+`` mean here, and the longest bounded repeat.
LONGEST_REPEAT = 32
LONGEST_PATTERN = 200


class Patterns:
    """Small regular expressions, each checked before it is compiled."""

    def __init__(self, terms: Iterable[Term]) -> None:
        self._compiled = [(term, compile_pattern(term)) for term in terms]
        by_literal: dict[str, list[int]] = defaultdict(list)
        for number, (term, _) in enumerate(self._compiled):
            for literal in literals_of(term):
                by_literal[literal].append(number)
        self._always = by_literal.pop("", [])
        self._owners = list(by_literal.values())
        self._literals = AhoCorasick(
            list(by_literal), implementation=Implementation.ContiguousNFA, store_patterns=False
        )

    def find(self, reading: Reading) -> Iterator[tuple[Term, int, int]]:
        text = reading.text
        met = {number for number, _, _ in self._literals.find_matches_as_indexes(text, overlapping=True)}
        for number in sorted({*self._always, *(owner for each in met for owner in self._owners[each])}):
            term, pattern = self._compiled[number]
            for found in pattern.finditer(text):
                if found.end() > found.start():
                    yield term, found.start(), found.end()


def compile_pattern(term: Term) -> re.Pattern[str]:
    """The entry's expression, ready to run over folded text; an open repeat ends at ``LONGEST_REPEAT``.

    Raises:
        TermListError: It is no regular expression, or its cost has no small bound.
    """
    if len(term.term) > LONGEST_PATTERN:
        raise TermListError(
            f"{term.id}: the pattern has {len(term.term)} characters. Keep it under {LONGEST_PATTERN}, or split it."
        )
    try:
        parsed = parser.parse(_folded(term.term))
        ways = _ways(term, parsed)
        if ways > MOST_WAYS:
            raise TermListError(
                f"{term.id}: {term.term!r} can be tried in {ways} ways at one place. Use fewer or shorter repeats and choices."
            )
        compiled: re.Pattern[str] = compiler.compile(parsed)
    except re.error as error:
        raise TermListError(f"{term.id}: {term.term!r} is no regular expression: {error}. Correct it.") from error
    return compiled


def literals_of(term: Term) -> tuple[str, ...]:
    """Stretches of letters one of which every match of the pattern holds; to look for them all costs next to nothing."""
    return _literals(parser.parse(_folded(term.term)))


def _literals(nodes: Any) -> tuple[str, ...]:
    run = ""
    found: list[tuple[str, ...]] = [("",)]
    for kind, value in nodes:
        if kind is op.LITERAL:
            run += chr(value)
            continue
        found.append((run,))
        run = ""
        if kind is op.SUBPATTERN:
            found.append(_literals(value[-1]))
        elif kind is op.BRANCH:
            found.append(tuple(each for branch in value[1] for each in _literals(branch)))
        elif kind in (op.MAX_REPEAT, op.MIN_REPEAT) and value[0]:
            found.append(_literals(value[2]))
    return max([*found, (run,)], key=lambda each: min(map(len, each)))


def _folded(pattern: str) -> str:
    """The pattern in folded letters; escapes keep their case, for ``\\W`` is not ``\\w``."""
    return re.sub(r"(\\.)|([^\\]+)", lambda part: part.group(1) or fold_text(part.group(2)), pattern)


def _ways(term: Term, nodes: Any, in_repeat: bool = False) -> int:
    """Count the choices, and end open repeats on the way."""
    ways = 1
    for at, (kind, value) in enumerate(nodes):
        if kind in (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT):
            least, most, inner = value
            most = LONGEST_REPEAT if most == op.MAXREPEAT else int(most)
            if most > LONGEST_REPEAT or (in_repeat and most > 1):
                raise TermListError(
                    f"{term.id}: {term.term!r} repeats too much. Keep repeats under {LONGEST_REPEAT} and out of each other."
                )
            nodes[at] = (kind, (least, most, inner))
            choices = _ways(term, inner, in_repeat or most > 1)
            ways *= (most - int(least) + 1) * (choices if choices == 1 else choices ** min(most, 8))
        elif kind == op.BRANCH:
            ways *= sum(_ways(term, branch, in_repeat) for branch in value[1])
        elif kind in (op.SUBPATTERN, op.ATOMIC_GROUP):
            ways *= _ways(term, value[-1] if kind == op.SUBPATTERN else value, in_repeat)
        elif kind in (op.GROUPREF, op.GROUPREF_EXISTS, op.ASSERT, op.ASSERT_NOT):
            raise TermListError(
                f"{term.id}: {term.term!r} looks back or around. Use plain letters, classes, choices and bounded repeats."
            )
    return ways
