"""Glossary: signs, number codes and dialect words that a reviewer may not know, and what else they are.

Knowledge, not evidence: nothing is decided by it. Findings link to it, so that nobody has to guess or to search.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from moderation.errors import PolicyError
from moderation.yaml_text import load_yaml

GLOSSARY = Path(__file__).with_suffix(".yaml")
KINDS = {"code": "Number codes and initials", "sign": "Signs", "dialect": "Dialect words"}


@dataclass(frozen=True, slots=True, kw_only=True)
class GlossaryEntry:
    """One thing with a second meaning."""

    #: As it is written or read, the usual form first; case-folded.
    forms: tuple[str, ...]
    #: ``code``, ``sign`` or ``dialect``.
    kind: str
    #: Why it may matter, in mild words.
    means: str
    #: What else it is; empty when nothing.
    also: str

    @property
    def anchor(self) -> str:
        """Its place on the page: ``"term-88"``, ``"term-u26a1"``."""
        readable = (each if each.isascii() and each.isalnum() else f"u{ord(each):x}" for each in self.forms[0])
        return "term-" + "".join(readable)


def find_entries(texts: Iterable[str]) -> list[GlossaryEntry]:
    """The entries whose forms stand in one of the texts as words of their own, in the order of the glossary."""
    read = [text.casefold() for text in texts]
    return [entry for entry in load_glossary() if any(_stands_in(form, text) for form in entry.forms for text in read)]


@cache
def load_glossary(path: Path = GLOSSARY) -> tuple[GlossaryEntry, ...]:
    """All entries.

    Raises:
        PolicyError: naming the entry that is not whole.
    """
    return tuple(_entry(each, number) for number, each in enumerate(load_yaml(path.read_text("utf-8")), 1))


def _entry(data: Any, number: int) -> GlossaryEntry:
    try:
        entry = GlossaryEntry(**{**data, "forms": tuple(form.casefold() for form in data["forms"])})
    except (TypeError, KeyError, AttributeError) as error:
        raise PolicyError(f"glossary.yaml, entry {number}: needs forms, kind, means and also ({error}).") from None
    if entry.kind not in KINDS or not entry.forms or not entry.means:
        raise PolicyError(
            f"glossary.yaml, entry {number}: kind is one of {', '.join(KINDS)}; forms and means are needed."
        )
    return entry


def _stands_in(form: str, text: str) -> bool:
    if not (form[0].isalnum() and form[-1].isalnum()):
        return form in text
    return re.search(rf"(?<!\w){re.escape(form)}(?!\w)", text) is not None
