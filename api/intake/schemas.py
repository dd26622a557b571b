"""Bodies of the checkout's calls, as OpenAPI shows them."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    FiniteFloat,
    SkipValidation,
    StringConstraints,
)

from api.customers.merchants import Mode
from api.examples import example
from api.problems import ErrorBody
from api.storage.clock import in_range
from moderation.evidence import Category, Outcome
from moderation.request import Field as RequestField
from moderation.request import PersonalizationRequest

MAX_FIELDS = 50
MAX_BATCH = 500
#: Any longer text is refused as a body; long ones below it get a decision (``not_producible`` at the latest).
MAX_TEXT = 200_000

#: A moment, with its zone; kept in UTC.
Moment = Annotated[AwareDatetime, AfterValidator(in_range)]

#: A shop's own labels. NUL is refused: PostgreSQL cannot keep it, and no label needs it. Customers' texts may hold it.
ShortText = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00]*$")]


class FieldBody(BaseModel):
    """One place for words on the product."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[^\x00]*$")]
    text: Annotated[str, StringConstraints(max_length=MAX_TEXT)]


def names_differ(fields: list[FieldBody]) -> list[FieldBody]:
    if len({field.name for field in fields}) != len(fields):
        raise ValueError("field names must differ within one request")
    return fields


#: The texts of one product, in the order in which a person reads them on it.
Fields = Annotated[list[FieldBody], Field(min_length=1, max_length=MAX_FIELDS), AfterValidator(names_differ)]

Status = Literal["approved", "rejected", "in_review", "withdrawn"]


class ScreeningCreate(BaseModel):
    """A personalization request as the checkout sends it."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "reference": "order-1001/1",
                    "fields": [{"name": "left_shoe", "text": "RUN"}, {"name": "right_shoe", "text": "FREE"}],
                    "brand": "Stride",
                    "product": "shoe",
                    "locale": "en",
                }
            ]
        },
    )

    reference: ShortText | None = Field(default=None, description="The shop's own order or line number.")
    fields: Fields = Field(description="The texts in the order in which a person reads them on the product.")
    brand: ShortText | None = None
    product: ShortText | None = Field(default=None, description="Product type, e.g. shoe, ring, mug.")
    locale: ShortText | None = Field(default=None, description="BCP 47 tag; chooses the language of the messages.")
    region: ShortText | None = Field(default=None, description="ISO 3166-1 alpha-2 code of where it is sold.")
    customer: ShortText | None = Field(default=None, description="The shop's own pseudonymous customer number.")
    campaign: ShortText | None = Field(
        default=None, description="The shop's campaign; one that can be held as a whole."
    )
    deadline_at: Moment | None = Field(default=None, description="When the shop needs a person's answer.")
    metadata: dict[ShortText, ShortText | bool | int | FiniteFloat | None] = Field(
        default_factory=dict, max_length=50, description="The shop's own notes, kept with the screening."
    )

    def to_request(self) -> PersonalizationRequest:
        return PersonalizationRequest(
            fields=tuple(RequestField(name=field.name, text=field.text) for field in self.fields),
            brand=self.brand,
            product=self.product,
            locale=self.locale,
            region=self.region,
        )


class ReasonPublic(BaseModel):
    category: Category
    message: str


class CasePublic(BaseModel):
    id: str
    queue: str
    due_at: datetime


class AppealPublic(BaseModel):
    """The customer's objection to a rejection."""

    verdict: Literal["upheld", "overturned"] | None = Field(description="null while a second reviewer looks at it.")
    reason: str = Field(description="The answer to the customer, in the reviewer's own words.")
    created_at: datetime
    decided_at: datetime | None


