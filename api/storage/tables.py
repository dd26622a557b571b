"""The tables. Everything left of the store is pure; everything here is a row with a state.

Customers' words live in ``Screening.fields`` alone (and, quoted, in ``Decision.evidence`` and ``ReviewCase.searched``),
so that erasing them is few updates; decisions keep hashes, categories and versions.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, Index, String, UniqueConstraint, text
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlmodel import Field, SQLModel

from api.storage.clock import UtcDateTime, now
from api.storage.ids import id_factory
from api.storage.likeness import likeness

NAMING = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
SQLModel.metadata.naming_convention = NAMING


def _time(*, nullable: bool = False, index: bool = False) -> Any:
    """A UTC timestamp column; set on insert unless it may be empty."""
    if nullable:
        return Field(default=None, sa_type=UtcDateTime, nullable=True, index=index)
    return Field(default_factory=now, sa_type=UtcDateTime, nullable=False, index=index)


def _likeness(context: DefaultExecutionContext) -> str | None:
    """The print of the words in the row that is being inserted, whoever inserts it."""
    return likeness(context.get_current_parameters()["fields"])  # type: ignore[no-untyped-call]  # untyped upstream


def _json(default: type[list[Any]] | type[dict[str, Any]]) -> Any:
    return Field(default_factory=default, sa_column=Column(JSON, nullable=False))


#: A screening that still waits. Written out, like the next one.
IN_REVIEW = text("screening.status = 'in_review'")
_IN_REVIEW_INDEX: dict[str, Any] = {"sqlite_where": text("status = 'in_review'")}
_IN_REVIEW_INDEX["postgresql_where"] = _IN_REVIEW_INDEX["sqlite_where"]

#: A case that still needs a person. Written out, not bound: a partial index only serves a query that repeats it.
WAITING = text("review_case.state IN ('open', 'claimed', 'escalated')")
_WAITING_INDEX: dict[str, Any] = {"sqlite_where": text("state IN ('open', 'claimed', 'escalated')")}
_WAITING_INDEX["postgresql_where"] = _WAITING_INDEX["sqlite_where"]


#: A case that was handed back. Written out, like the others.
RELEASED = text("case_event.kind = 'release'")
_RELEASED_INDEX: dict[str, Any] = {"sqlite_where": text("kind = 'release'")}
_RELEASED_INDEX["postgresql_where"] = _RELEASED_INDEX["sqlite_where"]

_FILTERED = ("severity", "state", "waits_until", "language", "claimed_by", "screening_id")
#: A case that needs another person than the one who had it. Few at any time.
AWAITING = text("review_case.awaits IS NOT NULL")
_AWAITING_INDEX: dict[str, Any] = {"sqlite_where": text("awaits IS NOT NULL")}
_AWAITING_INDEX["postgresql_where"] = _AWAITING_INDEX["sqlite_where"]

#: A question that has no answer yet.
ASKED = text("case_message.due_at IS NOT NULL AND case_message.answered_at IS NULL")
_ASKED_INDEX: dict[str, Any] = {"sqlite_where": text("due_at IS NOT NULL AND answered_at IS NULL")}
_ASKED_INDEX["postgresql_where"] = _ASKED_INDEX["sqlite_where"]

_UNSEALED_INDEX: dict[str, Any] = {"sqlite_where": text("sealed_as IS NULL")}
_UNSEALED_INDEX["postgresql_where"] = _UNSEALED_INDEX["sqlite_where"]


class Merchant(SQLModel, table=True):
    """A shop: the tenant that owns keys, reviewers, screenings and endpoints."""

    id: str = Field(default_factory=id_factory("mer"), primary_key=True)
    name: str = Field(unique=True)
    #: Name of the base policy; its own lines over it are in ``policy_layer``.
    policy: str = "balanced"
    policy_layer: dict[str, Any] = _json(dict)
    #: Seconds, 0-120, until a reviewer's decision takes effect; until then it can be undone.
    undo_seconds: int = 15
    #: Second opinions, control cases, care: see ``moderation/review_rules.py``.
    review_rules: dict[str, Any] = _json(dict)
    #: For the place where a shop's test orders live, apart from everything real: the id of the shop.
    test_of: str | None = Field(default=None, index=True, unique=True)
    #: For the place where a shop's control cases live, seen by nobody but the one who is given one: the shop's id.
    controls_of: str | None = Field(default=None, index=True, unique=True)
    created_at: datetime = _time()


class ApiKey(SQLModel, table=True):
    """A checkout's key. The token is shown once; only its hash is kept."""

    __tablename__ = "api_key"

    id: str = Field(default_factory=id_factory("key"), primary_key=True)
    merchant_id: str = Field(foreign_key="merchant.id", index=True)
    name: str
    #: SHA-256 of the token, hex. The token has 256 random bits, so a slow hash would buy nothing.
    token_hash: str = Field(unique=True)
    scopes: list[str] = _json(list)
    #: Its own limit; empty for the one of the settings.
    requests_per_minute: int | None = None
    created_at: datetime = _time()
    last_used_at: datetime | None = _time(nullable=True)
    #: From when on it is refused; in the future while a rotation overlaps.
    revoked_at: datetime | None = _time(nullable=True)


