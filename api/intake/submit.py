"""Use case: a request comes in; a decision is stored, a case opened, an event written, all in one transaction."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection
from sqlmodel import SQLModel, select

from api.budget import Moderate
from api.customers.holds import holds_in_force
from api.customers.merchants import Account
from api.delivery.outbox import MACHINE, committed, event_about
from api.intake.deciding import Decided, decide_order
from api.intake.forcing import Forced
from api.intake.idempotency import Answer, Ticket, answer_once_together, find_answer
from api.intake.schemas import ScreeningCreate, ScreeningPublic
from api.intake.views import to_public
from api.metrics import REASONS, SCREENINGS
from api.state import AppState
from api.storage.clock import now
from api.storage.ids import new_id
from api.storage.likeness import likeness
from api.storage.prepared import amend, new_row
from api.storage.searching import searchable
from api.storage.tables import CaseEventRecord, DecisionRecord, Hold, PendingDecision, ReviewCase, Reviewer, Screening
from api.storage.together import Written
from moderation.decision import Decision
from moderation.evidence import Outcome
from moderation.review import CaseState
from moderation.routing import Routing, Subject, due_at, language_of
from moderation.wire import evidence_to_json

STATUS = {Outcome.APPROVE: "approved", Outcome.REJECT: "rejected", Outcome.REVIEW: "in_review"}

#: How long the reviewer that test mode plays takes to decide.
PLAYED_REVIEW_TAKES = timedelta(seconds=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """An order that has no answer yet, and what holds for it now."""

    ticket: Ticket
    body: ScreeningCreate
    holds: Sequence[Hold]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """An order that was decided and is not stored yet."""

    ticket: Ticket
    body: ScreeningCreate
    decided: Decided


def submit(state: AppState, account: Account, body: ScreeningCreate, idempotency_key: str | None) -> Answer:
    """Moderate one request and keep everything about it.

    Raises:
        Problem: 409 ``idempotency_conflict`` when the key was used for another body.
    """
    with state.database.asking() as connection:
        asked = look_up(connection, account, body, idempotency_key)
    return asked if isinstance(asked, Answer) else answer_new(state, account, asked)


def look_up(
    connection: Connection, account: Account, body: ScreeningCreate, idempotency_key: str | None
) -> Answer | Asked:
    """The first answer again, or what a new one depends on. Raises as ``submit`` does."""
    ticket = Ticket.of(account.merchant.id, idempotency_key, body)
    if (first := find_answer(connection, ticket)) is not None:
        return first
    return Asked(ticket=ticket, body=body, holds=holds_in_force(connection, account.merchant.id))


def answer_new(state: AppState, account: Account, asked: Asked, moderate: Moderate | None = None) -> Answer:
    """Decide and keep; the connection is given back before, for a slow check must not hold it."""
    outcome = store(state, account, [decide_asked(state, account, asked, moderate)])[0]
    if isinstance(outcome, BaseException):
        raise outcome
    return outcome


def decide_asked(state: AppState, account: Account, asked: Asked, moderate: Moderate | None = None) -> Ready:
    body = asked.body
    decided = decide_order(state, account, body.to_request(), body.campaign, asked.holds, moderate)
    return Ready(ticket=asked.ticket, body=body, decided=decided)


def store(state: AppState, account: Account, ready: Sequence[Ready]) -> list[Answer | BaseException]:
    """Keep decided orders, as many as possible in one transaction: of each its answer, or what kept it from one."""

    def keeping(order: Ready) -> Callable[[Connection], Written[ScreeningPublic]]:
        return lambda connection: keep(connection, state, account, order.body, order.decided)

    outcomes = answer_once_together(state.together, [(order.ticket, keeping(order)) for order in ready])
    committed.set()
    for order, outcome in zip(ready, outcomes, strict=True):
        if isinstance(outcome, Answer) and not outcome.is_replay and account.mode == "live":
            count(order.decided.decision)
    return outcomes


def keep(
    connection: Connection,
    state: AppState,
    account: Account,
    body: ScreeningCreate,
    decided: Decided,
    replaced: Screening | None = None,
) -> Written[ScreeningPublic]:
    """The answer, and the rows to be stored: the screening with its decision, its case and its event.

    Args:
        replaced: The screening whose text the customer changed.
    """
    decision, moment = decided.decision, now()
    fields = [{"name": field.name, "text": field.text} for field in body.fields]
    record_id = new_id("dec")
    screening = new_row(
        Screening,
        id=new_id("scr"),
        merchant_id=account.merchant.id,
        reference=body.reference,
        fields=fields,
        likeness=likeness(fields),
        brand=body.brand,
        product=body.product,
        locale=body.locale,
        region=body.region,
        customer=body.customer,
        campaign=body.campaign,
        deadline_at=body.deadline_at,
        extra=dict(body.metadata),
        status=STATUS[decision.outcome],
        decision_id=record_id,
        revision_of=None if replaced is None else replaced.id,
        revision=1 if replaced is None else replaced.revision + 1,
        created_at=moment,
        updated_at=moment,
    )
    record = new_row(
        DecisionRecord,
        id=record_id,
        screening_id=screening.id,
        decided_by=MACHINE,
        outcome=decision.outcome.value,
        reasons=[reason.value for reason in decision.reasons],
        risk=decision.risk,
        evidence=[evidence_to_json(found) for found in decision.evidence],
        versions=dict(decision.versions),
        created_at=moment,
    )
    rows: list[SQLModel] = [screening, record, event_about(screening, record)]
    case = None
    if decision.outcome is Outcome.REVIEW:
        case, opened = open_case(screening, decision, state.routing)
        rows += [case, opened]
        if decided.forced is not None and decided.forced.then is not None:
            rows += _play_review(connection, case, decided.forced)
    return to_public(state, account.mode, screening, record, case), rows


def open_case(screening: Screening, decision: Decision, routing: Routing) -> tuple[ReviewCase, CaseEventRecord]:
    """A case for an order that a person must decide, and the first entry of its record."""
    weightiest = [found.severity for found in decision.evidence if found.category in decision.reasons]
    severity = max(weightiest, default=1)
    queue = routing.queue_for(
        Subject(
            reasons=decision.reasons,
            severity=severity,
            locale=screening.locale,
            brand=screening.brand,
            product=screening.product,
            region=screening.region,
        )
    )
    deadline = routing.deadline(screening.deadline_at, screening.extra)
    case = new_row(
        ReviewCase,
        merchant_id=screening.merchant_id,
        screening_id=screening.id,
        queue=queue,
        state=CaseState.OPEN.value,
        severity=severity,
        risk=decision.risk,
        language=language_of(screening.locale),
        searched=searchable(screening),
        due_at=due_at(routing.within(queue), screening.created_at, deadline),
        deadline_at=deadline,
        created_at=screening.created_at,
    )
    reasons = [reason.value for reason in decision.reasons]
    detail = {"queue": case.queue, "routing": routing.version, "reasons": reasons}
    return case, new_row(CaseEventRecord, case_id=case.id, kind="opened", actor=MACHINE, detail=detail)


def count(decision: Decision) -> None:
    """Add a stored decision to the metrics."""
    SCREENINGS.labels(decision.outcome.value).inc()
    for reason in decision.reasons:
        REASONS.labels(decision.outcome.value, reason.value).inc()


def _play_review(connection: Connection, case: ReviewCase, forced: Forced) -> list[SQLModel]:
    """Decide a test order as a reviewer would, a moment from now, on the way that every verdict goes."""
    then, moment = forced.then, case.created_at
    assert then is not None
    known = connection.scalar(select(Reviewer.id).where(Reviewer.merchant_id == case.merchant_id))
    made = [] if known else [_test_reviewer(case.merchant_id)]
    reviewer_id = known or made[0].id
    amend(case, state=CaseState.RESOLVED.value, version=2, resolved_at=moment)
    detail = {"version": 2, "outcome": then.value}
    verdict = PendingDecision(
        case_id=case.id,
        merchant_id=case.merchant_id,
        reviewer_id=reviewer_id,
        outcome=then.value,
        reason=forced.reason.value if forced.reason else None,
        created_at=moment,
        effective_at=moment + PLAYED_REVIEW_TAKES,
    )
    decided = CaseEventRecord(case_id=case.id, kind="decide", actor=reviewer_id, detail=detail)
    return [*made, decided, verdict]


def _test_reviewer(merchant_id: str) -> Reviewer:
    """Nobody: has no password that could be right, and was disabled from the first moment."""
    return Reviewer(
        merchant_id=merchant_id,
        email=f"{merchant_id}@test.invalid",
        pseudonym="Test reviewer",
        role="reviewer",
        password_hash="",
        disabled_at=now(),
    )
