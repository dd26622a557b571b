"""Whom a text is for: words after which a person is named, as greetings, thanks and memorials have them."""

import re

#: To whom it is said follows, perhaps after more words of the kind.
GREETINGS = frozenset(
    "happy merry dear congratulations congrats thanks thank welcome hello farewell goodbye bye cheers rip birthday retirement anniversary "
    "christmas easter lieber liebe alles joyeux bon cher chere feliz querido querida buon caro cara gefeliciteerd beste tillykke grattis".split()
)
_LAST = r"(?:thank|love|miss|bless|with)\s+you|r\.?\s?i\.?\s?p\.?|rest in peace|memory of|congrat(?:ulation)?s to|property of|belongs to"
_FIRST = (
    r"to|for|from|by|love from|made (?:by|for)|fur|von|pour|de la part de|a la memoire de|para|por|de|a|per|da|voor|van|till|fran|til"
    r"|(?:in|zum) (?:liebevollem )?(?:gedenken|andenken|erinnerung) an|in memoriam|en memoria de|in memoria di"
)
_ADDRESS = re.compile(rf"(?:\b(?:{_LAST})|(?:^|\n)\s*(?:{_FIRST}))[\s,:]+$")


def names_somebody(before: str) -> bool:
    """Whether a name is what stands after this beginning of a folded text: ``"in loving memory of "``, ``"for "``."""
    words = before.split()
    return bool(words) and (words[-1].strip(",.!:") in GREETINGS or bool(_ADDRESS.search(before)))