class Reviewer(SQLModel, table=True):
    """A person who decides cases of one merchant."""

    id: str = Field(default_factory=id_factory("rev"), primary_key=True)
    merchant_id: str = Field(foreign_key="merchant.id", index=True)
    email: str = Field(unique=True)
    #: What the shop and the customer see instead of a name.
    pseudonym: str
    #: ``reviewer``, ``senior``, ``lead``, ``auditor`` or ``admin``.
    role: str
    #: The queues and languages that are offered to them; all when empty.
    queues: list[str] = _json(list)
    languages: list[str] = _json(list)
    #: Keys of their own choice in the console, by action.
    keys: dict[str, str] = _json(dict)
    password_hash: str
    created_at: datetime = _time()
    disabled_at: datetime | None = _time(nullable=True)


class SavedView(SQLModel, table=True):
    """A filter of the queue page that a reviewer goes back to."""

    __tablename__ = "saved_view"
    __table_args__ = (UniqueConstraint("reviewer_id", "name"),)

    id: str = Field(default_factory=id_factory("view"), primary_key=True)
    reviewer_id: str = Field(foreign_key="reviewer.id")
    name: str
    #: The filter as it stands in an address.
    query: str
    created_at: datetime = _time()


class ReviewerSession(SQLModel, table=True):
    """A signed-in browser. The cookie holds the token; only its hash is kept."""

    __tablename__ = "reviewer_session"

    token_hash: str = Field(primary_key=True)
    reviewer_id: str = Field(foreign_key="reviewer.id", index=True)
    csrf_token: str
    #: ``code`` or ``enrolment`` while the second factor is still to come, and nothing else is open; else empty.
    waits_for: str = ""
    created_at: datetime = _time()
    expires_at: datetime = _time()


class SecondFactor(SQLModel, table=True):
    """A reviewer's device that shows codes, and the codes on paper for the day when it is lost."""

    __tablename__ = "second_factor"

    reviewer_id: str = Field(foreign_key="reviewer.id", primary_key=True)
    #: What the device was given, encrypted with a key made from the server's secret.
    secret: str
    #: Empty until a code has proved that the device has it.
    confirmed_at: datetime | None = _time(nullable=True)
    #: The half minute of the newest code that was used; that code and older ones are refused.
    last_step: int = 0
    #: Keyed hashes of the recovery codes that are left; each is good once.
    recovery: list[str] = _json(list)
    created_at: datetime = _time()


class CompanyIdentity(SQLModel, table=True):
    """Whom the company's own sign-in means: its issuer and subject, which never change, unlike e-mail addresses."""

    __tablename__ = "company_identity"

    #: ``<issuer>|<subject>``.
    subject: str = Field(primary_key=True)
    reviewer_id: str = Field(foreign_key="reviewer.id", index=True)
    created_at: datetime = _time()


