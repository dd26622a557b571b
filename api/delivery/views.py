"""Rows as the shop sees them."""

from api.delivery.schemas import DeliveryPublic, EndpointPublic, EndpointStatus, EndpointWithSecret
from api.storage.clock import now
from api.storage.tables import Delivery, OutboxEvent, WebhookEndpoint


def endpoint_public(endpoint: WebhookEndpoint) -> EndpointPublic:
    """Everything but the secrets."""
    is_rotating = endpoint.old_secrets_until is not None and now() < endpoint.old_secrets_until
    return EndpointPublic(
        id=endpoint.id,
        url=endpoint.url,
        event_types=endpoint.event_types,
        status=_status(endpoint),
        created_at=endpoint.created_at,
        disabled_at=endpoint.disabled_at,
        failing_since=endpoint.failing_since,
        old_secrets_until=endpoint.old_secrets_until if is_rotating else None,
    )


def endpoint_with_secret(endpoint: WebhookEndpoint) -> EndpointWithSecret:
    """With the newest secret; for the answer to the call that made it, and no other."""
    return EndpointWithSecret(**endpoint_public(endpoint).model_dump(), secret=endpoint.secrets[0])


def delivery_public(delivery: Delivery, event: OutboxEvent) -> DeliveryPublic:
    return DeliveryPublic(
        id=delivery.id,
        event_id=event.id,
        event_type=event.type,
        screening_id=event.screening_id,
        status=delivery.status,
        attempts=delivery.attempts,
        response_code=delivery.response_code,
        error=delivery.error,
        latency_ms=delivery.latency_ms,
        created_at=delivery.created_at,
        last_attempt_at=delivery.last_attempt_at,
        next_attempt_at=delivery.next_attempt_at,
        delivered_at=delivery.delivered_at,
    )


def _status(endpoint: WebhookEndpoint) -> EndpointStatus:
    if endpoint.disabled_at is not None:
        return "disabled"
    return "failing" if endpoint.failing_since is not None else "active"
