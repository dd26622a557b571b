"""POSTs to one shop: bounded in time and size, to a checked address, and never following a redirect."""

import asyncio
import ssl
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from urllib.parse import SplitResult

import httpx

from api.delivery import addresses
from api.delivery.addresses import ForbiddenAddress, UnknownHost

#: From the first look at the name to the end of the answers, in seconds.
TIMEOUT = 10.0

#: More of an answer is not read; only its status matters.
MAX_ANSWER_BYTES = 65_536


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back from one attempt."""

    #: The HTTP status; None when no answer came.
    code: int | None
    #: Why the attempt does not count as accepted, for the shop's eyes; None when it does.
    error: str | None
    latency_ms: int

    @property
    def is_accepted(self) -> bool:
        return self.error is None

    @property
    def is_gone(self) -> bool:
        """The shop says that nobody will ever listen here again."""
        return self.code == httpx.codes.GONE


#: The headers and the body of one POST.
Message = tuple[dict[str, str], str]


def post(url: str, headers: dict[str, str], body: str, *, allow_private: bool, timeout: float = TIMEOUT) -> Answer:
    """Send, and tell what came of it; a failure to send is an answer too, never an exception."""
    return post_all(url, [(headers, body)], allow_private=allow_private, timeout=timeout)[0]


def post_all(url: str, messages: Sequence[Message], *, allow_private: bool, timeout: float = TIMEOUT) -> list[Answer]:
    """The same for several at once, of each its answer; none takes longer because of another one."""
    return asyncio.run(_post_all(url, messages, allow_private=allow_private, timeout=timeout))


async def _post_all(url: str, messages: Sequence[Message], *, allow_private: bool, timeout: float) -> list[Answer]:
    began = time.monotonic()
    # From the first look at the name on. The client's own timeouts count from byte to byte: a receiver that drips would
    # hold us for hours.
    ends_at = asyncio.get_running_loop().time() + timeout

    async def answered(message: Message) -> Answer:
        try:
            async with asyncio.timeout_at(ends_at):
                parts, resolved = await asyncio.shield(found)
                code: int | None = await _post_to_any(client, parts, resolved, *message)
            assert code is not None
            error = _complaint(code)
        except (TimeoutError, httpx.TimeoutException):
            code, error = None, f"No complete answer within {timeout:g} seconds."
        except (ForbiddenAddress, UnknownHost) as refusal:
            code, error = None, str(refusal)
        except httpx.HTTPError as failure:
            code, error = None, f"The connection failed ({type(failure).__name__})."
        return Answer(code=code, error=error, latency_ms=round((time.monotonic() - began) * 1000))

    async with httpx.AsyncClient(verify=_tls(), trust_env=False, follow_redirects=False, timeout=timeout) as client:
        found = asyncio.create_task(_found(url, allow_private=allow_private))
        return await asyncio.gather(*map(answered, messages))


def _complaint(code: int) -> str | None:
    if 200 <= code < 300:
        return None
    if 300 <= code < 400:
        return f"Answered {code}; redirects are not followed. Register the address that it leads to."
    if code == httpx.codes.GONE:
        return "Answered 410: nobody listens here any more. The endpoint is disabled; enable it when somebody does."
    return f"Answered {code}; accepted is any status from 200 to 299."


async def _found(url: str, *, allow_private: bool) -> tuple[SplitResult, list[str]]:
    """The address in its parts, and the numbers that its name leads to now."""
    parts = addresses.parse(url, allow_private=allow_private)
    return parts, await asyncio.to_thread(addresses.resolve, parts, allow_private=allow_private)


async def _post_to_any(
    client: httpx.AsyncClient, parts: SplitResult, resolved: Sequence[str], headers: dict[str, str], body: str
) -> int:
    for address in resolved[:-1]:
        try:
            return await _post_to(client, parts, address, headers, body)
        except httpx.ConnectError:
            continue  # IPv6 is announced by many hosts and reached from few
    return await _post_to(client, parts, resolved[-1], headers, body)


async def _post_to(
    client: httpx.AsyncClient, parts: SplitResult, address: str, headers: dict[str, str], body: str
) -> int:
    """Connect to the address that was checked, in the name of the host that was asked for."""
    host = f"[{address}]" if ":" in address else address
    netloc = host if parts.port is None else f"{host}:{parts.port}"
    request = client.build_request(
        "POST",
        parts._replace(netloc=netloc).geturl(),
        content=body.encode(),
        headers={
            **headers,
            "host": parts.netloc,
            "content-type": "application/json",
            "user-agent": _user_agent(),
        },
        extensions={"sni_hostname": parts.hostname},
    )
    answer = await client.send(request, stream=True)
    try:
        read = 0
        async for chunk in answer.aiter_raw():
            read += len(chunk)
            if read > MAX_ANSWER_BYTES:
                break
    finally:
        await answer.aclose()
    return answer.status_code


@cache
def _user_agent() -> str:
    """Looked up once: the package's record is a file."""
    return f"moderation-webhooks/{version('moderation')}"


@cache
def _tls() -> ssl.SSLContext:
    """Reading the certificate store takes longer than a delivery; one context serves all."""
    return httpx.create_ssl_context()