class SignInFailure(SQLModel, table=True):
    """One attempt to sign in that failed; counted for a quarter of an hour, then forgotten."""

    __tablename__ = "sign_in_failure"

    id: str = Field(default_factory=id_factory("sif"), primary_key=True)
    #: Keyed hashes of the e-mail address tried and of the network address it came from.
    account: str = Field(index=True)
    address: str = Field(index=True)
    created_at: datetime = _time(index=True)


class Screening(SQLModel, table=True):
    """One request and where it stands."""

    __table_args__ = (
        Index("ix_screening_merchant_created", "merchant_id", "id"),
        Index("ix_screening_merchant_reference", "merchant_id", "reference"),
        Index("ix_screening_merchant_status", "merchant_id", "status", "id"),
        Index("ix_screening_merchant_customer", "merchant_id", "customer", "id"),
        Index("ix_screening_merchant_likeness", "merchant_id", "likeness", "id"),
        Index("ix_screening_waiting_likeness", "merchant_id", "likeness", **_IN_REVIEW_INDEX),
        Index("ix_screening_merchant_brand", "merchant_id", "brand"),
        Index("ix_screening_merchant_product", "merchant_id", "product"),
        # A text is replaced once: two new texts at the same moment make one revision.
        Index("ix_screening_revision_of", "revision_of", unique=True),
    )

    id: str = Field(default_factory=id_factory("scr"), primary_key=True)
    merchant_id: str = Field(foreign_key="merchant.id")
    reference: str | None = None
    #: ``[{"name", "text"}]`` in the order of the product, exactly as received; empty after erasure.
    fields: list[dict[str, str]] = _json(list)
    #: A print of the words that nearly equal words share; finds earlier decisions. Empty after erasure.
    likeness: str | None = Field(default=None, sa_column=Column(String(32), nullable=True, default=_likeness))
    brand: str | None = None
    product: str | None = None
    locale: str | None = None
    region: str | None = None
    customer: str | None = None
    campaign: str | None = None
    deadline_at: datetime | None = _time(nullable=True)
    extra: dict[str, Any] = Field(default_factory=dict, sa_column=Column("metadata", JSON, nullable=False))
    #: ``approved``, ``rejected``, ``in_review`` or ``withdrawn``.
    status: str
    #: The decision in force.
    decision_id: str | None = None
    #: The screening whose text this one replaces, and how many texts there were up to this one.
    revision_of: str | None = None
    revision: int = 1
    created_at: datetime = _time()
    updated_at: datetime = _time()
    #: When the words were erased.
    erased_at: datetime | None = _time(nullable=True)


class DecisionRecord(SQLModel, table=True):
    """A decision, by the machine or by a person; added, never edited. A later one overrides."""

    __tablename__ = "decision"
    __table_args__ = (
        Index("ix_decision_decided_by", "decided_by", "id"),
        Index("ix_decision_unsealed", "id", **_UNSEALED_INDEX),
    )

    id: str = Field(default_factory=id_factory("dec"), primary_key=True)
    screening_id: str = Field(foreign_key="screening.id", index=True)
    #: ``machine`` or a reviewer's id.
    decided_by: str
    outcome: str
    reasons: list[str] = _json(list)
    risk: float
    evidence: list[dict[str, Any]] = _json(list)
    versions: dict[str, str] = _json(dict)
    #: A reviewer's ground in their own words; required when no evidence names the reason.
    ground: str = ""
    #: True when a person cited a category that no evidence names.
    reason_added_by_person: bool = False
    override_of: str | None = Field(default=None, foreign_key="decision.id")
    created_at: datetime = _time()
    #: The number of its entry in the sealed log; empty until it is sealed, a moment later.
    sealed_as: int | None = None


