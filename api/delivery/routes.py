"""Webhook endpoints over HTTP: a route translates, ``endpoints`` decides."""

from datetime import timedelta
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import APIRouter, Query
from sqlalchemy import func
from sqlmodel import Session, col, select

from api.customers.merchants import Caller
from api.delivery import endpoints, views
from api.delivery.schemas import (
    DeliveryPage,
    DeliveryPublic,
    DeliveryStatus,
    EndpointCreate,
    EndpointPage,
    EndpointPublic,
    EndpointWithSecret,
    ReconcilePage,
    ReplayPublic,
    ReplayRange,
    SecretRotation,
    TestEventPublic,
    UndecidedPublic,
)
from api.dependencies import ReadKeyDep, StateDep, WebhooksKeyDep
from api.problems import documented
from api.storage.clock import now
from api.storage.happened import Kind, happened
from api.storage.tables import Delivery, OutboxEvent, ReviewCase, Screening, WebhookEndpoint

router = APIRouter(prefix="/v1", tags=["webhooks"])

Cursor = Annotated[str | None, Query(max_length=100, description="From the last page's next_cursor.")]
Limit = Annotated[int, Query(ge=1, le=200)]


_FOUND = documented("endpoint_not_found")


def _note(session: Session, key: Caller, kind: Kind, endpoint_id: str, **detail: Any) -> None:
    """Where a shop's events go is changed by few and seldom; its log says by whom."""
    happened(session, kind, key.key.id, key.account.shop.id, endpoint_id, **detail)


@router.post(
    "/webhook-endpoints", status_code=201, responses=documented("too_many_endpoints", "address_refused", body=True)
)
def create_endpoint(body: EndpointCreate, state: StateDep, key: WebhooksKeyDep) -> EndpointWithSecret:
    """Have events sent to an address. The answer holds the secret, this once."""
    endpoints.check_address(body.url, allow_private=state.settings.allow_private_webhooks)
    with state.database.writing() as session:
        endpoint = endpoints.create(session, key.merchant_id, body.url, body.event_types)
        # The host alone: the rest of an address may be a secret.
        _note(session, key, "webhook_added", endpoint.id, host=urlsplit(body.url).hostname or "")
        return views.endpoint_with_secret(endpoint)


@router.get("/webhook-endpoints", responses=documented())
def list_endpoints(state: StateDep, key: WebhooksKeyDep, cursor: Cursor = None, limit: Limit = 50) -> EndpointPage:
    """The merchant's endpoints, the newest first."""
    query = select(WebhookEndpoint).where(WebhookEndpoint.merchant_id == key.merchant_id)
    if cursor is not None:
        query = query.where(col(WebhookEndpoint.id) < cursor)
    with state.database.reading() as session:
        rows = list(session.exec(query.order_by(col(WebhookEndpoint.id).desc()).limit(limit + 1)))
    return EndpointPage(
        items=[views.endpoint_public(endpoint) for endpoint in rows[:limit]],
        next_cursor=rows[limit - 1].id if len(rows) > limit else None,
    )


@router.get("/webhook-endpoints/{endpoint_id}", responses=_FOUND)
def get_endpoint(endpoint_id: str, state: StateDep, key: WebhooksKeyDep) -> EndpointPublic:
    """An endpoint and how it fares."""
    with state.database.reading() as session:
        return views.endpoint_public(endpoints.find(session, key.merchant_id, endpoint_id))


@router.delete("/webhook-endpoints/{endpoint_id}", status_code=204, responses=_FOUND)
def delete_endpoint(endpoint_id: str, state: StateDep, key: WebhooksKeyDep) -> None:
    """Forget the endpoint and what was recorded about deliveries to it; what was on its way is not sent."""
    with state.database.writing() as session:
        session.delete(endpoints.find(session, key.merchant_id, endpoint_id))
        _note(session, key, "webhook_deleted", endpoint_id)


@router.post("/webhook-endpoints/{endpoint_id}/disable", responses=_FOUND)
def disable_endpoint(endpoint_id: str, state: StateDep, key: WebhooksKeyDep) -> EndpointPublic:
    """Send nothing to it until it is enabled; what it misses can be replayed."""
    with state.database.writing() as session:
        endpoint = endpoints.find(session, key.merchant_id, endpoint_id)
        endpoints.disable(endpoint)
        _note(session, key, "webhook_disabled", endpoint_id)
        return views.endpoint_public(endpoint)


@router.post("/webhook-endpoints/{endpoint_id}/enable", responses=_FOUND)
def enable_endpoint(endpoint_id: str, state: StateDep, key: WebhooksKeyDep) -> EndpointPublic:
    """Send to it again."""
    with state.database.writing() as session:
        endpoint = endpoints.find(session, key.merchant_id, endpoint_id)
        endpoints.enable(endpoint)
        _note(session, key, "webhook_enabled", endpoint_id)
        return views.endpoint_public(endpoint)


