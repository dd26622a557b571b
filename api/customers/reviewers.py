"""Reviewers: the people who decide, added, changed and disabled by the operator."""

import hashlib
from collections.abc import Iterable

from pwdlib import PasswordHash
from sqlmodel import Session, col, delete, select

from api.errors import Problem
from api.storage.clock import now
from api.storage.happened import OPERATOR, happened
from api.storage.tables import CompanyIdentity, Reviewer, ReviewerSession, SecondFactor
from moderation.routing import language_of

ROLES = ("reviewer", "senior", "lead", "auditor", "admin")
MIN_PASSWORD = 10
#: Of somebody who signs in through the company alone: no password is right.
NO_PASSWORD = ""

passwords = PasswordHash.recommended()


def add_reviewer(session: Session, merchant_id: str, email: str, pseudonym: str, role: str, password: str) -> Reviewer:
    """A new reviewer. Raises a ``Problem`` that says which value is wrong."""
    return _add(session, merchant_id, email, pseudonym, role, _hash(password))


def add_from_company(session: Session, merchant_id: str, email: str, role: str, subject: str) -> Reviewer:
    """A new reviewer whom the company's sign-in vouches for, without a password of ours."""
    pseudonym = f"{role.capitalize()} {subject_mark(subject)}"
    reviewer = _add(session, merchant_id, email, pseudonym, role, NO_PASSWORD, by="company")
    link_to_company(session, reviewer, subject)
    return reviewer


def link_to_company(session: Session, reviewer: Reviewer, subject: str) -> None:
    """From now on the subject means this reviewer, whatever their e-mail address becomes."""
    session.add(CompanyIdentity(subject=subject, reviewer_id=reviewer.id))
    happened(session, "reviewer_changed", "company", reviewer.merchant_id, reviewer.id, linked=subject_mark(subject))


def change_reviewer(session: Session, email: str, role: str | None, password: str | None) -> Reviewer:
    """Another role, a new password or both; open sessions end, so that nothing goes on under the former ones."""
    reviewer = find_reviewer(session, email)
    changes: dict[str, object] = {}
    if role is not None:
        _check_role(role)
        changes |= {"role": role, "role_was": reviewer.role}
        reviewer.role = role
    if password is not None:
        changes["password"] = "new"
        reviewer.password_hash = _hash(password)
    session.add(reviewer)
    _end_sessions(session, reviewer)
    happened(session, "reviewer_changed", OPERATOR, reviewer.merchant_id, reviewer.id, **changes)
    return reviewer


def reset_second_factor(session: Session, email: str) -> Reviewer:
    """Forget the device and the recovery codes, for somebody who lost them; they set up a new one when they sign in."""
    reviewer = find_reviewer(session, email)
    session.exec(delete(SecondFactor).where(col(SecondFactor.reviewer_id) == reviewer.id))
    _end_sessions(session, reviewer)
    happened(session, "second_factor_reset", OPERATOR, reviewer.merchant_id, reviewer.id)
    return reviewer


def bind_reviewer(session: Session, email: str, queues: Iterable[str], languages: Iterable[str]) -> Reviewer:
    """Offer the reviewer cases of these queues and languages only; empty means all. Raises a ``Problem``."""
    reviewer = find_reviewer(session, email)
    tags = [language.strip().casefold() for language in languages]
    for tag in tags:
        if language_of(tag) != tag:
            raise Problem(422, "unknown_language", f"{tag!r} is no language. Write its two or three letters, like de.")
    reviewer.queues, reviewer.languages = sorted({queue.strip() for queue in queues}), sorted(set(tags))
    session.add(reviewer)
    return reviewer


def disable_reviewer(session: Session, email: str) -> Reviewer:
    """Refuse the reviewer from now on and end their sessions; what they decided stands."""
    reviewer = find_reviewer(session, email)
    if reviewer.disabled_at is None:
        reviewer.disabled_at = now()
        session.add(reviewer)
        happened(session, "reviewer_disabled", OPERATOR, reviewer.merchant_id, reviewer.id)
    _end_sessions(session, reviewer)
    return reviewer


def find_reviewer(session: Session, email: str) -> Reviewer:
    """The reviewer of that address. Raises a 404 ``Problem``."""
    reviewer = session.exec(select(Reviewer).where(Reviewer.email == email.strip().casefold())).first()
    if reviewer is None:
        raise Problem(
            404, "reviewer_not_found", f"There is no reviewer {email}. `moderation reviewers list` shows them."
        )
    return reviewer


def subject_mark(subject: str) -> str:
    """Four letters that tell two subjects apart and name neither."""
    return hashlib.sha256(subject.encode()).hexdigest()[:4].upper()


def _add(
    session: Session, merchant_id: str, email: str, pseudonym: str, role: str, password_hash: str, by: str = OPERATOR
) -> Reviewer:
    address = email.strip().casefold()
    _check_role(role)
    if session.exec(select(Reviewer).where(Reviewer.email == address)).first() is not None:
        raise Problem(409, "reviewer_exists", f"There is a reviewer {address} already. Choose another address.")
    reviewer = Reviewer(
        merchant_id=merchant_id, email=address, pseudonym=pseudonym, role=role, password_hash=password_hash
    )
    session.add(reviewer)
    session.flush()
    happened(session, "reviewer_added", by, merchant_id, reviewer.id, role=role)
    return reviewer


def _check_role(role: str) -> None:
    if role not in ROLES:
        raise Problem(422, "unknown_role", f"Unknown role {role!r}. Use one of: {', '.join(ROLES)}.")


def _hash(password: str) -> str:
    if len(password) < MIN_PASSWORD:
        raise Problem(422, "password_too_short", f"A password needs at least {MIN_PASSWORD} characters.")
    return passwords.hash(password)


def _end_sessions(session: Session, reviewer: Reviewer) -> None:
    session.exec(delete(ReviewerSession).where(col(ReviewerSession.reviewer_id) == reviewer.id))
