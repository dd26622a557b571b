"""The company's own sign-in: OpenID Connect, authorization code with PKCE, state and nonce.

The issuer says who somebody is; what they may do here is our own record. A person is known by issuer and subject; the
first time, by an e-mail address that the issuer has verified. Nothing of the issuer is kept but the subject.
"""

import json
import logging
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from hmac import compare_digest
from typing import Any

import httpx
from sqlmodel import Session, col, select

from api.customers.merchants import find_merchant
from api.customers.reviewers import add_from_company, link_to_company, subject_mark
from api.errors import Problem
from api.reviewing import sessions
from api.settings import Settings
from api.storage.database import Database
from api.storage.happened import happened
from api.storage.tables import CompanyIdentity, Reviewer

log = logging.getLogger(__name__)

#: How long somebody may take at the issuer.
JOURNEY = timedelta(minutes=10)
#: Seconds for one answer of the issuer.
TIMEOUT = 5.0
#: Clocks differ by this many seconds at most.
LEEWAY = 60
#: Signatures that only the issuer can make. The algorithms that share a secret are left out on purpose.
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519"]
#: What an issuer says (RFC 8176) when it asked for more than a password.
STRONG = {"mfa", "otp", "hwk", "swk", "fpt", "face", "iris"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Journey:
    """What must come back as it left; kept in the browser, signed."""

    state: str
    nonce: str
    verifier: str
    back: str
    #: Unix time.
    ends: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Whom the issuer vouches for."""

    subject: str
    #: Only when the issuer has verified it; else empty.
    email: str
    #: A second factor was asked for.
    is_strong: bool


def begin(settings: Settings, back: str, at: datetime) -> tuple[str, str]:
    """Where to send the browser, and the signed journey for its cookie. Raises a 503 ``Problem``."""
    journey = Journey(
        state=secrets.token_urlsafe(24),
        nonce=secrets.token_urlsafe(24),
        verifier=secrets.token_urlsafe(48),
        back=back,
        ends=int((at + JOURNEY).timestamp()),
    )
    endpoint = _metadata(settings)["authorization_endpoint"]
    with _client(settings) as client:
        address, _state = client.create_authorization_url(
            endpoint, state=journey.state, code_verifier=journey.verifier, nonce=journey.nonce
        )
    return address, _sign(settings, journey)


def finish(
    database: Database, settings: Settings, given: Mapping[str, str], cookie: str, at: datetime
) -> tuple[sessions.Entry, str]:
    """A new session for whom the issuer vouches, and the page that they wanted.

    Args:
        given: The query with which the browser came back.

    Raises:
        Problem: In words for the sign-in page; nobody is signed in.
    """
    journey = _read(settings, cookie, at)
    if journey is None or not compare_digest(given.get("state", "").encode(), journey.state.encode()):
        detail = "This way in was begun too long ago, or in another browser. Begin again."
        raise Problem(403, "journey_expired", detail)
    if "code" not in given:
        # The issuer's own words could say anything: they are not shown on a page of ours.
        detail = f"{settings.oidc_name.capitalize()} did not let you in. Ask there whether you may use this console."
        raise Problem(403, "company_refused", detail)
    known = _ask(settings, given["code"], journey)
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
        CompanyIdentity.reviewer_id == reviewer.id, col(CompanyIdentity.subject).startswith(f"{_issuer(settings)}|")
    )
    if session.exec(others).first() is not None:
        detail = (
            f"The address {known.email} belongs to another person's account here. Ask the operator of this console."
        )
        raise Problem(403, "other_identity", detail)
    link_to_company(session, reviewer, known.subject)
    return reviewer


def _ask(settings: Settings, code: str, journey: Journey) -> Known:
    """Change the code for the issuer's signed word, and check every part of it."""
    from authlib.common.errors import AuthlibBaseError
    from authlib.oidc.core import CodeIDToken
    from joserfc import jwt
    from joserfc.errors import JoseError
    from joserfc.jwk import KeySet
    from joserfc.jws import JWSRegistry

    metadata = _metadata(settings)
    # Asked for each time: a key that the issuer has withdrawn is not believed any more.
    keys: Any = _get(settings, metadata["jwks_uri"])
    try:
        token = _change(settings, metadata["token_endpoint"], code, journey)
        registry = JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False)
        signed = jwt.decode(token["id_token"], KeySet.import_key_set(keys), registry=registry)
        options: Any = {
            "iss": {"essential": True, "value": metadata["issuer"]},
            "aud": {"essential": True, "value": settings.oidc_client_id},
            "sub": {"essential": True},
            "exp": {"essential": True},
        }
        parameters = {
            "nonce": journey.nonce,
            "client_id": settings.oidc_client_id,
            "access_token": token.get("access_token"),
        }
        claims = CodeIDToken(signed.claims, signed.header, options, parameters)
        claims.validate(leeway=LEEWAY)
    except (AuthlibBaseError, JoseError, ValueError, KeyError, TypeError) as error:
        log.warning("the company's sign-in was not believed: %s", type(error).__name__)
        detail = "What your company's sign-in answered does not hold. Begin again; if it stays so, tell the operator."
        raise Problem(403, "company_not_believed", detail) from None
    is_verified = claims.get("email_verified") in (True, "true")
    return Known(
        subject=f"{_issuer(settings)}|{claims['sub']}",
        email=str(claims.get("email") or "").strip().casefold() if is_verified else "",
        is_strong=bool(STRONG & set(claims.get("amr") or ())),
    )


