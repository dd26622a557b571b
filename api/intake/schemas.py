"""Bodies of the checkout's calls, as OpenAPI shows them."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, FiniteFloat, StringConstraints, field_validator

from moderation.evidence import Category, Outcome
from moderation.request import Field as RequestField
from moderation.request import PersonalizationRequest

MAX_FIELDS = 50
#: Any longer text is refused as a body; long ones below it get a decision (``not_producible`` at the latest).
MAX_TEXT = 200_000

#: A shop's own labels. NUL is refused: PostgreSQL cannot keep it, and no label needs it. Customers' texts may hold it.
ShortText = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00]*$")]


class FieldBody(BaseModel):
    """One place for words on the product."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[^\x00]*$")]
    text: Annotated[str, StringConstraints(max_length=MAX_TEXT)]


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
    fields: Annotated[list[FieldBody], Field(min_length=1, max_length=MAX_FIELDS)] = Field(
        description="The texts in the order in which a person reads them on the product."
    )
    brand: ShortText | None = None
    product: ShortText | None = Field(default=None, description="Product type, e.g. shoe, ring, mug.")
    locale: ShortText | None = Field(default=None, description="BCP 47 tag; chooses the language of the messages.")
    region: ShortText | None = Field(default=None, description="ISO 3166-1 alpha-2 code of where it is sold.")
    customer: ShortText | None = Field(default=None, description="The shop's own pseudonymous customer number.")
    deadline_at: AwareDatetime | None = Field(default=None, description="When the shop needs a person's answer.")
    metadata: dict[ShortText, ShortText | bool | int | FiniteFloat | None] = Field(
        default_factory=dict, max_length=50, description="The shop's own notes, kept with the screening."
    )

    @field_validator("fields")
    @classmethod
    def names_differ(cls, fields: list[FieldBody]) -> list[FieldBody]:
        if len({field.name for field in fields}) != len(fields):
            raise ValueError("field names must differ within one request")
        return fields

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


class ScreeningPublic(BaseModel):
    """A screening as the checkout sees it."""

    id: str
    reference: str | None
    status: str = Field(description="approved, rejected, in_review or withdrawn.")
    outcome: Outcome = Field(description="Of the decision in force: approve, reject or review.")
    risk: float
    reasons: list[ReasonPublic]
    evidence: list[dict[str, Any]]
    message: str = Field(description="What the customer may be told, in their language.")
    case: CasePublic | None
    versions: dict[str, str]
    created_at: datetime
    updated_at: datetime


class ScreeningPage(BaseModel):
    """Screenings, the newest first."""

    items: list[ScreeningPublic]
    next_cursor: str | None = Field(description="Give it as ?cursor= for the next page; null on the last one.")
