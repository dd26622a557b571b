"""The checkout's calls: a route translates, the use case decides."""

from typing import Annotated

from fastapi import APIRouter, Header, Query, Request, Response
from pydantic import StringConstraints
from sqlmodel import Session, col, select

from api.customers.merchants import Caller
from api.dependencies import PreviewKeyDep, ReadKeyDep, StateDep, WriteKeyDep, allow
from api.errors import Problem
from api.intake import views
from api.intake.batch import submit_items
from api.intake.direct import respond
from api.intake.previews import preview
from api.intake.schemas import (
    BatchCreate,
    BatchPublic,
    Moment,
    PreviewCreate,
    PreviewPublic,
    ScreeningCreate,
    ScreeningPage,
    ScreeningPublic,
    Status,
)
from api.intake.submit import submit
from api.problems import documented
from api.storage.tables import Screening

router = APIRouter(prefix="/v1/screenings", tags=["screenings"])
previews_router = APIRouter(prefix="/v1/previews", tags=["previews"])

IdempotencyKeyHeader = Annotated[
    Annotated[str, StringConstraints(min_length=1, max_length=255)] | None,
    Header(description="Any string of yours, good for 24 hours; the same key and body get the first answer again."),
]
Label = Annotated[str | None, Query(max_length=200)]

REPLAYED = {
    "model": ScreeningPublic,
    "description": "The first answer to this Idempotency-Key, again.",
    "headers": {"Idempotent-Replayed": {"description": "true", "schema": {"type": "string"}}},
}


def find_screening(session: Session, caller: Caller, screening_id: str) -> Screening:
    """The caller's screening. Another shop's id is as unknown as one that never was."""
    # PostgreSQL refuses a NUL even in a question.
    screening = None if "\0" in screening_id else session.get(Screening, screening_id)
    if screening is None or screening.merchant_id != caller.merchant_id:
        raise Problem(404, "screening_not_found", "There is no screening with this id for this key.")
    return screening


@router.post(
    "",
    status_code=201,
    response_model=ScreeningPublic,
    responses={200: REPLAYED, **documented("idempotency_conflict", "policy_error", body=True)},
)
def create_screening(
    body: ScreeningCreate, state: StateDep, key: WriteKeyDep, idempotency_key: IdempotencyKeyHeader = None
) -> Response:
    """Moderate one product's texts and answer with the decision."""
    return respond(submit(state, key.account, body, idempotency_key))


@router.post("/batch", responses=documented(body=True))
def create_screenings(request: Request, body: BatchCreate, state: StateDep, key: WriteKeyDep) -> BatchPublic:
    """Moderate up to 500 orders; each has its own result, in the order of the items. Each counts as one request."""
    limit = key.key.requests_per_minute or state.settings.requests_per_minute
    allow(request, "requests", state.limits.take(key.key.id, limit, cost=len(body.items) - 1))
    return BatchPublic(items=submit_items(state, key.account, body.items))


@router.get("/{screening_id}", responses=documented("screening_not_found"))
def get_screening(screening_id: str, state: StateDep, key: ReadKeyDep) -> ScreeningPublic:
    """A screening as it stands now."""
    with state.database.reading() as session:
        screening = find_screening(session, key, screening_id)
        return views.page_of(session, state, key.account.mode, [screening])[0]


@router.get("", responses=documented())
def list_screenings(
    state: StateDep,
    key: ReadKeyDep,
    reference: Label = None,
    status: Status | None = None,
    customer: Label = None,
    brand: Label = None,
    product: Label = None,
    created_from: Annotated[Moment | None, Query(description="The first moment that counts.")] = None,
    created_until: Annotated[Moment | None, Query(description="The first moment that counts no more.")] = None,
    cursor: Annotated[str | None, Query(max_length=100, description="From the last page's next_cursor.")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> ScreeningPage:
    """The shop's screenings, the newest first."""
    query = select(Screening).where(Screening.merchant_id == key.merchant_id)
    wanted = {"reference": reference, "status": status, "customer": customer, "brand": brand, "product": product}
    for name, value in wanted.items():
        if value is not None:
            query = query.where(getattr(Screening, name) == value.replace("\0", "\ufffd"))
    if created_from is not None:
        query = query.where(Screening.created_at >= created_from)
    if created_until is not None:
        query = query.where(Screening.created_at < created_until)
    if cursor is not None:
        query = query.where(col(Screening.id) < cursor.replace("\0", ""))
    with state.database.reading() as session:
        rows = list(session.exec(query.order_by(col(Screening.id).desc()).limit(limit + 1)))
        items = views.page_of(session, state, key.account.mode, rows[:limit])
    return ScreeningPage(items=items, next_cursor=rows[limit - 1].id if len(rows) > limit else None)


@previews_router.post("", responses=documented("policy_error", body=True))
def create_preview(request: Request, body: PreviewCreate, state: StateDep, key: PreviewKeyDep) -> PreviewPublic:
    """A hint while the customer types. Nothing is stored and nothing is promised: only an order is decided."""
    typing = body.session or (request.client.host if request.client else "")
    asker = f"{key.key.id} {typing}"
    allow(request, "previews", state.typing_limits.take(asker, state.settings.previews_per_session))
    hint = preview(state, key.account, body)
    return PreviewPublic(hint=hint, message=state.wording.words(body.locale)[f"hint_{hint}"])