class ReviewCase(SQLModel, table=True):
    """A review item: where it waits, how urgent it is, who has it."""

    __tablename__ = "review_case"
    __table_args__ = (
        # The order of the queue page; severity only breaks ties, so the engines sort those few themselves.
        # What a filter looks at stands in them too, so that only the cases that are shown are fetched.
        # The search reads it through, so what it looks at and what it answers stand in it, too.
        Index("ix_review_case_due", "merchant_id", "due_at", *_FILTERED, "searched", "id", **_WAITING_INDEX),
        Index("ix_review_case_queue", "merchant_id", "queue", "due_at", *_FILTERED, **_WAITING_INDEX),
        Index("ix_review_case_awaits", "merchant_id", "awaits", **_AWAITING_INDEX),
        # When people decided, for the team page.
        Index("ix_review_case_resolved", "merchant_id", "resolved_at"),
        # Holds all that the counts need, so that they read nothing else.
        Index(
            "ix_review_case_counts",
            "merchant_id",
            "queue",
            "state",
            "due_at",
            "created_at",
            "claimed_until",
            "waits_until",
            "language",
            **_WAITING_INDEX,
        ),
    )

    id: str = Field(default_factory=id_factory("case"), primary_key=True)
    merchant_id: str = Field(foreign_key="merchant.id")
    screening_id: str = Field(foreign_key="screening.id", unique=True)
    queue: str
    state: str
    #: 1-4: the weightiest evidence; breaks ties between equal due times.
    severity: int
    risk: float
    #: Of the order's words: ``de`` for the locale ``de-AT``; empty when the shop names none.
    language: str | None = None
    #: What the search reads of the order, see ``api/storage/searching.py``. Empty after erasure.
    searched: str = Field(default="", sa_column_kwargs={"server_default": ""})
    due_at: datetime = _time()
    #: The earliest time that the shop named; ``due_at`` is never later.
    deadline_at: datetime | None = _time(nullable=True)
    #: Until when nobody needs to look: an answer is awaited, or a reviewer put the case aside.
    waits_until: datetime | None = _time(nullable=True)
    #: While it is the customer's turn: until when at most. ``due_at`` allows for it already.
    paused_until: datetime | None = _time(nullable=True)
    claimed_by: str | None = Field(default=None, foreign_key="reviewer.id", index=True)
    claimed_until: datetime | None = _time(nullable=True)
    #: ``second`` while a second opinion is missing, ``lead`` when two differ; never told to those who may give one.
    awaits: str | None = None
    #: Counts moves; a form that quotes an older version is refused.
    version: int = 1
    created_at: datetime = _time()
    resolved_at: datetime | None = _time(nullable=True)


class CaseEventRecord(SQLModel, table=True):
    """One thing that happened to a case: who, when, what."""

    __tablename__ = "case_event"
    __table_args__ = (
        Index("ix_case_event_unsealed", "id", **_UNSEALED_INDEX),
        # What a reviewer has skipped is not offered again; it must not take a look at all that ever happened.
        Index("ix_case_event_released", "actor", "case_id", **_RELEASED_INDEX),
    )

    id: str = Field(default_factory=id_factory("cev"), primary_key=True)
    case_id: str = Field(foreign_key="review_case.id", index=True)
    kind: str
    #: ``machine``, ``shop`` or a reviewer's id.
    actor: str
    detail: dict[str, Any] = _json(dict)
    created_at: datetime = _time()
    #: The number of its entry in the sealed log; empty until it is sealed, a moment later.
    sealed_as: int | None = None


