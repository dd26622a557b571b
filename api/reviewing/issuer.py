"""The company's issuer, as we talk to it: discovery, the way there, and its signed word checked in every part."""

import logging
from dataclasses import dataclass
from typing import Any

import httpx

from api.errors import Problem
from api.settings import Settings

log = logging.getLogger(__name__)

#: Seconds for one answer of the issuer.
TIMEOUT = 5.0
#: Clocks differ by this many seconds at most.
LEEWAY = 60
#: Signatures that only the issuer can make. The algorithms that share a secret are left out on purpose.
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519"]
#: What an issuer says (RFC 8176) when it asked for more than a password.
STRONG = {"mfa", "otp", "hwk", "swk", "fpt", "face", "iris"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Whom the issuer vouches for."""

    subject: str
    #: Only when the issuer has verified it; else empty.
    email: str
    #: A second factor was asked for.
    is_strong: bool


def way_to(settings: Settings, *, state: str, nonce: str, verifier: str) -> str:
    """Where to send the browser. Raises a 503 ``Problem`` when the issuer does not answer."""
    endpoint = _metadata(settings)["authorization_endpoint"]
    with _client(settings) as client:
        address, _state = client.create_authorization_url(endpoint, state=state, code_verifier=verifier, nonce=nonce)
    return str(address)


def name_of(settings: Settings) -> str:
    """The issuer's own name, which is its address. Raises a 404 ``Problem`` where there is none."""
    if settings.oidc_issuer is None:
        raise Problem(404, "no_company", "This console has no company's sign-in. Use your password.")
    return settings.oidc_issuer.rstrip("/")


def ask(settings: Settings, code: str, *, nonce: str, verifier: str) -> Known:
    """Change the code for the issuer's signed word.

    Raises:
        Problem: 403 ``company_not_believed``, 503 ``company_unreachable``.
    """
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
        token = _change(settings, metadata["token_endpoint"], code, verifier)
        registry = JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False)
        signed = jwt.decode(token["id_token"], KeySet.import_key_set(keys), registry=registry)
        options: Any = {
            "iss": {"essential": True, "value": metadata["issuer"]},
            "aud": {"essential": True, "value": settings.oidc_client_id},
            "sub": {"essential": True},
            "exp": {"essential": True},
        }
        parameters = {
            "nonce": nonce,
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
        subject=f"{name_of(settings)}|{claims['sub']}",
        email=str(claims.get("email") or "").strip().casefold() if is_verified else "",
        is_strong=bool(STRONG & set(claims.get("amr") or ())),
    )


def _change(settings: Settings, endpoint: str, code: str, verifier: str) -> dict[str, Any]:
    from authlib.common.errors import AuthlibBaseError

    try:
        with _client(settings) as client:
            token: dict[str, Any] = client.fetch_token(endpoint, code=code, code_verifier=verifier)
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
    metadata = _get(settings, f"{name_of(settings)}/.well-known/openid-configuration")
    if str(metadata.get("issuer", "")).rstrip("/") != name_of(settings) or not {
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
    otherwise = ", or use your password" if settings.password_sign_in else ""
    detail = f"The sign-in of {settings.oidc_name} does not answer. Try again in a minute{otherwise}."
    return Problem(503, "company_unreachable", detail)
