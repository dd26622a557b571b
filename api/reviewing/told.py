"""What the sealed log holds: events of cases, decisions, holds, and what happened beside them, each told in one way.

``said`` is sealed for good. ``written`` is what people wrote; it may be erased, and then only its print stays.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Integer, Row, Select, Table, bindparam, exists, select
from sqlalchemy.sql.elements import SQLCoreOperations
from sqlmodel import Session, SQLModel, col

from api.reviewing.erasing import ERASED, WORDS_OF_A_FINDING
from api.storage.tables import AuditEntry, AuditEvent, CaseEventRecord, DecisionRecord, Hold, Screening

#: The parts of an event's detail that people wrote.
WORDS = ("note", "ground")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One thing that happened, as the store tells it now."""

    subject: str
    said: dict[str, Any]
    #: Empty where nobody wrote anything.
    written: dict[str, Any]
    #: Its words are gone, and the log says that somebody erased them.
    is_erased: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A table whose rows are sealed one by one, and marked with the number of their entry."""

    table: Table
    #: All of them.
    query: Select[Any]
    #: The oldest ``:most`` that are not sealed yet; an index holds them alone. Built once: it is asked all the time.
    unsealed: Select[Any]
    tell: Callable[[Session, Sequence[Row[Any]]], list[Told]]


def waiting(session: Session, limit: int) -> list[tuple[Table | None, Told]]:
    """What is not sealed yet, at most ``limit`` of each kind; with the table whose row is to be marked."""
    found: list[tuple[Table | None, Told]] = []
    connection = session.connection()
    for source in SOURCES.values():
        if rows := connection.execute(source.unsealed, {"most": limit}).all():
            found += [(source.table, told) for told in source.tell(session, rows)]
    for query, tell in ((_PLACED, _placed), (_LIFTED, _lifted)):
        found += [(None, tell(row)) for row in connection.execute(query, {"most": limit})]
    return found


def find(session: Session, subjects: Iterable[str]) -> dict[str, Told]:
    """What the store tells now of each subject; those that are gone are missing."""
    by_kind: dict[str, list[str]] = {}
    for subject in subjects:
        by_kind.setdefault(subject.partition("_")[0], []).append(subject)
    found: list[Told] = []
    for kind, ids in by_kind.items():
        if kind == "hold":
            found += _find_holds(session, ids)
        elif kind in SOURCES:
            source = SOURCES[kind]
            rows = session.connection().execute(source.query.where(source.table.c.id.in_(ids)))
            found += source.tell(session, rows.all())
    return {told.subject: told for told in found}


def missing(session: Session) -> Iterable[tuple[str, int]]:
    """Rows that say that they were sealed as an entry that is not there."""
    for source in SOURCES.values():
        id_, number = source.table.c.id, source.table.c.sealed_as
        query = select(id_, number).where(number.is_not(None), ~_is_sealed(id_))
        yield from ((each, sealed_as) for each, sealed_as in session.connection().execute(query))


def _is_sealed(subject: SQLCoreOperations[str]) -> ColumnElement[bool]:
    return exists().where(col(AuditEntry.subject) == subject)


def _columns(table: type[SQLModel], *names: str) -> list[Any]:
    return [getattr(table, name) for name in names]


_EVENT = _columns(CaseEventRecord, "id", "case_id", "kind", "actor", "detail", "created_at")
_BESIDE = _columns(AuditEvent, "id", "merchant_id", "kind", "actor", "about", "detail", "created_at")
_HOLD = _columns(Hold, *Hold.model_fields)
_DECISION = _columns(DecisionRecord, *(name for name in DecisionRecord.model_fields if name != "sealed_as"))


def _tell_events(session: Session, rows: Sequence[Row[Any]]) -> list[Told]:
    told = [_of_event(row) for row in rows]
    gone = {each.said["case"] for each in told if each.written and set(each.written.values()) == {ERASED}}
    erased = set[str]()
    if gone:
        case = col(CaseEventRecord.case_id)
        query = select(case).where(case.in_(gone), col(CaseEventRecord.kind) == "erase")
        erased = set(session.connection().execute(query).scalars())
    return [_as_erased(each) if each.said["case"] in erased and each.said["case"] in gone else each for each in told]


def _of_event(event: Row[Any]) -> Told:
    said = {
        "case": event.case_id,
        "kind": event.kind,
        "actor": event.actor,
        "at": event.created_at.isoformat(),
        "detail": {key: value for key, value in event.detail.items() if key not in WORDS},
    }
    return Told(subject=event.id, said=said, written={key: event.detail[key] for key in WORDS if event.detail.get(key)})


def _tell_decisions(session: Session, rows: Sequence[Row[Any]]) -> list[Told]:
    told = [_of_decision(row) for row in rows]
    gone = {row.screening_id for row in rows if row.erased_at is not None and not row.fields}
    erased = set[str]()
    if gone:
        about = col(AuditEvent.about)
        query = select(about).where(about.in_(gone), col(AuditEvent.kind) == "text_erased")
        erased = set(session.connection().execute(query).scalars())
    return [_as_erased(each) if each.said["screening"] in erased else each for each in told]


def _of_decision(decision: Row[Any]) -> Told:
    said = {
        "screening": decision.screening_id,
        "actor": decision.decided_by,
        "at": decision.created_at.isoformat(),
        "outcome": decision.outcome,
        "reasons": decision.reasons,
        "risk": decision.risk,
        "versions": decision.versions,
        "override_of": decision.override_of,
        "reason_added_by_person": decision.reason_added_by_person,
        "evidence": [_without(found, WORDS_OF_A_FINDING) for found in decision.evidence],
    }
    quoted = [{name: found.get(name) for name in WORDS_OF_A_FINDING} for found in decision.evidence]
    return Told(
        subject=decision.id,
        said=said,
        written={"fields": decision.fields, "evidence": quoted, "ground": decision.ground},
    )


def _tell_beside(_session: Session, rows: Sequence[Row[Any]]) -> list[Told]:
    return [
        Told(
            subject=row.id,
            said={
                "merchant": row.merchant_id,
                "kind": row.kind,
                "actor": row.actor,
                "at": row.created_at.isoformat(),
                "about": row.about,
                "detail": row.detail,
            },
            written={},
        )
        for row in rows
    ]


def _find_holds(session: Session, subjects: Sequence[str]) -> list[Told]:
    ids = {subject.partition(":")[0] for subject in subjects}
    rows = session.connection().execute(select(*_HOLD).where(col(Hold.id).in_(ids))).all()
    told = [_placed(row) for row in rows] + [_lifted(row) for row in rows if row.lifted_at is not None]
    return [each for each in told if each.subject in subjects]


def _placed(hold: Row[Any]) -> Told:
    said = {"merchant": hold.merchant_id, "brand": hold.brand, "campaign": hold.campaign, "note": hold.note}
    said |= {"actor": hold.placed_by, "at": hold.created_at.isoformat()}
    return Told(subject=f"{hold.id}:placed", said=said, written={})


def _lifted(hold: Row[Any]) -> Told:
    said = {"actor": hold.lifted_by, "at": hold.lifted_at.isoformat()}
    return Told(subject=f"{hold.id}:lifted", said=said, written={})


def _as_erased(told: Told) -> Told:
    return Told(subject=told.subject, said=told.said, written=told.written, is_erased=True)


def _without(found: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    return {key: value for key, value in found.items() if key not in names}


def _source(
    of: type[SQLModel], query: Select[Any], tell: Callable[[Session, Sequence[Row[Any]]], list[Told]]
) -> Source:
    table = SQLModel.metadata.tables[str(of.__tablename__)]
    waiting = query.where(table.c.sealed_as.is_(None), ~_is_sealed(table.c.id)).order_by(table.c.id).limit(_MOST)
    return Source(table=table, query=query, unsealed=waiting, tell=tell)


_MOST = bindparam("most", type_=Integer)
_OF_ORDER = (
    select(*_DECISION, col(Screening.fields), col(Screening.erased_at))
    .select_from(DecisionRecord)
    .join(Screening, col(Screening.id) == DecisionRecord.screening_id)
)
_PLACED = select(*_HOLD).where(~_is_sealed(col(Hold.id) + ":placed")).order_by(col(Hold.id)).limit(_MOST)
_LIFTED = (
    select(*_HOLD)
    .where(col(Hold.lifted_at).is_not(None), ~_is_sealed(col(Hold.id) + ":lifted"))
    .order_by(col(Hold.id))
    .limit(_MOST)
)

#: By the beginning of their ids.
SOURCES: Mapping[str, Source] = {
    "cev": _source(CaseEventRecord, select(*_EVENT), _tell_events),
    "dec": _source(DecisionRecord, _OF_ORDER, _tell_decisions),
    "aud": _source(AuditEvent, select(*_BESIDE), _tell_beside),
}
