"""What a call may raise.

```text
ClientError           every error of the client
+ ApiError            the server answered with an error: status, code, a sentence on what to do
+ Unreachable         no answer came, however often it was tried; nothing may be made
```
"""

from typing import Any


class ClientError(Exception):
    """Base of every error of the client."""


class ApiError(ClientError):
    """The server's own words about what is wrong."""

    def __init__(self, status: int, code: str, detail: str, more: dict[str, Any]) -> None:
        super().__init__(f"{code}: {detail}")
        self.status = status
        #: Stable: ``"idempotency_conflict"``, ``"already_revised"``, ``"rate_limited"``.
        self.code = code
        self.detail = detail
        self.more = more


class Unreachable(ClientError):
    """No answer came. The order may have been stored: repeat with the same key, and make nothing meanwhile."""
