"""Words that are said against what they quote: ``they called me ...``, ``... is not ok``. A machine refuses none of it alone.

Who says no to a slur means people by it, so what speaks against a word must speak about the saying of it; against a deed or
a creed a plain no is enough.
"""

import re

from moderation.evidence import Category
from moderation.terms.term import Term

_DEEDS = frozenset({Category.EXTREMISM, Category.VIOLENCE, Category.SELF_HARM})
_WORDS = frozenset({Category.HATE, Category.HARASSMENT})
#: Characters before and after within which it is said.
_REACH = 48
_LINK = r"(?:\s+(?:me|us|him|her|them|a|an|the|that|any|ever|le|la|les|un|une|el|los|il|o|os|das|de|mich|dich)\b)*[\s:,\"'“”]*$"
_SAID = re.compile(
    r"\b(?:(?:never|not|don'?t|stop|quit|nobody|no one|who|whoever) (?:ever |should )?(?:say|says|saying|said|call|calls|calling|called|shout|shouting)"
    r"|never say that (?:i|we)|called (?:me|us|him|her|them)|(?:am|are|is|i'm|we're|they're) not|saying|to say"
    r"|(?:nannte|nannten) (?:mich|uns|ihn|sie)|sag(?:t)? (?:nie|nicht)|m'ont traite de|dire|me llamaron|decir)" + _LINK
)
_NO = re.compile(
    r"\b(?:no to|no|no more|never|never again|end|stop|against|anti|nein zu|kein(?:e[mnrs]?)?|nie wieder|gegen|stoppt|non (?:a|au|aux)"
    r"|plus jamais|jamais|contre|no (?:a|al|mas)|nunca mas|basta (?:de|con)|contra|mai piu|contro|no (?:ao|aos)|nunca mais|geen|nooit meer|tegen)"
    + _LINK
)
_AFTER = re.compile(
    r"^[\s\"'“”,:-]*(?:is|are|was|were|isn'?t|aren'?t)\s+(?:not |never |so |just )*"
    r"(?:ok|okay|wrong|unacceptable|hate speech|a lie|lies|a crime|crimes|funny|acceptable)\b"
)


def is_countered(term: Term, text: str, start: int, end: int) -> bool:
    """Whether the term in ``text[start:end]``, folded, is quoted to be condemned."""
    if term.category not in _DEEDS | _WORDS:
        return False
    before, after = text[max(0, start - _REACH) : start], text[end : end + _REACH]
    if term.category in _DEEDS and _NO.search(before):
        return True
    return bool(_SAID.search(before) or (" " in term.term and _AFTER.match(after)))
