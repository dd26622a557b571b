"""Links that open one thing to whoever holds them: unguessable, expiring, and kept nowhere.

A token names its thing and its last moment, and is signed with the server's secret. It opens nothing else.
"""

import base64
import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from api.settings import Settings
from api.storage.tables import CaseMessage, Screening

Kind = Literal["status", "partner"]

#: 128 bits of the signature are beyond guessing and keep the address short enough to be read out.
_MAC_BYTES = 16
_PATHS: dict[Kind, str] = {"status": "s", "partner": "p"}
_PREFIXES: dict[Kind, str] = {"status": "scr_", "partner": "msg_"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What a good token opens."""

    id: str
    expires_at: datetime


def status_url(settings: Settings, screening: Screening) -> str:
    """The customer's page about this order; good for as long as the settings say, from the day of the order."""
    return _url(settings, "status", screening.id, screening.created_at + timedelta(days=settings.status_link_days))


def partner_url(settings: Settings, question: CaseMessage) -> str:
    """The page with one question to a partner; good until the answer is due."""
    return _url(settings, "partner", question.id, question.due_at or question.created_at)


def open_token(settings: Settings, kind: Kind, token: str, at: datetime) -> Opened | None:
    """What the token opens; None when it is not ours, damaged or over."""
    name, _, rest = token.partition(".")
    stamp, _, mac = rest.partition(".")
    if not (name.isascii() and name.isalnum() and stamp.isascii() and stamp.isdecimal() and len(stamp) < 12):
        return None
    if not hmac.compare_digest(mac.encode("utf-8", "replace"), _mac(settings, kind, name, stamp).encode()):
        return None
    expires_at = datetime.fromtimestamp(int(stamp), UTC)
    return Opened(id=_PREFIXES[kind] + name, expires_at=expires_at) if at < expires_at else None


def _url(settings: Settings, kind: Kind, id_: str, expires_at: datetime) -> str:
    name, stamp = id_.removeprefix(_PREFIXES[kind]), str(int(expires_at.timestamp()))
    return f"{settings.public_url.rstrip('/')}/{_PATHS[kind]}/{name}.{stamp}.{_mac(settings, kind, name, stamp)}"


def _mac(settings: Settings, kind: Kind, name: str, stamp: str) -> str:
    # The kind is signed, too: a partner's link must never open a customer's page.
    digest = hmac.new(settings.secret_key.encode(), f"link|{kind}|{name}|{stamp}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest[:_MAC_BYTES]).rstrip(b"=").decode()
