"""Claims: who has a case in hand, and how it is handed back, on or over.

A claim is a lease. A page with our script renews it every few seconds and so frees it soon after it is closed;
one without script gets time enough to read. A lease that is over is only taken away when somebody else wants the
case, so that nobody loses a decision to a slow connection.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, col, func, select

from api.errors import Problem
from api.reviewing.roles import Actor, Right, demand
from api.storage.tables import Appeal, CaseEventRecord, ControlAnswer, Opinion, ReviewCase, Reviewer
from moderation.errors import CaseConflict
from moderation.review import CaseEvent, CaseState, Queue, next_state

#: Until the first heartbeat, and for pages without script.
CLAIM_FOR = timedelta(minutes=10)
HEARTBEAT_EVERY = timedelta(seconds=8)
#: Four missed heartbeats.
ALIVE_FOR = 4 * HEARTBEAT_EVERY
#: Cases that one reviewer may hold at a time.
MAX_HELD = 3
#: So many people pass a case on; the last of them to a senior, or nobody would be left to decide it.
SKIPS = 3
#: This long before a case is due somebody must look, whatever it waits for.
DUE_SOON = timedelta(hours=1)
#: The longest that a case may be put aside.
LONGEST_SNOOZE = timedelta(days=7)


def find_case(session: Session, actor: Actor, case_id: str, *, to_write: bool = False) -> ReviewCase:
    """The case, if it is the actor's merchant's. Raises a 404 ``Problem`` otherwise: others' cases do not exist."""
    # PostgreSQL refuses a NUL even in a question.
    case = None if "\0" in case_id else session.get(ReviewCase, case_id, with_for_update=to_write or None)
    if case is None or not (case.merchant_id == actor.merchant_id or _is_given_to(session, actor, case)):
        raise Problem(
            404, "case_not_found", "There is no such case. It may belong to another shop, or the link is old."
        )
    return case


def _is_given_to(session: Session, actor: Actor, case: ReviewCase) -> bool:
    """Whether it is a control that was given to just this reviewer; for everybody else it does not exist."""
    answer = session.get(ControlAnswer, case.id)
    return answer is not None and answer.reviewer_id == actor.id


def is_held(case: ReviewCase, at: datetime) -> bool:
    """Whether somebody has the case in hand now."""
    return case.claimed_by is not None and case.claimed_until is not None and case.claimed_until > at


def is_aside(case: ReviewCase, at: datetime) -> bool:
    """Whether nobody needs to look at the case now: it waits for something, and has the time to."""
    return case.waits_until is not None and case.waits_until > at and case.due_at >= at + DUE_SOON


def claim(session: Session, actor: Actor, case_id: str, at: datetime, *, is_momentary: bool = False) -> ReviewCase:
    """Take the case in hand; one's own again just renews it.

    Args:
        is_momentary: The same transaction decides it, so it does not count as one more case held.

    Raises:
        CaseConflict: Someone else has it, it is decided, or the actor holds too many.
        Problem: 403 when it is escalated and the actor's role may not decide it, or when it is outside the queues and
            languages that the actor is bound to.
    """
    demand(actor, Right.REVIEW)
    case = find_case(session, actor, case_id, to_write=True)
    _demand_right(actor, case)
    demand_another(session, actor, case)
    if is_held(case, at) and case.claimed_by != actor.id:
        raise CaseConflict(f"Case {case.id} is in the hands of {name_of(session, case.claimed_by)}. Take the next one.")
    if case.claimed_by == actor.id and case.state in (CaseState.CLAIMED, CaseState.ESCALATED):
        case.claimed_until = at + CLAIM_FOR
        return case
    if not is_momentary:
        check_hands(session, actor, at)
    _take(session, actor, case, at)
    return case


def claim_found(session: Session, actor: Actor, case: ReviewCase, at: datetime) -> ReviewCase:
    """Take in hand what ``next_case`` found: it is locked, free, and asks for no other eyes."""
    demand(actor, Right.REVIEW)
    _demand_right(actor, case)
    _take(session, actor, case, at)
    return case


