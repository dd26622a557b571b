"""Finds listed terms in the readings of an order."""

from collections.abc import Iterable, Iterator
from copy import copy

from moderation.evidence import Outcome
from moderation.matching.cover import Cover, Covered
from moderation.matching.hit import Hit
from moderation.matching.index import Index, exact_key
from moderation.matching.lexicon import Lexicon, load_lexicon
from moderation.matching.match import Match
from moderation.matching.score import score
from moderation.matching.skeleton import views_of
from moderation.matching.spelled import find_spelled
from moderation.matching.tokens import Tokens
from moderation.matching.words import find_masked, find_words
from moderation.reading import Readings
from moderation.request import PersonalizationRequest
from moderation.terms.term import Allow, Term

#: Below this a match is not worth telling.
FLOOR = 0.3
#: Features of readings in which known words are expected under the hit, and which judge them on their own.
_OWN_GATE = frozenset({"word_initials", "line_initials", "cuts", "apart", "mask"})


class Matcher:
    """An index over terms, built once and shared by all orders; immutable, so readers never wait.

    A change of some entries is a new matcher that shares the index of the others: see ``with_changes``.
    """

    def __init__(self, terms: Iterable[Term], allow: Iterable[Allow] = (), *, lexicon: Lexicon | None = None) -> None:
        every = tuple(terms)
        self._lexicon = lexicon or load_lexicon()
        self._indexes: tuple[Index, ...] = (Index(every),)
        self._cover = Cover(allow, every)
        self._gone_from_base: frozenset[str] = frozenset()

    def with_changes(self, *, added: Iterable[Term] = (), removed: Iterable[str] = ()) -> "Matcher":
        """A matcher with some entries added or replaced and some gone, in milliseconds.

        It shares the large index and puts the changes beside it, so build anew now and then: each order visits both.

        Args:
            added: New entries; one whose id is indexed replaces it.
            removed: Ids of entries that no longer hold.
        """
        new = tuple(added)
        changed = copy(self)
        base, *deltas = self._indexes
        kept = [term for delta in deltas for term in delta.terms if term.id not in {each.id for each in new} | set(removed)]
        changed._indexes = (base, Index([*kept, *new]))
        gone = self._gone_from_base | {term.id for term in new if term.id in base.ids} | (set(removed) & base.ids)
        changed._gone_from_base = frozenset(gone)
        changed._cover = self._cover.with_terms([*kept, *new])
        return changed

    def find(self, readings: Readings) -> list[Match]:
        """Every term read in the order: one match per term and place, in the order of the text."""
        tokens = Tokens(readings, self._lexicon)
        covered = self._cover.find(readings.folded)
        best: dict[tuple[str, int, int], Match] = {}
        for hit in self._hits(readings):
            if not _holds_for(hit.term, readings.request):
                continue
            match = self._weigh(hit, tokens, covered)
            if match:
                _keep(best, match, hit.place)
        return _without_shadows(best)

    def _hits(self, readings: Readings) -> Iterator[Hit]:
        for number, index in enumerate(self._indexes):
            gone = self._gone_from_base if number == 0 else frozenset()
            yield from (hit for hit in self._hits_in(readings, index) if hit.term.id not in gone)

    def _hits_in(self, readings: Readings, index: Index) -> Iterator[Hit]:
        for reading in (readings.folded, *readings.straight, *readings.turned, *readings.played):
            for view in views_of(reading):
                yield from find_spelled(view, index, self._lexicon)
        yield from find_words(readings.leet or readings.folded, index, self._lexicon, readings.folded)
        for reading in readings.straight:
            if reading.name in ("letters apart", "look-alikes", "as displayed"):
                yield from find_words(reading, index, self._lexicon, readings.folded)
        yield from find_masked(readings.leet or readings.folded, index, self._lexicon)
        yield from self._otherwise(readings, index)

    def _otherwise(self, readings: Readings, index: Index) -> Iterator[Hit]:
        """Kinds of entries that are no spelling of letters."""
        folded = readings.folded
        if index.exact:
            start = 0
            for each in readings.request.fields:
                end = start + len(each.text)
                for term in index.exact.get(exact_key(each.text), ()):
                    inside = [at for at in range(len(folded.text)) if start <= folded.starts[at] < end]
                    if inside:
                        yield Hit(term, folded, inside[0], inside[-1] + 1, {}, is_plain=True)
                start = end + 1
        for code in index.codes.find(folded):
            yield Hit(code.term, folded, code.start, code.end, {}, "", is_plain=True, fixed=0.92 if code.in_context else 0.6)
        for term, low, high in index.patterns.find(folded):
            yield Hit(term, folded, low, high, {}, "", is_plain=True, fixed=0.95)
        plain = readings.leet or folded
        for term, low, high in index.phrases.find(plain.text):
            yield Hit(term, plain, low, high, {}, "", is_plain=True)

    def _weigh(self, hit: Hit, tokens: Tokens, covered: list[Covered]) -> Match | None:
        low, high = hit.place
        if any(each.protects(hit.term, low, high) for each in covered):
            return None
        touched = tokens.touching(low, high)
        features = hit.features
        if not hit.is_plain and hit.fixed is None and not _OWN_GATE & features.keys() and not tokens.has_signs(low, high):
            if tokens.are_known(touched):
                return None
            if tokens.are_foreign(touched):
                features = features | {"foreign_word": 1.0}
        if hit.reading.name == "letters apart" and hit.end - hit.start <= 3 and tokens.are_initials(low, high):
            return None
        if "apart" in features and len(hit.term.term) <= 3 and tokens.are_initials(low, high):
            return None
        sure = hit.fixed if hit.fixed is not None else score(features)
        at_most, note = Outcome.REJECT, ""
        if hit.is_plain and len(touched) == 1 and hit.fixed is None:
            is_name = tokens.names(touched[0], covered, low, high)
            if tokens.in_name(touched[0]) or (is_name and hit.term.severity <= 2 and len(tokens.all) == 1):
                return None
            if is_name or tokens.all[touched[0]].is_place or any(each.excuses(low, high) for each in covered):
                at_most, note, sure = Outcome.REVIEW, "it is a name or an ordinary word elsewhere as well", min(sure, 0.85)
        elif sure < 0.9:
            at_most = Outcome.REVIEW
        if sure < FLOOR:
            return None
        reading = hit.reading
        return Match(
            term=hit.term, spans=reading.spans(hit.start, hit.end), reading=_reading_name(hit),
            read_as=hit.term.term, score=round(sure, 3), at_most=at_most, note=note,
        )  # fmt: skip


