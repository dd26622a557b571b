"""The auditor: compares every answer that clients got with the store, the sealed log and the webhooks that arrived.

Nothing may be lost, nothing doubled, nothing approved that was not. It also runs on its own, against any store:
``MODERATION_SECRET_KEY=... python -m tests.faults.auditor DATABASE_URL`` checks what a store can say without clients and shops.
"""

import json
import os
import sys
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlmodel import Session, SQLModel, col, select

from api.reviewing.audit import verify
from api.storage.database import Database
from api.storage.tables import (
    Appeal,
    DecisionRecord,
    IdempotencyKey,
    OutboxEvent,
    PendingDecision,
    Screening,
)
from tests.delivery.receiver import Received

STATUS = {"approve": "approved", "reject": "rejected", "review": "in_review"}
#: What no check has approved must not be approved; the shop's own words of test orders decide by a person's verdict.
NEVER_APPROVED = ("rejectme", "reviewme")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the world outside was told."""

    #: The bodies of all good answers, by the key of their request.
    answers: Mapping[str, Sequence[bytes]] = field(default_factory=dict)
    #: Ids of orders that were withdrawn, as the servers said.
    withdrawn: frozenset[str] = frozenset()
    #: What the shop's endpoint got; None when the shop has none.
    webhooks: Sequence[Received] | None = None
    secret: str = ""
    #: The server's, with which it signs the end of its log.
    server_secret: str = "k" * 32


def audit(database: Database, told: Told) -> str:
    """What was compared, in a sentence. Raises ``AssertionError`` that names the first thing that does not fit."""
    with database.reading() as session:
        screenings = {each.id: each for each in session.exec(select(Screening))}
        events = _told_events(session, screenings)
        keys = _answers(session, told, screenings)
        verified = verify(session, told.server_secret)
    assert not verified.faults, f"the sealed log does not fit: {verified.faults}"
    assert not verified.unsealed, f"{verified.unsealed} events are not in the sealed log"
    repeats = _webhooks(told, events)
    return (
        f"{len(screenings)} orders, {keys} keys, {len(events)} events, {verified.head.number} sealed, {repeats} webhooks "
        "came twice under one id: nothing lost, nothing doubled, nothing approved that was not"
    )


def _answers(session: Session, told: Told, screenings: Mapping[str, Screening]) -> int:
    kept = {each.key: each for each in session.exec(select(IdempotencyKey))}
    for key, bodies in told.answers.items():
        assert key in kept, f"{key} was answered and is not remembered"
        assert {body.decode() for body in bodies} == {kept[key].answer}, f"{key} was answered in two ways"
        assert json.loads(bodies[0])["id"] in screenings, f"{key} was answered and is not stored"
    ordered = [each.screening_id for key, each in kept.items() if not key.endswith("appeal")]
    assert sorted(ordered) == sorted(screenings), "a key made two screenings, or none"
    assert all(screenings[each].status == "withdrawn" for each in told.withdrawn)
    return len(kept)


def _told_events(session: Session, screenings: Mapping[str, Screening]) -> dict[str, OutboxEvent]:
    """All events, after comparing each order's with its decisions."""
    decisions, events = defaultdict(list), defaultdict(list)
    for decision in session.exec(select(DecisionRecord).order_by(DecisionRecord.id)):
        decisions[decision.screening_id].append(decision)
    for event in session.exec(select(OutboxEvent).order_by(OutboxEvent.id)):
        events[event.screening_id].append(event)
    appealed = set(session.exec(select(Appeal.screening_id)))
    for id_, screening in screenings.items():
        changes = [STATUS[decision.outcome] for decision in decisions[id_]]
        changes += ["in_review"] if id_ in appealed else []
        changes += ["withdrawn"] if screening.status == "withdrawn" else []
        announced = Counter(event.type.removeprefix("screening.") for event in events[id_])
        assert announced == Counter(changes), f"{id_}: {changes} happened, {announced} was told"
        assert screening.status in changes
        if any(each["text"] in NEVER_APPROVED for each in screening.fields or ()):
            assert "approved" not in changes, f"{id_} was approved and must not be"
    assert set(events) == set(screenings), "a change without an order"
    return {event.id: event for of_one in events.values() for event in of_one}


def _webhooks(told: Told, events: Mapping[str, OutboxEvent]) -> int:
    """How many arrivals were repeats."""
    if told.webhooks is None:
        return 0
    arrived: dict[str, set[bytes]] = defaultdict(set)
    for received in told.webhooks:
        received.verified(told.secret)
        arrived[received.id].add(received.body)
    assert set(arrived) == set(events), "a webhook was skipped, or sent without being stored"
    assert all(len(bodies) == 1 for bodies in arrived.values()), "a repeat says something else"
    return len(told.webhooks) - len(arrived)


def is_settled(database: Database) -> bool:
    """Whether no verdict waits to take effect, no event to be taken up, and nothing to be sealed."""
    waiting = (
        select(PendingDecision.case_id),
        select(OutboxEvent.id).where(col(OutboxEvent.relayed_at).is_(None)),
        *(select(table.c.id).where(table.c.sealed_as.is_(None)) for table in _SEALED),
    )
    with database.reading() as session:
        return all(session.execute(query.limit(1)).first() is None for query in waiting)


_SEALED = [table for table in SQLModel.metadata.tables.values() if "sealed_as" in table.c]


if __name__ == "__main__":
    sys.stdout.write(audit(Database(sys.argv[1]), Told(server_secret=os.environ["MODERATION_SECRET_KEY"])) + "\n")
