"""Themes: what can be said against a maker, as small grammars over concepts."""

import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from moderation.brands.document import Document, read_document
from moderation.evidence import Severity

_FRAME = re.compile(r"(?P<pattern>[^=~!]+?)(?:\s*~(?P<gap>\d))?\s*=\s*(?P<strength>[01]?\.\d+)\s*(?P<gift>!?)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """Concepts that say something together."""

    #: ``"child_labour"``: the theme whose frame it is.
    theme: str
    #: As written in the file; part of the evidence's source.
    pattern: str
    #: What stands in each place: any of these concepts.
    parts: tuple[frozenset[str], ...]
    #: Whether each part must follow the one before it.
    ordered: bool
    #: How many other words may stand between two parts.
    gap: int
    #: 0.0 to 1.0: how clear the statement is by itself.
    strength: float
    #: Innocent where it is about a gift or the family: ``made by kids``.
    gift: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """One kind of criticism."""

    name: str
    #: What it is, in words that open a sentence: ``"labour criticism"``.
    says: str
    severity: Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Themes:
    """All themes and their frames."""

    themes: Mapping[str, Theme]
    frames: tuple[Frame, ...]
    #: Concepts that say something by themselves.
    loud: frozenset[str]


def load_themes(path: Path) -> Themes:
    """Read ``themes.yaml``.

    Raises:
        BrandProfileError: naming the line and what it should hold.
    """
    document = read_document(path)
    document.refuse_unknown(frozenset({"groups", "themes"}))
    groups = {name: frozenset(document.strings("groups", name)) for name in document.content.get("groups") or {}}
    themes: dict[str, Theme] = {}
    frames: list[Frame] = []
    loud: set[str] = set()
    for name, body in (document.content.get("themes") or {}).items():
        themes[name] = _theme(document, name, body)
        for word, strengths in (body.get("words") or {}).items():
            loud.add(word.rstrip("<>"))
            frames += _word_frames(document, name, word, strengths, groups)
        for text in document.strings("themes", name, "frames"):
            frames.append(_frame(document, name, text, groups))
    return Themes(themes=themes, frames=tuple(frames), loud=frozenset(loud))


def _theme(document: Document, name: str, body: Any) -> Theme:
    if not isinstance(body, dict) or not isinstance(body.get("says"), str) or body.get("severity") not in (1, 2, 3, 4):
        raise document.complaint("a theme needs 'says' (a few words) and 'severity' (1 to 4).", "themes", name)
    return Theme(name=name, says=body["says"], severity=cast(Severity, body["severity"]))


def _word_frames(
    document: Document, theme: str, word: str, strengths: Any, groups: Mapping[str, frozenset[str]]
) -> Iterator[Frame]:
    if not isinstance(strengths, list) or len(strengths) != 4:
        raise document.complaint(
            f"{word} needs four strengths: alone, about the product, about the maker, about the brand.",
            "themes", theme, "words", word,
        )  # fmt: skip
    concept = frozenset({word.rstrip("<>")})
    alone, *aimed = strengths
    if alone:
        yield Frame(
            theme=theme, pattern=word.rstrip("<>"), parts=(concept,), ordered=True, gap=0, strength=alone, gift=False
        )
    item = groups["item"]
    if not word.endswith("<"):
        # "It broke" says something of the product, "rip it" does not: the small word counts only before the concept.
        item -= {"it"}
        if aimed[0] and not word.endswith(">"):
            it = (frozenset({"it"}), concept)
            yield Frame(
                theme=theme, pattern=f"it > {word}", parts=it, ordered=True, gap=1, strength=aimed[0], gift=False
            )
    targets = (("item", item), ("maker", groups["maker"] - {"brand"}), ("brand", frozenset({"brand"})))
    for (name, target), strength in zip(targets, aimed, strict=True):
        if strength:
            parts, pattern = (target, concept), f"{name} + {word.rstrip('<>')}"
            if word.endswith(">"):
                parts, pattern = (concept, target), f"{word.rstrip('>')} > {name}"
            yield Frame(
                theme=theme,
                pattern=pattern,
                parts=parts,
                ordered=word[-1] in "<>",
                gap=2,
                strength=strength,
                gift=False,
            )


def _frame(document: Document, theme: str, text: str, groups: Mapping[str, frozenset[str]]) -> Frame:
    found = _FRAME.fullmatch(text.strip())
    if found is None:
        raise document.complaint(
            f"{text!r} is no frame. Write concepts joined by + or >, then = and a strength: 'make + by + child = 0.9'.",
            "themes", theme, "frames",
        )  # fmt: skip
    pattern = found["pattern"].strip()
    if "+" in pattern and ">" in pattern:
        head, _, tail = pattern.partition("+")
        ordered, pieces = ">" in head and ">" in tail, re.split(r"[+>]", pattern)
    else:
        ordered, pieces = ">" in pattern, re.split(r"[+>]", pattern)
    parts = tuple(
        frozenset(itertools.chain.from_iterable(groups.get(name, (name,)) for name in piece.strip().split("|")))
        for piece in pieces
    )
    return Frame(
        theme=theme, pattern=pattern, parts=parts, ordered=ordered, gap=int(found["gap"] or 2),
        strength=float(found["strength"]), gift=bool(found["gift"]),
    )  # fmt: skip
