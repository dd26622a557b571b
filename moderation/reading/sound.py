"""The product read aloud: digits as the sounds of their names (``4`` for, ``8`` ate, ``2`` to), letters as theirs."""

import re

from moderation.reading.text import Reading

_SPOKEN = {
    "1": "one",
    "2": "to",
    "3": "three",
    "4": "for",
    "6": "six",
    "7": "seven",
    "8": "ate",
    "9": "nine",
    "0": "oh",
}
#: Words with more digits are codes, or noise.
_MOST_DIGITS = 3
_MIXED = re.compile(r"(?=[^\W_]*[a-z])(?=[^\W_]*\d)[^\W_]+")


def spoken(folded: Reading) -> Reading | None:
    """Digits among letters as the sounds of their names; None where none stand so."""
    words = [
        word.span() for word in _MIXED.finditer(folded.text) if sum(map(str.isdigit, word.group())) <= _MOST_DIGITS
    ]
    if not words:
        return None
    inside = {at for low, high in words for at in range(low, high)}
    letters = [_SPOKEN.get(c, c) if at in inside else c for at, c in enumerate(folded.text)]
    return folded.respelled("read aloud", letters)


#: Spellings of one sound, longest first; applied from the left, once.
_SPELLINGS = (
    ("tsch", "ch"), ("sch", "sh"), ("tch", "ch"), ("dge", "j"), ("igh", "i"), ("eigh", "a"), ("ough", "o"), ("augh", "o"),
    ("ph", "f"), ("gh", "g"), ("kh", "k"), ("ck", "k"), ("cq", "k"), ("qu", "kw"), ("kn", "n"), ("wr", "r"), ("wh", "w"), ("zh", "j"),
    ("cks", "ks"), ("ce", "se"), ("ci", "si"), ("cy", "si"), ("ch", "ch"), ("sh", "sh"), ("th", "th"), ("x", "ks"), ("xx", "k"),
    ("c", "k"), ("q", "k"), ("z", "s"), ("v", "v"), ("ee", "i"), ("ea", "i"), ("ie", "i"), ("ey", "i"), ("ei", "i"), ("oo", "u"),
    ("ou", "u"), ("uh", "u"), ("ah", "a"), ("eh", "e"), ("oh", "o"), ("aw", "o"), ("au", "o"), ("y", "i"), ("j", "j"),
)  # fmt: skip
_SPELLED = dict(_SPELLINGS)
_SPELLING = re.compile("|".join(sorted(_SPELLED, key=len, reverse=True)))
_REPEATED = re.compile(r"(.)\1+")
_SILENT = re.compile(r"(?<=[bdfgjklmnprstv])e(?=s?$)")


def sound_key(word: str) -> str:
    """One key for spellings that sound alike in English: ``"phuk"``, ``"fuck"`` and ``"fukk"`` are ``"fuk"``."""
    return _REPEATED.sub(r"\1", _SILENT.sub("", _SPELLING.sub(lambda found: _SPELLED[found.group()], word)))


#: In Germanic languages an ``er`` at the end of a syllable is heard, and written down, as an open vowel.
_OPEN_ER = re.compile(r"(?<=[^aeiou])er(?![aeiou])")
_WITH_OPEN_ER = frozenset({"en", "de", "nl", "da", "no", "sv"})


def sound_keys(letters: str, language: str) -> set[str]:
    """The keys under which a word of a language is heard: ``"wanker"`` is ``"wanka"`` as well."""
    heard = {letters}
    if language in _WITH_OPEN_ER:
        heard.add(_OPEN_ER.sub("a", letters))
    return set(map(sound_key, heard))
