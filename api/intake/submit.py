"""Use case: a request comes in; a decision is stored, a case opened, an event written, all in one transaction."""

import hashlib
import json
from dataclasses import dataclass

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from api.delivery.outbox import announce
from api.intake.policy import policy_of
from api.intake.schemas import ScreeningCreate, ScreeningPublic
from api.intake.views import to_public
from api.metrics import DECIDING_SECONDS, REASONS, SCREENINGS
from api.problems import Problem
from api.state import AppState
from api.storage.clock import now
from api.storage.ids import new_id
from api.storage.tables import CaseEventRecord, DecisionRecord, IdempotencyKey, Merchant, ReviewCase, Screening
from moderation.decision import Decision
from moderation.evidence import Outcome
from moderation.review import CaseState, due_at, queue_for
from moderation.wire import evidence_to_json

STATUS = {Outcome.APPROVE: "approved", Outcome.REJECT: "rejected", Outcome.REVIEW: "in_review"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the checkout gets: a body, byte for byte the same whenever the key is repeated."""

    body: str
    screening_id: str
    is_replay: bool


def submit(state: AppState, merchant_id: str, body: ScreeningCreate, idempotency_key: str | None) -> Answer:
    """Moderate one request and keep everything about it.

    Raises:
        Problem: 409 ``idempotency_conflict`` when the key was used for another body.
    """
    body_hash = _hash(body)
    if idempotency_key is not None:
        with state.database.reading() as session:
            if (first := _replay(session, merchant_id, idempotency_key, body_hash)) is not None:
                return first
    with state.database.reading() as session:
        policy, own_lines = policy_of(session.get_one(Merchant, merchant_id))
    # Deciding takes no transaction: a slow model must not hold the database's write lock.
    with DECIDING_SECONDS.time():
        decision = state.pipeline.moderate(body.to_request(), policy=policy, merchant=own_lines)
    try:
        with state.database.writing() as session:
            if idempotency_key is not None and (first := _replay(session, merchant_id, idempotency_key, body_hash)):
                return first
            public = _store(session, state, merchant_id, body, decision)
            answer = public.model_dump_json()
            if idempotency_key is not None:
                session.add(
                    IdempotencyKey(
                        merchant_id=merchant_id,
                        key=idempotency_key,
                        body_hash=body_hash,
                        screening_id=public.id,
                        answer=answer,
                    )
                )
    except IntegrityError:
        # Two at once with one key: the other one was first, and its answer is the answer.
        with state.database.reading() as session:
            first = _replay(session, merchant_id, idempotency_key or "", body_hash)
        if first is None:
            raise
        return first
    SCREENINGS.labels(decision.outcome.value).inc()
    for reason in decision.reasons:
        REASONS.labels(reason.value).inc()
    return Answer(body=answer, screening_id=public.id, is_replay=False)


def _replay(session: Session, merchant_id: str, key: str, body_hash: str) -> Answer | None:
    first = session.get(IdempotencyKey, (merchant_id, key))
    if first is None:
        return None
    if first.body_hash != body_hash:
        detail = "This Idempotency-Key was used for another body. Use a new key for a new request."
        raise Problem(409, "idempotency_conflict", detail, screening_id=first.screening_id)
    return Answer(body=first.answer, screening_id=first.screening_id, is_replay=True)


def _store(
    session: Session, state: AppState, merchant_id: str, body: ScreeningCreate, decision: Decision
) -> ScreeningPublic:
    moment = now()
    screening = Screening(
        merchant_id=merchant_id,
        reference=body.reference,
        fields=[field.model_dump() for field in body.fields],
        brand=body.brand,
        product=body.product,
        locale=body.locale,
        region=body.region,
        customer=body.customer,
        deadline_at=body.deadline_at,
        extra=dict(body.metadata),
        status=STATUS[decision.outcome],
        created_at=moment,
        updated_at=moment,
    )
    record = DecisionRecord(
        id=new_id("dec"),
        screening_id=screening.id,
        decided_by="machine",
        outcome=decision.outcome.value,
        reasons=[reason.value for reason in decision.reasons],
        risk=decision.risk,
        evidence=[evidence_to_json(found) for found in decision.evidence],
        versions=dict(decision.versions),
        created_at=moment,
    )
    screening.decision_id = record.id
    session.add(screening)
    session.flush()
    session.add(record)
    case = open_case(session, screening, decision) if decision.outcome is Outcome.REVIEW else None
    announce(session, screening, record)
    return to_public(screening, record, case, state.messages)


def open_case(session: Session, screening: Screening, decision: Decision) -> ReviewCase:
    """A case for an order that a person must decide."""
    queue = queue_for(decision.reasons)
    weightiest = [found.severity for found in decision.evidence if found.category in decision.reasons]
    case = ReviewCase(
        merchant_id=screening.merchant_id,
        screening_id=screening.id,
        queue=queue.value,
        state=CaseState.OPEN.value,
        severity=max(weightiest, default=1),
        risk=decision.risk,
        due_at=due_at(queue, screening.created_at, screening.deadline_at),
        created_at=screening.created_at,
    )
    session.add(case)
    session.flush()
    detail = {"queue": case.queue, "reasons": [reason.value for reason in decision.reasons]}
    session.add(CaseEventRecord(case_id=case.id, kind="opened", actor="machine", detail=detail))
    return case


def _hash(body: ScreeningCreate) -> str:
    canonical = json.dumps(body.model_dump(mode="json"), sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(canonical.encode("ascii")).hexdigest()
