"""Analysis: everything that one order says about its brand, the surest reading of each theme."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from moderation.brands.book import BrandBook, profile_lexicon
from moderation.brands.ear import WORTH_SAYING, Ear, load_ear, telling
from moderation.brands.framing import Claim, Framing
from moderation.brands.hearing import FANCIFUL, Mention, Statement, hear
from moderation.brands.lexicon import ANY, Lexicon
from moderation.brands.ordinary import is_common, is_ordinary
from moderation.brands.profile import BrandProfile
from moderation.brands.scoring import Weights, load_weights
from moderation.brands.slogans import Mockery, Slogans
from moderation.brands.stance import Setting, Stance, has_other_object, take_stance
from moderation.brands.themes import Frame
from moderation.brands.third_parties import Reference, marks_lexicon, references, rivals
from moderation.matching.lexicon import GIVEN, SURNAME, load_lexicon
from moderation.reading import Reading, Readings

#: A plainer reading explains a finding better; another one must be surer by this much.
_SURER = 0.1
#: Fewer characters than this are chance in a reading that a person must work for.
_SHORTEST = 5
#: Share of known words from which a text reads well, and the ear may be asked about it.
READS_WELL = 0.67
#: Besides what says something alone: what turns a slogan against its brand.
_TURNING = frozenset(
    "neg screw bad protest negative gross suffer hunger price cost money profit pittance tax lie breaks refund insult hospital injure "
    "recall vermin slave prison jail fool never_again down_with cheap useless waste abuse service thief blood kill die toxic burn spy "
    "ripoff expensive illness rash hazard prisoner poison suck ugly embarrass shame steal cheat choke secret leak data war".split()
)
#: A word as clear as this is heard even where a surname would stand.
_CERTAIN = 0.9
#: On the Zipf scale: a word as common as this is a word first.
_COMMON = 4.9
#: Names have up to three words.
_NAME_WORDS = 3
_WORD = re.compile(r"[^\W\d_]+")
#: Names of the readings in which nothing is undone.
_AS_TYPED = ("as written", "folded")
#: What is done to a word so that it is not found; a slip of the pen is none of it.
_HIDING = frozenset({"written together", "letters masked", "leet"})
#: The concept of things that are sold; shorter words for them are too many other things.
PRODUCT, _SHORTEST_PRODUCT = "product", 4
#: Stands where a frame's pattern would, for what the ear heard.
EAR = "ear"
#: How sure the ear must be where the order names no brand that could be meant.
_OF_NOBODY = 0.75
#: What the ear heard is never surer than this: no brand lets it refuse alone.
_EAR_SUREST = 0.85


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A claim with its stance and how sure it is."""

    claim: Claim
    stance: Stance
    statement: Statement
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """What an order says, in the terms of the brand."""

    #: By theme, the surest one.
    findings: tuple[Finding, ...]
    mockery: tuple[Mockery, Statement] | None
    references: tuple[tuple[Reference, Statement], ...]


@dataclass(frozen=True, slots=True)
class _Voice:
    """What is particular to one brand."""

    profile: BrandProfile | None
    lexicon: Lexicon
    slogans: Slogans
    own: frozenset[str]
    #: Competitors of the profile; those of the trade are marks already.
    rivals: tuple[str, ...]


