"""Marks: protected names of others, and people so famous that a licence is needed to print them."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from moderation.brands.document import Document, read_document
from moderation.evidence import Category

_KEYS = frozenset({"name", "aliases", "trade", "slogans", "alone", "context"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A name that belongs to someone."""

    name: str
    category: Category
    aliases: tuple[str, ...] = ()
    #: Brands of one trade are competitors.
    trade: str = ""
    slogans: tuple[str, ...] = ()
    #: Parts of the name that are ordinary names or words: evidence only next to ``context``.
    alone: tuple[str, ...] = ()
    #: What makes an ordinary word the reference: ``23`` beside ``Jordan``.
    context: tuple[str, ...] = ()


def load_marks(path: Path) -> tuple[Mark, ...]:
    """Read ``marks.yaml``: ``brands``, ``teams`` and ``people``, each a list of marks.

    Raises:
        BrandProfileError: A row cannot be used.
    """
    if not path.exists():
        return ()
    document = read_document(path)
    document.refuse_unknown(frozenset({"brands", "teams", "people"}))
    kinds = {
        "brands": Category.THIRD_PARTY_BRAND, "teams": Category.THIRD_PARTY_BRAND, "people": Category.PUBLIC_FIGURE,
    }  # fmt: skip
    return tuple(
        _mark(document, kind, row, category)
        for kind, category in kinds.items()
        for row in document.content.get(kind) or ()
    )


def _mark(document: Document, kind: str, row: Any, category: Category) -> Mark:
    if isinstance(row, str):
        return Mark(name=row, category=category)
    if not isinstance(row, Mapping) or not isinstance(row.get("name"), str) or set(row) - _KEYS:
        raise document.complaint(f"{row!r} is no mark. Write a name, or a mapping of {', '.join(sorted(_KEYS))}.", kind)
    lists: dict[str, tuple[str, ...]] = {}
    for key in ("aliases", "slogans", "alone", "context"):
        value = row.get(key, ())
        lists[key] = (value,) if isinstance(value, str) else tuple(map(str, value))
    return Mark(name=row["name"], category=category, trade=str(row.get("trade", "")), **lists)
