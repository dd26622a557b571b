"""Audit: the sealed log. Every decision, every event of a case, every hold, and what happened beside them (sign-ins,
keys, reviewers, versions, exports) becomes a link in one chain of hashes.

Things are sealed a moment after they are stored, by the worker, so that no order waits for the chain. From then on a
change, a removal or another order shows: an event no longer fits its entry, or an entry its neighbours. Where the chain
ends is written down beside it and signed with the server's secret, so an end that was cut off shows as well. Who has both
the database and the secret could make all of it anew; that shows to whoever kept a head elsewhere: ``anchor`` does.

What people wrote is in the chain as a salted print. Erasing takes the words and the salt; the print stays, so the chain
stays whole and says that there were words, and no more.
"""

import hmac
import logging
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Table, bindparam, update
from sqlmodel import Session, SQLModel, col, select

from api.reviewing import told
from api.reviewing.chain import ORIGIN, Head, content_of, entry_of, link, mac_of, words_of
from api.reviewing.told import Told
from api.storage.database import Database
from api.storage.happened import MACHINE, happened, lock_log
from api.storage.tables import AuditEntry, AuditHead

log = logging.getLogger(__name__)

#: How many things of each kind one transaction seals: few, for checkouts wait while it writes.
SEAL_AT_ONCE = 100
#: Seconds that one round of sealing may take before the worker does something else.
ROUND = 0.5
#: Of an end that is older than the signing of ends.
UNSIGNED = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    head: Head
    #: What does not fit, each as a sentence; empty when the log is whole.
    faults: tuple[str, ...]
    #: Things that were stored a moment ago and are not sealed yet.
    unsealed: int


def seal_all(database: Database, secret: str, within: float = ROUND) -> int:
    """Seal what happened since, in several transactions, for at most so many seconds; how many links were added."""
    ends, sealed = time.monotonic() + within, 0
    while (added := seal(database, secret)) and time.monotonic() < ends:
        sealed += added
    return sealed + added


def seal(database: Database, secret: str) -> int:
    """Append some of what happened since to the chain; how many links were added. Cheap when there is nothing to do.

    Args:
        secret: The server's; signs where the chain ends.
    """
    with database.reading() as session:
        # Asked without the write lock, for mostly there is nothing.
        if not told.waiting(session, 1):
            return 0
    with database.writing() as session:
        lock_log(session)
        head = _go_on_from(session, secret)
        found = told.waiting(session, SEAL_AT_ONCE)
        entries, marks = [], dict[Table, list[dict[str, Any]]]()
        for table, each in found:
            entry = entry_of(head, each)
            head = Head(number=entry["number"], chain=entry["chain"])
            entries.append(entry)
            if table is not None:
                marks.setdefault(table, []).append({"subject": each.subject, "number": head.number})
        connection = session.connection()
        if entries:
            connection.execute(SQLModel.metadata.tables["audit_entry"].insert(), entries)
        for table, rows in marks.items():
            marked = update(table).where(table.c.id == bindparam("subject")).values(sealed_as=bindparam("number"))
            connection.execute(marked, rows)
        session.merge(AuditHead(id=1, number=head.number, chain=head.chain, mac=mac_of(secret, head)))
    return len(found)


def head_of(session: Session) -> Head:
    """The newest link of the chain; number 0 while there is none."""
    last = session.exec(select(AuditEntry).order_by(col(AuditEntry.number).desc()).limit(1)).first()
    return Head(number=last.number, chain=last.chain) if last else Head(number=0, chain=ORIGIN)