def _reading_name(hit: Hit) -> str:
    if hit.reading.name == "folded":
        return hit.disguise or "as written"
    return hit.reading.name


def _holds_for(term: Term, request: PersonalizationRequest) -> bool:
    """Regions bind where the region is known; brands and products only where they are the order's own."""
    if term.regions and request.region and request.region.upper() not in term.regions:
        return False
    return not term.scope or bool(term.scope & {f"brand:{request.brand}", f"product:{request.product}"})


def _keep(best: dict[tuple[str, int, int], Match], match: Match, place: tuple[int, int]) -> None:
    """One match per term and place, the surest; hits come plainest first, so an equal later one adds nothing."""
    for key, known in list(best.items()):
        if key[0] == match.term.id and key[1] < place[1] and place[0] < key[2]:
            if match.score <= known.score:
                return
            del best[key]
    best[(match.term.id, *place)] = match


def _without_shadows(best: dict[tuple[str, int, int], Match]) -> list[Match]:
    """Leave out a match inside another of the same category that is at least as sure and as severe."""
    ranked = sorted(best.items(), key=lambda item: (-item[1].term.severity, -item[1].score, item[0][1] - item[0][2], item[0]))
    kept: list[tuple[tuple[int, int], Match]] = []
    for (_, low, high), match in ranked:
        shadowed = any(
            first <= low and high <= last and other.term.category == match.term.category
            and other.score >= match.score and other.at_most >= match.at_most and other.term.action.at_most >= match.term.action.at_most
            for (first, last), other in kept
        )  # fmt: skip
        if not shadowed:
            kept.append(((low, high), match))
    return [match for _, match in sorted(kept, key=lambda item: item[0])]
