"""Whom a text is for: words after which a person is named, as greetings, thanks and memorials have them."""

import re

#: To whom it is said follows, perhaps after more words of the kind.
GREETINGS = frozenset(
    "happy merry dear congratulations congrats thanks thank welcome hello farewell goodbye bye cheers rip birthday retirement anniversary "
    "christmas easter lieber liebe alles joyeux bon cher chere feliz querido querida buon caro cara gefeliciteerd beste tillykke grattis".split()
)
#: Characters before a name in which it is said whom it is for; texts may be long, and names many.
REACH = 48
_LAST = r"(?:thank|love|miss|bless|with)\s+you|r\.?\s?i\.?\s?p\.?|rest in peace|memory of|congrat(?:ulation)?s to|property of|belongs to"
#: At the beginning of a line. Left out: those that are English words of another kind, "a" and "till".
_FIRST = (
    r"to|for|from|by|love from|made (?:by|for)|fur|von|pour|de la part de|a la memoire de|para|por|voor|van"
    r"|(?:in|zum) (?:liebevollem )?(?:gedenken|andenken|erinnerung) an|in memoriam|en memoria de|in memoria di"
)
_ADDRESS = re.compile(rf"(?:\b(?:{_LAST})|(?:^|\n)\s*(?:{_FIRST}))[\s,:]+$")


def words_before(text: str, at: int) -> str:
    """What stands before a place, as far as it may say whom the text is for; begins with "…" where more was left out."""
    return text[:at] if at <= REACH else f"…{text[at - REACH : at]}"


def names_somebody(said: str) -> bool:
    """Whether a name is what stands after these folded words: ``"in loving memory of "``, ``"for "``."""
    words = said.split()
    return bool(words) and (words[-1].strip(",.!:") in GREETINGS or bool(_ADDRESS.search(said)))