def _demand_right(actor: Actor, case: ReviewCase) -> None:
    if case.state == CaseState.ESCALATED:
        demand(actor, Right.DECIDE_ESCALATED)
    demand_bound(actor, case)


def _take(session: Session, actor: Actor, case: ReviewCase, at: datetime) -> None:
    if case.state == CaseState.CLAIMED:
        move(session, case, CaseEvent.EXPIRE, "machine", at, was=case.claimed_by)
    hold(session, case, actor, at)


def open_appeal(session: Session, screening_id: str) -> Appeal | None:
    """The objection that waits for its answer, if there is one."""
    waiting = select(Appeal).where(Appeal.screening_id == screening_id, col(Appeal.verdict).is_(None))
    return session.exec(waiting).first()


def is_anothers(session: Session, actor: Actor, case: ReviewCase) -> bool:
    """Whether somebody else must decide: about an appeal against the actor, or where the actor has said theirs."""
    return _is_own_appeal(session, actor, case) or _has_opinion(session, actor, case)


def demand_bound(actor: Actor, case: ReviewCase) -> None:
    """Raises a 403 ``Problem`` when the case is in a queue or a language that is not the actor's work."""
    if not actor.takes(case.queue, case.language):
        bounds = ", ".join(sorted(actor.queues | actor.languages))
        raise Problem(403, "not_your_queue", f"Your work is {bounds}; this case is not. A colleague decides it.")


def demand_another(session: Session, actor: Actor, case: ReviewCase) -> None:
    """Raises a 403 ``Problem`` when the case needs other eyes than the actor's."""
    if _has_opinion(session, actor, case):
        raise Problem(403, "own_opinion", "You have given your opinion on this order. A colleague decides it now.")
    if _is_own_appeal(session, actor, case):
        detail = "This is an appeal against your own decision; a colleague answers it. Take the next case."
        raise Problem(403, "own_appeal", detail)
    if case.awaits == "lead":
        demand(actor, Right.SETTLE)


def _is_own_appeal(session: Session, actor: Actor, case: ReviewCase) -> bool:
    appeal = open_appeal(session, case.screening_id) if case.queue == Queue.APPEALS else None
    return appeal is not None and appeal.first_decided_by == actor.id


def _has_opinion(session: Session, actor: Actor, case: ReviewCase) -> bool:
    own = select(Opinion.id).where(Opinion.case_id == case.id, Opinion.reviewer_id == actor.id)
    return session.exec(own).first() is not None


def hold(session: Session, case: ReviewCase, actor: Actor, at: datetime, **detail: Any) -> None:
    """Put a free case into the actor's hands. An escalated one stays escalated: it never becomes anybody's own."""
    if case.state == CaseState.ESCALATED:
        case.version += 1
        record(session, case, CaseEvent.CLAIM, actor.id, at, **detail)
    else:
        move(session, case, CaseEvent.CLAIM, actor.id, at, **detail)
    case.claimed_by, case.claimed_until = actor.id, at + CLAIM_FOR


def take_over(session: Session, actor: Actor, case_id: str, version: int, note: str, at: datetime) -> ReviewCase:
    """Take the case out of someone else's hands, with a note on why. The other's next move is refused as stale."""
    demand(actor, Right.TAKE_OVER)
    case = find_case(session, actor, case_id, to_write=True)
    check_version(session, case, version)
    demand_bound(actor, case)
    demand_another(session, actor, case)
    if not note.strip():
        raise Problem(422, "note_missing", "Taking over needs a note: say why, for the colleague whose case it was.")
    was = case.claimed_by
    if case.state == CaseState.CLAIMED:
        move(session, case, CaseEvent.RELEASE, actor.id, at, was=was)
    hold(session, case, actor, at, note=note.strip(), taken_from=was)
    return case


def keep_alive(session: Session, actor: Actor, case_id: str, at: datetime) -> bool:
    """Renew the actor's claim from an open page; False when the case is no longer in their hands."""
    case = find_case(session, actor, case_id, to_write=True)
    if case.claimed_by != actor.id or case.state not in (CaseState.CLAIMED, CaseState.ESCALATED):
        return False
    case.claimed_until = at + ALIVE_FOR
    return True


