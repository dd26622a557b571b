"""The company's own sign-in: OpenID Connect, authorization code with PKCE, state and nonce.

The issuer says who somebody is; what they may do here is our own record. A person is known by issuer and subject; the
first time, by an e-mail address that the issuer has verified. Nothing of the issuer is kept but the subject.
"""

import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from hmac import compare_digest

from sqlmodel import Session, col, select

from api.customers.merchants import find_merchant
from api.customers.reviewers import add_from_company, link_to_company, subject_mark
from api.errors import Problem
from api.reviewing import issuer, sessions, throttle
from api.reviewing.issuer import Known
from api.settings import Settings
from api.storage.database import Database
from api.storage.happened import happened
from api.storage.tables import CompanyIdentity, Reviewer

#: How long somebody may take at the issuer.
JOURNEY = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Journey:
    """What must come back as it left; kept in the browser, signed."""

    state: str
    nonce: str
    verifier: str
    back: str
    #: Unix time.
    ends: int


def begin(database: Database, settings: Settings, back: str, address: str, at: datetime) -> tuple[str, str]:
    """Where to send the browser, and the signed journey for its cookie.

    Raises:
        Problem: 429 ``too_many_attempts``, 503 ``company_unreachable``.
    """
    journey = Journey(
        state=secrets.token_urlsafe(24),
        nonce=secrets.token_urlsafe(24),
        verifier=secrets.token_urlsafe(48),
        back=back,
        ends=int((at + JOURNEY).timestamp()),
    )
    with _counted(database, settings, address, at):
        way = issuer.way_to(settings, state=journey.state, nonce=journey.nonce, verifier=journey.verifier)
    return way, _sign(settings, journey)


def finish(
    database: Database, settings: Settings, given: Mapping[str, str], cookie: str, address: str, at: datetime
) -> tuple[sessions.Entry, str]:
    """A new session for whom the issuer vouches, and the page that they wanted.

    Args:
        given: The query with which the browser came back.

    Raises:
        Problem: In words for the sign-in page; nobody is signed in.
    """
    with _counted(database, settings, address, at):
        return _finish(database, settings, given, cookie, at)


@contextmanager
def _counted(database: Database, settings: Settings, address: str, at: datetime) -> Iterator[None]:
    """What fails on this way costs questions to the issuer: it is slowed down by where it comes from, like guessing."""
    # Apart from passwords, which go on working while the issuer does not.
    origin = sessions.keyed(settings, f"company {address}")
    with database.reading() as session:
        throttle.check(session, "", origin, at)
    try:
        yield
    except Problem:
        with database.writing() as session:
            throttle.count(session, "", origin, at)
        raise


def _finish(
    database: Database, settings: Settings, given: Mapping[str, str], cookie: str, at: datetime
) -> tuple[sessions.Entry, str]:
    journey = _read(settings, cookie, at)
    if journey is None or not compare_digest(given.get("state", "").encode(), journey.state.encode()):
        detail = "This way in was begun too long ago, or in another browser. Begin again."
        raise Problem(403, "journey_expired", detail)
    if "code" not in given:
        # The issuer's own words could say anything: they are not shown on a page of ours.
        detail = f"{settings.oidc_name.capitalize()} did not let you in. Ask there whether you may use this console."
        raise Problem(403, "company_refused", detail)
    known = issuer.ask(settings, given["code"], nonce=journey.nonce, verifier=journey.verifier)
    problem = None
    with database.writing() as session:
        try:
            reviewer = _reviewer_of(session, settings, known)
            return sessions.open_session(
                session, settings, reviewer, at, by="company", is_strong=known.is_strong
            ), journey.back
        except Problem as refused:
            problem = refused
            happened(session, "sign_in_refused", f"subject {subject_mark(known.subject)}", code=refused.code)
    raise problem


def _reviewer_of(session: Session, settings: Settings, known: Known) -> Reviewer:
    identity = session.get(CompanyIdentity, known.subject)
    reviewer = session.get_one(Reviewer, identity.reviewer_id) if identity else _first_time(session, settings, known)
    if reviewer.disabled_at is not None:
        raise Problem(403, "reviewer_disabled", "Your account here was ended. Ask the operator of this console.")
    return reviewer


def _first_time(session: Session, settings: Settings, known: Known) -> Reviewer:
    if not known.email:
        detail = (
            f"{settings.oidc_name.capitalize()} gave no verified e-mail address of yours, so nobody here can be you."
        )
        raise Problem(403, "email_unverified", f"{detail} Ask there to have it verified.")
    reviewer = session.exec(select(Reviewer).where(Reviewer.email == known.email)).first()
    if reviewer is None:
        if settings.oidc_new_role is None:
            detail = f"Nobody with the address {known.email} reviews here. Ask the operator of this console to add you."
            raise Problem(403, "not_a_reviewer", detail)
        owner = find_merchant(session, settings.oidc_merchant)
        return add_from_company(session, owner.id, known.email, settings.oidc_new_role, known.subject)
    # An address that was given to somebody new must not open the account of whoever had it before.
    others = select(CompanyIdentity).where(
        CompanyIdentity.reviewer_id == reviewer.id,
        col(CompanyIdentity.subject).startswith(f"{issuer.name_of(settings)}|"),
    )
    if session.exec(others).first() is not None:
        detail = (
            f"The address {known.email} belongs to another person's account here. Ask the operator of this console."
        )
        raise Problem(403, "other_identity", detail)
    link_to_company(session, reviewer, known.subject)
    return reviewer


def _sign(settings: Settings, journey: Journey) -> str:
    body = urlsafe_b64encode(json.dumps(asdict(journey)).encode()).decode()
    return f"{body}.{sessions.keyed(settings, f'journey|{body}')}"


def _read(settings: Settings, cookie: str, at: datetime) -> Journey | None:
    body, _, mac = cookie.partition(".")
    if not compare_digest(mac.encode(), sessions.keyed(settings, f"journey|{body}").encode()):
        return None
    journey = Journey(**json.loads(urlsafe_b64decode(body)))
    return journey if at.timestamp() < journey.ends else None
