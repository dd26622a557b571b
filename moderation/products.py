"""Products: what each can carry. A matter of craft, kept apart from what may be said.

A shop knows its own machines: it writes a file like ``api/demo/products.yaml`` and names it in MODERATION_PRODUCTS.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from moderation.errors import PolicyError
from moderation.yaml_text import load_yaml


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """What one product type can carry; None means no limit that we know of."""

    name: str
    #: Graphemes per line.
    max_line_length: int | None = None
    max_lines: int | None = None
    #: Names of scripts in the machine's font, as Unicode spells them (``LATIN``); None means any.
    scripts: frozenset[str] | None = None
    emoji: bool = True


#: An order for a product that we do not know is held only to what hardly any product can carry.
UNKNOWN = Product(name="unknown", max_line_length=250, max_lines=20)


class Products:
    """The product types at hand."""

    def __init__(self, products: Mapping[str, Product]) -> None:
        self._products = {name.casefold(): product for name, product in products.items()}

    def find(self, name: str | None) -> Product:
        """The product of that name; ``UNKNOWN`` when there is none."""
        return self._products.get((name or "").casefold(), UNKNOWN)


def load_products(path: Path | None = None) -> Products:
    """Read a product file; None for a shop that has not written one.

    Raises:
        PolicyError: naming the file, the product and the key at fault.
    """
    if path is None:
        return Products({})
    data = load_yaml(path.read_text("utf-8")) or {}
    return Products({name: _product(name, entry or {}, path.name) for name, entry in data.items()})


def _product(name: str, entry: Mapping[str, Any], where: str) -> Product:
    known = {"max_line_length", "max_lines", "scripts", "emoji"}
    if unknown := set(entry) - known:
        raise PolicyError(
            f"{where}: {name}: unknown key {', '.join(sorted(unknown))}. Use: {', '.join(sorted(known))}."
        )
    for key in ("max_line_length", "max_lines"):
        if key in entry and not (isinstance(entry[key], int) and entry[key] > 0):
            raise PolicyError(f"{where}: {name}: {key} must be a whole number above 0, not {entry[key]!r}.")
    scripts = entry.get("scripts")
    return Product(
        name=name,
        max_line_length=entry.get("max_line_length"),
        max_lines=entry.get("max_lines"),
        scripts=None if scripts is None else frozenset(str(script).upper() for script in scripts),
        emoji=bool(entry.get("emoji", True)),
    )