def _change(settings: Settings, endpoint: str, code: str, journey: Journey) -> dict[str, Any]:
    from authlib.common.errors import AuthlibBaseError

    try:
        with _client(settings) as client:
            token: dict[str, Any] = client.fetch_token(endpoint, code=code, code_verifier=journey.verifier)
            return token
    except AuthlibBaseError:
        raise
    except Exception as error:  # of whichever HTTP library Authlib has chosen
        raise _unreachable(settings, error) from None


def _client(settings: Settings) -> Any:
    # Untyped upstream, and half a second to import: only where it is used.
    from authlib.integrations.httpx_client import OAuth2Client

    return OAuth2Client(
        client_id=settings.oidc_client_id,
        client_secret=settings.oidc_client_secret or None,
        token_endpoint_auth_method="client_secret_basic" if settings.oidc_client_secret else "none",
        scope="openid email",
        redirect_uri=f"{settings.public_url.rstrip('/')}/console/company/back",
        code_challenge_method="S256",
        timeout=TIMEOUT,
    )


def _metadata(settings: Settings) -> dict[str, Any]:
    metadata = _get(settings, f"{_issuer(settings)}/.well-known/openid-configuration")
    if str(metadata.get("issuer", "")).rstrip("/") != _issuer(settings) or not {
        "authorization_endpoint",
        "token_endpoint",
        "jwks_uri",
    } <= set(metadata):
        detail = "MODERATION_OIDC_ISSUER is not the issuer that answers there. Tell the operator of this console."
        raise Problem(503, "company_misnamed", detail)
    return metadata


def _get(settings: Settings, address: str) -> dict[str, Any]:
    try:
        answer = httpx.get(address, timeout=TIMEOUT)
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
    except (httpx.HTTPError, ValueError) as error:
        raise _unreachable(settings, error) from None
    return found


def _unreachable(settings: Settings, error: Exception) -> Problem:
    log.warning("the company's issuer does not answer: %s", type(error).__name__)
    detail = f"The sign-in of {settings.oidc_name} does not answer. Try again in a minute, or use your password."
    return Problem(503, "company_unreachable", detail)


def _issuer(settings: Settings) -> str:
    if settings.oidc_issuer is None:
        raise Problem(404, "no_company", "This console has no company's sign-in. Use your password.")
    return settings.oidc_issuer.rstrip("/")


def _sign(settings: Settings, journey: Journey) -> str:
    body = urlsafe_b64encode(json.dumps(asdict(journey)).encode()).decode()
    return f"{body}.{sessions.keyed(settings, f'journey|{body}')}"


def _read(settings: Settings, cookie: str, at: datetime) -> Journey | None:
    body, _, mac = cookie.partition(".")
    if not compare_digest(mac.encode(), sessions.keyed(settings, f"journey|{body}").encode()):
        return None
    journey = Journey(**json.loads(urlsafe_b64decode(body)))
    return journey if at.timestamp() < journey.ends else None
