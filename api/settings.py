"""Settings: every ``MODERATION_*`` variable, in this one place; docs/settings.md is checked against it."""

from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

PREFIX = "MODERATION_"

RoleName = Literal["reviewer", "senior", "lead", "auditor", "admin"]


def _split(given: object) -> object:
    return [each.strip() for each in given.split(",") if each.strip()] if isinstance(given, str) else given


def _is_safe(issuer: str | None) -> str | None:
    """What an issuer says over plain HTTP could be anybody's word; only this very machine may."""
    parts = urlsplit(issuer or "https:")
    if parts.scheme != "https" and parts.hostname not in ("127.0.0.1", "::1", "localhost"):
        raise ValueError("the issuer's address must begin with https://")
    return issuer


def _is_of_a_kind(address: str) -> str:
    if not address.startswith(("sqlite:///", "postgresql://", "postgres://", "postgresql+psycopg://")):
        raise ValueError("it must be sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME")
    return address


class Settings(BaseSettings):
    """What an operator decides. A missing or wrong value is named when the process starts."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_file=None, extra="ignore", frozen=True)

    #: Address of the database: ``sqlite:///file.sqlite3`` or ``postgresql://user:password@host/name``.
    database_url: Annotated[str, AfterValidator(_is_of_a_kind)] = Field(
        description="Database address: sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME."
    )
    secret_key: Annotated[str, StringConstraints(min_length=32)] = Field(
        description="At least 32 random characters; signs reviewers' cookies and forms. Keep it, and keep it secret."
    )
    public_url: str = Field(
        default="http://127.0.0.1:8000", description="The address under which shops and reviewers reach this server."
    )
    blocklists: Path | None = Field(
        default=None, description="Directory of term lists and brand profiles; empty for the ones that are shipped."
    )
    policies: Path | None = Field(
        default=None, description="Directory of policies; empty for the ones that are shipped."
    )
    products: Path | None = Field(
        default=None, description="File that says what each product can carry; empty for none but general limits."
    )
    routing: Path | None = Field(
        default=None, description="File that says in which queue a case waits, and how long; empty for the shipped one."
    )
    reload_seconds: float = Field(
        default=0.5,
        ge=0,
        description="How often changed lists, profiles, policies and routing are looked for, in seconds; 0 for never.",
    )
    toxicity_engine: Literal["onnx", "detoxify"] = Field(
        default="onnx", description="onnx serves the compiled model; detoxify serves the checkpoint through torch."
    )
    toxicity_model: str = Field(
        default="default", description="The model to serve: default, an official name, or a compiled model's name."
    )
    model_directory: Path = Field(default=Path(".models"), description="Where compiled models are kept.")
    run_worker: bool = Field(
        default=True,
        description="Run background work (webhooks) inside the server; switch off where workers run apart.",
    )
    allow_private_webhooks: bool = Field(
        default=False, description="Allow webhook addresses in private and loopback networks; for test installations."
    )
    max_body_bytes: int = Field(default=1_048_576, ge=1024, description="Largest accepted request body, in bytes.")
    answer_within_ms: int = Field(
        default=800,
        ge=1,
        le=60_000,
        description="What has not answered by then sends the order to review; milliseconds.",
    )
    orders_at_once: int = Field(
        default=8, ge=1, description="Orders that a server process works on at a time; more wait for a place."
    )
    orders_within_ms: int = Field(
        default=800,
        ge=1,
        le=60_000,
        description="What is not likely to be answered in half of this is told to come back (503) at once; milliseconds.",
    )
    requests_per_minute: int = Field(
        default=60_000, ge=1, description="Requests that one key may make in a minute; see limits_directory."
    )
    previews_per_minute: int = Field(
        default=6_000, ge=1, description="Previews that one key may ask for in a minute; see limits_directory."
    )
    previews_per_session: int = Field(
        default=60, ge=1, description="Previews that one typing customer may ask for in ten minutes."
    )
    limits_directory: Path | None = Field(
        default=None,
        description="Where the server processes of a machine share their counts of requests; empty: each counts for "
        "itself, but those of one `moderation serve --processes` together.",
    )
    status_link_days: int = Field(default=30, ge=1, le=365, description="How long a customer's status link is good.")
    demo_shop: str | None = Field(
        default=None, description="Shop whose example page is served at /demo; empty for none. Never a real shop."
    )
    keep_words_days: int = Field(
        default=0,
        ge=0,
        description="Days after which the words of a settled order are erased; the decision stays. 0 for never.",
    )
    session_hours: int = Field(default=12, ge=1, le=720, description="How long a reviewer stays signed in.")
    second_factor_for: Annotated[tuple[RoleName, ...], NoDecode, BeforeValidator(_split)] = Field(
        default=(),
        description="Roles that sign in with a second factor, with commas: lead,admin. Others may set one up.",
    )
    password_sign_in: bool = Field(
        default=True,
        description="Let reviewers sign in with passwords; false where everybody comes through the company's issuer.",
    )
    oidc_issuer: Annotated[str | None, AfterValidator(_is_safe)] = Field(
        default=None, description="Address of the company's OpenID Connect issuer; empty for sign-in by password alone."
    )
    oidc_client_id: str = Field(default="", description="The name under which the company's issuer knows this console.")
    oidc_client_secret: str = Field(default="", description="The secret that goes with it; empty for a public client.")
    oidc_name: str = Field(default="your company", description="What the sign-in page calls the issuer.")
    oidc_new_role: RoleName | None = Field(
        default=None,
        description="Role of people whom the issuer knows and we do not, made at their first sign-in; empty to refuse them.",
    )
    oidc_merchant: str = Field(default="default", description="The shop whose cases such people review.")
    audit_anchor: Path | None = Field(
        default=None,
        description="File to which the worker adds the sealed log's head every hour; keep it where the database's owner cannot write.",
    )
    traces_to: str = Field(
        default="",
        description="OTLP collector for traces, like http://collector:4318/v1/traces; empty for none. Needs moderation[tracing].",
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(default="INFO", description="What is logged.")

    @model_validator(mode="after")
    def _somebody_gets_in(self) -> Self:
        if not self.password_sign_in and self.oidc_issuer is None:
            raise ValueError("password_sign_in is off and there is no oidc_issuer, so nobody could sign in: set one")
        return self
