"""The personalization request: the ordered texts of one product, as the customer typed them.

Nothing here trims, cuts or corrects. What is approved is what is made.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from moderation.errors import InvalidRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One place for words on the product: a line, a side, a shoe."""

    #: The shop's name for the place, e.g. ``"left_shoe"``; unique within a request.
    name: str
    #: The customer's own words, untouched. Any Unicode, lone surrogates included.
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonalizationRequest:
    """What one customer wants on one product."""

    #: In the order in which a person reads them on the finished product.
    fields: tuple[Field, ...]
    brand: str | None = None
    #: The product type, e.g. ``"shoe"``; decides what can be produced and how fields join.
    product: str | None = None
    #: BCP 47 tag of the customer's language, e.g. ``"en-GB"``; decides the message, never the outcome.
    locale: str | None = None
    #: ISO 3166-1 alpha-2 code where the product is sold; a policy layer and list entries may depend on it.
    region: str | None = None

    def text_of(self, field: str) -> str:
        """The text of the named field. Raises ``KeyError`` for a name that the request lacks."""
        for each in self.fields:
            if each.name == field:
                return each.text
        raise KeyError(field)

    @classmethod
    def of(cls, text: str, **context: str | None) -> "PersonalizationRequest":
        """A request with one field, ``text``; the short way for the command line and for tests."""
        return cls(fields=(Field(name="text", text=text),), **context)


CONTEXT_KEYS = ("brand", "product", "locale", "region")


def parse_request(data: Mapping[str, Any]) -> PersonalizationRequest:
    """Read a request from decoded JSON.

    Args:
        data: ``{"text": ...}``, ``{"fields": {name: text}}`` (object order is the order on the product) or
            ``{"fields": [{"name", "text"}]}``; optionally ``brand``, ``product``, ``locale``, ``region``.

    Raises:
        InvalidRequest: naming the key at fault, what it holds and what it should hold.
    """
    if ("text" in data) == ("fields" in data):
        raise InvalidRequest('A request needs either "text" (one string) or "fields"; give exactly one of them.')
    fields = (Field(name="text", text=_string(data, "text")),) if "text" in data else _fields(data["fields"])
    names = [field.name for field in fields]
    if len(set(names)) != len(names):
        raise InvalidRequest(f"Field names must differ within one request; got {names}.")
    if not fields:
        raise InvalidRequest('"fields" is empty; an order needs at least one field (its text may be empty).')
    context = {key: _string(data, key) for key in CONTEXT_KEYS if data.get(key) is not None}
    return PersonalizationRequest(fields=fields, **context)


def _fields(value: Any) -> tuple[Field, ...]:
    if isinstance(value, Mapping):
        return tuple(Field(name=str(name), text=_string(value, name)) for name in value)
    if isinstance(value, Sequence) and not isinstance(value, (str, bytes)):
        for index, item in enumerate(value):
            if not isinstance(item, Mapping):
                raise InvalidRequest(f'fields[{index}] must be an object {{"name", "text"}}, not {_kind(item)}.')
        return tuple(Field(name=_string(item, "name"), text=_string(item, "text")) for item in value)
    raise InvalidRequest(
        f'"fields" must be an object of name: text or a list of {{"name", "text"}}, not {_kind(value)}.'
    )


def _string(data: Mapping[str, Any], key: str) -> str:
    if key not in data:
        raise InvalidRequest(f'"{key}" is missing; it must be a string.')
    value = data[key]
    if not isinstance(value, str):
        raise InvalidRequest(f'"{key}" must be a string, not {_kind(value)}.')
    return value


def _kind(value: Any) -> str:
    names = {
        bool: "a boolean",
        int: "a number",
        float: "a number",
        type(None): "null",
        list: "a list",
        dict: "an object",
    }
    return names.get(type(value), type(value).__name__)
