"""Finds listed terms in the readings of an order."""

from collections.abc import Iterable, Iterator, Sequence
from copy import copy
from itertools import chain, islice

from moderation.matching.cover import Cover
from moderation.matching.hit import Hit
from moderation.matching.index import Index
from moderation.matching.judge import Judge
from moderation.matching.lexicon import Lexicon, load_lexicon
from moderation.matching.looked import Looked
from moderation.matching.masked import find_bare_masked, find_masked
from moderation.matching.match import Found, Match
from moderation.matching.placed import Placed, keep_best, without_shadows
from moderation.matching.plates import plated
from moderation.matching.skeleton import views_of
from moderation.matching.spelled import find_spelled
from moderation.matching.words import find_words
from moderation.reading import Reading, Readings
from moderation.request import PersonalizationRequest
from moderation.terms.term import Allow, Term

#: Hits of one order that are looked at; an order with more has said enough, and a person looks at the rest.
MOST_HITS = 600


class Matcher:
    """An index over terms, built once and shared by all orders; immutable, so readers never wait.

    A change of some entries is a new matcher that shares the index of the others: see ``with_changes``.
    """

    def __init__(
        self, terms: Iterable[Term], allow: Iterable[Allow] = (), *, lexicon: Lexicon | None = None, version: str = ""
    ) -> None:
        """``version`` is the content hash of the lists, where the index is worth keeping for the next start."""
        every = tuple(terms)
        self._lexicon = lexicon or load_lexicon()
        self._indexes: tuple[Index, ...] = (Index(every, version),)
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
        kept = [
            term for delta in deltas for term in delta.terms if term.id not in {each.id for each in new} | set(removed)
        ]
        changed._indexes = (base, Index([*kept, *new]))
        gone = self._gone_from_base | {term.id for term in new if term.id in base.ids} | (set(removed) & base.ids)
        changed._gone_from_base = frozenset(gone)
        changed._cover = self._cover.with_terms([*kept, *new])
        return changed

    def find(self, readings: Readings) -> list[Match]:
        """Every term read in the order: one match per term and place, in the order of the text."""
        return self.search(readings).matches

    def search(self, readings: Readings) -> Found:
        """What ``find`` finds, and whether every way of reading was tried."""
        judge = self.judge(readings)
        looked = self._unlooked(readings)
        best: dict[str, list[Placed]] = {}
        hits = self.hits(readings, looked)
        for hit in islice(hits, MOST_HITS):
            if _holds_for(hit.term, readings.request) and (weighed := judge.weigh(hit)):
                keep_best(best.setdefault(hit.term.id, []), Placed(*hit.place, weighed))
        matches = without_shadows([placed for each in best.values() for placed in each])
        is_cut = any(each.is_cut for each in looked) or next(hits, None) is not None
        return Found(matches=matches, is_complete=not is_cut, is_known=judge.is_known)

    def judge(self, readings: Readings) -> Judge:
        """What is innocent in this order."""
        return Judge(readings, self._cover, self._lexicon, [index.listed for index in self._indexes])

    def hits(self, readings: Readings, looked: Sequence[Looked] = ()) -> Iterator[Hit]:
        """Every place where a term may be read, the plainest readings first, not yet judged."""
        for number, (index, seen) in enumerate(zip(self._indexes, looked or self._unlooked(readings), strict=True)):
            gone = self._gone_from_base if number == 0 else frozenset()
            yield from (hit for hit in self._hits_in(readings, index, seen) if hit.term.id not in gone)

    def _unlooked(self, readings: Readings) -> list[Looked]:
        """One for each index: a place that holds nothing of the one may hold a term of the other."""
        return [Looked(readings) for _ in self._indexes]

    def _hits_in(self, readings: Readings, index: Index, looked: Looked) -> Iterator[Hit]:
        texts: set[str] = set()
        for reading in chain(_plainest_first(readings), self._plates(readings, looked)):
            if looked.is_cut:
                break
            if reading.text in texts:
                continue
            texts.add(reading.text)
            for view in views_of(reading):
                if looked.opens(len(view.key)):
                    yield from find_spelled(view, index, self._lexicon, looked)
        worded = _worded(readings)  # of noise, that a person will see, the first is enough
        yield from find_words(islice(worded, 1) if looked.is_cut else worded, index, self._lexicon, readings.folded)
        for each in (readings.folded, readings.leet):  # a mark may be a mask or a letter: "#" is both
            if each:
                yield from find_masked(each, index, self._lexicon)
        yield from find_bare_masked(readings.folded, index)
        if readings.blurred:
            yield from find_masked(readings.blurred, index, self._lexicon)
        yield from self._otherwise(readings, index)

    def _plates(self, readings: Readings, looked: Looked) -> Iterator[Reading]:
        """Last of all, and made when the others were looked at; noise and prose are no plates."""
        made = [] if readings.is_long else plated(readings.folded, self._lexicon)
        if made:
            looked.grant_plates()
        yield from made

    def _otherwise(self, readings: Readings, index: Index) -> Iterator[Hit]:
        """Kinds of entries that are no spelling of letters."""
        folded = readings.folded
        for start, each in zip(folded.layout.offsets, readings.request.fields, strict=True):
            for term in index.whole(each.text):
                inside = [at for at, low in enumerate(folded.starts) if start <= low < start + len(each.text)]
                if inside:
                    yield Hit(term, folded, inside[0], inside[-1] + 1, {}, is_plain=True)
        for code in index.codes.find(folded):
            yield Hit(
                code.term, folded, code.start, code.end, {}, "", is_plain=True, fixed=0.92 if code.in_context else 0.6
            )
        for term, low, high in index.patterns.find(folded):
            yield Hit(term, folded, low, high, {}, "", is_plain=True, fixed=0.95)
        for reading in (folded, *(each for each in readings.played if each.name == "emoji as words")):
            for term, low, high in index.numbered.find(reading):
                yield Hit(term, reading, low, high, {}, "", is_plain=True)
        plain = readings.leet or folded
        for term, low, high in index.phrases.find(plain.text):
            yield Hit(term, plain, low, high, {}, "", is_plain=True)


def _plainest_first(readings: Readings) -> Iterator[Reading]:
    """Each kind is made when the ones before it were looked at."""
    yield readings.folded
    yield from readings.straight
    yield from readings.turned
    yield from readings.played


def _worded(readings: Readings) -> Iterator[Reading]:
    """Readings whose unknown words are worth comparing with terms, one by one."""
    yield readings.leet or readings.folded
    if readings.leet_otherwise:
        yield readings.leet_otherwise
    yield from (each for each in readings.straight if each.name in ("letters apart", "as displayed"))


def _holds_for(term: Term, request: PersonalizationRequest) -> bool:
    """Regions bind where the region is known; brands and products only where they are the order's own."""
    if term.regions and request.region and request.region.upper() not in term.regions:
        return False
    return not term.scope or bool(term.scope & {f"brand:{request.brand}", f"product:{request.product}"})
