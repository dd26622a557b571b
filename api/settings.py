"""Settings: every ``MODERATION_*`` variable, in this one place; docs/settings.md is checked against it."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, StringConstraints
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "MODERATION_"


class Settings(BaseSettings):
    """What an operator decides. A missing or wrong value is named when the process starts."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_file=None, extra="ignore", frozen=True)

    #: Address of the database: ``sqlite:///file.sqlite3`` or ``postgresql://user:password@host/name``.
    database_url: str = Field(description="Database address: sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME.")
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
    reload_seconds: float = Field(
        default=2.0, ge=0, description="How often changed lists, profiles and policies are looked for; 0 for never."
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
    session_hours: int = Field(default=12, ge=1, le=720, description="How long a reviewer stays signed in.")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(default="INFO", description="What is logged.")
