"""Reviewers: the people who decide, added and disabled by the operator."""

from collections.abc import Iterable

from pwdlib import PasswordHash
from sqlmodel import Session, select

from api.errors import Problem
from api.storage.clock import now
from api.storage.tables import Reviewer, ReviewerSession
from moderation.routing import language_of

ROLES = ("reviewer", "senior", "lead", "auditor", "admin")
MIN_PASSWORD = 10

passwords = PasswordHash.recommended()


def add_reviewer(session: Session, merchant_id: str, email: str, pseudonym: str, role: str, password: str) -> Reviewer:
    """A new reviewer. Raises a ``Problem`` that says which value is wrong."""
    address = email.strip().casefold()
    if role not in ROLES:
        raise Problem(422, "unknown_role", f"Unknown role {role!r}. Use one of: {', '.join(ROLES)}.")
    if len(password) < MIN_PASSWORD:
        raise Problem(422, "password_too_short", f"A password needs at least {MIN_PASSWORD} characters.")
    if session.exec(select(Reviewer).where(Reviewer.email == address)).first() is not None:
        raise Problem(409, "reviewer_exists", f"There is a reviewer {address} already. Choose another address.")
    reviewer = Reviewer(
        merchant_id=merchant_id,
        email=address,
        pseudonym=pseudonym,
        role=role,
        password_hash=passwords.hash(password),
    )
    session.add(reviewer)
    session.flush()
    return reviewer


def bind_reviewer(session: Session, email: str, queues: Iterable[str], languages: Iterable[str]) -> Reviewer:
    """Offer the reviewer cases of these queues and languages only; empty means all. Raises a ``Problem``."""
    reviewer = _find(session, email)
    tags = [language.strip().casefold() for language in languages]
    for tag in tags:
        if language_of(tag) != tag:
            raise Problem(422, "unknown_language", f"{tag!r} is no language. Write its two or three letters, like de.")
    reviewer.queues, reviewer.languages = sorted({queue.strip() for queue in queues}), sorted(set(tags))
    session.add(reviewer)
    return reviewer


def disable_reviewer(session: Session, email: str) -> Reviewer:
    """Refuse the reviewer from now on and end their sessions; what they decided stands."""
    reviewer = _find(session, email)
    reviewer.disabled_at = reviewer.disabled_at or now()
    session.add(reviewer)
    for open_session in session.exec(select(ReviewerSession).where(ReviewerSession.reviewer_id == reviewer.id)):
        session.delete(open_session)
    return reviewer


def _find(session: Session, email: str) -> Reviewer:
    reviewer = session.exec(select(Reviewer).where(Reviewer.email == email.strip().casefold())).first()
    if reviewer is None:
        raise Problem(
            404, "reviewer_not_found", f"There is no reviewer {email}. `moderation reviewers list` shows them."
        )
    return reviewer