class AuditEvent(SQLModel, table=True):
    """One thing that happened beside the cases: a sign-in, a key, a reviewer, a version in force, an export."""

    __tablename__ = "audit_event"
    __table_args__ = (
        Index("ix_audit_event_merchant", "merchant_id", "id"),
        Index("ix_audit_event_unsealed", "id", **_UNSEALED_INDEX),
    )

    id: str = Field(default_factory=id_factory("aud"), primary_key=True)
    #: Empty for what concerns the whole installation.
    merchant_id: str | None = Field(default=None, foreign_key="merchant.id")
    #: ``sign_in``, ``key_created``, ``in_force`` ...; ``api/storage/happened.py`` has them all.
    kind: str = Field(index=True)
    #: A reviewer's or a key's id, ``machine`` or ``operator``.
    actor: str
    #: The id of what it happened to; may be empty.
    about: str = Field(default="", index=True)
    #: No words of customers or reviewers: this is never erased.
    detail: dict[str, Any] = _json(dict)
    created_at: datetime = _time()
    sealed_as: int | None = None


class AuditHead(SQLModel, table=True):
    """Where the sealed log ends: one row. A log that was cut off at its end no longer fits it."""

    __tablename__ = "audit_head"

    id: int = Field(default=1, primary_key=True, sa_column_kwargs={"autoincrement": False})
    number: int
    chain: str
    #: HMAC of number and chain with the server's secret, hex: who can only write to the database cannot move the end.
    mac: str


class AuditEntry(SQLModel, table=True):
    """One link of the sealed log: what is known of one event, and the link before it. Never changed but for the salt."""

    __tablename__ = "audit_entry"

    #: From 1, without gaps.
    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    #: The id of the event or decision; of a hold, its id with ``:placed`` or ``:lifted``.
    subject: str = Field(unique=True)
    #: Random, hex; makes the print of the words useless to those who would guess them. Empty after erasure.
    salt: str
    #: SHA-256 of the salt and the words that people wrote, hex; empty where there are none.
    words: str
    #: SHA-256 of everything else that the event says and of ``words``, hex.
    content: str
    #: SHA-256 of the former entry's chain, and of this entry's number, subject and content, hex.
    chain: str


class Appeal(SQLModel, table=True):
    """The customer's objection to a rejection; answered once, by a reviewer other than the first."""

    id: str = Field(default_factory=id_factory("app"), primary_key=True)
    screening_id: str = Field(foreign_key="screening.id", unique=True)
    #: The rejection that is objected to, and who gave it: ``machine`` or a reviewer's id.
    decision_id: str = Field(foreign_key="decision.id")
    first_decided_by: str = Field(index=True)
    #: The customer's own words; empty after erasure.
    message: str
    created_at: datetime = _time()
    #: ``upheld`` (the rejection stands) or ``overturned``; empty while it waits.
    verdict: str | None = None
    #: The answer to the customer, in the reviewer's own words.
    reason: str = ""
    decided_at: datetime | None = _time(nullable=True, index=True)


class CaseMessage(SQLModel, table=True):
    """One message of the conversation about a case. A question has a due time; its answer names it."""

    __tablename__ = "case_message"
    __table_args__ = (Index("ix_case_message_asked", "due_at", **_ASKED_INDEX),)

    id: str = Field(default_factory=id_factory("msg"), primary_key=True)
    case_id: str = Field(foreign_key="review_case.id", index=True)
    #: ``customer``, ``shop``, ``partner`` or ``reviewer``; whom it is for.
    from_party: str
    to_party: str
    #: A reviewer's id; empty for the other parties.
    reviewer_id: str | None = Field(default=None, foreign_key="reviewer.id", index=True)
    #: Empty after erasure.
    text: str
    #: The fields of the order that a partner is shown beside the question.
    shown_fields: list[str] = _json(list)
    #: Of a question: until when an answer helps.
    due_at: datetime | None = _time(nullable=True)
    #: Of a question that pauses the case's clock: when the case was due before.
    case_due_at: datetime | None = _time(nullable=True)
    #: Of a question: when it was answered.
    answered_at: datetime | None = _time(nullable=True)
    #: The question that this answers; each is answered once.
    answer_to: str | None = Field(default=None, foreign_key="case_message.id", unique=True)
    created_at: datetime = _time()


