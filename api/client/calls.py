"""The calls as values: what is sent and what comes back. The clients only carry them."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from urllib.parse import quote

from pydantic import BaseModel

from api.client.models import Batch, Guidelines, Message, Order, Page, Preview, Screening, Text, Thread, fields_body

Answer = TypeVar("Answer", bound=BaseModel)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call(Generic[Answer]):
    """One request and the type of its answer."""

    method: str
    path: str
    answer: type[Answer]
    body: Any = None
    params: Mapping[str, str] | None = None
    #: Sent with every attempt, so that the server does it once.
    idempotency_key: str | None = None
    #: Whether doing it twice is doing it once.
    is_repeatable: bool = True

    @property
    def headers(self) -> dict[str, str]:
        return {"Idempotency-Key": self.idempotency_key} if self.idempotency_key else {}


def screen(order: Order, key: str | None) -> Call[Screening]:
    return _keyed("/v1/screenings", Screening, order.body(), key)


def screen_many(orders: Sequence[Order], keys: Sequence[str] | None) -> Call[Batch]:
    """Each order has a key of its own, so that a repeat of the batch decides nothing twice."""
    named = keys or [_new_key() for _ in orders]
    items = [{**order.body(), "idempotency_key": key} for order, key in zip(orders, named, strict=True)]
    return Call(method="POST", path="/v1/screenings/batch", answer=Batch, body={"items": items})


def get(screening_id: str) -> Call[Screening]:
    return Call(method="GET", path=_screening(screening_id), answer=Screening)


def text(screening_id: str) -> Call[Text]:
    return Call(method="GET", path=f"{_screening(screening_id)}/text", answer=Text)


def find(filters: Mapping[str, Any], cursor: str | None) -> Call[Page]:
    given = {name: str(value) for name, value in {**filters, "cursor": cursor}.items() if value is not None}
    return Call(method="GET", path="/v1/screenings", answer=Page, params=given)


def revise(screening_id: str, fields: Mapping[str, str], key: str | None) -> Call[Screening]:
    return _keyed(f"{_screening(screening_id)}/revisions", Screening, {"fields": fields_body(fields)}, key)


def appeal(screening_id: str, message: str, key: str | None) -> Call[Screening]:
    return _keyed(f"{_screening(screening_id)}/appeal", Screening, {"message": message}, key)


def withdraw(screening_id: str) -> Call[Screening]:
    return Call(method="POST", path=f"{_screening(screening_id)}/withdraw", answer=Screening)


def erase(screening_id: str) -> Call[Screening]:
    return Call(method="DELETE", path=f"{_screening(screening_id)}/text", answer=Screening)


def preview(order: Order, session: str | None) -> Call[Preview]:
    body = {name: value for name, value in order.body().items() if name in _PREVIEWED}
    given = {**body, "session": session} if session else body
    return Call(method="POST", path="/v1/previews", answer=Preview, body=given)


def guidelines(about: Mapping[str, str | None]) -> Call[Guidelines]:
    given = {name: value for name, value in about.items() if value is not None}
    return Call(method="GET", path="/v1/guidelines", answer=Guidelines, params=given)


def messages(screening_id: str) -> Call[Thread]:
    return Call(method="GET", path=f"{_screening(screening_id)}/messages", answer=Thread)


def write(screening_id: str, text: str, party: str, answer_to: str | None) -> Call[Message]:
    body = {"text": text, "party": party, **({"answer_to": answer_to} if answer_to else {})}
    path = f"{_screening(screening_id)}/messages"
    return Call(method="POST", path=path, answer=Message, body=body, is_repeatable=False)


_PREVIEWED = {"fields", "brand", "product", "locale", "region"}


def _screening(screening_id: str) -> str:
    return f"/v1/screenings/{quote(screening_id, safe='')}"


def _keyed(path: str, answer: type[Answer], body: Any, key: str | None) -> Call[Answer]:
    return Call(method="POST", path=path, answer=answer, body=body, idempotency_key=key or _new_key())


def _new_key() -> str:
    return str(uuid.uuid4())
