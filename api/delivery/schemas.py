"""Bodies of the webhook calls, as OpenAPI shows them."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from api.delivery.addresses import MAX_URL_LENGTH
from api.examples import example

EventType = Literal[
    "screening.approved",
    "screening.rejected",
    "screening.in_review",
    "screening.overdue",
    "screening.withdrawn",
    "screening.question",
]
EndpointStatus = Literal["active", "failing", "disabled"]
DeliveryStatus = Literal["requested", "pending", "delivered", "failed"]


class EndpointCreate(BaseModel):
    """Where events shall go, and which."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"url": "https://shop.example/hooks/moderation", "event_types": ["screening.approved"]}]
        },
    )

    url: Annotated[str, StringConstraints(min_length=1, max_length=MAX_URL_LENGTH)] = Field(
        description="An https:// address on the public internet."
    )
    event_types: list[EventType] = Field(
        default_factory=list, max_length=20, description="Which events; empty for all, also for types to come."
    )


class EndpointPublic(BaseModel):
    """An endpoint; its secret is shown once, when it is made."""

    model_config = example(
        id="whe_01K2Q4T8F6Y6B3J6S8D5Z0N7VX",
        url="https://shop.example/hooks/moderation",
        event_types=["screening.approved"],
        status="active",
        created_at="2026-01-01T00:00:00Z",
        disabled_at=None,
        failing_since=None,
        old_secrets_until=None,
    )

    id: str
    url: str
    event_types: list[str]
    status: EndpointStatus = Field(
        description="failing: the last deliveries were given up. disabled: nothing is sent; by a call, or after 410."
    )
    created_at: datetime
    disabled_at: datetime | None
    failing_since: datetime | None
    old_secrets_until: datetime | None = Field(description="Until when the secrets before the newest sign, too.")


class EndpointWithSecret(EndpointPublic):
    """An endpoint and its new secret. Keep it: it cannot be shown again."""

    model_config = example(
        id="whe_01K2Q4T8F6Y6B3J6S8D5Z0N7VX",
        url="https://shop.example/hooks/moderation",
        event_types=["screening.approved"],
        status="active",
        created_at="2026-01-01T00:00:00Z",
        disabled_at=None,
        failing_since=None,
        old_secrets_until=None,
        secret="whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=",
    )

    secret: str = Field(description="whsec_ and 44 base64 characters; what a Standard Webhooks library asks for.")


class EndpointPage(BaseModel):
    """Endpoints, the newest first."""

    items: list[EndpointPublic]
    next_cursor: str | None


class SecretRotation(BaseModel):
    """How long the old secret goes on signing beside the new one."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"overlap_hours": 24}]})

    overlap_hours: Annotated[float, Field(ge=0, le=168, allow_inf_nan=False)] = 24


class DeliveryPublic(BaseModel):
    """One event on its way to one endpoint."""

    model_config = example(
        id="dlv_01K2Q4T8F6Y6B3J6S8D5Z0N7VX",
        event_id="evt_01K2Q4T8F6Y6B3J6S8D5Z0N7VY",
        event_type="screening.rejected",
        screening_id="scr_01K2Q4T8EZ5M3N8D2T6R1Q9WCX",
        status="pending",
        attempts=1,
        response_code=500,
        error="Answered 500; accepted is any status from 200 to 299.",
        latency_ms=84,
        created_at="2026-01-01T00:00:00Z",
        last_attempt_at="2026-01-01T00:00:01Z",
        next_attempt_at="2026-01-01T00:00:06Z",
        delivered_at=None,
    )

    id: str
    event_id: str = Field(description="The webhook-id, the same in every attempt.")
    event_type: str
    screening_id: str | None = Field(description="null for a test event.")
    status: DeliveryStatus
    attempts: int
    response_code: int | None = Field(description="Of the last attempt; null when no answer came.")
    error: str | None = Field(description="Why the last attempt does not count as accepted.")
    latency_ms: int | None
    created_at: datetime
    last_attempt_at: datetime | None
    next_attempt_at: datetime | None
    delivered_at: datetime | None


class DeliveryPage(BaseModel):
    """Deliveries, the newest first."""

    items: list[DeliveryPublic]
    next_cursor: str | None


class TestEventPublic(BaseModel):
    """The event that is on its way."""

    model_config = example(event_id="evt_01K2Q4T8F6Y6B3J6S8D5Z0N7VY")

    event_id: str


class ReplayRange(BaseModel):
    """The events of a span of time, once more."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"since": "2026-01-01T00:00:00Z", "until": "2026-01-02T00:00:00Z"}]},
    )

    since: AwareDatetime = Field(description="The first moment that counts.")
    until: AwareDatetime = Field(description="The first moment that counts no more.")
    include_delivered: bool = Field(
        default=False, description="Also what this endpoint has accepted; it then gets it twice, under the same id."
    )

    @model_validator(mode="after")
    def _must_not_be_empty(self) -> "ReplayRange":
        if self.since >= self.until:
            raise ValueError("since must be before until")
        return self


class ReplayPublic(BaseModel):
    """How many deliveries will be made again."""

    model_config = example(requested=12)

    requested: int


class UndecidedPublic(BaseModel):
    """A screening that waits for a person."""

    model_config = example(
        screening_id="scr_01K2Q4T8EZ5M3N8D2T6R1Q9WCX",
        reference="order-1001/1",
        status="in_review",
        queue="brand",
        due_at="2026-01-01T04:00:00Z",
        created_at="2026-01-01T00:00:00Z",
    )

    screening_id: str
    reference: str | None
    status: Literal["in_review"]
    queue: str | None
    due_at: datetime | None
    created_at: datetime


class ReconcilePage(BaseModel):
    """What we hold as undecided, the newest first, for a shop to compare with its own held orders."""

    as_of: datetime
    total: int = Field(description="On all pages together.")
    items: list[UndecidedPublic]
    next_cursor: str | None
