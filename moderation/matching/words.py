"""Whole words that nobody knows, compared with the terms they may have been made from: misspelled, sounded out, or
without their vowels."""

import re
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from importlib.resources import files

from rapidfuzz.distance import OSA

from moderation.evidence import Category
from moderation.matching.hit import Hit
from moderation.matching.index import OBSCENE, Index, consonants_of
from moderation.matching.letters import Entry, free_edits
from moderation.matching.lexicon import Lexicon
from moderation.matching.wordlike import oddness
from moderation.reading import Reading
from moderation.reading.sound import sound_key

_WORD = re.compile(r"[^\W\d_]{3,24}")
_VOWELS = frozenset("aeiou")
_SHORTENED = frozenset({*OBSCENE, Category.DRUGS, Category.SELF_HARM})
#: Three consonants that are written every day: a singer and kind of music, count, class, pounds.
_ABBREVIATIONS = frozenset("psy cnt cls lbs pts pcs hrs mrs".split())
#: Letters from which a word is also heard without its vowels.
_HEARD = 5
#: Of an edit, for what was written as it is heard.
_BY_EAR = 0.3
#: Who writes by ear writes ``k`` for it, never ``c`` for a ``k``.
_HARD_C = re.compile(r"c(?![hk])")
#: Letters of the longest title that is written without its vowels, and what follows it.
_TITLE = 5
_NAME_AFTER = re.compile(r"\.\s*[A-Z]\w*[a-z]")
#: Words of one order that are compared; a longer text is prose, and prose is read in the other ways.
MOST_WORDS = 64


def find_words(readings: Iterable[Reading], index: Index, lexicon: Lexicon, folded: Reading) -> Iterator[Hit]:
    """Terms that unknown words of the readings were made from; in short ones with digits only these are corrected."""
    words = [(reading, word) for reading in readings for word in _unknown(reading, lexicon)]
    texts = [word.group() for _, word in words]
    for (reading, word), text, numbers in zip(words, texts, index.deletes.near(texts), strict=True):
        typed = folded.text[slice(*word.span())] if reading.name == "leet" else text
        is_short_leet = typed != text and len(text) < 6
        for number in numbers:
            entry = index.entries[number]
            if is_short_leet and not _differs_in_signs(text, typed, entry.letters):
                continue
            if features := _misspelled(text, entry):
                yield hit_of(entry, reading, word.span(), features, "a misspelling")
        if is_short_leet:
            continue
        for number in index.sounds.get(_sound(text), ()):
            features = {"sound": 1.0, "sound_plain": max(0.0, -oddness(text))}
            yield hit_of(index.entries[number], reading, word.span(), features, "the sound")
        yield from _without_vowels(text, word.span(), reading, index)


def _unknown(reading: Reading, lexicon: Lexicon) -> list[re.Match[str]]:
    return [word for word in _WORD.finditer(reading.text) if not lexicon.kinds(word.group())][:MOST_WORDS]


def _differs_in_signs(text: str, typed: str, letters: str) -> bool:
    """Whether a word differs from a term only where a sign was typed, which may stand for any letter: ``f0ck``."""
    return len(text) == len(letters) and all(
        a == b or not sign.isalpha() for a, b, sign in zip(text, letters, typed, strict=True)
    )


@lru_cache(maxsize=8192)
def _sound(text: str) -> str:
    return sound_key(text)


def hit_of(entry: Entry, reading: Reading, span: tuple[int, int], features: dict[str, float], disguise: str) -> Hit:
    """A word read as the entry: what it took, and what length and severity say for it."""
    features = features | {"length": (min(len(entry.letters), 10) - 6) / 2, "severity": float(entry.term.severity >= 3)}
    return Hit(entry.term, reading, *span, features, disguise)