def release(session: Session, actor: Actor, case_id: str, version: int, at: datetime) -> ReviewCase:
    """Hand the case back to the queue, undecided."""
    case = in_hand(session, actor, case_id, version)
    _let_go(session, case, CaseEvent.RELEASE, actor, at)
    return case


def skip(session: Session, actor: Actor, case_id: str, version: int, reason: str, at: datetime) -> ReviewCase:
    """Hand the case back and do not be offered it again; others are. What three people pass on, a senior decides."""
    if not reason.strip():
        raise Problem(
            422, "reason_missing", "Skipping needs a reason: it helps the next reviewer, and finds hard cases."
        )
    case = in_hand(session, actor, case_id, version)
    is_last = len(_skipped_by(session, case) | {actor.id}) >= SKIPS and case.state == CaseState.CLAIMED
    event = CaseEvent.ESCALATE if is_last else CaseEvent.RELEASE
    _let_go(session, case, event, actor, at, skipped=True, note=reason.strip())
    return case


def snooze(session: Session, actor: Actor, case_id: str, version: int, until: datetime, at: datetime) -> ReviewCase:
    """Put the case aside for a while; it comes back to everybody then, with an answer, or an hour before it is due.

    Raises:
        Problem: 422 when there is no time to put it aside, or for a time that is past or too far away.
    """
    case = in_hand(session, actor, case_id, version)
    if not at < until <= at + LONGEST_SNOOZE:
        raise Problem(422, "bad_snooze", f"Put a case aside for {LONGEST_SNOOZE.days} days at most.")
    until = min(until, case.due_at - DUE_SOON)
    if until <= at:
        raise Problem(
            422, "due_too_soon", "This case is due too soon to be put aside. Decide, ask, skip or escalate it."
        )
    case.waits_until = until
    _let_go(session, case, CaseEvent.RELEASE, actor, at, snoozed_until=until.isoformat())
    return case


def escalate(session: Session, actor: Actor, case_id: str, version: int, note: str, at: datetime) -> ReviewCase:
    """Hand the case to those who may decide escalated cases, with the question to them."""
    if not note.strip():
        raise Problem(422, "note_missing", "Escalating needs a note: say what you want decided.")
    case = in_hand(session, actor, case_id, version)
    move(session, case, CaseEvent.ESCALATE, actor.id, at, note=note.strip())
    case.claimed_by = case.claimed_until = None
    return case


def in_hand(session: Session, actor: Actor, case_id: str, version: int) -> ReviewCase:
    """The case, which the actor holds and has seen as it is now.

    Raises:
        CaseConflict: It moved since the actor's page was made, or the actor never took it.
    """
    demand(actor, Right.REVIEW)
    case = find_case(session, actor, case_id, to_write=True)
    check_version(session, case, version)
    if case.claimed_by != actor.id:
        next_state(case.id, CaseState(case.state), CaseEvent.CLAIM)  # decided or closed: say so
        raise CaseConflict(f"Case {case.id} is not in your hands. Claim it first, then decide.")
    return case


def check_version(session: Session, case: ReviewCase, version: int) -> None:
    """Refuse a move that was prepared on an older state of the case, and say what happened since."""
    if case.version != version:
        happened = "; ".join(tell(session, event) for event in events_since(session, case, version))
        raise CaseConflict(f"Nothing was changed: since you opened case {case.id}, {happened or 'it has moved'}.")


def events_since(session: Session, case: ReviewCase, version: int) -> list[CaseEventRecord]:
    rows = session.exec(
        select(CaseEventRecord).where(CaseEventRecord.case_id == case.id).order_by(col(CaseEventRecord.id))
    )
    return [row for row in rows if row.detail.get("version", 1) > version]


_TOLD: dict[str, str] = {
    "opened": "opened it",
    CaseEvent.CLAIM: "claimed it",
    CaseEvent.RELEASE: "released it",
    CaseEvent.EXPIRE: "freed it from a page that was no longer open",
    CaseEvent.ESCALATE: "escalated it",
    CaseEvent.WITHDRAW: "withdrew it",
    CaseEvent.REOPEN: "reopened it",
    "ask": "asked a question",
    "answer": "answered",
    "say": "wrote",
    "erase": "had the words erased",
    CaseEvent.SECOND: "asked for a second opinion",
    CaseEvent.DIFFER: "handed it to a lead: the two opinions differ",
}


