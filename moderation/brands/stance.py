"""Stance: what the rest of a statement does to a claim. Denied, turned into a gift, praised away, aimed elsewhere."""

import re
from dataclasses import dataclass
from functools import lru_cache

from moderation.brands.framing import Claim
from moderation.brands.hearing import Mention, Statement
from moderation.brands.lexicon import NUMBER
from moderation.matching.lexicon import MERE_NAME, load_lexicon

#: Products that people make into presents: on these, who made it means the giver.
GIFT_PRODUCTS = frozenset(
    "mug cup frame photo apron blanket card ornament pillow canvas cake puzzle quilt bib onesie cushion album calendar keyring keychain "
    "jar toybox picture board magnet coaster taza delantal marco tasse tablier cadre schürze rahmen tazza grembiule cornice caneca avental "
    "mok beker schort lijst マグカップ カップ エプロン kubek fartuch ramka kupa bardak önlük кружка фартук рамка 马克杯 杯子 围裙 머그컵 컵 앞치마".split()
)
#: A denial this many words before a claim still denies it: "not made in a sweatshop".
_REACH = 4
#: What a thing is for or of stands behind one of these.
_OF = re.compile(r" (?:of|for|with|de|da|do|di|del|para|pour|per|à|aus|für|van|voor|dla|z) ")
#: What stands before a time is about when, not about what.
_TIMES = frozenset("since by until till on every before after last next from".split())
_SINCE = frozenset("since seit depuis desde dal sinds od from in".split())
#: What begins an order to someone.
_IMPERATIVE = frozenset({"dont", "never", "do"})
#: A denial holds within its clause: "not included, burns included" denies no burns.
_CLAUSE = re.compile(r"[,;:.?!]\s|[\u2013\u2014]")
#: Who speaks, where a verb that could be a product's follows: "we fell apart", "ich brenne".
_SPEAKERS = frozenset("i we ich wir je nous on io noi yo nosotros ik wij eu ja".split())
#: What products do, and people of themselves.
_DOINGS = frozenset("breaks falls_apart suck dont_last explodes burn leak injure sicken".split())
_TARGETS = frozenset({"brand", "company", "they", "product", "this"})
#: Who makes presents, and who says with pride where he works.
_GIVERS = frozenset({"family", "gift", "career"})
#: A year of these is history where nothing says "since": what was, and whom it was done to.
_PAST = range(1500, 2000)
#: A charity, a club or a run may be named after what it fights; what is this sure is said whoever says it.
_SAID_ANYWAY = 0.94
#: What nurses and teachers demand of their own employers.
_OF_WORK = frozenset({"boycott", "pay", "discrimination", "labour"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Stance:
    """Claims about a claim, each 0 or 1. Weighed in ``scoring``."""

    denied: float
    gift: float
    gift_product: float
    remembered: float
    praise: float
    aimed_elsewhere: float
    names_brand: float
    aimed: float
    sensitive: float
    disguised: float
    brandless: float
    #: Not weighed: it is one way of being aimed elsewhere.
    of_speaker: float = 0.0

    @property
    def is_excused(self) -> bool:
        """Whether it is said and taken back: denied in plain words, a gift, history, or what the speaker did."""
        taken_back = self.gift or self.gift_product or self.remembered or self.of_speaker
        return bool((self.denied and not self.disguised) or taken_back)

    def features(self) -> dict[str, float]:
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What the order says beside its words."""

    product: str
    has_brand: bool
    sensitive: frozenset[str]


def take_stance(claim: Claim, statement: Statement, setting: Setting) -> Stance:
    """What the words around one claim say about it."""
    inside = {id(mention) for mention in claim.mentions}
    around = [m for m in statement.mentions if id(m) not in inside and not _within(m, claim)]
    concepts = {mention.concept for mention in around}
    own = {mention.concept for mention in claim.mentions}
    soft = claim.frame.gift
    thing = _head(setting.product)
    return Stance(
        denied=float(_denied(claim, statement, own)),
        gift=float(soft and (bool(concepts & _GIVERS) or _is_signed(claim, statement))),
        gift_product=float(soft and (thing in GIFT_PRODUCTS or thing.rstrip("s") in GIFT_PRODUCTS)),
        remembered=float(not own & _TARGETS and is_history(statement)),
        praise=float("praise" in concepts),
        aimed_elsewhere=float(_is_aimed_elsewhere(claim, statement, around, own)),
        names_brand=float("brand" in concepts | own),
        aimed=float(bool(own & _TARGETS)),
        sensitive=float(claim.frame.theme in setting.sensitive),
        disguised=float(statement.reading.name not in ("as written", "folded") or any(m.how for m in claim.mentions)),
        brandless=float(not setting.has_brand),
        of_speaker=float(not own & _TARGETS and _is_of_speaker(claim, statement)),
    )


@lru_cache(maxsize=256)
def _head(product: str) -> str:
    """The word that says what a product is: "mug" of "photo mug" and "taza" of "taza de café", not "board" of "board game"."""
    words = _OF.split(product.lower().replace("_", " ").replace("-", " "), maxsplit=1)[0].split()
    return words[-1] if words else ""


def _is_aimed_elsewhere(claim: Claim, statement: Statement, around: list[Mention], own: set[str]) -> bool:
    """Whether somebody or something else is meant."""
    if own & _TARGETS:
        return False
    concepts = {mention.concept for mention in around}
    for_themselves = "charity" in concepts or ("profession" in concepts and claim.frame.theme in _OF_WORK)
    return (
        any(_is_other(m, statement) for m in around)
        or _is_of_speaker(claim, statement)
        or _is_of_somebody(claim, statement)
        or (for_themselves and claim.frame.strength < _SAID_ANYWAY)
    )


def has_other_object(claim: Claim, statement: Statement) -> bool:
    """Whether something else stands where the object of the claim's verb does: "I hate Mondays, I love Strider" is no hate of Strider."""
    behind = {m.last for m in claim.mentions if m.concept not in _TARGETS}
    behind |= {m.last for m in statement.mentions if m.concept == "plain" and m.first in behind}
    return any(m.concept == "other" and m.first in behind and not _within(m, claim) for m in statement.mentions)


def _is_of_somebody(claim: Claim, statement: Statement) -> bool:
    """Whether a person's name stands where the subject does: "Kevin cheats"."""
    first = claim.mentions[0]
    if not 0 < first.first <= len(statement.words) or first.concept in _TARGETS:
        return False
    known = {at for m in statement.mentions for at in range(m.first, m.last)}
    before = first.first - 1
    return before not in known and bool(load_lexicon().kinds(statement.words[before].text) & MERE_NAME)


def _is_signed(claim: Claim, statement: Statement) -> bool:
    """Whether one who is named made it: "made by Olivia, age 6"."""
    lexicon = load_lexicon()
    known = {at for m in statement.mentions for at in range(m.first, m.last)}
    return any(
        lexicon.kinds(statement.words[mention.last].text) & MERE_NAME
        for mention in claim.mentions
        if mention.concept == "by" and mention.last < len(statement.words) and mention.last not in known
    )


def is_history(statement: Statement) -> bool:
    """Whether it speaks of what was: a museum, a memorial, 1833."""
    return any(m.concept == "memory" or _is_past(m, statement) for m in statement.mentions)


def _is_past(mention: Mention, statement: Statement) -> bool:
    """Whether it is a year of history: 1833, not "since 1985"."""
    if mention.concept != NUMBER:
        return False
    words = statement.words
    year, before = words[mention.first].text, words[mention.first - 1].text if mention.first else ""
    return len(year) == 4 and int(year) in _PAST and before not in _SINCE


def _is_other(mention: Mention, statement: Statement) -> bool:
    """Whether something else is meant: Monday in "mondays suck", not in "on strike since monday"."""
    before = statement.words[mention.first - 1].text if 0 < mention.first <= len(statement.words) else ""
    return mention.concept == "other" and before not in _TIMES


def _is_of_speaker(claim: Claim, statement: Statement) -> bool:
    """Whether the speaker did what a product might: "we fell apart", "I burn easily"."""
    first = claim.mentions[0]
    before = statement.words[first.first - 1].text if 0 < first.first <= len(statement.words) else ""
    return first.concept in _DOINGS and before in _SPEAKERS


def _within(mention: Mention, claim: Claim) -> bool:
    return any(m.start <= mention.start and mention.end <= m.end for m in claim.mentions)


def _denied(claim: Claim, statement: Statement, own: set[str]) -> bool:
    if "neg" in own:
        return False
    first, last = claim.mentions[0].first, max(mention.last for mention in claim.mentions)
    for mention in statement.mentions:
        if _within(mention, claim):
            continue
        if (
            mention.concept == "denial"
            and first - _REACH <= mention.last <= last
            and mention.start <= claim.mentions[-1].start
            and not _CLAUSE.search(statement.reading.text, mention.end, max(mention.end, claim.start))
        ):
            return True
        # "Animal testing? No." is an answer to it.
        answered = mention.concept == "denial" and mention.first == last
        if answered and "?" in statement.reading.text[claim.end : mention.start]:
            return True
        # "Shoes that don't hurt" undoes; "don't hurt children" at the beginning asks for it.
        undone = mention.concept == "undoing" and any(mention.last == each.first for each in claim.mentions)
        if undone and (mention.first or not _asks(mention, statement)):
            return True
        if mention.concept == "free" and mention.first == last:
            return True
    return False


def _asks(mention: Mention, statement: Statement) -> bool:
    return statement.words[mention.first].text in _IMPERATIVE
