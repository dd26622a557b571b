"""Hearing: a reading as the concepts that a person takes from it, however the words are spaced or spelled."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from wordfreq import zipf_frequency

from moderation.brands.lexicon import ANY, IDIOM, NUMBER, Lexicon, Sense
from moderation.brands.words import UNSPACED, Word, cut
from moderation.matching.lexicon import PERSON, PLACE, load_lexicon
from moderation.reading import Reading

#: On the Zipf scale: a word seen once in thirty million.
_ORDINARY = 1.5
_LANGUAGES = ("en", "es", "fr", "de", "it", "pt", "nl")
#: A language in which fewer words than this share of the best one's are known is not the one spoken.
_SPOKEN = 0.65
#: Words and phrases this long mean what they mean in any company.
_LONG = 7
#: Readings in which a word may also be spread over its neighbours.
_STRAIGHT = frozenset({"as written", "folded", "leet", "letters apart"})
#: Readings that already bend the letters; a slip of the pen on top of that is chance.
_FANCIFUL = frozenset({"letters drawn with letters", "filler letters"})
_LONGEST_WORD = 24
_LONGEST_RUN = 64
#: On the Zipf scale: a word that may fill a gap between words of the lexicon.
_COMMON = 4.2
_LONGEST_FILLER = 12


class Mention(NamedTuple):
    """One concept heard in one place."""

    concept: str
    languages: int
    #: Position among the words, half-open.
    first: int
    last: int
    #: Characters of the reading, half-open.
    start: int
    end: int
    #: What was undone to hear it: ``""``, ``"written together"``, ``"written apart"``, ``"one letter off"``.
    how: str


@dataclass(frozen=True, slots=True)
class Statement:
    """What one reading says."""

    reading: Reading
    words: tuple[Word, ...]
    mentions: tuple[Mention, ...]


def hear(reading: Reading, lexicons: tuple[Lexicon, ...]) -> Statement:
    """The mentions in a reading, in order. Idioms silence the words they are made of."""
    words = tuple(cut(reading.text))
    mentions = list(_spoken(words, lexicons))
    if UNSPACED.search(reading.text):
        mentions += _unspaced(reading.text, words, lexicons)
    mentions += _apart(words, lexicons, mentions)
    if reading.name not in _FANCIFUL:
        known = {at for mention in mentions for at in range(mention.first, mention.last)}
        mentions += _unknown(words, known, lexicons, 4 if reading.name in _STRAIGHT else 1)
    mentions = _of_one_tongue(mentions)
    idioms = [m for m in mentions if m.concept == IDIOM]
    if idioms:
        mentions = [m for m in mentions if m.concept != IDIOM and not _silenced(m, idioms)]
    return Statement(reading, words, tuple(sorted(set(mentions), key=lambda m: (m.start, -m.end))))


def _of_one_tongue(mentions: list[Mention]) -> list[Mention]:
    """Without the false friends: ``für die`` in a German sentence is neither English fur nor English death.

    Long words and phrases stay, whatever is spoken around them.
    """
    places: dict[int, set[int]] = defaultdict(set)
    for mention in mentions:
        if mention.languages != ANY:
            for bit in range(mention.languages.bit_length()):
                if mention.languages >> bit & 1:
                    places[bit].update(range(mention.first, mention.last))
    most = max((len(found) for found in places.values()), default=0)
    spoken = sum(1 << bit for bit, found in places.items() if len(found) >= _SPOKEN * most)
    return [m for m in mentions if m.languages & spoken or m.end - m.start >= _LONG or m.languages == ANY]


def _silenced(mention: Mention, idioms: list[Mention]) -> bool:
    return any(idiom.start <= mention.start and mention.end <= idiom.end for idiom in idioms)


def _mentions(
    senses: tuple[Sense, ...], first: int, last: int, start: int, end: int, how: str = ""
) -> Iterator[Mention]:
    for concept, languages in senses:
        yield Mention(concept, languages, first, last, start, end, how)


def _spoken(words: tuple[Word, ...], lexicons: tuple[Lexicon, ...]) -> Iterator[Mention]:
    """Words and phrases as they stand."""
    for at, word in enumerate(words):
        if word.text.isdecimal():
            yield Mention(NUMBER, ANY, at, at + 1, word.start, word.end, "")
        # A possessive has lost its apostrophe: "factory's" is heard as "factory" where "factorys" is no word.
        owned = word.text[:-1] if len(word.text) < word.end - word.start and word.text.endswith("s") else ""
        for lexicon in lexicons:
            if senses := lexicon.words.get(word.text) or lexicon.words.get(owned):
                yield from _mentions(senses, at, at + 1, word.start, word.end)
            for rest, senses in lexicon.phrases.get(word.text, ()):
                end = at + 1 + len(rest)
                if end <= len(words) and all(words[at + 1 + k].text == part for k, part in enumerate(rest)):
                    yield from _mentions(senses, at, end, word.start, words[end - 1].end)


def _unspaced(text: str, words: tuple[Word, ...], lexicons: tuple[Lexicon, ...]) -> Iterator[Mention]:
    count = 0
    for lexicon in lexicons:
        for start, end, senses in lexicon.unspaced(text):
            # Such scripts have no words to count; a place among the mentions serves as well.
            yield from _mentions(senses, count, count + 1, start, end)
            count += 1


def _apart(words: tuple[Word, ...], lexicons: tuple[Lexicon, ...], heard: list[Mention]) -> Iterator[Mention]:
    """One word or phrase written as two or three pieces: ``sweat shop``, ``SWEA`` on one shoe and ``TSHOP`` on the other."""
    whole = {(m.first, m.last) for m in heard}
    for at in range(len(words) - 1):
        for end in range(at + 2, min(at + 4, len(words)) + 1):
            letters = "".join(word.text for word in words[at:end])
            if len(letters) > _LONGEST_WORD:
                break
            if (at, end) in whole:
                continue
            for lexicon in lexicons:
                if senses := lexicon.joined.get(letters):
                    yield from _mentions(senses, at, end, words[at].start, words[end - 1].end, "written apart")


def _unknown(words: tuple[Word, ...], known: set[int], lexicons: tuple[Lexicon, ...], most: int) -> Iterator[Mention]:
    """Runs of words that nobody knows: several words written together, or one with a slip of the pen."""
    at = 0
    while at < len(words):
        end = at
        while end < len(words) and end not in known:
            end += 1
        for first in range(at, end):
            yield from _inside(words[first], first, lexicons)
            yield from _misspelt(words[first], first, lexicons)
            for last in range(min(end, first + most), first, -1):
                yield from _together(words[first:last], first, last, lexicons)
        at = end + 1


def _inside(word: Word, at: int, lexicons: tuple[Lexicon, ...]) -> Iterator[Mention]:
    if len(word.text) < 8:
        return
    for lexicon in lexicons:
        for start, end, senses in lexicon.inside(word.text):
            yield from _mentions(senses, at, at + 1, word.start + start, word.start + end, "inside a longer word")


def _misspelt(word: Word, at: int, lexicons: tuple[Lexicon, ...]) -> Iterator[Mention]:
    text = word.text
    if len(text) < 5 or not text.isalpha():
        return
    squeezed = squeeze(text)
    for lexicon in lexicons:
        if squeezed != text and (senses := lexicon.words.get(squeezed)):
            yield from _mentions(senses, at, at + 1, word.start, word.end, "letters repeated")
        elif (near := lexicon.near(text)) and not _is_ordinary(text):
            yield from _mentions(lexicon.joined[near], at, at + 1, word.start, word.end, "one letter off")


def squeeze(text: str) -> str:
    """``"suuuucks"`` -> ``"sucks"``: letters written three times or more, once."""
    kept: list[str] = []
    for letter in text:
        if len(kept) >= 2 and kept[-1] == kept[-2] == letter:
            continue
        kept.append(letter)
    squeezed = "".join(kept)
    if len(squeezed) == len(text):
        return text
    return "".join(c for at, c in enumerate(squeezed) if not (at and squeezed[at - 1] == c))


def _is_ordinary(word: str) -> bool:
    """Whether people write the word as it stands; then it is no slip of the pen."""
    return any(zipf_frequency(word, language) >= _ORDINARY for language in _LANGUAGES)


# The frequency tables are read here, at the start, and not while the first customer waits.
_is_ordinary("")


def _together(words: tuple[Word, ...], first: int, last: int, lexicons: tuple[Lexicon, ...]) -> Iterator[Mention]:
    """The letters of some neighbouring words cut anew, where ordinary words explain every letter of them."""
    letters = "".join(word.text for word in words)
    if not 6 <= len(letters) <= _LONGEST_RUN or not letters.isalnum() or _are_named(words):
        return
    if not any(lexicon.may_hold(letters) for lexicon in lexicons):
        return
    places = [(first + k, word.start + n) for k, word in enumerate(words) for n in range(len(word.text))]
    pieces = tuple(
        Word(letters[start:end], places[start][1], places[end - 1][1] + 1) for start, end in segment(letters, lexicons)
    )
    starts = {piece.start: at for at, piece in enumerate(pieces)}
    heard = list(_spoken(pieces, lexicons))
    for at, piece in enumerate(pieces):
        for lexicon in lexicons:
            if piece.text not in lexicon.words and (senses := lexicon.joined.get(piece.text)):
                heard += _mentions(senses, at, at + 1, piece.start, piece.end)
    for mention in heard:
        # Pieces of one word share its place among the words.
        at = min(first + len(words) - 1, first + starts[mention.start] * len(words) // max(len(pieces), 1))
        yield mention._replace(first=at, last=at + 1, how="written together")


def _are_named(words: tuple[Word, ...]) -> bool:
    """One word that people know, or names and places only: nothing to cut anew ("Fatima" is no "fa tima")."""
    lexicon = load_lexicon()
    if len(words) == 1:
        return bool(lexicon.kinds(words[0].text))
    return all(lexicon.kinds(word.text) & (PERSON | PLACE) and lexicon.english(word.text) < 3.5 for word in words)


def segment(letters: str, lexicons: tuple[Lexicon, ...]) -> list[tuple[int, int]]:
    """The fewest words that make up all the letters, as half-open places; empty when there are none.

    Words of the lexicon count as one, other ordinary words as more: they only fill the gaps.
    """
    best: list[tuple[float, tuple[tuple[int, int], ...]] | None] = [None] * (len(letters) + 1)
    best[0] = (0.0, ())
    for start in range(len(letters)):
        here = best[start]
        if here is None:
            continue
        for end in range(start + 1, min(len(letters), start + _LONGEST_WORD) + 1):
            cost = _cost(letters[start:end], lexicons)
            before = best[end]
            if cost and (before is None or here[0] + cost < before[0]):
                best[end] = (here[0] + cost, (*here[1], (start, end)))
    final = best[len(letters)]
    return list(final[1]) if final and len(final[1]) > 1 else []


def _cost(piece: str, lexicons: tuple[Lexicon, ...]) -> float:
    """What a word costs in a segmentation, 0.0 for none at all."""
    if len(piece) == 1:
        return 1.0 if piece in "ai" or piece.isdecimal() else 0.0
    for lexicon in lexicons:
        if piece in lexicon.words or (len(piece) >= 6 and piece in lexicon.joined):
            return 1.0
    if piece.isdecimal():
        return 1.0
    return 1.6 if len(piece) <= _LONGEST_FILLER and _is_common(piece) else 0.0


@lru_cache(maxsize=16384)
def _is_common(word: str) -> bool:
    """Whether a word is so common in any language that it may fill a gap; short ones must be very common."""
    least = _COMMON if len(word) > 3 else _COMMON + 1
    return any(zipf_frequency(word, language) >= least for language in _LANGUAGES)
