"""Where words begin and end: scripts without gaps, scripts with clitics, and the rest."""

import re
from unicodedata import category

#: Scripts that write no gaps between words; Hangul puts its particles behind the word.
_GAPLESS = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3041-\u30ff\u3400-\u9fff\U00020000-\U0003ffff]")
#: How far a number is looked at before it is taken for one.
_REACH = 12
_HANGUL = re.compile(r"[\u1100-\u11ff\u3131-\u318e\uac00-\ud7a3]")
_SEMITIC = re.compile(r"[\u0590-\u05ff\u0600-\u06ff]")
_PREFIXES = re.compile(r"(?<![^\W_])(?:[وفبلكس]|ال|وال|بال|لل|فال|كال|يا|[הובלכמש]|וה|שה|כש|מה|בה)$")
_SUFFIXES = re.compile(r"(?:[هيكنا]|ها|هم|هن|كم|كن|نا|ني|ات|ون|ين|ان|تك|ته|ים|ות|[יהךוםן])(?![^\W_])")

#: Scripts in which the words of other languages are written down by their sound: up to which code point, whose.
_WRITTEN_IN = (
    (0x24F, None), (0x3FF, "el"), (0x52F, "ru uk pl cs"), (0x5FF, "he"), (0x8FF, "ar fa tr"), (0xDFF, "hi"), (0xE7F, "th"),
    (0x11FF, "ko"), (0x1FFF, "el"), (0x30FF, "ja"), (0x318F, "ko"), (0x9FFF, "ja zh"), (0xD7A3, "ko"),
)  # fmt: skip
#: Letters of a term that an alphabet of consonants, or of syllables, spells by chance.
_BY_CHANCE = 3


def may_sound(letters: str, language: str, written: str) -> bool:
    """Whether a Latin term may be meant by what another script writes: everybody swears in English and in the languages
    of their own letters, and a short word is met by chance where vowels are no letters of their own."""
    languages = next((known for last, known in _WRITTEN_IN if ord(written) <= last), None)
    if languages is None:
        return True
    is_alphabet = 0x370 <= ord(written) <= 0x52F or ord(written) >= 0x3041
    return language in ("en", "any", *languages.split()) and (is_alphabet or len(letters) > _BY_CHANCE)


def is_gapless(character: str) -> bool:
    return bool(_GAPLESS.match(character))


def begins_word(text: str, at: int) -> bool:
    """Whether a word may begin at ``at``."""
    if at == 0:
        return True
    before = text[at - 1]
    if not before.isalnum():
        return not _is_mark(before)
    if before.isascii() and before.isdigit() and _is_number_before(text, at):
        return True
    if before.isascii():
        return not text[at].isascii() and is_gapless(text[at])
    if is_gapless(before) or is_gapless(text[at]):
        return True
    return bool(_SEMITIC.match(before) and _PREFIXES.search(text[max(0, at - 4) : at]))


def ends_word(text: str, at: int) -> bool:
    """Whether a word may end before ``at``."""
    if at >= len(text):
        return True
    after = text[at]
    if not after.isalnum():
        return not _is_mark(after)
    if after.isascii():
        if after.isdigit():
            rest = text[at : at + _REACH].lstrip("0123456789")
            return not rest or not rest[0].isalpha()
        return not text[at - 1].isascii() and is_gapless(text[at - 1])
    if is_gapless(after) or is_gapless(text[at - 1]) or _HANGUL.match(after):
        return True
    return bool(_SEMITIC.match(after) and _SUFFIXES.match(text, at))


def _is_number_before(text: str, at: int) -> bool:
    head = text[max(0, at - _REACH) : at].rstrip("0123456789")
    return not head or not head[-1].isalnum()


def _is_mark(character: str) -> bool:
    """A vowel sign of an Indic script belongs to the letter before it."""
    return ord(character) > 0x8FF and category(character) in ("Mn", "Mc") and not is_gapless(character)
