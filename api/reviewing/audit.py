"""Audit: the sealed log. Every event of a case and every hold becomes a link in one chain of hashes.

Events are sealed a moment after they are stored, by the worker, so that no order waits for the chain. From then on a
change, a removal or another order shows: an event no longer fits its entry, or an entry its neighbours. A chain that was
cut at its end, or made anew as a whole, only shows to somebody who wrote down a head of it: ``Head`` is for that.

What people wrote is in the chain as a salted print. Erasing takes the words and the salt; the print stays, so the chain
stays whole and says that there were words, and no more.
"""

import hashlib
import json
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, exists, text
from sqlalchemy.sql.elements import SQLCoreOperations
from sqlmodel import Session, col, func, select

from api.reviewing.erasing import ERASED
from api.storage.database import Database
from api.storage.tables import AuditEntry, CaseEventRecord, Hold

#: How many events one transaction seals.
SEAL_AT_ONCE = 200
#: The parts of an event's detail that people wrote.
WORDS = ("note", "ground")
#: Before the first link.
ORIGIN = "0" * 64
_LOCK = 0x6D6F6465  # any number, the same in every process


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The newest link; written as ``"17:3f9a..."``."""

    number: int
    chain: str

    def __str__(self) -> str:
        return f"{self.number}:{self.chain}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    head: Head
    #: What does not fit, each as a sentence; empty when the log is whole.
    faults: tuple[str, ...]
    #: Events that were stored a moment ago and are not sealed yet.
    unsealed: int


def seal(database: Database) -> int:
    """Append what happened since to the chain; how many links were added. Cheap when there is nothing to do."""
    with database.reading() as session:
        if not _unsealed(session, 1):
            return 0
    with database.writing() as session:
        if session.get_bind().dialect.name == "postgresql":
            session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        found = _unsealed(session, SEAL_AT_ONCE)
        head = head_of(session)
        for subject, said, written, event in found:
            salt = secrets.token_hex(16) if written else ""
            words = _words(salt, written)
            content = _content(said, words)
            number = head.number + 1
            head = Head(number=number, chain=_link(head.chain, number, subject, content))
            session.add(
                AuditEntry(number=number, subject=subject, salt=salt, words=words, content=content, chain=head.chain)
            )
            if event is not None:
                event.sealed_as = number
                session.add(event)
    return len(found)


def head_of(session: Session) -> Head:
    """The newest link of the chain; number 0 while there is none."""
    last = session.exec(select(AuditEntry).order_by(col(AuditEntry.number).desc()).limit(1)).first()
    return Head(number=last.number, chain=last.chain) if last else Head(number=0, chain=ORIGIN)


def verify(session: Session, known: str | None = None, at_most: int = 20) -> Verified:
    """Follow the whole chain and compare every entry with its event.

    Args:
        known: A head that was written down earlier; the chain must still go through it.
        at_most: How many faults are told.
    """
    faults: list[str] = []
    head, seen = Head(number=0, chain=ORIGIN), set[str]()
    for entry in _entries(session):
        if entry.number != head.number + 1:
            faults.append(f"Entries {head.number + 1} to {entry.number - 1} are missing.")
        if entry.chain != _link(head.chain, entry.number, entry.subject, entry.content):
            faults.append(f"Entry {entry.number} does not follow from the one before: it was changed or moved.")
        if fault := _compare(session, entry):
            faults.append(fault)
        head = Head(number=entry.number, chain=entry.chain)
        seen.add(str(head))
    if known is not None and known not in seen:
        faults.append(f"The chain does not go through {known}: its end was cut off, or it was made anew.")
    lost = select(CaseEventRecord.id, CaseEventRecord.sealed_as).where(
        col(CaseEventRecord.sealed_as).is_not(None),
        ~_entry_of(col(CaseEventRecord.id)),
    )
    faults += [f"Entry {number} is missing: event {id_} was sealed as it." for id_, number in session.exec(lost)]
    unsealed = select(func.count()).select_from(CaseEventRecord).where(col(CaseEventRecord.sealed_as).is_(None))
    return Verified(head=head, faults=tuple(faults[:at_most]), unsealed=session.exec(unsealed).one())


def export(session: Session) -> Iterator[dict[str, Any]]:
    """Every entry with what its event says now, the oldest first."""
    for entry in _entries(session):
        found = _find(session, entry.subject)
        told = {"said": found[0], "written": found[1]} if found else {}
        yield {"number": entry.number, "subject": entry.subject, "chain": entry.chain, **told}


#: An event's subject, what it says, what people wrote in it, and its row where that must be marked as sealed.
_Found = tuple[str, dict[str, Any], dict[str, Any], CaseEventRecord | None]


def _unsealed(session: Session, limit: int) -> list[_Found]:
    events = (
        select(CaseEventRecord)
        .where(col(CaseEventRecord.sealed_as).is_(None), ~_entry_of(col(CaseEventRecord.id)))
        .order_by(col(CaseEventRecord.id))
        .limit(limit)
    )
    found: list[_Found] = [(e.id, *_of_event(e), e) for e in session.exec(events)]
    placed = select(Hold).where(~_entry_of(col(Hold.id) + ":placed")).order_by(col(Hold.id)).limit(limit)
    found += [(f"{h.id}:placed", _placed(h), {}, None) for h in session.exec(placed)]
    lifted = select(Hold).where(col(Hold.lifted_at).is_not(None), ~_entry_of(col(Hold.id) + ":lifted"))
    found += [(f"{h.id}:lifted", _lifted(h), {}, None) for h in session.exec(lifted.limit(limit))]
    return found


def _entry_of(subject: SQLCoreOperations[str]) -> ColumnElement[bool]:
    return exists().where(col(AuditEntry.subject) == subject)


def _entries(session: Session, at_once: int = 500) -> Iterator[AuditEntry]:
    after = 0
    while True:
        page: Sequence[AuditEntry] = session.exec(
            select(AuditEntry).where(col(AuditEntry.number) > after).order_by(col(AuditEntry.number)).limit(at_once)
        ).all()
        # Held here, so that looking one up asks the store no more; then forgotten, however long the log is.
        held = session.exec(select(CaseEventRecord).where(col(CaseEventRecord.id).in_([e.subject for e in page]))).all()
        yield from page
        if len(page) < at_once:
            return
        after = page[-1].number
        del held
        session.expunge_all()


def _compare(session: Session, entry: AuditEntry) -> str | None:
    found = _find(session, entry.subject)
    if found is None:
        return f"Event {entry.subject} is gone; entry {entry.number} has sealed it."
    said, written = found
    if _content(said, entry.words) != entry.content:
        return f"Event {entry.subject} says something else than entry {entry.number} has sealed."
    if entry.salt or not entry.words:
        if _words(entry.salt, written) != entry.words:
            return f"The words of event {entry.subject} are not those that entry {entry.number} has sealed."
    elif set(written.values()) != {ERASED} or not _was_erased(session, said["case"]):
        return f"The words of event {entry.subject} were taken away, but nobody erased them."
    return None


def _find(session: Session, subject: str) -> tuple[dict[str, Any], dict[str, Any]] | None:
    hold_id, _, what = subject.partition(":")
    if what:
        hold = session.get(Hold, hold_id)
        if hold is None or (what == "lifted" and hold.lifted_at is None):
            return None
        return (_placed(hold) if what == "placed" else _lifted(hold)), {}
    event = session.get(CaseEventRecord, subject)
    return _of_event(event) if event else None


def _was_erased(session: Session, case_id: str) -> bool:
    erasures = select(CaseEventRecord.id).where(CaseEventRecord.case_id == case_id, CaseEventRecord.kind == "erase")
    return session.exec(erasures).first() is not None


def _of_event(event: CaseEventRecord) -> tuple[dict[str, Any], dict[str, Any]]:
    said = {
        "case": event.case_id,
        "kind": event.kind,
        "actor": event.actor,
        "at": event.created_at.isoformat(),
        "detail": {key: value for key, value in event.detail.items() if key not in WORDS},
    }
    return said, {key: event.detail[key] for key in WORDS if event.detail.get(key)}


def _placed(hold: Hold) -> dict[str, Any]:
    said = {"merchant": hold.merchant_id, "brand": hold.brand, "campaign": hold.campaign, "note": hold.note}
    return {**said, "actor": hold.placed_by, "at": hold.created_at.isoformat()}


def _lifted(hold: Hold) -> dict[str, Any]:
    return {"actor": hold.lifted_by, "at": hold.lifted_at and hold.lifted_at.isoformat()}


def _words(salt: str, written: dict[str, Any]) -> str:
    return _hash(salt, written) if written else ""


def _content(said: dict[str, Any], words: str) -> str:
    return _hash(said, words)


def _link(before: str, number: int, subject: str, content: str) -> str:
    return _hash(before, number, subject, content)


def _hash(*parts: Any) -> str:
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
