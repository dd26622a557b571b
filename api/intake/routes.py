"""The checkout's calls: a route translates, the use case decides."""

from typing import Annotated, Literal

from fastapi import APIRouter, Header, Query, Response
from pydantic import StringConstraints
from sqlmodel import col, select

from api.dependencies import ReadKeyDep, StateDep, WriteKeyDep
from api.intake import views
from api.intake.schemas import ScreeningCreate, ScreeningPage, ScreeningPublic
from api.intake.submit import submit
from api.problems import Problem, documented
from api.storage.tables import Screening

router = APIRouter(prefix="/v1/screenings", tags=["screenings"])

IdempotencyKeyHeader = Annotated[
    Annotated[str, StringConstraints(min_length=1, max_length=255)] | None,
    Header(description="Any string of yours; the same key and body again get the first answer again."),
]


@router.post(
    "",
    status_code=201,
    response_model=ScreeningPublic,
    responses={
        200: {"model": ScreeningPublic, "description": "The first answer to this Idempotency-Key, again."},
        **documented(400, 401, 403, 409, 413, 422, 503),
    },
)
def create_screening(
    body: ScreeningCreate, state: StateDep, key: WriteKeyDep, idempotency_key: IdempotencyKeyHeader = None
) -> Response:
    """Moderate one product's texts and answer with the decision."""
    answer = submit(state, key.merchant_id, body, idempotency_key)
    headers = {"Location": f"/v1/screenings/{answer.screening_id}"}
    if answer.is_replay:
        headers["Idempotent-Replayed"] = "true"
    return Response(answer.body, 200 if answer.is_replay else 201, headers, media_type="application/json")


@router.get("/{screening_id}", responses=documented(400, 401, 403, 404, 422, 503))
def get_screening(screening_id: str, state: StateDep, key: ReadKeyDep) -> ScreeningPublic:
    """A screening as it stands now."""
    with state.database.reading() as session:
        screening = session.get(Screening, screening_id)
        if screening is None or screening.merchant_id != key.merchant_id:
            raise Problem(404, "screening_not_found", "There is no screening with this id for this key.")
        return views.page_of(session, [screening], state.messages)[0]


@router.get("", responses=documented(400, 401, 403, 422, 503))
def list_screenings(
    state: StateDep,
    key: ReadKeyDep,
    reference: Annotated[str | None, Query(max_length=200)] = None,
    status: Literal["approved", "rejected", "in_review", "withdrawn"] | None = None,
    cursor: Annotated[str | None, Query(max_length=100, description="From the last page's next_cursor.")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> ScreeningPage:
    """The merchant's screenings, the newest first."""
    query = select(Screening).where(Screening.merchant_id == key.merchant_id)
    if reference is not None:
        query = query.where(Screening.reference == reference)
    if status is not None:
        query = query.where(Screening.status == status)
    if cursor is not None:
        query = query.where(col(Screening.id) < cursor)
    with state.database.reading() as session:
        rows = list(session.exec(query.order_by(col(Screening.id).desc()).limit(limit + 1)))
        items = views.page_of(session, rows[:limit], state.messages)
    return ScreeningPage(items=items, next_cursor=rows[limit - 1].id if len(rows) > limit else None)
