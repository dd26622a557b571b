"""Quality: how far reviewers read the rules alike, from blind double reviews and from controls.

It is for teaching. The order is by name, nothing says who is fast, and what matters is the list of texts that two
people read differently: there the rule is unclear, or somebody has not been told.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select
from ulid import ULID

from api.reviewing.claims import name_of
from api.reviewing.opinions import SAMPLE
from api.storage.tables import Control, ControlAnswer, DecisionRecord, Opinion, Reviewer
from moderation.agreement import ENOUGH, cohen_kappa, share_alike

LEARN_SINCE = timedelta(days=90)
#: Of opinions and of answered controls, the newest so many.
LEARN_FROM = 4000
DIFFERENCES = 12

#: A verdict as two readers can be compared by: outcome and reason.
Label = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """How often two readers came to the same, about one category or with one person."""

    name: str
    pairs: int
    #: Share of the pairs in which both say the same; 0.0 to 1.0.
    alike: float
    #: Beyond chance; None below ``ENOUGH`` pairs, or where it is not defined.
    kappa: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One order that two people read differently."""

    case_id: str
    category: str
    #: Reviewer's pseudonym and verdict, each ``("Heron", "reject", "hate")``.
    first: tuple[str, str, str]
    second: tuple[str, str, str]
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlsRead:
    """How one person answered the controls that they were given."""

    name: str
    answered: int
    as_known: int


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityReport:
    #: Of all samples; None without one.
    overall: Agreement | None
    categories: tuple[Agreement, ...]
    reviewers: tuple[Agreement, ...]
    #: Pairs that a rule demanded: they begin with a rejection, so no kappa is made of them.
    demanded: int
    demanded_alike: int
    controls: tuple[ControlsRead, ...]
    #: The controls that were read differently most often: category, why, answered, as known.
    hardest: tuple[tuple[str, str, int, int], ...]
    #: The newest first.
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pair:
    first: Opinion
    second: Opinion
    category: str

    @property
    def labels(self) -> tuple[Label, Label]:
        return _label(self.first), _label(self.second)

    @property
    def is_alike(self) -> bool:
        return len(set(self.labels)) == 1


def look_at_quality(session: Session, merchant_id: str, at: datetime) -> QualityReport:
    """The report over the last ``LEARN_SINCE``."""
    pairs = _pairs(session, merchant_id, at)
    samples = [pair for pair in pairs if pair.first.asked_for == SAMPLE]
    demanded = [pair for pair in pairs if pair.first.asked_for != SAMPLE]
    names = dict(session.exec(select(Reviewer.id, Reviewer.pseudonym).where(Reviewer.merchant_id == merchant_id)).all())
    by_category: defaultdict[str, list[tuple[Label, Label]]] = defaultdict(list)
    by_reviewer: defaultdict[str, list[tuple[Label, Label]]] = defaultdict(list)
    for pair in samples:
        by_category[pair.category].append(pair.labels)
        by_reviewer[names.get(pair.first.reviewer_id, "someone")].append(pair.labels)
        by_reviewer[names.get(pair.second.reviewer_id, "someone")].append(pair.labels[::-1])
    controls, hardest = _controls(session, merchant_id, at, names)
    return QualityReport(
        overall=_agreement("all", [pair.labels for pair in samples]) if samples else None,
        categories=tuple(_agreement(name, by_category[name]) for name in sorted(by_category)),
        reviewers=tuple(_agreement(name, by_reviewer[name]) for name in sorted(by_reviewer)),
        demanded=len(demanded),
        demanded_alike=sum(pair.is_alike for pair in demanded),
        controls=controls,
        hardest=hardest,
        differences=_differences(session, pairs),
    )


def _agreement(name: str, pairs: list[tuple[Label, Label]]) -> Agreement:
    return Agreement(
        name=name,
        pairs=len(pairs),
        alike=share_alike(pairs) or 0.0,
        kappa=cohen_kappa(pairs) if len(pairs) >= ENOUGH else None,
    )


def _pairs(session: Session, merchant_id: str, at: datetime) -> list[_Pair]:
    """Opinions about one question, two by two, the newest first; one that waits for the other is left out."""
    # Ids begin with their time, so the index finds the young ones.
    since = f"opi_{ULID.from_datetime(at - LEARN_SINCE)}"
    rows = session.exec(
        select(Opinion, DecisionRecord.reasons)
        .join(DecisionRecord, col(DecisionRecord.id) == Opinion.decision_id)
        .where(Opinion.merchant_id == merchant_id, col(Opinion.id) >= since)
        .order_by(col(Opinion.id).desc())
        .limit(LEARN_FROM)
    )
    seconds: dict[tuple[str, str], Opinion] = {}
    pairs = []
    for opinion, reasons in rows:
        about = (opinion.case_id, opinion.decision_id)
        if about not in seconds:
            seconds[about] = opinion
        else:
            pairs.append(_Pair(first=opinion, second=seconds[about], category=reasons[0] if reasons else "unclear"))
    return pairs


def _controls(
    session: Session, merchant_id: str, at: datetime, names: dict[str, str]
) -> tuple[tuple[ControlsRead, ...], tuple[tuple[str, str, int, int], ...]]:
    rows = session.exec(
        select(ControlAnswer, Control)
        .join(Control, col(Control.id) == ControlAnswer.control_id)
        .where(Control.merchant_id == merchant_id, col(ControlAnswer.answered_at) > at - LEARN_SINCE)
        .order_by(col(ControlAnswer.answered_at).desc())
        .limit(LEARN_FROM)
    ).all()
    answered: Counter[str] = Counter()
    right: Counter[str] = Counter()
    tried: dict[str, tuple[Control, list[bool]]] = {}
    for answer, control in rows:
        is_known = (answer.outcome, answer.reason) == (control.outcome, control.reason)
        name = names.get(answer.reviewer_id, "someone")
        answered[name] += 1
        right[name] += is_known
        tried.setdefault(control.id, (control, []))[1].append(is_known)
    return (
        tuple(ControlsRead(name=name, answered=answered[name], as_known=right[name]) for name in sorted(answered)),
        tuple(_hardest(tried.values())),
    )


def _hardest(tried: Iterable[tuple[Control, list[bool]]]) -> list[tuple[str, str, int, int]]:
    missed = [
        (control.reason or (control.decision["reasons"] or ["unclear"])[0], control.why, len(read), sum(read))
        for control, read in tried
        if not all(read)
    ]
    return sorted(missed, key=lambda each: (each[3] / each[2], -each[2]))[:DIFFERENCES]


def _differences(session: Session, pairs: list[_Pair]) -> tuple[Difference, ...]:
    differing = sorted(
        (pair for pair in pairs if not pair.is_alike), key=lambda pair: pair.second.created_at, reverse=True
    )
    return tuple(_difference(session, pair) for pair in differing[:DIFFERENCES])


def _difference(session: Session, pair: _Pair) -> Difference:
    return Difference(
        case_id=pair.first.case_id,
        category=pair.category,
        first=(name_of(session, pair.first.reviewer_id), *_label(pair.first)),
        second=(name_of(session, pair.second.reviewer_id), *_label(pair.second)),
        at=pair.second.created_at,
    )


def _label(opinion: Opinion) -> Label:
    return opinion.outcome, opinion.reason or ""