class Analyst:
    """Reads orders with the eyes of the brands in a book; immutable, shared by all orders."""

    def __init__(self, book: BrandBook, weights: Weights | None = None, *, ear: bool = True) -> None:
        """
        Args:
            ear: Whether the encoder is asked too; off where the grammars alone are fitted and measured.
        """
        self._book = book
        self._framing = Framing(book.themes.frames)
        self._marks = marks_lexicon(book.marks)
        self._weights = weights or load_weights()
        self._ear = load_ear() if ear else None
        self._voice = lru_cache(maxsize=256)(self._make_voice)

    def analyse(self, readings: Readings) -> Analysis:
        """Every theme, mock slogan and third party in an order."""
        voice = self._voice(readings.request.brand)
        found: dict[str, Finding] = {}
        mockery: tuple[Mockery, Statement] | None = None
        referred: dict[str, tuple[Reference, Statement]] = {}
        for statement, setting, plain in self.hearings(readings):
            for finding in self._findings(statement, setting, plain):
                theme = finding.claim.frame.theme
                known = found.get(theme)
                if known is None or finding.score > known.score + (0 if known.statement is statement else _SURER):
                    found[theme] = finding
            if plain:
                if mockery is None and (mocked := voice.slogans.mocked(statement)):
                    mockery = (mocked, statement)
                named = [*references(statement, self._book.marks), *rivals(statement, voice.rivals)]
                for reference in named:
                    if reference.mark.name not in voice.own:
                        referred.setdefault(reference.mark.name, (reference, statement))
        if word := _only_word(readings):
            found = {theme: finding for theme, finding in found.items() if _is_said(finding, word)}
        if mockery or referred:
            # What was made of the slogan, or whose name it is, explains more.
            found = {theme: f for theme, f in found.items() if f.claim.frame.pattern != EAR}
        return Analysis(
            findings=tuple(sorted(found.values(), key=lambda finding: -finding.score)),
            mockery=mockery,
            references=tuple(referred.values()),
        )

    def hearings(self, readings: Readings) -> Iterator[tuple[Statement, Setting, bool]]:
        """Each reading worth hearing, heard; and whether people read it without any effort."""
        request = readings.request
        voice = self._voice(request.brand)
        setting = Setting(
            product=request.product or "",
            has_brand=voice.profile is not None,
            sensitive=frozenset(voice.profile.sensitive) if voice.profile else frozenset(),
        )
        product = _product_words(request.product or "")
        said: frozenset[str] = frozenset()
        sense = 0.0
        for reading, plain in self._worth_hearing(readings):
            statement = _with_product(hear(reading, (self._book.lexicon, voice.lexicon, self._marks)), product)
            if reading is readings.folded:
                said = frozenset(word.text for word in statement.words)
                sense = sense_of(statement)
            elif reading.name == "reversed":
                backwards = sense_of(statement)
                if sense >= backwards:
                    # It reads as well as it stands: what it says backwards is chance.
                    continue
                # Written backwards as a whole, it is meant to be read from the back.
                plain = plain or backwards > READS_WELL
            elif sense == 1.0 and reading.name in FANCIFUL:
                # Every word is one: no letter of it stands for another.
                continue
            elif not any(_is_new(mention, statement, said) for mention in statement.mentions):
                # Nothing that the plain reading did not say; what it lacks may be the "never" before it.
                continue
            if statement.mentions:
                yield statement, setting, plain

    def claims(self, statement: Statement, setting: Setting, plain: bool) -> Iterator[tuple[Claim, Stance]]:
        """What the statement claims, frame by frame, each with its stance."""
        claims = self._framing.claims(statement)
        for claim in claims:
            if (plain or claim.end - claim.start >= _SHORTEST) and not (
                _is_surname(claim, statement) or has_other_object(claim, statement)
            ):
                yield claim, take_stance(claim, statement, setting)

    def _findings(self, statement: Statement, setting: Setting, plain: bool) -> Iterator[Finding]:
        surest, excused = 0.0, False
        found = []
        for claim, stance in self.claims(statement, setting, plain):
            score = self._weights.score(claim, stance)
            surest, excused = max(surest, score), excused or stance.is_excused
            found.append(Finding(claim=claim, stance=stance, statement=statement, score=score))
        if plain and self._ear and (surest >= WORTH_SAYING or not excused):
            return self._heard_again(found, surest, statement, setting, self._ear)
        return iter(found)

    def _heard_again(
        self, found: list[Finding], surest: float, statement: Statement, setting: Setting, ear: Ear
    ) -> Iterator[Finding]:
        """What the ear makes of it too: it adds what it is sure of where the frames heard nothing, and drops what it does not believe."""
        claimed = surest >= WORTH_SAYING
        told = telling(statement)
        if not told or not (claimed or ear.is_worth_asking(told)) or sense_of(statement) < READS_WELL:
            return iter(found)
        if claimed and _is_hidden(statement, found):
            # Nobody spells apart, masks or writes as one word what is kindly meant.
            return iter(found)
        if claimed and not ear.untaught.isdisjoint(f.claim.frame.theme for f in found if f.score >= WORTH_SAYING):
            # Of what it was not taught it cannot tell.
            return iter(found)
        heard = ear.hear(told)
        sureness = ear.sureness(statement, told, heard, surest)
        if sureness < (WORTH_SAYING if claimed or setting.has_brand else _OF_NOBODY):
            return iter(())
        if claimed:
            return iter(found)
        return iter([*found, self._overheard(statement, setting, heard.theme, min(sureness, _EAR_SUREST))])

    def _overheard(self, statement: Statement, setting: Setting, theme: str, score: float) -> Finding:
        """What the ear is sure of, as a claim made by all of the words."""
        words = statement.words
        how = next((mention.how for mention in statement.mentions if mention.how), "")
        whole = Mention(EAR, ANY, 0, len(words), words[0].start, words[-1].end, how)
        frame = Frame(theme=theme, pattern=EAR, parts=(), ordered=False, gap=0, strength=score, gift=False)
        claim = Claim(frame, (whole,))
        return Finding(claim=claim, stance=take_stance(claim, statement, setting), statement=statement, score=score)

    def _worth_hearing(self, readings: Readings) -> Iterable[tuple[Reading, bool]]:
        """The readings that can hold something, and whether people read them without any effort."""
        yield readings.folded, True
        straight = {id(reading) for reading in (readings.leet, *readings.straight) if reading}
        for reading in readings:
            if reading is readings.folded or reading is readings.as_written:
                continue
            if id(reading) in straight:
                yield reading, True
            elif self._book.lexicon.may_hold(reading.text):
                yield reading, False

    def _make_voice(self, brand: str | None) -> _Voice:
        profile = self._book.profile_for(brand)
        trade = profile.trade if profile else ""
        names = profile.names if profile else ()
        others = [mark for mark in self._book.marks if not {mark.name, *mark.aliases} & set(names)]
        rivals = [mark for mark in others if trade and mark.trade == trade]
        # Whose trade is not known may compete with anyone.
        slogans = [
            *(profile.slogans if profile else ()),
            *(slogan for mark in (rivals if trade else others) for slogan in mark.slogans),
        ]
        lexicon = (
            profile_lexicon(profile, [name for m in rivals for name in (m.name, *m.aliases)], slogans)
            if profile
            else Lexicon((), frozenset())
        )
        own = frozenset((*names, *profile.partners, *profile.faces)) if profile else frozenset()
        hostile = self._book.themes.loud | _TURNING
        return _Voice(profile, lexicon, Slogans(slogans, hostile), own, profile.competitors if profile else ())


