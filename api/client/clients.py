"""The two clients: one waits, one awaits. Both try again when that is safe."""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from typing import Any, Self

import httpx

from api.client import calls
from api.client.calls import Answer, Call
from api.client.errors import ApiError, Unreachable
from api.client.models import BatchResult, Guidelines, Message, Order, Preview, Screening

#: Answers after which the same request may do better.
_TRY_AGAIN = frozenset({429, 502, 503, 504})
#: Of these the server has done nothing, whatever the call is.
_NOTHING_DONE = frozenset({429})
_LONGEST_PAUSE = 30.0


class Client:
    """Calls the API and waits for the answer; share one between threads."""

    def __init__(
        self, base_url: str, key: str, *, timeout: float = 5.0, attempts: int = 4, http: httpx.Client | None = None
    ) -> None:
        """
        Args:
            timeout: Seconds that one attempt may take.
            attempts: How often a call is tried in all. Between two it waits as long as the server asks, half a minute at
                most: where a customer waits, try once, hold the order and repeat later with the same key.
            http: One of your own, with proxies or certificates; it is not closed.
        """
        self._base_url, self._key, self._attempts = base_url.rstrip("/"), key, attempts
        self._http = http or httpx.Client(timeout=timeout)
        self._is_ours = http is None

    def screen(self, order: Order, *, key: str | None = None) -> Screening:
        """Have one order decided.

        Args:
            key: Idempotency key; give your own (the order's line) to be safe across restarts of your shop, too.
        """
        return self.send(calls.screen(order, key))

    def screen_many(self, orders: Sequence[Order], *, keys: Sequence[str] | None = None) -> tuple[BatchResult, ...]:
        """Up to 500 orders at once; one result each, in their order."""
        return self.send(calls.screen_many(orders, keys)).items

    def get(self, screening_id: str) -> Screening:
        """The order as it stands now: the last word, whatever webhooks came in which order."""
        return self.send(calls.get(screening_id))

    def text(self, screening_id: str) -> dict[str, str]:
        """The words to be made, by their place; also those that the customer sent on the status page."""
        return {field.name: field.text for field in self.send(calls.text(screening_id)).fields}

    def find(self, **filters: Any) -> Iterator[Screening]:
        """All that fit, the newest first: by reference, status, customer, brand, product, created_from, created_until."""
        cursor = None
        while True:
            page = self.send(calls.find(filters, cursor))
            yield from page.items
            cursor = page.next_cursor
            if cursor is None:
                return

    def revise(self, screening_id: str, fields: Mapping[str, str], *, key: str | None = None) -> Screening:
        """Send the customer's new text; a new screening, linked to this one."""
        return self.send(calls.revise(screening_id, fields, key))

    def appeal(self, screening_id: str, message: str, *, key: str | None = None) -> Screening:
        """Send the customer's objection to a rejection."""
        return self.send(calls.appeal(screening_id, message, key))

    def withdraw(self, screening_id: str) -> Screening:
        """The order went away."""
        return self.send(calls.withdraw(screening_id))

    def erase(self, screening_id: str) -> Screening:
        """Erase the customer's words; the decision stays."""
        return self.send(calls.erase(screening_id))

    def preview(self, order: Order, *, session: str | None = None) -> Preview:
        """A hint while the customer types."""
        return self.send(calls.preview(order, session))

    def guidelines(
        self,
        *,
        brand: str | None = None,
        product: str | None = None,
        region: str | None = None,
        locale: str | None = None,
    ) -> Guidelines:
        """The rules in plain words, to show before the order."""
        return self.send(calls.guidelines({"brand": brand, "product": product, "region": region, "locale": locale}))

    def messages(self, screening_id: str) -> tuple[Message, ...]:
        """The conversation about an order."""
        return self.send(calls.messages(screening_id)).items

    def write(self, screening_id: str, text: str, *, party: str = "shop", answer_to: str | None = None) -> Message:
        """Say something to whoever decides, in the shop's name or the customer's."""
        return self.send(calls.write(screening_id, text, party, answer_to))

    def close(self) -> None:
        if self._is_ours:
            self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def send(self, call: Call[Answer]) -> Answer:
        """Make a call; those about keys, holds and webhooks are in ``api.client.admin``.

        Raises:
            ApiError: The server refused it.
            Unreachable: No answer came; what the call asked for may have been done.
        """
        for attempt in range(1, self._attempts + 1):
            try:
                response = self._http.request(**_request(self._base_url, self._key, call))
            except httpx.TransportError as error:
                _may_try_again(call, error, is_last=attempt == self._attempts)
                time.sleep(_pause(attempt, None))
                continue
            if not _is_worth_another(call, response) or attempt == self._attempts:
                return _read(call, response)
            time.sleep(_pause(attempt, response))
        raise AssertionError("the last attempt returns or raises")