def tell(session: Session, event: CaseEventRecord, *, is_over: bool = False) -> str:
    """One event as a clause: ``"Heron escalated it"``. An opinion stays unsaid until the case is over."""
    who = name_of(session, event.actor)
    if event.kind == CaseEvent.DECIDE and event.detail.get("opinion_for") and not is_over:
        return f"{who} looked at it"
    if event.kind == CaseEvent.DECIDE:
        verdict = {"approve": "approved it", "reject": "rejected it"}.get(event.detail.get("outcome", ""), "decided it")
        return f"{who} {verdict}"
    if event.detail.get("skipped"):
        return f"{who} skipped it" + ("; as the third, to a senior" if event.kind == CaseEvent.ESCALATE else "")
    if event.detail.get("snoozed_until"):
        return f"{who} put it aside"
    if event.detail.get("appeal"):
        return f"{who} objected to the decision"
    if event.detail.get("undone"):
        return f"{who} took the decision back"
    if event.detail.get("taken_from"):
        return f"{who} took it over"
    return f"{who} {_TOLD.get(event.kind, event.kind)}"


def name_of(session: Session, actor_id: str | None) -> str:
    """The pseudonym of a reviewer; ``the machine``, ``the shop``, ``the customer`` for the others who move cases."""
    if actor_id in (None, "machine", "shop", "customer", "partner"):
        return f"the {actor_id or 'machine'}"
    reviewer = session.get(Reviewer, actor_id)
    return reviewer.pseudonym if reviewer else "someone"


def meet(session: Session, actor_ids: Iterable[str | None]) -> Sequence[Reviewer]:
    """The reviewers among these. While they are at hand, ``name_of`` asks the database for none of them."""
    return session.exec(select(Reviewer).where(col(Reviewer.id).in_({each for each in actor_ids if each}))).all()


def move(session: Session, case: ReviewCase, event: CaseEvent, actor_id: str, at: datetime, **detail: Any) -> None:
    """Apply one event of the transition table and write it down."""
    case.state = next_state(case.id, CaseState(case.state), event).value
    case.version += 1
    record(session, case, event, actor_id, at, **detail)


def note(session: Session, case: ReviewCase, kind: str, actor_id: str, at: datetime, **detail: Any) -> None:
    """Write down what changes no state but must be seen before the case is decided."""
    case.version += 1
    record(session, case, kind, actor_id, at, **detail)


def record(session: Session, case: ReviewCase, kind: str, actor_id: str, at: datetime, **detail: Any) -> None:
    """Write down what happened to the case and at which version."""
    session.add(case)
    session.add(
        CaseEventRecord(
            case_id=case.id,
            kind=str(kind),
            actor=actor_id,
            detail={"version": case.version, **{key: value for key, value in detail.items() if value is not None}},
            created_at=at,
        )
    )


def _let_go(session: Session, case: ReviewCase, event: CaseEvent, actor: Actor, at: datetime, **detail: Any) -> None:
    if case.state == CaseState.ESCALATED:
        case.version += 1
        record(session, case, event, actor.id, at, **detail)
    else:
        move(session, case, event, actor.id, at, **detail)
    case.claimed_by = case.claimed_until = None


def _skipped_by(session: Session, case: ReviewCase) -> set[str]:
    events = session.exec(select(CaseEventRecord).where(CaseEventRecord.case_id == case.id))
    return {event.actor for event in events if event.detail.get("skipped")}


def check_hands(session: Session, actor: Actor, at: datetime) -> None:
    """Raises ``CaseConflict`` when the actor holds as many cases as one may."""
    held = session.exec(
        select(func.count())
        .select_from(ReviewCase)
        .where(ReviewCase.claimed_by == actor.id, col(ReviewCase.claimed_until) > at)
    ).one()
    if held >= MAX_HELD:
        raise CaseConflict(f"You hold {held} cases already. Decide or release one of them first.")