@lru_cache(maxsize=256)
def _product_words(product: str) -> frozenset[str]:
    """What an order calls its product: "headphones" of "wireless_headphones", one or several of them."""
    words = [word for word in _WORD.findall(product.lower()) if len(word) >= _SHORTEST_PRODUCT]
    last = words[-1].removesuffix("s") if words else ""
    return frozenset({last, f"{last}s"}) if last else frozenset()


def _with_product(statement: Statement, product: frozenset[str]) -> Statement:
    """The statement in which the product of the order is one, though no list knows the word."""
    if not any(word.text in product for word in statement.words):
        return statement
    known = {at for mention in statement.mentions for at in range(mention.first, mention.last)} | statement.excused
    named = [
        Mention(PRODUCT, ANY, at, at + 1, word.start, word.end, "")
        for at, word in enumerate(statement.words)
        if word.text in product and at not in known
    ]
    if not named:
        return statement
    mentions = sorted((*statement.mentions, *named), key=lambda mention: (mention.start, -mention.end))
    return replace(statement, mentions=tuple(mentions))


def _only_word(readings: Readings) -> str:
    """The order's only word when it is a name or a word that people know, digits and signs beside it left aside."""
    words = _WORD.findall(readings.folded.text)
    return words[0] if len(words) == 1 and load_lexicon().kinds(words[0]) else ""


def _is_said(finding: Finding, word: str) -> bool:
    """Whether an order of one known word says it: as the word stands, no repair, and not with a given name alone.

    Whoever writes "Marion73" or "señalar" has not misspelled or disguised anything else; "Alma" is a girl before it is
    "don't buy" in a language of which nothing else is there.
    """
    is_repaired = finding.statement.reading.name not in _AS_TYPED or any(m.how for m in finding.claim.mentions)
    return not is_repaired and (finding.score >= _CERTAIN or not _is_given(word))


def _is_hidden(statement: Statement, found: Iterable[Finding]) -> bool:
    """Whether something had to be undone to hear the claim that is made."""
    made = (finding for finding in found if finding.score >= WORTH_SAYING)
    return statement.reading.name not in _AS_TYPED or any(m.how in _HIDING for f in made for m in f.claim.mentions)


def _is_surname(claim: Claim, statement: Statement) -> bool:
    """Whether the claim is one word after a given name, and no more is said: "Geoffrey Boycott", "Nora Rash"."""
    if len(claim.mentions) > 1 or claim.frame.strength >= _CERTAIN or not 2 <= len(statement.words) <= _NAME_WORDS:
        return False
    mention = claim.mentions[0]
    if mention.last != len(statement.words) or mention.last - mention.first > 1:
        return False
    before = mention.first - 1
    return not any(m.first <= before < m.last for m in statement.mentions) and _is_given(statement.words[before].text)


def _is_given(word: str) -> bool:
    """Whether it is a given name more than anything else: "Nora", not "Chinese"."""
    kinds, common = load_lexicon().kinds(word), load_lexicon().english(word)
    return bool(kinds & GIVEN) and (common < _COMMON or bool(kinds & SURNAME))


def sense_of(statement: Statement) -> float:
    """Share of the words that people write, 0.0 to 1.0."""
    known = {at for mention in statement.mentions if not mention.how for at in range(mention.first, mention.last)}
    names = load_lexicon()
    said = (
        at in known or is_common(word.text) or is_ordinary(word.text) or names.kinds(word.text)
        for at, word in enumerate(statement.words)
    )
    return sum(map(bool, said)) / (len(statement.words) or 1)


def _is_new(mention: Mention, statement: Statement, said: frozenset[str]) -> bool:
    """Whether a mention rests on a word that the plain reading does not have."""
    words = statement.words[mention.first : mention.last]
    return bool(mention.how) or not words or any(word.text not in said for word in words)