class Hold(SQLModel, table=True):
    """The switch that sends everything to review: of a merchant, or of one of its brands or campaigns."""

    id: str = Field(default_factory=id_factory("hold"), primary_key=True)
    merchant_id: str = Field(foreign_key="merchant.id", index=True)
    #: Both empty: everything of the merchant.
    brand: str | None = None
    campaign: str | None = None
    #: Why, for those who wonder.
    note: str
    #: Who switched it: a key's id, a reviewer's id, or ``operator``.
    placed_by: str
    created_at: datetime = _time()
    lifted_by: str | None = None
    lifted_at: datetime | None = _time(nullable=True)


class PendingDecision(SQLModel, table=True):
    """A reviewer's decision that takes effect soon, unless it is undone. No row: nothing to wait for."""

    __tablename__ = "pending_decision"

    case_id: str = Field(foreign_key="review_case.id", primary_key=True)
    merchant_id: str = Field(foreign_key="merchant.id")
    reviewer_id: str = Field(foreign_key="reviewer.id", index=True)
    outcome: str
    reason: str | None = None
    ground: str = ""
    reason_added_by_person: bool = False
    #: ``rule`` or ``sample`` when it is one of two opinions and does not stand alone.
    opinion_for: str | None = None
    created_at: datetime = _time()
    effective_at: datetime = _time(index=True)


class Opinion(SQLModel, table=True):
    """One of two verdicts that were given blindly; kept whether they agree or not."""

    __table_args__ = (
        UniqueConstraint("case_id", "decision_id", "reviewer_id"),
        # Ids begin with their time: the newest of a merchant.
        Index("ix_opinion_merchant", "merchant_id", "id"),
    )

    id: str = Field(default_factory=id_factory("opi"), primary_key=True)
    merchant_id: str = Field(foreign_key="merchant.id")
    case_id: str = Field(foreign_key="review_case.id", index=True)
    #: The decision in force when it was given; the opinions about one decision belong together.
    decision_id: str = Field(foreign_key="decision.id")
    reviewer_id: str = Field(foreign_key="reviewer.id", index=True)
    #: ``rule``: the shop demands two for such a verdict; ``sample``: drawn before anybody looked.
    asked_for: str
    outcome: str
    reason: str | None = None
    ground: str = ""
    created_at: datetime = _time()


class Control(SQLModel, table=True):
    """A case with a known answer. Each reviewer meets it once, and it looks like any other."""

    id: str = Field(default_factory=id_factory("ctl"), primary_key=True)
    merchant_id: str = Field(foreign_key="merchant.id", index=True)
    fields: list[dict[str, str]] = _json(list)
    brand: str | None = None
    product: str | None = None
    locale: str | None = None
    #: What the machine said when the control was made: ``reasons``, ``risk``, ``evidence``, ``versions``.
    decision: dict[str, Any] = _json(dict)
    queue: str
    severity: int
    #: The known answer, and why, for those who came to another.
    outcome: str
    reason: str | None = None
    why: str
    created_at: datetime = _time()
    #: From when on nobody is given it any more.
    retired_at: datetime | None = _time(nullable=True)


class ControlAnswer(SQLModel, table=True):
    """A control in one reviewer's hands, and what they made of it."""

    __tablename__ = "control_answer"
    __table_args__ = (UniqueConstraint("control_id", "reviewer_id"),)

    case_id: str = Field(foreign_key="review_case.id", primary_key=True)
    control_id: str = Field(foreign_key="control.id")
    reviewer_id: str = Field(foreign_key="reviewer.id", index=True)
    given_at: datetime = _time()
    #: Empty until it is answered.
    outcome: str | None = None
    reason: str | None = None
    answered_at: datetime | None = _time(nullable=True)