class AsyncClient:
    """The same calls, awaited."""

    def __init__(
        self, base_url: str, key: str, *, timeout: float = 5.0, attempts: int = 4, http: httpx.AsyncClient | None = None
    ) -> None:
        """As for ``Client``."""
        self._base_url, self._key, self._attempts = base_url.rstrip("/"), key, attempts
        self._http = http or httpx.AsyncClient(timeout=timeout)
        self._is_ours = http is None

    async def screen(self, order: Order, *, key: str | None = None) -> Screening:
        """Have one order decided."""
        return await self.send(calls.screen(order, key))

    async def screen_many(
        self, orders: Sequence[Order], *, keys: Sequence[str] | None = None
    ) -> tuple[BatchResult, ...]:
        """Up to 500 orders at once; one result each, in their order."""
        return (await self.send(calls.screen_many(orders, keys))).items

    async def get(self, screening_id: str) -> Screening:
        """The order as it stands now."""
        return await self.send(calls.get(screening_id))

    async def text(self, screening_id: str) -> dict[str, str]:
        """The words to be made, by their place."""
        return {field.name: field.text for field in (await self.send(calls.text(screening_id))).fields}

    async def find(self, **filters: Any) -> AsyncIterator[Screening]:
        """All that fit, the newest first."""
        cursor = None
        while True:
            page = await self.send(calls.find(filters, cursor))
            for item in page.items:
                yield item
            cursor = page.next_cursor
            if cursor is None:
                return

    async def revise(self, screening_id: str, fields: Mapping[str, str], *, key: str | None = None) -> Screening:
        """Send the customer's new text."""
        return await self.send(calls.revise(screening_id, fields, key))

    async def appeal(self, screening_id: str, message: str, *, key: str | None = None) -> Screening:
        """Send the customer's objection to a rejection."""
        return await self.send(calls.appeal(screening_id, message, key))

    async def withdraw(self, screening_id: str) -> Screening:
        """The order went away."""
        return await self.send(calls.withdraw(screening_id))

    async def erase(self, screening_id: str) -> Screening:
        """Erase the customer's words; the decision stays."""
        return await self.send(calls.erase(screening_id))

    async def preview(self, order: Order, *, session: str | None = None) -> Preview:
        """A hint while the customer types."""
        return await self.send(calls.preview(order, session))

    async def guidelines(
        self,
        *,
        brand: str | None = None,
        product: str | None = None,
        region: str | None = None,
        locale: str | None = None,
    ) -> Guidelines:
        """The rules in plain words."""
        about = {"brand": brand, "product": product, "region": region, "locale": locale}
        return await self.send(calls.guidelines(about))

    async def messages(self, screening_id: str) -> tuple[Message, ...]:
        """The conversation about an order."""
        return (await self.send(calls.messages(screening_id))).items

    async def write(
        self, screening_id: str, text: str, *, party: str = "shop", answer_to: str | None = None
    ) -> Message:
        """Say something to whoever decides."""
        return await self.send(calls.write(screening_id, text, party, answer_to))

    async def close(self) -> None:
        if self._is_ours:
            await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self.close()

    async def send(self, call: Call[Answer]) -> Answer:
        """As for ``Client``."""
        for attempt in range(1, self._attempts + 1):
            try:
                response = await self._http.request(**_request(self._base_url, self._key, call))
            except httpx.TransportError as error:
                _may_try_again(call, error, is_last=attempt == self._attempts)
                await asyncio.sleep(_pause(attempt, None))
                continue
            if not _is_worth_another(call, response) or attempt == self._attempts:
                return _read(call, response)
            await asyncio.sleep(_pause(attempt, response))
        raise AssertionError("the last attempt returns or raises")


def _request(base_url: str, key: str, call: Call[Answer]) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {key}", **call.headers}
    request = {"method": call.method, "url": base_url + call.path, "headers": headers, "params": call.params}
    return request if call.body is None else {**request, "json": call.body}


def _may_try_again(call: Call[Answer], error: httpx.TransportError, *, is_last: bool) -> None:
    if is_last or not (call.is_repeatable or isinstance(error, httpx.ConnectError)):
        raise Unreachable(f"No answer from {call.method} {call.path} ({type(error).__name__}).") from error


def _is_worth_another(call: Call[Answer], response: httpx.Response) -> bool:
    return response.status_code in (_TRY_AGAIN if call.is_repeatable else _NOTHING_DONE)


def _pause(attempt: int, response: httpx.Response | None) -> float:
    """As long as the server says; else 0.2 s, 0.4 s, 0.8 s, each give or take a half, so that shops do not march."""
    stated = "" if response is None else response.headers.get("retry-after", "")
    pause = float(stated) if stated.isdecimal() else 0.1 * 2**attempt * random.uniform(0.5, 1.5)
    return min(pause, _LONGEST_PAUSE)


def _read(call: Call[Answer], response: httpx.Response) -> Answer:
    if response.is_success:
        return call.answer.model_validate_json(response.content or b"{}")
    try:
        error = dict(response.json()["error"])
        code, detail = str(error.pop("code")), str(error.pop("detail"))
    except (ValueError, KeyError, TypeError):
        code, detail, error = "unreadable", f"Status {response.status_code} without a readable body.", {}
    raise ApiError(response.status_code, code, detail, error)
