"""Hearing: a reading as the concepts that a person takes from it, however the words are spaced or spelled."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple

from moderation.brands.lexicon import ANY, BRAND, IDIOM, NUMBER, Lexicon, Sense
from moderation.brands.ordinary import is_common, is_ordinary
from moderation.brands.repair import repaired
from moderation.brands.segmenting import LONGEST_WORD, segment
from moderation.brands.words import UNSPACED, Word, cut
from moderation.matching.lexicon import PERSON, PLACE, load_lexicon
from moderation.reading import Reading

#: A language in which fewer words than this share of the best one's are known is not the one spoken.
_SPOKEN = 0.65
#: Words and phrases this long mean what they mean in any company.
_LONG = 7
#: Readings in which a word may also be spread over its neighbours.
_STRAIGHT = frozenset({"as written", "folded", "leet", "letters apart"})
#: Readings that already bend the letters; a slip of the pen on top of that is chance.
FANCIFUL = frozenset({"letters drawn with letters", "filler letters", "reversed"})
_LONGEST_RUN = 64
#: Who is meant kindly is meant so within an idiom too: "the best dad".
_KIND = frozenset({"family", "gift"})
#: Shorter pieces of a cut word are often somebody's name.
_SHORTEST_NAME = 4


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
    #: Positions of the words that an idiom, a slogan or praise of the brand's own accounts for.
    excused: frozenset[int] = frozenset()


def hear(reading: Reading, lexicons: tuple[Lexicon, ...]) -> Statement:
    """The mentions in a reading, in order. Idioms silence the words they are made of."""
    seen, undone = repaired(tuple(cut(reading.text)), lexicons, digits=reading.name == "leet")
    words = tuple(seen)
    mentions = list(_spoken(words, lexicons, undone))
    if UNSPACED.search(reading.text):
        mentions += _unspaced(reading.text, words, lexicons)
    mentions += _apart(words, lexicons, mentions)
    if reading.name not in FANCIFUL:
        known = {at for mention in mentions for at in range(mention.first, mention.last)}
        mentions += _unknown(words, known, lexicons, 4 if reading.name in _STRAIGHT else 1)
    mentions = _of_one_tongue(mentions)
    idioms = [m for m in mentions if m.concept == IDIOM]
    excused = frozenset(at for idiom in idioms for at in range(idiom.first, idiom.last))
    if idioms:
        mentions = [m for m in mentions if m.concept != IDIOM and (m.concept in _KIND or not _silenced(m, idioms))]
    # A brand may be called by a word that says something: within its name it says nothing.
    names = [m for m in mentions if m.concept == BRAND]
    if names:
        mentions = [m for m in mentions if m.concept == BRAND or not _silenced(m, names)]
    return Statement(reading, words, tuple(sorted(dict.fromkeys(mentions), key=lambda m: (m.start, -m.end))), excused)


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


def _spoken(
    words: tuple[Word, ...], lexicons: tuple[Lexicon, ...], undone: Mapping[int, str] = MappingProxyType({})
) -> Iterator[Mention]:
    """Words and phrases as they stand; ``undone`` says which of them were repaired, and how."""
    for at, word in enumerate(words):
        if word.text.isdecimal():
            yield Mention(NUMBER, ANY, at, at + 1, word.start, word.end, "")
        how = undone.get(at, "")
        # A possessive has lost its apostrophe: "factory's" is heard as "factory" where "factorys" is no word.
        owned = word.text[:-1] if len(word.text) < word.end - word.start and word.text.endswith("s") else ""
        for lexicon in lexicons:
            senses = lexicon.senses(word.text) or lexicon.words.get(owned)
            if senses is None and how:
                senses = lexicon.joined.get(word.text)
            if senses:
                yield from _mentions(senses, at, at + 1, word.start, word.end, how)
            for end, senses in lexicon.phrases.at(words, at):
                helped = next((undone[place] for place in range(at, end) if place in undone), "")
                yield from _mentions(senses, at, end, word.start, words[end - 1].end, helped)


def _unspaced(text: str, words: tuple[Word, ...], lexicons: tuple[Lexicon, ...]) -> Iterator[Mention]:
    # Korean sets spaces between its words, but not always in the same places.
    places = [at for at, character in enumerate(text) if not character.isspace()]
    letters = "".join(text[at] for at in places)
    count = 0
    for lexicon in lexicons:
        for start, end, senses in lexicon.unspaced(letters):
            # Such scripts have no words to count; a place among the mentions serves as well.
            yield from _mentions(senses, count, count + 1, places[start], places[end - 1] + 1)
            count += 1


def _apart(words: tuple[Word, ...], lexicons: tuple[Lexicon, ...], heard: list[Mention]) -> Iterator[Mention]:
    """One word or phrase written as two or three pieces: ``sweat shop``, ``SWEA`` on one shoe and ``TSHOP`` on the other."""
    whole = {(m.first, m.last) for m in heard}
    known = [_is_known(word.text) for word in words]
    spelled = [len(word.text) >= 3 and word.text.isalpha() for word in words]
    for at in range(len(words) - 1):
        for end in range(at + 2, min(at + 4, len(words)) + 1):
            letters = "".join(word.text for word in words[at:end])
            if len(letters) > LONGEST_WORD:
                break
            if (at, end) in whole:
                continue
            # A slip is looked for only where one of the words is a word to nobody: "swet shop", but not "sweet shop".
            slips = len(letters) >= _LONG and not all(known[at:end]) and all(spelled[at:end])
            for lexicon in lexicons:
                if senses := lexicon.joined.get(letters):
                    yield from _mentions(senses, at, end, words[at].start, words[end - 1].end, "written apart")
                elif slips and (near := lexicon.near(letters)):
                    senses = lexicon.joined[near]
                    yield from _mentions(senses, at, end, words[at].start, words[end - 1].end, "one letter off")


@lru_cache(maxsize=16384)
def _is_known(word: str) -> bool:
    """Whether it is somebody's word: an ordinary one, a name or a place."""
    return is_common(word) or is_ordinary(word) or bool(load_lexicon().kinds(word))


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
            for last in range(min(end, first + most), first + 1, -1):
                yield from _together(words[first:last], first, last, lexicons)
        at = end + 1