class ScreeningPublic(BaseModel):
    """A screening as the checkout sees it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "scr_01K2Q4T8F6Y6B3J6S8D5Z0N7VX",
                    "reference": "order-1001/1",
                    "mode": "live",
                    "status": "in_review",
                    "outcome": "review",
                    "risk": 0.782,
                    "reasons": [
                        {
                            "category": "brand_targeting",
                            "message": "A person will read your text before it is made. What they will look at is "
                            "a statement about the brand itself.",
                        }
                    ],
                    "evidence": [],
                    "message": "A person will read your text before it is made. What they will look at is a "
                    "statement about the brand itself.",
                    "case": {
                        "id": "case_01K2Q4T8F7Z5M3N8D2T6R1Q9WC",
                        "queue": "brand",
                        "due_at": "2026-01-01T04:00:00Z",
                    },
                    "appeal": None,
                    "revision": 1,
                    "revision_of": None,
                    "revised_by": None,
                    "status_url": "https://moderation.example/s/01K2Q4T8F6Y6B3J6S8D5Z0N7VX.1769817600.Zm9vYmFyYmF6",
                    "versions": {"policy": "balanced@1c0ffee1", "lists": "2b2b2b2b"},
                    "created_at": "2026-01-01T00:00:00Z",
                    "updated_at": "2026-01-01T00:00:00Z",
                    "erased_at": None,
                }
            ]
        }
    )

    id: str
    reference: str | None
    mode: Mode = Field(description="test: made with a test key; nothing about it is real.")
    status: Status
    outcome: Outcome = Field(description="Of the decision in force: approve, reject or review.")
    risk: float
    reasons: list[ReasonPublic]
    evidence: list[dict[str, Any]]
    message: str = Field(description="What the customer may be told, in their language.")
    case: CasePublic | None
    appeal: AppealPublic | None
    revision: int = Field(description="How many texts there were up to this one; 1 for the first.")
    revision_of: str | None = Field(description="The screening whose text this one replaces.")
    revised_by: str | None = Field(description="The screening whose text replaces this one.")
    status_url: str = Field(description="The customer's own page about this order. Whoever has it may read and answer.")
    versions: dict[str, str]
    created_at: datetime
    updated_at: datetime
    erased_at: datetime | None = Field(description="When the words were erased.")


class ScreeningPage(BaseModel):
    """Screenings, the newest first."""

    items: list[ScreeningPublic]
    next_cursor: str | None = Field(description="Give it as ?cursor= for the next page; null on the last one.")


IdempotencyKeyText = Annotated[str, StringConstraints(min_length=1, max_length=255, pattern=r"^[^\x00]*$")]


class BatchItem(ScreeningCreate):
    """One order of a batch."""

    idempotency_key: IdempotencyKeyText | None = Field(
        default=None, description="What Idempotency-Key is for a single order."
    )


class BatchCreate(BaseModel):
    """Many orders at once. Each is answered on its own: one that does not fit spoils no other."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "items": [
                        {
                            "idempotency_key": "order-1001/1",
                            "reference": "order-1001/1",
                            "fields": [{"name": "line1", "text": "RUN FREE"}],
                            "product": "bottle",
                        }
                    ]
                }
            ]
        },
    )

    items: Annotated[list[SkipValidation[BatchItem]], Field(min_length=1, max_length=MAX_BATCH)]


class BatchResult(BaseModel):
    """What became of one order of a batch."""

    status: int = Field(description="As for a single order: 201, 200 for a repeat, 409, 422.")
    screening: ScreeningPublic | None = None
    error: ErrorBody | None = None


class BatchPublic(BaseModel):
    """The results, in the order of the items."""

    items: list[BatchResult]


class PreviewCreate(BaseModel):
    """What a customer has typed so far."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"fields": [{"name": "line1", "text": "For Gr"}], "product": "mug"}]},
    )

    fields: Fields
    brand: ShortText | None = None
    product: ShortText | None = None
    locale: ShortText | None = None
    region: ShortText | None = None
    session: ShortText | None = Field(
        default=None, description="One customer's typing; attempts are counted by it. Without it, by network address."
    )


Hint = Literal["looks_fine", "needs_a_look", "not_producible"]


class PreviewPublic(BaseModel):
    """A hint while typing; never a promise."""

    model_config = example(hint="looks_fine", message="This looks fine.")

    hint: Hint
    message: str = Field(description="The hint in the customer's language.")
