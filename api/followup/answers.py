"""Use cases after the first answer, each one transaction and, with a key, answered once."""

from typing import Any

from pydantic import BaseModel
from sqlmodel import Session, select

from api.customers.holds import holds_in_force
from api.customers.merchants import Account
from api.followup.schemas import AppealCreate, RevisionCreate
from api.intake import views
from api.intake.deciding import decide_order
from api.intake.idempotency import Answer, Ticket, answer_once, find_answer
from api.intake.schemas import ScreeningCreate, ScreeningPublic
from api.intake.submit import count, keep
from api.reviewing import erasing, orders
from api.state import AppState
from api.storage.clock import now
from api.storage.tables import IdempotencyKey, ReviewCase, Screening
from api.storage.together import insert_rows


def revise(state: AppState, account: Account, screening_id: str, body: RevisionCreate, key: str | None) -> Answer:
    """The customer's new text in the place of the old one: a new screening, linked to it.

    A case about the old text is closed, for nobody needs to decide it; a rejection stays on the record.

    Raises:
        Problem: 404; 409 when the order is approved or withdrawn, has a newer text, or had too many.
    """
    ticket = _ticket(account, key, body, f"{screening_id}/revisions")
    with state.database.reading() as session:
        if (first := find_answer(session, ticket)) is not None:
            return first
        old = orders.find_order(session, account.merchant.id, screening_id)
        orders.demand_revisable(session, old)
        holds = holds_in_force(session, account.merchant.id)
    order = _order_with(old, body)
    decided = decide_order(state, account, order.to_request(), order.campaign, holds)

    def replace(session: Session) -> ScreeningPublic:
        replaced, case = orders.lock_order(session, account.merchant.id, screening_id)
        orders.demand_revisable(session, replaced)
        if replaced.status == "in_review":
            orders.withdraw(session, replaced, case, "customer", now())
        public, rows = keep(session.connection(), state, account, order, decided, replaced)
        insert_rows(session.connection(), rows)
        return public

    answer = answer_once(state.database, ticket, replace)
    if not answer.is_replay and account.mode == "live":
        count(decided.decision)
    return answer


def appeal(state: AppState, account: Account, screening_id: str, body: AppealCreate, key: str | None) -> Answer:
    """The customer objects; the order is in review again, in the queue of the appeals."""

    def lodge(session: Session) -> ScreeningPublic:
        screening, case = orders.lock_order(session, account.merchant.id, screening_id)
        orders.appeal(session, screening, case, body.message, now(), state.routing)
        return _public(session, state, account, screening)

    return answer_once(state.database, _ticket(account, key, body, f"{screening_id}/appeal"), lodge)


def withdraw(state: AppState, account: Account, screening_id: str, actor: str = "shop") -> ScreeningPublic:
    """The order went away, whichever of its texts is named. Again is no error.

    The customer may have sent a newer text of which the shop has not heard: that one must not be made either. Earlier
    texts that were rejected stay so on the record.
    """
    with state.database.writing() as session:
        texts = orders.lock_texts(session, account.merchant.id, screening_id)
        for screening, case in texts:
            if screening.id in (screening_id, texts[-1][0].id):
                orders.withdraw(session, screening, case, actor, now())
        return _public(session, state, account, _named(texts, screening_id))


def erase(state: AppState, account: Account, screening_id: str) -> ScreeningPublic:
    """Forget the words of an order, of all its texts, and every copy that we gave out as an answer."""
    moment = now()
    with state.database.writing() as session:
        texts = orders.lock_texts(session, account.merchant.id, screening_id)
        for screening, case in texts:
            erasing.erase(session, screening, case, "shop", moment)
            session.flush()
            _forget_answers(session, screening.id, _public(session, state, account, screening))
        return _public(session, state, account, _named(texts, screening_id))


def _named(texts: list[tuple[Screening, ReviewCase | None]], screening_id: str) -> Screening:
    return next(screening for screening, _case in texts if screening.id == screening_id)


def _forget_answers(session: Session, screening_id: str, public: ScreeningPublic) -> None:
    """A repeat of an old request gets the answer without the words."""
    for kept in session.exec(select(IdempotencyKey).where(IdempotencyKey.screening_id == screening_id)):
        kept.answer = public.model_dump_json()
        session.add(kept)


def _public(session: Session, state: AppState, account: Account, screening: Screening) -> ScreeningPublic:
    session.flush()
    return views.page_of(session, state, account.mode, [screening])[0]


def _ticket(account: Account, key: str | None, body: BaseModel, path: str) -> Ticket:
    return Ticket.of(account.merchant.id, key, body, path)


def _order_with(old: Screening, body: RevisionCreate) -> ScreeningCreate:
    fields: list[dict[str, Any]] = [field.model_dump() for field in body.fields]
    return ScreeningCreate.model_validate(
        {
            "reference": old.reference,
            "fields": fields,
            "brand": old.brand,
            "product": old.product,
            "locale": old.locale,
            "region": old.region,
            "customer": old.customer,
            "campaign": old.campaign,
            "deadline_at": old.deadline_at,
            "metadata": old.extra,
        }
    )
