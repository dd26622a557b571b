"""Sources: what people made of the findings of each list entry, model class and detector.

A source that is mostly cleared asks for a look at its entry, not at those who cleared it.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from api.storage.tables import DecisionRecord, ReviewCase, Screening

#: Verdicts that the figures rest on: the newest.
LEARN_FROM = 2000
LEARN_SINCE = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRecord:
    """How people judged what one source found."""

    #: A list entry, a model class, or a detector's name.
    source: str
    #: Empty for a whole detector.
    category: str
    #: Orders rejected for the category that it names.
    upheld: int
    #: Orders approved all the same.
    cleared: int

    @property
    def precision(self) -> float:
        """Share of its judged findings that people upheld; 0.0 to 1.0."""
        return self.upheld / (self.upheld + self.cleared)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """The records, those most often cleared first."""

    sources: tuple[SourceRecord, ...]
    detectors: tuple[SourceRecord, ...]


def judge_sources(session: Session, merchant_id: str, at: datetime, since: timedelta = LEARN_SINCE) -> Judged:
    """From the verdicts of people since then, on the machine's reviews and, by appeals, on its rejections."""
    verdicts = session.exec(
        select(DecisionRecord.outcome, DecisionRecord.reasons, DecisionRecord.evidence)
        .join(Screening, col(Screening.decision_id) == DecisionRecord.id)
        .join(ReviewCase, col(ReviewCase.screening_id) == Screening.id)
        .where(
            ReviewCase.merchant_id == merchant_id,
            col(ReviewCase.resolved_at) > at - since,
            DecisionRecord.decided_by != "machine",
        )
        .order_by(col(ReviewCase.resolved_at).desc())
        .limit(LEARN_FROM)
    ).all()
    sources, detectors = _Tally(), _Tally()
    for outcome, reasons, evidence in verdicts:
        sources.count(outcome, reasons, {(found["source"], found["category"]) for found in evidence})
        detectors.count(outcome, reasons, {(found["detector"], found["category"]) for found in evidence})
    return Judged(sources=sources.records(), detectors=detectors.records(by_category=False))


class _Tally:
    """Counts per ``(source, category)``; a finding beside the reason of a rejection is neither upheld nor cleared."""

    def __init__(self) -> None:
        self._upheld: Counter[tuple[str, str]] = Counter()
        self._cleared: Counter[tuple[str, str]] = Counter()

    def count(self, outcome: str, reasons: Iterable[str], found: set[tuple[str, str]]) -> None:
        for each in found:
            self._cleared[each] += outcome == "approve"
            self._upheld[each] += outcome == "reject" and each[1] in reasons

    def records(self, by_category: bool = True) -> tuple[SourceRecord, ...]:
        totals: dict[tuple[str, str], list[int]] = {}
        for source, category in self._upheld:
            total = totals.setdefault((source, category if by_category else ""), [0, 0])
            total[0] += self._upheld[source, category]
            total[1] += self._cleared[source, category]
        judged = [
            SourceRecord(source=source, category=category, upheld=upheld, cleared=cleared)
            for (source, category), (upheld, cleared) in totals.items()
            if upheld + cleared
        ]
        return tuple(sorted(judged, key=lambda each: (-each.cleared, each.precision, each.source)))
