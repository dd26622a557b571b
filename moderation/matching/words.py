"""Whole words that nobody knows, compared with the terms they may have been made from: misspelled, masked, sounded
out, or without their vowels."""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice

from rapidfuzz.distance import OSA

from moderation.evidence import Category
from moderation.matching.hit import Hit
from moderation.matching.index import OBSCENE, Index, consonants_of
from moderation.matching.letters import Entry, free_edits
from moderation.matching.lexicon import Lexicon
from moderation.matching.script import is_gapless
from moderation.matching.wordlike import oddness
from moderation.reading import Reading
from moderation.reading.sound import sound_key
from moderation.terms.term import MatchKind

_WORD = re.compile(r"[^\W\d_]{3,24}")
_MASKED = re.compile(r"(?<![^\W_])[^\W\d_][^\W\d_]*(?:[*#_.?•●■█▪~=+×°^\-–—…⁎∗✱✶✻❤♥%]+[^\W\d_]*)+(?![^\W_])")
#: A letter and three to seven of one mark, with an ending or none; ``A***`` is a rating.
_BARE_MASK = re.compile(
    r"(?<![\w*#•●-])([b-z](?:\*{3,7}|#{3,7}|•{3,7}|●{3,7}|-{3,7}))(?:s|es|ed|er|ers|ing|in)?(?![\w*#•●-])"
)
#: Review: nobody knows for sure what was meant.
_BARE_SCORE = 0.6
_MASKED_LETTER = re.compile(r"[^\W\d_]")
#: Marks that are hardly punctuation; with others, a mask has two letters side by side, for ``P.M.S.`` is no mask.
_CLEAR = frozenset("*#_•●■█")
_PARTS = re.compile(r"[\W_]+")
_LETTERS = re.compile(r"[^\W\d_]{2}")
_VOWELS = frozenset("aeiou")
_SHORTENED = frozenset({*OBSCENE, Category.DRUGS, Category.SELF_HARM})
#: Three consonants that are written every day: a singer and kind of music, count, class, pounds.
_ABBREVIATIONS = frozenset("psy cnt cls lbs pts pcs hrs mrs".split())
#: Words of one order that are compared; a longer text is prose, and prose is read in the other ways.
MOST_WORDS = 64


def find_words(reading: Reading, index: Index, lexicon: Lexicon, folded: Reading) -> Iterator[Hit]:
    """Terms that unknown words of the reading were made from; in short ones with digits only these are corrected."""
    words = [word for word in _WORD.finditer(reading.text) if not lexicon.kinds(word.group())][:MOST_WORDS]
    if not words:
        return
    for word, numbers in zip(words, index.deletes.near([word.group() for word in words]), strict=True):
        text = word.group()
        typed = folded.text[slice(*word.span())] if reading.name == "leet" else text
        is_short_leet = typed != text and len(text) < 6
        for number in numbers:
            entry = index.entries[number]
            if is_short_leet and not _differs_in_signs(text, typed, entry.letters):
                continue
            if features := _misspelled(text, entry):
                yield _hit(entry, reading, word.span(), features, "a misspelling")
        for number in () if is_short_leet else index.sounds.get(_sound(text), ()):
            features = {"sound": 1.0, "sound_plain": max(0.0, -oddness(text))}
            yield _hit(index.entries[number], reading, word.span(), features, "the sound")
        if not is_short_leet:
            yield from _without_vowels(text, word.span(), reading, index)


def _differs_in_signs(text: str, typed: str, letters: str) -> bool:
    """Whether a word differs from a term only where a sign was typed, which may stand for any letter: ``f0ck``."""
    return len(text) == len(letters) and all(
        a == b or not sign.isalpha() for a, b, sign in zip(text, letters, typed, strict=True)
    )


@lru_cache(maxsize=8192)
def _sound(text: str) -> str:
    return sound_key(text)


def _hit(entry: Entry, reading: Reading, span: tuple[int, int], features: dict[str, float], disguise: str) -> Hit:
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
    found = {"edits": float(distance), "odd": oddness(word)}
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
    for number in index.skeletons.get(consonants_of(word), ()):
        entry = index.entries[number]
        missing = len(entry.letters) - len(word)
        if len(word) == 3 and not _may_be_short(word, span, reading, entry):
            continue
        if (
            0 < missing <= len(word) + (len(word) >= 4)
            and word[0] == entry.letters[0]
            and _is_subsequence(word, entry.letters)
        ):
            bare = not any(c in _VOWELS for c in word[1:])
            if not bare and len(word) < 6:
                continue
            yield _hit(
                entry,
                reading,
                span,
                {"no_vowels": 1.0, "short": float(len(word) == 3), "edits": 0.0 if bare else 0.2 * missing},
                "no vowels",
            )


def _may_be_short(word: str, span: tuple[int, int], reading: Reading, entry: Entry) -> bool:
    """Three consonants are monograms and abbreviations to most people, unless a single vowel is missing or they are
    small letters and an obscene word."""
    if entry.term.language != "en":
        return False
    if len(entry.letters) == 4:
        return True
    if word in _ABBREVIATIONS or len(entry.letters) > 7 or entry.term.category not in _SHORTENED:
        return False
    request = reading.request
    return all(request.text_of(each.field)[each.start : each.end].islower() for each in reading.spans(*span))


def _is_subsequence(short: str, long: str) -> bool:
    letters = iter(long)
    return all(letter in letters for letter in short)


def find_masked(reading: Reading, index: Index, lexicon: Lexicon) -> Iterator[Hit]:
    """Terms behind masks: every mark between letters stands for one letter, and at most half are marked."""
    for word in list(_MASKED.finditer(reading.text))[:MOST_WORDS]:
        text = word.group()
        parts = _PARTS.split(text)
        if not set(text) & _CLEAR and all(lexicon.english(part) >= 3.5 for part in parts):
            continue
        yield from _unmasked(reading, word.start(), text.rstrip(".?-–—…~+=×°^%"), index)


def find_bare_masked(reading: Reading, index: Index) -> Iterator[Hit]:
    """Words of which a single letter is left, ``f***``: worth a look where a well-known term begins and is as long."""
    for word in islice(_BARE_MASK.finditer(reading.text), MOST_WORDS):
        number = index.bare_masks.get(f"{word.group(1)[0]}{len(word.group(1))}")
        if number is not None:
            yield Hit(
                index.entries[number].term, reading, *word.span(), {"mask": 1.0}, "masked letters", fixed=_BARE_SCORE
            )


def _unmasked(reading: Reading, start: int, text: str, index: Index) -> Iterator[Hit]:
    seen = [c if _MASKED_LETTER.match(c) else None for c in text]
    hidden = seen.count(None)
    if not (set(text) & _CLEAR or _LETTERS.search(text)):
        return
    if not hidden or len(seen) < (4 if seen[0] and not is_gapless(seen[0]) else 3) or hidden * 2 > len(seen):
        return
    key = f"{len(seen)}{seen[0]}{seen[-1]}" if seen[-1] else f"{len(seen)}{seen[0]}{seen[1]}?"
    for number in index.masks.get(key, ()):
        entry = index.entries[number]
        if (
            all(c is None or c == letter for c, letter in zip(seen, entry.letters, strict=True))
            and entry.term.match != MatchKind.PHRASE
        ):
            yield _hit(entry, reading, (start, start + len(text)), {"mask": hidden / len(seen)}, "masked letters")