def _misspelled(word: str, entry: Entry) -> dict[str, float]:
    letters = entry.letters
    limit = max(entry.edits, 1)
    distance = OSA.distance(word, letters, score_cutoff=limit)
    if not 0 < distance <= limit:
        return {}
    is_swap = len(word) == len(letters) and sorted(word) == sorted(letters)
    is_inner = len(word) == len(letters) == 4 and word[-1] == letters[-1] and entry.term.severity >= 3
    is_free = bool(entry.edits) or (word[0] == letters[0] and (is_swap or is_inner))
    if not is_free and not free_edits(len(letters)):
        return {}
    # The longer a word, the fewer others are spelled nearly like it.
    found = {"edits": float(distance), "odd": oddness(word), "long_edit": float(len(letters) >= 8)}
    if not is_free:
        found["strict"] = 1.0
    if entry.term.language == "en":
        found["english_edit"] = 1.0  # English words are nearly all known, so an unknown one was hardly meant
    if word[0] != letters[0]:
        found["first_edit"] = 1.0
    if len(letters) < 6:
        found["short_edit"] = 1.0
    if is_swap:
        found["swap_edit"] = 1.0
    return found


def _without_vowels(word: str, span: tuple[int, int], reading: Reading, index: Index) -> Iterator[Hit]:
    """The word is what stays of the term when vowels are left out, all of them or all but some."""
    if len(word) <= _TITLE and _is_title(span, reading):
        return
    bare = not any(c in _VOWELS for c in word[1:])
    if not bare and len(word) < 6:
        return
    for number in index.skeletons.get(consonants_of(word), ()):
        entry = index.entries[number]
        if len(word) == 3 and not _may_be_short(word, span, reading, entry):
            continue
        if missing := _vowels_left_out(word, entry.letters):
            features = {"no_vowels": 1.0, "short": float(len(word) == 3), "edits": 0.0 if bare else 0.2 * missing}
            yield hit_of(entry, reading, span, features, "no vowels")
    heard = _sound(word)
    if len(heard) < _HEARD or _HARD_C.search(word):
        return
    for number in index.skeletons.get(consonants_of(heard), ()):
        entry = index.entries[number]
        if _vowels_left_out(word, entry.letters):
            continue  # told already
        if missing := _vowels_left_out(heard, _sound(entry.letters)):
            features = {"no_vowels": 1.0, "edits": _BY_EAR + (0.0 if bare else 0.2 * missing)}
            yield hit_of(entry, reading, span, features, "no vowels")


def _vowels_left_out(word: str, letters: str) -> int:
    """How many letters of a term are missing where the word is the rest of it, in order; 0 where it is not."""
    missing = len(letters) - len(word)
    is_rest = word[0] == letters[0] and _is_subsequence(word, letters)
    return missing if is_rest and 0 < missing <= len(word) + 1 + (len(word) >= 4) else 0


def _is_title(span: tuple[int, int], reading: Reading) -> bool:
    """``drg. Rini``, ``RNDr. Eduard``: a full stop and a name follow."""
    last = reading.spans(*span)[-1]
    return bool(_NAME_AFTER.match(reading.request.text_of(last.field), last.end))


def _may_be_short(word: str, span: tuple[int, int], reading: Reading, entry: Entry) -> bool:
    """Three consonants are monograms and abbreviations to most people, unless a single vowel of an English word is
    missing or they are small letters, an obscene word and, where it is no English one, nobody's abbreviation."""
    is_english = entry.term.language == "en"
    if is_english and len(entry.letters) == 4:
        return True
    if word in _ABBREVIATIONS or len(entry.letters) > 7:
        return False
    if entry.term.category not in _SHORTENED if is_english else word in abbreviations():
        return False
    request = reading.request
    return all(request.text_of(each.field)[each.start : each.end].islower() for each in reading.spans(*span))


@cache
def abbreviations() -> frozenset[str]:
    """Three consonants that people write for something else in some language, see ``data/make_lexicon.py``."""
    return frozenset(files("moderation.matching").joinpath("data/abbreviations.txt").read_text("utf-8").split())


def _is_subsequence(short: str, long: str) -> bool:
    letters = iter(long)
    return all(letter in letters for letter in short)
