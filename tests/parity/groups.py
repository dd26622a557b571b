"""Parity groups: messages that must share one outcome, generated from ``groups.yaml``."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from moderation.evidence import Outcome
from moderation.request import Field, PersonalizationRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Orders that must share one outcome."""

    name: str
    #: As shown in a failure -> the order.
    members: dict[str, PersonalizationRequest]
    expect: Outcome | None = None
    at_least: Outcome = Outcome.APPROVE


def load_groups() -> list[Group]:
    """All groups, in the order of the file."""
    data = yaml.safe_load(Path(__file__).with_name("groups.yaml").read_text(encoding="utf-8"))
    return [*_framed(data), *_spelled(data["spellings"]), *_around(data["around"]), *_written(data)]


def _group(name: str, texts: list[str], rule: dict[str, Any]) -> Group:
    return Group(
        name=name,
        members={text: PersonalizationRequest.of(text) for text in texts},
        expect=Outcome(rule["expect"]) if "expect" in rule else None,
        at_least=Outcome(rule.get("at_least", "approve")),
    )


def _framed(data: dict[str, Any]) -> Iterator[Group]:
    for frame in data["frames"]:
        for name in frame["sets"]:
            for text in frame["texts"]:
                yield _group(f"{name}: {text}", [text.format(x=value) for value in data["sets"][name]], frame)


def _spelled(rule: dict[str, Any]) -> Iterator[Group]:
    for word in rule["words"]:
        group = _group(f"spellings of {word}", [], rule)
        for label, respell in SPELLINGS.items():
            group.members[f"{label}: {respell(word)!r}"] = PersonalizationRequest.of(respell(word))
        group.members["one letter a line"] = PersonalizationRequest.of("\n".join(word))
        half = len(word) // 2
        halves = (Field(name="line1", text=word[:half]), Field(name="line2", text=word[half:]))
        group.members["over two fields"] = PersonalizationRequest(fields=halves)
        yield group


def _around(rule: dict[str, Any]) -> Iterator[Group]:
    for core in rule["cores"]:
        yield _group(f"around {core}", [frame.format(x=core) for frame in rule["frames"]], rule)


def _written(data: dict[str, Any]) -> Iterator[Group]:
    for name, texts in data["written"].items():
        yield _group(name, texts, {})
    for name, rule in data["languages"].items():
        yield _group(name, rule["texts"], rule)


_LEET = str.maketrans("aeiost", "4310$7")
_LOOKS = str.maketrans("aeopcx", "аеорсх")

#: Ways to write one word; each leaves it the word that a person reads.
SPELLINGS: dict[str, Callable[[str], str]] = {
    "plain": str,
    "capitals": str.upper,
    "title": str.title,
    "mixed case": lambda word: "".join(c.upper() if i % 2 else c for i, c in enumerate(word)),
    "spaced": " ".join,
    "dotted": ".".join,
    "hyphens": "-".join,
    "repeated": lambda word: word[0] + word[1] * 3 + word[2:],
    "doubled end": lambda word: word + word[-1] * 2,
    "look-alike digits": lambda word: word.translate(_LEET),
    "Cyrillic look-alikes": lambda word: word.translate(_LOOKS),
    "full width": lambda word: "".join(chr(ord(c) + 0xFEE0) for c in word),
    "zero-width spaces": "\u200b".join,
    "marks": lambda word: "".join(c + "\u0301" for c in word),
    "quoted": lambda word: f'"{word}"',
    "exclaimed": lambda word: f"{word}!!!",
}
