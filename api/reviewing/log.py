"""The log as auditors and leads read it: what happened in their shop beside the cases, in words, the newest first."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from api.reviewing.roles import Actor, Right, demand
from api.storage.happened import MACHINE, OPERATOR
from api.storage.tables import AuditEvent, Reviewer

PAGE = 50

#: ``{about}`` is a pseudonym or an id; the rest comes from the event's detail.
SENTENCES: Mapping[str, str] = {
    "sign_in": "signed in by {by}",
    "sign_in_failed": "failed to sign in: wrong {by}",
    "sign_in_refused": "was refused: {code}",
    "sign_out": "signed out",
    "second_factor_set_up": "set up a second factor",
    "recovery_codes_renewed": "made new recovery codes",
    "second_factor_reset": "reset the second factor of {about}",
    "key_created": "made the key {about}",
    "key_rotated": "rotated the key {about}; {follower} follows",
    "key_revoked": "ended the key {about}",
    "webhook_added": "added the webhook endpoint {about} at {host}",
    "webhook_rotated": "rotated the secret of the webhook endpoint {about}",
    "webhook_disabled": "disabled the webhook endpoint {about}",
    "webhook_enabled": "enabled the webhook endpoint {about}",
    "webhook_deleted": "deleted the webhook endpoint {about}",
    "reviewer_added": "added {about} as {role}",
    "reviewer_changed": "changed {about}",
    "reviewer_disabled": "disabled {about}",
    "text_erased": "erased the words of {about}",
    "export": "exported {what}",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One thing that happened."""

    id: str
    at: datetime
    #: A pseudonym, ``the operator``, ``the machine``, or a key's id.
    who: str
    what: str
    #: The number of its entry in the sealed log; None for the moment until it is sealed.
    entry: int | None


def read_log(session: Session, actor: Actor, kind: str = "", before: str = "") -> tuple[list[Line], str | None]:
    """A page, and the id to go on before; None at the end.

    Args:
        kind: Only these; empty for all.

    Raises:
        Problem: 403 without the right to oversee.
    """
    demand(actor, Right.OVERSEE)
    query = select(AuditEvent).where(AuditEvent.merchant_id == actor.merchant_id)
    if kind:
        query = query.where(AuditEvent.kind == kind)
    if before:
        query = query.where(col(AuditEvent.id) < before)
    events = session.exec(query.order_by(col(AuditEvent.id).desc()).limit(PAGE + 1)).all()
    shown = events[:PAGE]
    ids = {name for event in shown for name in (event.actor, event.about) if name.startswith("rev_")}
    found = session.exec(select(Reviewer.id, Reviewer.pseudonym).where(col(Reviewer.id).in_(ids)))
    names: dict[str, str] = {OPERATOR: "the operator", MACHINE: "the machine", **dict(found.all())}
    return [_line(event, names) for event in shown], shown[-1].id if len(events) > PAGE else None


def _line(event: AuditEvent, names: Mapping[str, str]) -> Line:
    given = {key: value if isinstance(value, str) else "" for key, value in event.detail.items()}
    words = {"by": "", "code": "", "follower": "", "host": "", "role": "", "what": "", **given}
    what = SENTENCES.get(event.kind, event.kind.replace("_", " "))
    return Line(
        id=event.id,
        at=event.created_at,
        who=names.get(event.actor, event.actor),
        what=what.format(**{**words, "about": names.get(event.about, event.about)}),
        entry=event.sealed_as,
    )
