"""The second factor: codes that a device shows (TOTP, RFC 6238), and recovery codes on paper.

The device's secret is stored encrypted with a key made from the server's secret, so that a copy of the database alone
shows no code. A code is good once: it and all older ones are refused from then on.
"""

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import pyotp
import segno
from cryptography.fernet import Fernet, InvalidToken
from sqlmodel import Session

from api.errors import Problem
from api.settings import Settings
from api.storage.happened import happened
from api.storage.tables import Reviewer, SecondFactor

STEP_SECONDS = 30
#: Clocks of telephones differ by half a minute: the code before and the one after are taken, too.
STEPS_OFF = 1
RECOVERY_CODES = 8
ISSUER = "Moderation"

Waits = Literal["", "code", "enrolment"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolment:
    """What somebody needs to set up a device."""

    #: The secret in groups of four letters, for typing.
    secret: str
    #: A drawing to photograph: an ``<svg>`` without any style or script.
    drawing: str


def waits_for(session: Session, settings: Settings, reviewer: Reviewer) -> Waits:
    """What is still to come after a right password; empty when that is all."""
    if is_set_up(session, reviewer.id):
        return "code"
    return "enrolment" if reviewer.role in settings.second_factor_for else ""


def is_set_up(session: Session, reviewer_id: str) -> bool:
    factor = session.get(SecondFactor, reviewer_id)
    return factor is not None and factor.confirmed_at is not None


def begin(session: Session, settings: Settings, reviewer: Reviewer) -> Enrolment:
    """The secret to set a device up with; the same one until a code has confirmed it.

    Raises:
        Problem: 409 ``second_factor_exists`` when a device is set up already.
    """
    factor = session.get(SecondFactor, reviewer.id, with_for_update=True)
    if factor is not None and factor.confirmed_at is not None:
        detail = "Your second factor is set up already. Lost the device? Ask your operator to reset it."
        raise Problem(409, "second_factor_exists", detail)
    if factor is None or _opened(settings, factor) is None:
        sealed = _fernet(settings).encrypt(pyotp.random_base32().encode()).decode()
        factor = session.merge(SecondFactor(reviewer_id=reviewer.id, secret=sealed))
        session.flush()
    secret = _secret(settings, factor)
    address = pyotp.TOTP(secret).provisioning_uri(name=reviewer.email, issuer_name=ISSUER)
    return Enrolment(
        secret=" ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
        drawing=segno.make(address, error="m").svg_inline(scale=4, light="#fff", dark="#000"),
    )


def confirm(session: Session, settings: Settings, reviewer: Reviewer, code: str, at: datetime) -> list[str] | None:
    """Set the device up when it shows the right code.

    Returns:
        The recovery codes, which are not kept and cannot be shown again; None when the code is wrong.
    """
    factor = session.get(SecondFactor, reviewer.id, with_for_update=True)
    if factor is None or factor.confirmed_at is not None or not _is_new_code(settings, factor, code, at):
        return None
    factor.confirmed_at = at
    happened(session, "second_factor_set_up", reviewer.id, reviewer.merchant_id, reviewer.id)
    return _new_codes(session, settings, factor)


def renew(session: Session, settings: Settings, reviewer: Reviewer, code: str, at: datetime) -> list[str] | None:
    """New recovery codes for a right code of the device; those before are good no more. None when the code is wrong."""
    factor = session.get(SecondFactor, reviewer.id, with_for_update=True)
    if factor is None or factor.confirmed_at is None or not _is_new_code(settings, factor, code, at):
        return None
    happened(session, "recovery_codes_renewed", reviewer.id, reviewer.merchant_id, reviewer.id)
    return _new_codes(session, settings, factor)


def check(
    session: Session, settings: Settings, reviewer: Reviewer, code: str, at: datetime
) -> Literal["code", "recovery code"] | None:
    """Take a code of the device or one of the recovery codes, which is used up by it; which it was, None when neither."""
    factor = session.get(SecondFactor, reviewer.id, with_for_update=True)
    if factor is None or factor.confirmed_at is None:
        return None
    session.add(factor)
    if _is_new_code(settings, factor, code, at):
        return "code"
    mark = _print_of(settings, reviewer.id, code)
    left = [each for each in factor.recovery if not hmac.compare_digest(each, mark)]
    if len(left) == len(factor.recovery):
        return None
    factor.recovery = left
    return "recovery code"


def _new_codes(session: Session, settings: Settings, factor: SecondFactor) -> list[str]:
    codes = [f"{secrets.token_hex(3)}-{secrets.token_hex(3)}" for _ in range(RECOVERY_CODES)]
    factor.recovery = [_print_of(settings, factor.reviewer_id, each) for each in codes]
    session.add(factor)
    return codes


def codes_left(session: Session, reviewer_id: str) -> int:
    """How many recovery codes are unused."""
    factor = session.get(SecondFactor, reviewer_id)
    return len(factor.recovery) if factor else 0


def _is_new_code(settings: Settings, factor: SecondFactor, code: str, at: datetime) -> bool:
    given = "".join(code.split())
    totp, step = pyotp.TOTP(_secret(settings, factor)), int(at.timestamp()) // STEP_SECONDS
    for each in range(step - STEPS_OFF, step + STEPS_OFF + 1):
        is_right = hmac.compare_digest(totp.generate_otp(each).encode(), given.encode("utf-8", "replace"))
        if is_right and each > factor.last_step:
            factor.last_step = each
            return True
    return False


def _secret(settings: Settings, factor: SecondFactor) -> str:
    secret = _opened(settings, factor)
    if secret is None:
        detail = "The server's secret was changed since this second factor was set up. Ask your operator to reset it."
        raise Problem(409, "second_factor_unreadable", detail)
    return secret


def _opened(settings: Settings, factor: SecondFactor) -> str | None:
    try:
        return _fernet(settings).decrypt(factor.secret.encode()).decode()
    except InvalidToken:
        return None


def _fernet(settings: Settings) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(f"second factor|{settings.secret_key}".encode()).digest()))


def _print_of(settings: Settings, reviewer_id: str, code: str) -> str:
    plain = f"recovery|{reviewer_id}|{''.join(code.split()).replace('-', '').lower()}"
    return hmac.new(settings.secret_key.encode(), plain.encode("utf-8", "replace"), hashlib.sha256).hexdigest()