class Care(SQLModel, table=True):
    """How one reviewer wants to be treated, and how long they have been at it. No row: as the rules say."""

    reviewer_id: str = Field(foreign_key="reviewer.id", primary_key=True)
    #: From which severity words are covered: 2, 3 or 4; 5 covers none.
    mask_from: int = 4
    #: ``blur`` or ``block``.
    mask_look: str = "blur"
    #: Severe cases decided since the last one that was not.
    severe_run: int = 0
    #: When the present stretch of work began, and when it last went on.
    working_since: datetime | None = _time(nullable=True)
    last_decided_at: datetime | None = _time(nullable=True)


class IdempotencyKey(SQLModel, table=True):
    """The first answer to a key; the same key again gets it again, for a day at least."""

    __tablename__ = "idempotency_key"

    merchant_id: str = Field(foreign_key="merchant.id", primary_key=True)
    key: str = Field(primary_key=True)
    #: SHA-256 of the canonical body, hex.
    body_hash: str
    screening_id: str = Field(foreign_key="screening.id")
    #: The answer's body, byte for byte.
    answer: str
    created_at: datetime = _time(index=True)


class OutboxEvent(SQLModel, table=True):
    """A status change that shops must hear of; written in the transaction that made it true."""

    __tablename__ = "outbox_event"

    #: Also the ``webhook-id`` and the delivery workflow's id, so that a repeat is recognised everywhere.
    id: str = Field(default_factory=id_factory("evt"), primary_key=True)
    merchant_id: str = Field(foreign_key="merchant.id", index=True)
    #: Empty for a test event, which is about no order.
    screening_id: str | None = Field(default=None, foreign_key="screening.id", index=True)
    #: The one endpoint that it is for; empty means every endpoint that wants its type.
    endpoint_id: str | None = Field(default=None, foreign_key="webhook_endpoint.id", ondelete="CASCADE", index=True)
    #: ``screening.`` and a status, ``screening.overdue``, ``screening.question`` or ``webhook.test``.
    type: str
    payload: dict[str, Any] = _json(dict)
    created_at: datetime = _time()
    #: When the relay handed it to a delivery workflow; empty means that it still must.
    relayed_at: datetime | None = _time(nullable=True, index=True)


class WebhookEndpoint(SQLModel, table=True):
    """Where a merchant wants its events."""

    __tablename__ = "webhook_endpoint"

    id: str = Field(default_factory=id_factory("whe"), primary_key=True)
    merchant_id: str = Field(foreign_key="merchant.id", index=True)
    url: str
    #: ``whsec_...`` values, the newest first; several while rotating.
    secrets: list[str] = _json(list)
    #: Until when all of them sign; afterwards only the newest does.
    old_secrets_until: datetime | None = _time(nullable=True)
    #: Empty means every type.
    event_types: list[str] = _json(list)
    created_at: datetime = _time()
    disabled_at: datetime | None = _time(nullable=True)
    #: Since when deliveries have been given up; empty again with the next one that is accepted.
    failing_since: datetime | None = _time(nullable=True)


class Delivery(SQLModel, table=True):
    """One event on its way to one endpoint."""

    __table_args__ = (UniqueConstraint("event_id", "endpoint_id"),)

    id: str = Field(default_factory=id_factory("dlv"), primary_key=True)
    event_id: str = Field(foreign_key="outbox_event.id", ondelete="CASCADE", index=True)
    endpoint_id: str = Field(foreign_key="webhook_endpoint.id", ondelete="CASCADE", index=True)
    #: ``requested`` (to be started by the relay), ``pending``, ``delivered`` or ``failed`` (given up).
    status: str = Field(default="pending", index=True)
    attempts: int = 0
    #: Of the last attempt; empty when no answer came.
    response_code: int | None = None
    #: From the start of the last attempt to its answer or its end, in milliseconds.
    latency_ms: int | None = None
    error: str | None = None
    created_at: datetime = _time()
    last_attempt_at: datetime | None = _time(nullable=True)
    #: When the next attempt is due; empty when there will be none.
    next_attempt_at: datetime | None = _time(nullable=True)
    delivered_at: datetime | None = _time(nullable=True)
