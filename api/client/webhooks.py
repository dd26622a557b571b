"""What a webhook says, once its signature has been found to be ours."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from standardwebhooks import Webhook, WebhookVerificationError

from api.client.errors import ClientError


class BadSignature(ClientError):
    """Not from the server, damaged on the way, or more than five minutes old. Answer 400 and believe nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One change of status."""

    #: The same in every repeat: do each id once.
    id: str
    #: ``"screening.approved"`` and so on.
    type: str
    timestamp: datetime
    data: Mapping[str, Any]

    @property
    def screening_id(self) -> str | None:
        return self.data.get("id")


def verify(body: bytes, headers: Mapping[str, str], secrets: str | Sequence[str]) -> Event:
    """The event, if the body was signed with one of the secrets.

    Args:
        body: The bytes that came, before any parsing: written again they have another signature.
        secrets: ``whsec_...``; several while you change over.

    Raises:
        BadSignature: Believe nothing of it.
    """
    lowered = {name.lower(): value for name, value in headers.items()}
    for secret in [secrets] if isinstance(secrets, str) else secrets:
        try:
            Webhook(secret).verify(body, lowered)
        except WebhookVerificationError:
            continue
        except ValueError:
            pass  # signed, and no JSON: the package reads the body, too
        return _read(lowered["webhook-id"], body)
    raise BadSignature("This webhook was not signed with your secret, or it is too old.")


def _read(event_id: str, body: bytes) -> Event:
    try:
        said = json.loads(body)
        timestamp = datetime.fromisoformat(said["timestamp"])
        return Event(id=event_id, type=str(said["type"]), timestamp=timestamp, data=dict(said["data"]))
    except (ValueError, KeyError, TypeError):
        raise BadSignature("This webhook is signed, but it is no event of this server.") from None
