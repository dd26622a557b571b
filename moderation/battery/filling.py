"""Fills the places of a frame: ``{given} & {given2}, {date}`` becomes one couple's own order."""

import random
import re
from collections.abc import Callable
from functools import cache

from faker import Faker

from moderation.battery.world import LOCALES, place_names

_PLACE = re.compile(r"\{(\w+?)\d?\}")
_BOOKS = "Genesis Exodus Joshua Ruth Psalm Proverbs Isaiah Jeremiah Matthew Mark Luke John Acts Romans Corinthians Galatians Ephesians Philippians Timothy Hebrews James Peter Revelation".split()  # fmt: skip
_BEFORE = {"en": "en_GB", "pt": "pt_PT", "de": "de_DE", "es": "es_ES", "fr": "fr_FR"}


@cache
def _faker(locale: str) -> Faker:
    return Faker(locale)


class Filler:
    """Names, places, dates and numbers of one language, the same for the same seed; one at a time, for the source of names is shared."""

    def __init__(self, language: str, *, seed: str) -> None:
        locale = _BEFORE.get(language) or next((each for each in LOCALES if each[:2] == language), "en_GB")
        self._rng = random.Random(seed)
        self._fake = _faker(locale)
        self._fake.seed_instance(seed)
        self._kinds: dict[str, Callable[[], str]] = {
            "given": lambda: str(self._fake.first_name()),
            "surname": lambda: str(self._fake.last_name()),
            "name": lambda: str(self._fake.name()),
            "place": lambda: self._rng.choice(place_names()),
            "year": lambda: str(self._rng.randint(1901, 2030)),
            "age": lambda: str(self._rng.randint(1, 100)),
            "number": lambda: str(self._rng.randint(0, 99)),
            "date": self._date,
            "time": lambda: f"{self._rng.randint(0, 23)}:{self._rng.randint(0, 59):02}",
            "coords": self._coordinates,
            "verse": lambda: f"{self._rng.choice(_BOOKS)} {self._rng.randint(1, 150)}:{self._rng.randint(1, 40)}",
            "letter": lambda: self._rng.choice("ABCDEFGHIJKLMNOPRSTVW"),
        }

    def fill(self, frame: str) -> str:
        """The frame with every place filled; raises ``KeyError`` for a place of no known kind."""
        return _PLACE.sub(lambda place: self._kinds[place[1]](), frame)

    def _date(self) -> str:
        day, month, year = self._rng.randint(1, 28), self._rng.randint(1, 12), self._rng.randint(1930, 2029)
        form = self._rng.choice(
            ("{d}.{m}.{y}", "{d}/{m}/{y}", "{y}-{m:02}-{d:02}", "{d:02}.{m:02}.{s:02}", "{m}-{d}-{s:02}")
        )
        return form.format(d=day, m=month, y=year, s=year % 100)

    def _coordinates(self) -> str:
        north, east = self._rng.uniform(-60, 70), self._rng.uniform(-180, 180)
        if self._rng.random() < 0.5:
            return f"{north:.4f}, {east:.4f}"
        sides = "N" if north > 0 else "S", "E" if east > 0 else "W"
        return f"{abs(north):.0f}°{self._rng.randint(0, 59)}'{sides[0]} {abs(east):.0f}°{self._rng.randint(0, 59)}'{sides[1]}"
