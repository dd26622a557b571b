"""What happened beside the cases: kept as events, and sealed like those of the cases a moment later.

No event holds a customer's or a reviewer's words: it says who, when, what, to whom, and under which version.
"""

from typing import Any, Literal

from sqlalchemy import text
from sqlmodel import Session, col, select

from api.storage.tables import AuditEvent

_LOCK = 0x6D6F6465  # any number, the same in every process

OPERATOR = "operator"
MACHINE = "machine"

Kind = Literal[
    "sign_in",
    "sign_in_failed",
    "sign_in_refused",
    "sign_out",
    "second_factor_set_up",
    "recovery_codes_renewed",
    "second_factor_reset",
    "key_created",
    "key_rotated",
    "key_revoked",
    "webhook_added",
    "webhook_rotated",
    "webhook_disabled",
    "webhook_enabled",
    "webhook_deleted",
    "reviewer_added",
    "reviewer_changed",
    "reviewer_disabled",
    "in_force",
    "text_erased",
    "export",
    "log_damaged",
]


def happened(
    session: Session, kind: Kind, actor: str, merchant_id: str | None = None, about: str = "", **detail: Any
) -> None:
    """Keep that it happened, in the transaction that makes it so.

    Args:
        actor: A reviewer's or a key's id, ``machine`` or ``operator``.
        about: The id of what it happened to.
        detail: Ids, names of roles, versions: never words that somebody may want erased.
    """
    session.add(AuditEvent(kind=kind, actor=actor, merchant_id=merchant_id, about=about, detail=detail))


def lock_log(session: Session) -> None:
    """Wait until nobody else seals or erases; SQLite has one writer at a time anyway.

    What is erased while it is sealed would leave a print of words that are gone, with the salt to guess them by.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.connection().execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})


def in_force(session: Session, versions: dict[str, Any]) -> bool:
    """Keep that these versions of lists, policies and model decide from now on; False when the log says so already."""
    newest = select(AuditEvent.detail).where(AuditEvent.kind == "in_force").order_by(col(AuditEvent.id).desc())
    if session.exec(newest.limit(1)).first() == versions:
        return False
    happened(session, "in_force", MACHINE, **versions)
    return True
