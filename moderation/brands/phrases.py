"""Phrases: several words that mean something together, found by their first two words."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Generic, TypeVar

#: Ends a word that stands for every word that begins so: for languages that bend their words.
STEM = "*"
#: What may stand at one place of a phrase: one word, or any of several.
Part = str | frozenset[str]
Meaning = TypeVar("Meaning")


class Phrases(Generic[Meaning]):
    """Phrases by their first two words; a lookup costs the same whatever their number."""

    def __init__(self) -> None:
        self._by_words: dict[str, dict[str, list[tuple[tuple[Part, ...], Meaning]]]] = {}

    def add(self, parts: Sequence[Part], meaning: Meaning) -> None:
        """One phrase of two or more words."""
        for first in _choices(parts[0]):
            following = self._by_words.setdefault(first, {})
            for second in _choices(parts[1]):
                # A stem is under its star: which word it meets is not known beforehand.
                stem = second.endswith(STEM)
                rest = (second, *parts[2:]) if stem else tuple(parts[2:])
                following.setdefault(STEM if stem else second, []).append((rest, meaning))

    def at(self, words: Sequence[Any], place: int) -> Iterator[tuple[int, Meaning]]:
        """Every phrase that begins with the word at ``place`` (words have a ``text``): where it ends, what it means."""
        following = self._by_words.get(words[place].text)
        if following is None or place + 1 >= len(words):
            return
        for key, start in ((words[place + 1].text, place + 2), (STEM, place + 1)):
            for rest, meaning in following.get(key, ()):
                end = start + len(rest)
                if end <= len(words) and all(_fits(words[start + k].text, part) for k, part in enumerate(rest)):
                    yield end, meaning

    def meanings(self) -> Iterator[Meaning]:
        """What all phrases mean."""
        for following in self._by_words.values():
            for options in following.values():
                yield from (meaning for _, meaning in options)


def _choices(part: Part) -> Iterable[str]:
    return (part,) if isinstance(part, str) else part


def _fits(word: str, part: Part) -> bool:
    if isinstance(part, frozenset):
        return word in part
    return word == part or (part.endswith(STEM) and word.startswith(part[:-1]))
