"""Bodies of the calls about keys, as OpenAPI shows them."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api.customers.merchants import Mode
from api.examples import example
from api.intake.schemas import ShortText

Scope = Literal["screenings:write", "screenings:read", "previews", "webhooks", "admin"]
KeyStatus = Literal["good", "ending", "ended"]


class KeyCreate(BaseModel):
    """A key to be made."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"name": "checkout", "scopes": ["screenings:write", "screenings:read"]}]},
    )

    name: Annotated[ShortText, StringConstraints(min_length=1)] = Field(description="What it is for.")
    scopes: Annotated[list[Scope], Field(min_length=1)] = Field(description="What it may do; admin may do all of it.")
    mode: Mode = Field(default="live", description="test: its orders are for trying, and none is real.")
    requests_per_minute: Annotated[int, Field(ge=1, le=10_000_000)] | None = Field(
        default=None, description="Its own limit; without it the server's."
    )


class KeyRotation(BaseModel):
    """How long the old key stays good."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"overlap_hours": 24}]})

    overlap_hours: float = Field(
        default=24, ge=0, le=168, allow_inf_nan=False, description="0 ends it at once: what to do when it leaked."
    )


class KeyPublic(BaseModel):
    """A key, without its token."""

    model_config = example(
        id="key_01K2Q4T8F6Y6B3J6S8D5Z0N7VX",
        name="checkout",
        scopes=["screenings:write", "screenings:read"],
        mode="live",
        status="good",
        requests_per_minute=None,
        created_at="2026-01-01T00:00:00Z",
        last_used_at="2026-01-02T09:30:00Z",
        ends_at=None,
    )

    id: str
    name: str
    scopes: list[str]
    mode: Mode
    status: KeyStatus = Field(description="ending: it was rotated and is good until ends_at.")
    requests_per_minute: int | None
    created_at: datetime
    last_used_at: datetime | None = Field(description="To the minute; null when it was never used.")
    ends_at: datetime | None = Field(description="From when on it is refused.")


class KeyWithToken(KeyPublic):
    """A key that was made just now."""

    model_config = example(
        id="key_01K2Q4T8F6Y6B3J6S8D5Z0N7VX",
        name="checkout",
        scopes=["screenings:write", "screenings:read"],
        mode="live",
        status="good",
        requests_per_minute=None,
        created_at="2026-01-01T00:00:00Z",
        last_used_at="2026-01-02T09:30:00Z",
        ends_at=None,
        token="mk_A9c4V0o3mYdGx8hJ2kQnR5sTqLwZbEuIfPvNyXaDjCg",
    )

    token: str = Field(description="Shown this once; only its hash is kept.")


class KeyPage(BaseModel):
    """The shop's keys, the newest first; those that ended, too."""

    items: list[KeyPublic]
    next_cursor: str | None = Field(description="Give it as ?cursor= for the next page; null on the last one.")