@router.post("/webhook-endpoints/{endpoint_id}/rotate-secret", responses=documented("endpoint_not_found", body=True))
def rotate_secret(
    endpoint_id: str, state: StateDep, key: WebhooksKeyDep, body: SecretRotation | None = None
) -> EndpointWithSecret:
    """A new secret, shown this once; the old one goes on signing beside it for the overlap."""
    overlap = timedelta(hours=(body or SecretRotation()).overlap_hours)
    with state.database.writing() as session:
        endpoint = endpoints.find(session, key.merchant_id, endpoint_id)
        endpoints.rotate_secret(endpoint, overlap)
        _note(session, key, "webhook_rotated", endpoint_id, overlap_hours=overlap // timedelta(hours=1))
        return views.endpoint_with_secret(endpoint)


@router.post(
    "/webhook-endpoints/{endpoint_id}/test",
    status_code=202,
    responses=documented("endpoint_not_found", "endpoint_disabled"),
)
def send_test_event(endpoint_id: str, state: StateDep, key: WebhooksKeyDep) -> TestEventPublic:
    """Send a ``webhook.test`` event to this endpoint; its delivery shows what came of it."""
    with state.database.writing() as session:
        event = endpoints.send_test(session, endpoints.find(session, key.merchant_id, endpoint_id))
        return TestEventPublic(event_id=event.id)


@router.get("/webhook-endpoints/{endpoint_id}/deliveries", responses=_FOUND)
def list_deliveries(
    endpoint_id: str,
    state: StateDep,
    key: WebhooksKeyDep,
    status: DeliveryStatus | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> DeliveryPage:
    """What was sent to this endpoint, the newest first."""
    query = select(Delivery, OutboxEvent).where(Delivery.event_id == OutboxEvent.id)
    query = query.where(Delivery.endpoint_id == endpoint_id)
    if status is not None:
        query = query.where(Delivery.status == status)
    if cursor is not None:
        query = query.where(col(Delivery.id) < cursor)
    with state.database.reading() as session:
        endpoints.find(session, key.merchant_id, endpoint_id)
        rows = list(session.exec(query.order_by(col(Delivery.id).desc()).limit(limit + 1)))
    return DeliveryPage(
        items=[views.delivery_public(delivery, event) for delivery, event in rows[:limit]],
        next_cursor=rows[limit - 1][0].id if len(rows) > limit else None,
    )


@router.post(
    "/webhook-endpoints/{endpoint_id}/deliveries/{delivery_id}/replay",
    status_code=202,
    responses=documented("endpoint_not_found", "delivery_not_found", "endpoint_disabled"),
)
def replay_delivery(endpoint_id: str, delivery_id: str, state: StateDep, key: WebhooksKeyDep) -> DeliveryPublic:
    """Make one delivery again, now, with the same ``webhook-id``."""
    with state.database.writing() as session:
        endpoint = endpoints.find(session, key.merchant_id, endpoint_id)
        delivery, event = endpoints.find_delivery(session, endpoint, delivery_id)
        endpoints.replay(session, endpoint, delivery)
        return views.delivery_public(delivery, event)


@router.post(
    "/webhook-endpoints/{endpoint_id}/replay",
    status_code=202,
    responses=documented("endpoint_not_found", "endpoint_disabled", "range_too_large", body=True),
)
def replay_range(endpoint_id: str, body: ReplayRange, state: StateDep, key: WebhooksKeyDep) -> ReplayPublic:
    """Make the deliveries of a span of time again: those given up and those that were never begun."""
    with state.database.writing() as session:
        endpoint = endpoints.find(session, key.merchant_id, endpoint_id)
        requested = endpoints.replay_range(
            session, endpoint, body.since, body.until, include_delivered=body.include_delivered
        )
    return ReplayPublic(requested=requested)


@router.get("/reconcile", responses=documented())
def reconcile(state: StateDep, key: ReadKeyDep, cursor: Cursor = None, limit: Limit = 200) -> ReconcilePage:
    """What we hold as undecided. An order that a shop holds and this list lacks is decided: ask for it by id."""
    held = (Screening.merchant_id == key.merchant_id, Screening.status == "in_review")
    query = select(Screening, ReviewCase).where(*held)
    query = query.join(ReviewCase, col(ReviewCase.screening_id) == col(Screening.id), isouter=True)
    if cursor is not None:
        query = query.where(col(Screening.id) < cursor)
    with state.database.reading() as session:
        total = session.exec(select(func.count()).select_from(Screening).where(*held)).one()
        rows = list(session.exec(query.order_by(col(Screening.id).desc()).limit(limit + 1)))
    return ReconcilePage(
        as_of=now(),
        total=total,
        items=[_undecided(screening, case) for screening, case in rows[:limit]],
        next_cursor=rows[limit - 1][0].id if len(rows) > limit else None,
    )


def _undecided(screening: Screening, case: ReviewCase | None) -> UndecidedPublic:
    return UndecidedPublic(
        screening_id=screening.id,
        reference=screening.reference,
        status="in_review",
        queue=case.queue if case else None,
        due_at=case.due_at if case else None,
        created_at=screening.created_at,
    )