def _inside(word: Word, at: int, lexicons: tuple[Lexicon, ...]) -> Iterator[Mention]:
    if len(word.text) < 8 or is_ordinary(word.text):
        return
    for lexicon in lexicons:
        for start, end, senses in lexicon.inside(word.text):
            yield from _mentions(senses, at, at + 1, word.start + start, word.start + end, "inside a longer word")


def _misspelt(word: Word, at: int, lexicons: tuple[Lexicon, ...]) -> Iterator[Mention]:
    text = word.text
    if len(text) < 5 or not text.isalpha():
        return
    for lexicon in lexicons:
        near = lexicon.near(text) or lexicon.sounding(text)
        if near is None:
            continue
        # The brand's name says nothing alone, so it may be heard in a word that people write.
        named = all(sense.concept == BRAND for sense in lexicon.joined[near]) and not is_common(text)
        if named or not is_ordinary(text):
            yield from _mentions(lexicon.joined[near], at, at + 1, word.start, word.end, "one letter off")


def _together(words: tuple[Word, ...], first: int, last: int, lexicons: tuple[Lexicon, ...]) -> Iterator[Mention]:
    """The letters of some neighbouring words cut anew, where ordinary words explain every letter of them."""
    letters = "".join(word.text for word in words)
    if not 6 <= len(letters) <= _LONGEST_RUN or not letters.isalnum() or _is_said(words):
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


def _is_said(words: tuple[Word, ...]) -> bool:
    """Whether one of the words is a name, a place or an ordinary word: then nothing is to be cut anew.

    ("Jason Strickland" is no "jasons trick land".)
    """
    lexicon = load_lexicon()
    return any(
        len(word.text) >= _SHORTEST_NAME and (lexicon.kinds(word.text) & (PERSON | PLACE) or is_ordinary(word.text))
        for word in words
    )