def verify(
    session: Session, secret: str, known: Iterable[str] = (), explained: Iterable[int] = (), at_most: int = 20
) -> Verified:
    """Follow the whole chain and compare every entry with what it has sealed.

    Args:
        secret: The server's, with which the chain's end was signed.
        known: Heads that were written down earlier; the chain must still go through them.
        explained: Entries that tell of damage with a known cause, such as a new secret.
        at_most: How many faults are told.
    """
    faults, explained = _faults_of_end(session, secret), set(explained)
    end = session.get(AuditHead, 1)
    must = {*known, *([f"{end.number}:{end.chain}"] if end else ())}
    numbers = {text.partition(":")[0] for text in must}
    head = Head(number=0, chain=ORIGIN)
    for page in _pages(session):
        now = told.find(session, [entry.subject for entry in page])
        for entry in page:
            if entry.number != head.number + 1:
                faults.append(f"Entries {head.number + 1} to {entry.number - 1} are missing.")
            if entry.chain != link(head.chain, entry.number, entry.subject, entry.content):
                faults.append(f"Entry {entry.number} does not follow from the one before: it was changed or moved.")
            faults += _compare(entry, now.get(entry.subject), is_explained=entry.number in explained)
            head = Head(number=entry.number, chain=entry.chain)
            if str(head.number) in numbers:
                must.discard(str(head))
        session.expunge_all()
    faults += [
        f"The chain does not go through {each}: its end was cut off, or it was made anew." for each in sorted(must)
    ]
    # Asked again: a server may have sealed more meanwhile.
    end = session.get(AuditHead, 1)
    if end is not None and end.number < head.number:
        faults.append(f"Entries {end.number + 1} to {head.number} were added, but not by a server.")
    faults += [f"Entry {number} is missing: {id_} was sealed as it." for id_, number in told.missing(session)]
    return Verified(head=head, faults=tuple(faults[:at_most]), unsealed=len(told.waiting(session, 1000)))


def export(session: Session) -> Iterator[dict[str, Any]]:
    """Every entry with what the store says of it now, the oldest first."""
    for page in _pages(session):
        now = told.find(session, [entry.subject for entry in page])
        for entry in page:
            found = now.get(entry.subject)
            more = {"said": found.said, "written": found.written} if found else {}
            yield {"number": entry.number, "subject": entry.subject, "chain": entry.chain, **more}
        session.expunge_all()


def anchor(database: Database, path: Path, at: datetime) -> None:
    """Add the newest head to a file, if there is a newer one: the file is to lie where the database's owner cannot write."""
    with database.reading() as session:
        head = head_of(session)
    heads = known_heads(path)
    if head.number and (not heads or heads[-1] != str(head)):
        with path.open("a", encoding="utf-8") as file:
            file.write(f"{at.isoformat()} {head}\n")


def known_heads(path: Path | None) -> list[str]:
    """The heads in such a file, the oldest first; none while there is no file."""
    if path is None or not path.exists():
        return []
    return [line.split()[-1] for line in path.read_text("utf-8").splitlines() if line.strip()]


def _go_on_from(session: Session, secret: str) -> Head:
    """The newest link. An end that is not where it should be is itself kept in the log, for good, and told aloud."""
    head = head_of(session)
    if faults := _faults_of_end(session, secret):
        log.error("the sealed log is damaged: %s", " ".join(faults))
        happened(session, "log_damaged", MACHINE, found=str(head), because=" ".join(faults))
        session.flush()
    return head


def _faults_of_end(session: Session, secret: str) -> list[str]:
    """What is wrong with the place where the log ends, as sentences."""
    head, end = head_of(session), session.get(AuditHead, 1)
    if end is None:
        return [] if head.number == 0 else ["Nothing says where the log ends: that was taken away."]
    if end.mac != UNSIGNED and not hmac.compare_digest(
        end.mac, mac_of(secret, Head(number=end.number, chain=end.chain))
    ):
        return [
            "The log's end is not signed by this server: it was moved, or MODERATION_SECRET_KEY is another one than before."
        ]
    if end.number > head.number:
        return [f"Entries {head.number + 1} to {end.number} are missing at the end."]
    return []


def _pages(session: Session, at_once: int = 500) -> Iterator[Sequence[AuditEntry]]:
    after = 0
    while page := session.exec(
        select(AuditEntry).where(col(AuditEntry.number) > after).order_by(col(AuditEntry.number)).limit(at_once)
    ).all():
        after = page[-1].number
        yield page


def _compare(entry: AuditEntry, found: Told | None, is_explained: bool) -> list[str]:
    if found is None:
        return [f"{entry.subject} is gone; entry {entry.number} has sealed it."]
    if content_of(found.said, entry.words) != entry.content:
        return [f"{entry.subject} says something else than entry {entry.number} has sealed."]
    if found.said.get("kind") == "log_damaged" and not is_explained:
        return [f"Entry {entry.number} says that the log was damaged before it: {found.said['detail']['because']}"]
    if found.is_erased or (not entry.words and not found.written):
        return []
    if not entry.salt:
        return [f"The words of {entry.subject} were taken away, but nobody erased them."]
    if words_of(entry.salt, found.written) != entry.words:
        return [f"The words of {entry.subject} are not those that entry {entry.number} has sealed."]
    return []
