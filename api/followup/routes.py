"""The calls that follow the first answer: a route translates, the use case decides."""

from typing import Any

from fastapi import APIRouter, Response

from api.customers import holds
from api.dependencies import AdminKeyDep, ReadKeyDep, StateDep, WriteKeyDep
from api.errors import Problem
from api.followup import answers
from api.followup.schemas import (
    AppealCreate,
    HoldCreate,
    HoldList,
    HoldPublic,
    MessageCreate,
    MessagePublic,
    RevisionCreate,
    TextPublic,
    ThreadPublic,
)
from api.intake.direct import respond
from api.intake.routes import REPLAYED, IdempotencyKeyHeader
from api.intake.schemas import ScreeningPublic
from api.links import partner_url, status_url
from api.problems import documented
from api.reviewing import conversation, orders
from api.reviewing.conversation import Party
from api.state import AppState
from api.storage.clock import now
from api.storage.tables import CaseMessage, Hold, Screening

router = APIRouter(prefix="/v1/screenings/{screening_id}", tags=["screenings"])
holds_router = APIRouter(prefix="/v1/holds", tags=["holds"])

_FOUND = documented("screening_not_found")
_REVISION = ("not_revisable", "already_revised", "too_many_revisions", "policy_error")
_APPEAL = ("not_rejected", "already_appealed", "already_revised")
_MESSAGE = ("question_not_found", "case_closed", "already_answered", "too_many_messages", "text_missing")


def _once(*codes: str) -> dict[int | str, dict[str, Any]]:
    """The answers of a call that may be repeated with its key."""
    return {200: REPLAYED, **documented("screening_not_found", "idempotency_conflict", *codes, body=True)}


@router.post("/revisions", status_code=201, response_model=ScreeningPublic, responses=_once(*_REVISION))
def create_revision(
    screening_id: str,
    body: RevisionCreate,
    state: StateDep,
    key: WriteKeyDep,
    idempotency_key: IdempotencyKeyHeader = None,
) -> Response:
    """The customer's new text for a rejected or held order: a new screening, linked to this one.

    A case that waited about the old text is closed. An order may have five texts.
    """
    return respond(answers.revise(state, key.account, screening_id, body, idempotency_key))


@router.post("/appeal", status_code=201, response_model=ScreeningPublic, responses=_once(*_APPEAL))
def create_appeal(
    screening_id: str,
    body: AppealCreate,
    state: StateDep,
    key: WriteKeyDep,
    idempotency_key: IdempotencyKeyHeader = None,
) -> Response:
    """The customer objects to a rejection. The order is in review again; a reviewer other than the first answers.

    You hear of the answer as `screening.approved` (overturned) or `screening.rejected` (upheld), with its reason.
    """
    return respond(answers.appeal(state, key.account, screening_id, body, idempotency_key))


@router.post("/withdraw", responses=_FOUND)
def withdraw_screening(screening_id: str, state: StateDep, key: WriteKeyDep) -> ScreeningPublic:
    """The order went away: nobody decides it any more, and nothing may be made. Again is no error.

    Any of the order's texts names it: a newer one that the customer has sent meanwhile is withdrawn with it.
    """
    return answers.withdraw(state, key.account, screening_id)


@router.get("/text", responses=_FOUND)
def get_text(screening_id: str, state: StateDep, key: ReadKeyDep) -> TextPublic:
    """The words of an order, for whoever makes it: also when the customer sent them on the status page."""
    with state.database.reading() as session:
        found = orders.find_order(session, key.merchant_id, screening_id)
        return TextPublic(screening_id=found.id, status=found.status, fields=found.fields)


@router.delete("/text", responses=_FOUND)
def erase_text(screening_id: str, state: StateDep, key: WriteKeyDep) -> ScreeningPublic:
    """Erase the customer's words, those of all texts of the order; the decisions stay, without quotations.

    An order in review is withdrawn by it. Again is no error.
    """
    return answers.erase(state, key.account, screening_id)


@router.get("/messages", responses=_FOUND)
def list_messages(screening_id: str, state: StateDep, key: ReadKeyDep) -> ThreadPublic:
    """The conversation about an order: questions of the reviewer, answers and remarks of the others."""
    with state.database.reading() as session:
        screening = orders.find_order(session, key.merchant_id, screening_id)
        case = orders.case_of(session, screening)
        messages = conversation.thread(session, case.id) if case is not None else []
        return ThreadPublic(items=[message_public(state, screening, each) for each in messages])


@router.post("/messages", status_code=201, responses=documented("screening_not_found", *_MESSAGE, body=True))
def create_message(screening_id: str, body: MessageCreate, state: StateDep, key: WriteKeyDep) -> MessagePublic:
    """Write to whoever decides about the order, or answer a question, in the shop's name or the customer's."""
    with state.database.writing() as session:
        screening, case = orders.lock_order(session, key.merchant_id, screening_id)
        if case is None:
            raise Problem(409, "case_closed", "No person decides about this order; a message would reach nobody.")
        message = conversation.write(session, case, Party(body.party), body.text, now(), body.answer_to)
        return message_public(state, screening, message)


@holds_router.get("", responses=documented())
def list_holds(state: StateDep, key: AdminKeyDep) -> HoldList:
    """What is held now: all orders of the shop, of a brand, or of a campaign go to a person."""
    with state.database.reading() as session:
        return HoldList(items=[_hold_public(each) for each in holds.holds_in_force(session, key.merchant_id)])


@holds_router.post("", status_code=201, responses=documented("hold_exists", body=True))
def place_hold(body: HoldCreate, state: StateDep, key: AdminKeyDep) -> HoldPublic:
    """From now on a person reads every order of the shop, of one brand, or of one campaign."""
    with state.database.writing() as session:
        held = holds.place_hold(session, key.merchant_id, key.key.id, body.note, body.brand, body.campaign)
        return _hold_public(held)


@holds_router.delete("/{hold_id}", responses=documented("hold_not_found"))
def lift_hold(hold_id: str, state: StateDep, key: AdminKeyDep) -> HoldPublic:
    """Back to automatic answers. Orders that wait for a person go on waiting for theirs."""
    with state.database.writing() as session:
        return _hold_public(holds.lift_hold(session, key.merchant_id, hold_id, key.key.id))


def message_public(state: AppState, screening: Screening, message: CaseMessage) -> MessagePublic:
    return MessagePublic(
        id=message.id,
        party=Party(message.from_party),
        to=Party(message.to_party),
        text=message.text,
        due_at=message.due_at,
        answered_at=message.answered_at,
        answer_to=message.answer_to,
        answer_url=_answer_url(state, screening, message),
        created_at=message.created_at,
    )


def _answer_url(state: AppState, screening: Screening, message: CaseMessage) -> str | None:
    if message.due_at is None or message.answered_at is not None or message.due_at <= now():
        return None
    if message.to_party == Party.PARTNER:
        return partner_url(state.settings, message)
    return status_url(state.settings, screening) if message.to_party == Party.CUSTOMER else None


def _hold_public(hold: Hold) -> HoldPublic:
    return HoldPublic.model_validate(hold, from_attributes=True)
