"""What a disguise cost, as features of the score, and how a reviewer is told of it."""

from moderation.matching.align import Disguise
from moderation.matching.letters import Entry
from moderation.matching.lexicon import WORD, Lexicon
from moderation.matching.skeleton import key_of

#: "a", "I", Spanish "y" and "o", Italian "e", Polish "i" and "u": "put a ring on it" is no broken word.
_ONE_LETTER_WORDS = "aeiouy"
_APOSTROPHES = frozenset("'’`´")
#: What stands before or behind an apostrophe in English, French, Italian and Irish.
_CONTRACTED = frozenset("c d j l m n o s t re ve ll qu un all dall dell nell sull".split())


def features_of(disguise: Disguise, entry: Entry, lexicon: Lexicon, *, is_across: bool) -> dict[str, float]:
    """Feature -> value, see ``data/weights.csv``; empty for a term as plain as can be.

    Args:
        is_across: The term is written over two lines or fields.
    """
    length = len(entry.letters)
    found: dict[str, float] = {}
    if disguise.leet:
        found["leet"] = disguise.leet / length
    if disguise.swapped:
        found["swapped"] = float(disguise.swapped)
    if disguise.repeated:
        found["repeated"] = 1.0
    if disguise.dropped:
        found["dropped"] = 1.0 + (length < 6)
    parts = disguise.parts
    if len(entry.words) > 1 and len(parts) == 1:
        found["glued"] = 1.0
    elif len(parts) > 1 and (len(entry.words) != len(parts) or tuple(map(key_of, parts)) != entry.words):
        if disguise.is_apart:
            found["apart"] = 1.0
        elif set(disguise.gaps) <= _APOSTROPHES:
            found |= _contracted(parts, lexicon)
        else:
            has_space = any(map(str.isspace, disguise.gaps))
            found |= _cuts(parts, length, lexicon, is_across=is_across, has_space=has_space)
            if len(entry.words) > 1:
                found.pop("long_parts", None)  # words that meet in other words were hardly chosen for that
    if found:
        found["length"] = length_feature(entry.letters)
    return found


def length_feature(letters: str) -> float:
    """Longer terms are met by chance less often; even at six letters, and from ten on the same."""
    return (min(len(letters), 10) - 6) / 2


def described(disguise: Disguise, features: dict[str, float]) -> str:
    """``"leet spelling"``, ``"letters apart"``; empty for what needs no telling."""
    if disguise.leet:
        return "leet spelling"
    if "apart" in features:
        return "letters apart"
    if "cuts" in features:
        return "parts joined"
    if disguise.repeated:
        return "repeated letters"
    return "other spelling" if disguise.swapped or disguise.dropped else ""


def _contracted(parts: tuple[str, ...], lexicon: Lexicon) -> dict[str, float]:
    """An apostrophe in a word: nothing where it stands in ``he'll`` and ``l'ane``, hardly a cost elsewhere."""
    is_honest = all(part in _CONTRACTED or lexicon.kinds(part) for part in parts)
    return {"apostrophe": 1.0, "known_parts": float(is_honest)}


def _cuts(
    parts: tuple[str, ...], length: int, lexicon: Lexicon, *, is_across: bool, has_space: bool
) -> dict[str, float]:
    """A word written in pieces: no disguise at all where the pieces are words that people write.

    A sign cuts a word more often than it joins two short foreign ones: these are known only where a space parts them.
    """
    are_known = all(_is_known(part, lexicon, everywhere=has_space and not is_across) for part in parts)
    found = {"cuts": 1.0, "known_parts": float(are_known)}
    if not (has_space or are_known) and all(_is_known(part, lexicon, everywhere=True) for part in parts):
        found["foreign_parts"] = 1.0
    if are_known and min(map(len, parts)) >= 3 and length >= 7:
        found["long_parts"] = 1.0
    if is_across:
        found["across"] = 1.0
    return found


def _is_known(part: str, lexicon: Lexicon, *, everywhere: bool) -> bool:
    """A part of a broken word that is itself a word which people write, so that nothing may be broken at all.

    Args:
        everywhere: Whether short words of all languages count; a word broken over two fields was broken on purpose
            more often than two short foreign words stand there.
    """
    frequency = lexicon.english(part)
    if len(part) == 1:
        return everywhere and part in _ONE_LETTER_WORDS
    if len(part) <= 3:
        return frequency >= 4.0 or (everywhere and bool(lexicon.kinds(part) & WORD))
    return frequency >= 3.0 or bool(lexicon.kinds(part))
