"""A term as the index keeps it: its letters as the folded reading shows them, and how much liberty it allows."""

import re
from dataclasses import dataclass
from functools import lru_cache

from moderation.matching.script import is_gapless
from moderation.matching.skeleton import key_of, once
from moderation.reading.fold import fold_text
from moderation.reading.transliterate import latin
from moderation.terms.term import MatchKind, Term

#: Kinds that are looked for as letters in every disguise; the others have their own way of looking.
SPELLED = frozenset({MatchKind.WORD, MatchKind.PREFIX, MatchKind.SUFFIX, MatchKind.INSIDE, MatchKind.PHRASE})
#: Kinds that are looked for within words.
AFFIXES = frozenset({MatchKind.PREFIX, MatchKind.SUFFIX, MatchKind.INSIDE})
#: In a phrase, the gap that up to three words may fill.
GAP = "..."


@dataclass(frozen=True, slots=True)
class Entry:
    """One spelling of one term, ready to be indexed."""

    term: Term
    #: Folded, without separators: ``"motherfucker"`` for ``"Mother-Fucker"``.
    letters: str
    key: str
    #: Greatest number of changed letters when a whole word is compared.
    edits: int
    #: Keys of the words of the term, in order; a phrase is written with gaps where these meet.
    words: tuple[str, ...] = ()
    #: The spelling is the sound of a term that another script writes.
    is_transliterated: bool = False
    #: One letter of the term is missing: how misspellings are found where no gaps tell the words of a text apart.
    is_short: bool = False

    @property
    def least(self) -> int:
        """The fewest letters in which the term is read: one of a double letter may be missing, from five letters on."""
        return len(self.letters) - (len(self.letters) >= 5)


#: Cyrillic letters that are drawn as Latin ones, so that a word of them alone is typed on either keyboard.
_SEEN_AS_LATIN = "авекмнорстух"
_SEEN_AS_LATIN_TABLE = str.maketrans(_SEEN_AS_LATIN, "abekmhopctyx")
_GAPS = re.compile(r"[^a-z0-9]+")


@lru_cache(maxsize=4096)
def letters_of(text: str) -> str:
    """Folded, separators dropped; signs that are half of a word stay, pictures too."""
    folded = fold_text(text)
    if folded.isascii():
        return folded if folded.isalpha() else _GAPS.sub("", folded)
    return "".join(c for c in folded if not c.isspace() and (c.isalnum() or not c.isascii() and c not in "–—’‘“”·…"))


def entries_of(term: Term) -> list[Entry]:
    """The spellings under which a term of letters is indexed: its own, and its sound where Latin does not write it."""
    if term.match not in SPELLED or GAP in term.term:
        return []
    spelled = [_spelled(word) for word in term.term.strip("*").split()]
    letters = "".join([each for each, _ in spelled])
    key = once("".join([each for _, each in spelled]))
    if not key or not (letters.isalpha() or any(c.isalpha() or not c.isascii() for c in letters)):
        return []
    edits = term.max_edits if term.max_edits is not None else free_edits(len(letters))
    words = tuple([each for _, each in spelled if each])
    found = [Entry(term, letters, key, edits, words)]
    if letters.isascii():
        return found
    if len(letters) >= (5 if edits else 6) and all(map(is_gapless, letters)):
        shorter = {letters[:at] + letters[at + 1 :] for at in range(1, len(letters))}
        found += [Entry(term, each, key_of(each), 0, is_short=True) for each in sorted(shorter)]
    if all(c in _SEEN_AS_LATIN for c in letters):
        look = letters.translate(_SEEN_AS_LATIN_TABLE)
        found.append(Entry(term, look, key_of(look), 0, is_transliterated=True))
    sound = letters_of(latin(letters))
    if sound != letters and len(sound) >= 4 and sound.isalpha() and not any("\u4e00" <= c <= "\u9fff" for c in letters):
        found.append(Entry(term, sound, key_of(sound), 0, is_transliterated=True))
    return found


@lru_cache(maxsize=16384)
def _spelled(word: str) -> tuple[str, str]:
    """Letters and key of a word: thousands of phrases are made of the same ones."""
    letters = letters_of(word)
    return letters, key_of(letters)


def free_edits(length: int) -> int:
    """None up to four letters, one from five, two from eight."""
    return 0 if length < 5 else 1 if length < 8 else 2
