"""What goes in and comes out, typed. Unknown fields of a newer server are ignored."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict

Status = Literal["approved", "rejected", "in_review", "withdrawn"]


class Order(BaseModel):
    """One product's texts, as the customer typed them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    #: By the place on the product, in the order in which a person reads them.
    fields: Mapping[str, str]
    reference: str | None = None
    brand: str | None = None
    product: str | None = None
    #: BCP 47 tag; chooses the language of the messages.
    locale: str | None = None
    region: str | None = None
    customer: str | None = None
    campaign: str | None = None
    deadline_at: AwareDatetime | None = None
    metadata: Mapping[str, str | bool | int | float | None] = {}

    def body(self) -> dict[str, Any]:
        """As the API wants it; what is not given is left out."""
        given = self.model_dump(mode="json", exclude={"fields"}, exclude_defaults=True)
        return {**given, "fields": fields_body(self.fields)}


def fields_body(fields: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"name": name, "text": text} for name, text in fields.items()]


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Reason(_Answer):
    category: str
    #: What the customer may be told.
    message: str


class Case(_Answer):
    id: str
    queue: str
    due_at: datetime


class Appeal(_Answer):
    #: ``upheld`` or ``overturned``; None while it waits.
    verdict: str | None
    reason: str
    created_at: datetime
    decided_at: datetime | None


class Screening(_Answer):
    """An order and how it stands. Make it when ``status`` is ``approved``, and at no other time."""

    id: str
    reference: str | None
    mode: Literal["live", "test"]
    status: Status
    outcome: Literal["approve", "review", "reject"]
    risk: float
    reasons: tuple[Reason, ...]
    evidence: tuple[dict[str, Any], ...]
    message: str
    case: Case | None
    appeal: Appeal | None
    revision: int
    revision_of: str | None
    revised_by: str | None
    status_url: str
    versions: dict[str, str]
    created_at: datetime
    updated_at: datetime
    erased_at: datetime | None

    @property
    def may_be_made(self) -> bool:
        return self.status == "approved"


class Field(_Answer):
    name: str
    text: str


class Text(_Answer):
    """The customer's words as they were sent."""

    screening_id: str
    status: Status
    fields: tuple[Field, ...]


class Page(_Answer):
    items: tuple[Screening, ...]
    next_cursor: str | None


class ErrorBody(_Answer):
    code: str
    detail: str


class BatchResult(_Answer):
    """What became of one order of a batch: a screening or an error."""

    status: int
    screening: Screening | None
    error: ErrorBody | None


class Batch(_Answer):
    items: tuple[BatchResult, ...]


class Preview(_Answer):
    """A hint while typing; never a promise."""

    hint: Literal["looks_fine", "needs_a_look", "not_producible"]
    message: str


class Rule(_Answer):
    """One rule as a customer may read it, before the order."""

    category: str
    title: str
    rule: str
    handling: Literal["may_be_refused", "read_by_a_person", "allowed"]
    #: Examples of both sides.
    against: tuple[str, ...]
    fine: tuple[str, ...]


class Principle(_Answer):
    """A rule by which nothing is refused."""

    name: str
    title: str
    rule: str


class Guidelines(_Answer):
    """All rules that hold for a brand, in one language."""

    locale: str
    policy: str
    rules: tuple[Rule, ...]
    principles: tuple[Principle, ...]


class Message(_Answer):
    """One message of the conversation about an order."""

    id: str
    party: str
    to: str
    text: str
    due_at: datetime | None
    answered_at: datetime | None
    answer_to: str | None
    answer_url: str | None
    created_at: datetime


class Thread(_Answer):
    items: tuple[Message, ...]


class Done(_Answer):
    """Nothing more to say."""


class Key(_Answer):
    """A key, without its token."""

    id: str
    name: str
    scopes: tuple[str, ...]
    mode: Literal["live", "test"]
    #: ``ending`` when it was rotated and is good until ``ends_at``.
    status: Literal["good", "ending", "ended"]
    requests_per_minute: int | None
    created_at: datetime
    last_used_at: datetime | None
    ends_at: datetime | None


class KeyWithToken(Key):
    token: str


class Keys(_Answer):
    items: tuple[Key, ...]
    next_cursor: str | None


class Hold(_Answer):
    """A switch that sends everything to review."""

    id: str
    brand: str | None
    campaign: str | None
    note: str
    placed_by: str
    created_at: datetime
    lifted_by: str | None
    lifted_at: datetime | None


class Holds(_Answer):
    items: tuple[Hold, ...]


class Endpoint(_Answer):
    """Where events go, and how it fares."""

    id: str
    url: str
    event_types: tuple[str, ...]
    status: Literal["active", "failing", "disabled"]
    created_at: datetime
    disabled_at: datetime | None
    failing_since: datetime | None
    old_secrets_until: datetime | None


class EndpointWithSecret(Endpoint):
    secret: str


class Endpoints(_Answer):
    items: tuple[Endpoint, ...]
    next_cursor: str | None


class TestEvent(_Answer):
    __test__ = False  # for pytest: the name is no test's

    event_id: str


class Delivery(_Answer):
    """One event on its way to one endpoint."""

    id: str
    event_id: str
    event_type: str
    screening_id: str | None
    status: Literal["requested", "pending", "delivered", "failed"]
    attempts: int
    response_code: int | None
    error: str | None
    latency_ms: int | None
    created_at: datetime
    last_attempt_at: datetime | None
    next_attempt_at: datetime | None
    delivered_at: datetime | None


class Deliveries(_Answer):
    items: tuple[Delivery, ...]
    next_cursor: str | None


class Replayed(_Answer):
    requested: int


class UndecidedOrder(_Answer):
    screening_id: str
    reference: str | None
    status: Literal["in_review"]
    queue: str | None
    due_at: datetime | None
    created_at: datetime


class Undecided(_Answer):
    """What the server holds as undecided, the newest first."""

    as_of: datetime
    total: int
    items: tuple[UndecidedOrder, ...]
    next_cursor: str | None
