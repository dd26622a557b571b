"""Changes: what differs between two texts of one order, for the person who decides about the second."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

#: Longer texts are shown as replaced as a whole: comparing them letter by letter takes too long.
COMPARED_UP_TO = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A stretch that stayed, went or came."""

    kind: Literal["same", "gone", "new"]
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChange:
    """One place on the product, then and now."""

    name: str
    pieces: tuple[Piece, ...]

    @property
    def is_changed(self) -> bool:
        return any(piece.kind != "same" for piece in self.pieces)


def compare_texts(before: Sequence[dict[str, str]], after: Sequence[dict[str, str]]) -> tuple[FieldChange, ...]:
    """Field by field, those of the new text first, then those that are gone."""
    then = {field["name"]: field["text"] for field in before}
    now = {field["name"]: field["text"] for field in after}
    names = [*now, *(name for name in then if name not in now)]
    return tuple(FieldChange(name=name, pieces=_pieces(then.get(name, ""), now.get(name, ""))) for name in names)


def _pieces(before: str, after: str) -> tuple[Piece, ...]:
    if max(len(before), len(after)) > COMPARED_UP_TO and before != after:
        pieces = (Piece(kind="gone", text=before), Piece(kind="new", text=after))
        return tuple(piece for piece in pieces if piece.text)
    found: list[Piece] = []
    for kind, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            found.append(Piece(kind="same", text=before[a:b]))
            continue
        if a < b:
            found.append(Piece(kind="gone", text=before[a:b]))
        if c < d:
            found.append(Piece(kind="new", text=after[c:d]))
    return tuple(found)
