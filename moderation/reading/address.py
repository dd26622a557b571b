"""Whom a text is for or from: words after which a person is named, as greetings, thanks, memorials and signatures have them."""

import re

#: To whom it is said follows, perhaps after more words of the kind.
GREETINGS = frozenset(
    "happy merry dear congratulations congrats thanks thank welcome hello farewell goodbye bye cheers rip birthday retirement anniversary "
    "christmas easter lieber liebe alles joyeux bon cher chere feliz querido querida buon caro cara gefeliciteerd beste tillykke grattis".split()
)
#: Characters before a name in which it is said whom it is for; texts may be long, and names many.
REACH = 48
_LAST = r"(?:thank|love|miss|bless|with)\s+you|r\.?\s?i\.?\s?p\.?|rest in peace|memory of|congrat(?:ulation)?s to|property of|belongs to"
_KIN = (
    "husband|wife|hubby|wifey|partner|fiancee?|boyfriend|girlfriend|son|daughter|dad|daddy|father|mum|mom|mummy|mommy|mother|"
    "brother|bro|sister|sis|twin|cousin|nephew|niece|uncle|aunt|auntie|grandson|granddaughter|grandad|granddad|grandpa|grandma|"
    "friend|bestie|buddy|neighbou?r|colleague|boss|teacher|coach|hero|dog|cat|horse"
)
#: Before the name of whom it is from.
_CLOSING = (
    r"yours|(?:all )?my love|love (?:always|forever)|(?:always|forever),|sincerely|faithfully|affectionately|regards|hugs|kisses|x[ox]+"
    r"|grusse|umarmung|bisous|bises|affectueusement|besos|abrazos|con carino|baci|abbracci|con affetto|beijos|abracos|liefs|groetjes|buziaki"
)
#: At the beginning of a line. Left out: those that are English words of another kind, "a" and "till".
_FIRST = (
    r"to|for|from|by|love from|made (?:by|for)|fur|von|pour|de la part de|a la memoire de|para|por|voor|van"
    r"|(?:in|zum) (?:liebevollem )?(?:gedenken|andenken|erinnerung) an|in memoriam|en memoria de|in memoria di"
)
_ADDRESS = re.compile(
    rf"(?:\b(?:{_LAST}|{_CLOSING}|(?:my|our|your) (?:\w+ )?(?:{_KIN}))|(?:^|\n)\s*(?:{_FIRST}))[\s,:]+$"
)


def words_before(text: str, at: int) -> str:
    """What stands before a place, as far as it may say whom the text is for; begins with "…" where more was left out."""
    return text[:at] if at <= REACH else f"…{text[at - REACH : at]}"


def names_somebody(said: str) -> bool:
    """Whether a name is what stands after these folded words: ``"in loving memory of "``, ``"for "``, ``"yours, "``."""
    words = said.split()
    return bool(words) and (words[-1].strip(",.!:") in GREETINGS or bool(_ADDRESS.search(said)))
