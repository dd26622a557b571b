"""Evidence and decisions as plain JSON values: one spelling for the command line, HTTP and the store."""

import dataclasses
from collections.abc import Mapping
from typing import Any

from moderation.evidence import Category, Evidence, Outcome, Span


def evidence_to_json(found: Evidence) -> dict[str, Any]:
    """``dataclasses.asdict`` with spans as lists; ``evidence_from_json`` is its inverse. Classes only where there are any."""
    told = {**dataclasses.asdict(found), "spans": [dataclasses.asdict(span) for span in found.spans]}
    classes = dict(told.pop("classes"))
    return {**told, "classes": classes} if classes else told


def evidence_from_json(data: Mapping[str, Any]) -> Evidence:
    """Evidence as the store keeps it."""
    return Evidence(
        **{
            **data,
            "category": Category(data["category"]),
            "at_most": Outcome(data["at_most"]),
            "spans": tuple(Span(**span) for span in data["spans"]),
            "classes": tuple(data.get("classes", {}).items()),
        }
    )
