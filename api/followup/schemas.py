"""Bodies of the calls that follow the first answer, as OpenAPI shows them."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api.examples import example
from api.intake.schemas import FieldBody, Fields, ShortText, Status
from api.reviewing.conversation import MAX_TEXT, Party
from api.reviewing.orders import MAX_APPEAL

#: What a person writes to a person. NUL is refused: PostgreSQL cannot keep it.
Message = Annotated[str, StringConstraints(min_length=1, max_length=MAX_TEXT, pattern=r"^[^\x00]*\S[^\x00]*$")]


class RevisionCreate(BaseModel):
    """The customer's new text; everything else stays as it was ordered."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"fields": [{"name": "left_shoe", "text": "RUN FREE"}]}]}
    )

    fields: Fields = Field(description="All texts of the product, also those that stay.")


class TextPublic(BaseModel):
    """The customer's words, byte for byte as they were sent."""

    model_config = example(
        screening_id="scr_01K2Q4T8EZ5M3N8D2T6R1Q9WCX", status="approved", fields=[{"name": "left_shoe", "text": "RUN"}]
    )

    screening_id: str
    status: Status = Field(description="Make these words while this is approved, and at no other time.")
    fields: list[FieldBody] = Field(description="Empty after erasure.")


class AppealCreate(BaseModel):
    """The customer's objection."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"message": "It is my grandmother's maiden name."}]}
    )

    message: Annotated[Message, StringConstraints(max_length=MAX_APPEAL)] = Field(
        description="In the customer's own words; a reviewer other than the first reads it."
    )


class MessageCreate(BaseModel):
    """A message to whoever decides about the order."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"text": "The customer says it is a dog's name."}]}
    )

    text: Message
    party: Literal["shop", "customer"] = Field(default="shop", description="Who says it; a shop may pass words on.")
    answer_to: ShortText | None = Field(default=None, description="The id of the question that this answers.")


class MessagePublic(BaseModel):
    """One message of the conversation about an order."""

    model_config = example(
        id="msg_01K2Q4T8F6Y6B3J6S8D5Z0N7VX",
        party="reviewer",
        to="customer",
        text="Is it the name of a town?",
        due_at="2026-01-02T00:00:00Z",
        answered_at=None,
        answer_to=None,
        answer_url="https://moderation.example/s/01K2Q4T8F6Y6B3J6S8D5Z0N7VX.1769817600.Zm9vYmFyYmF6",
        created_at="2026-01-01T00:00:00Z",
    )

    id: str
    party: Party = Field(description="Who wrote it.")
    to: Party
    text: str
    due_at: datetime | None = Field(description="Of a question: until when an answer helps.")
    answered_at: datetime | None
    answer_to: str | None
    answer_url: str | None = Field(
        description="Of an open question to the customer or the partner: where to answer it."
    )
    created_at: datetime


class ThreadPublic(BaseModel):
    """The conversation about an order, the oldest message first."""

    items: list[MessagePublic]


class HoldCreate(BaseModel):
    """What shall be held: everything of the shop, or of one brand, or of one campaign."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"brand": "Stride", "note": "Boycott in the news"}]}
    )

    brand: ShortText | None = None
    campaign: ShortText | None = None
    note: Annotated[ShortText, StringConstraints(min_length=1)] = Field(
        description="Why; for those who wonder about full queues."
    )


class HoldPublic(BaseModel):
    """A switch that sends everything to review."""

    model_config = example(
        id="hold_01K2Q4T8F6Y6B3J6S8D5Z0N7VX",
        brand="Stride",
        campaign=None,
        note="Boycott in the news",
        placed_by="key_01K2Q4T8F6Y6B3J6S8D5Z0N7VY",
        created_at="2026-01-01T00:00:00Z",
        lifted_by=None,
        lifted_at=None,
    )

    id: str
    brand: str | None
    campaign: str | None
    note: str
    placed_by: str
    created_at: datetime
    lifted_by: str | None
    lifted_at: datetime | None


class HoldList(BaseModel):
    """What is held now, the oldest first."""

    items: list[HoldPublic]
