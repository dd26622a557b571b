"""What a detector may say: a category, how bad, how sure, where, and in which reading.

Detectors speak in evidence and never decide; the policy reads it and never looks at the text.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal


class Category(StrEnum):
    """The kinds of finding; also the reason codes that the shop and the customer see."""

    PROFANITY = "profanity"
    SEXUAL = "sexual"
    HATE = "hate"
    EXTREMISM = "extremism"
    HARASSMENT = "harassment"
    VIOLENCE = "violence"
    SELF_HARM = "self_harm"
    DRUGS = "drugs"
    BRAND_TARGETING = "brand_targeting"
    THIRD_PARTY_BRAND = "third_party_brand"
    PUBLIC_FIGURE = "public_figure"
    POLITICS = "politics"
    PERSONAL_INFO = "personal_info"
    IMPERSONATION = "impersonation"
    NOT_PRODUCIBLE = "not_producible"
    UNCLEAR = "unclear"


class Outcome(StrEnum):
    """What the shop is told. Ordered by strictness, ``APPROVE < REVIEW < REJECT``, so ``max`` is the strictest."""

    APPROVE = "approve"
    REVIEW = "review"
    REJECT = "reject"

    @property
    def strictness(self) -> int:
        """0, 1 or 2."""
        return _STRICTNESS[self]

    # All four, because ``str`` brings its own alphabetical ones and ``max`` asks for any of them.
    def __lt__(self, other: str) -> bool:
        return self.strictness < Outcome(other).strictness

    def __le__(self, other: str) -> bool:
        return self.strictness <= Outcome(other).strictness

    def __gt__(self, other: str) -> bool:
        return self.strictness > Outcome(other).strictness

    def __ge__(self, other: str) -> bool:
        return self.strictness >= Outcome(other).strictness


_STRICTNESS = {Outcome.APPROVE: 0, Outcome.REVIEW: 1, Outcome.REJECT: 2}

#: 1 mild, 2 plain, 3 strong, 4 severe. What each number means per category is written in docs/policy.md.
Severity = Literal[1, 2, 3, 4]


def is_about_text(source: str) -> bool:
    """Whether evidence from this source says something about the words.

    A check that did not answer does not, and neither does a switch that sends every order to a person (``hold/...``).
    """
    return not source.endswith("/unavailable") and not source.startswith("hold/")


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Span:
    """A stretch of the customer's own words."""

    field: str
    #: Code points of the field's raw text, half-open.
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One reason to look twice at an order."""

    #: Name of the detector, e.g. ``"blocklist"``.
    detector: str
    category: Category
    severity: Severity
    #: 0.0 (nothing) to 1.0 (certain). 0.5 is worth a person's minute, 0.9 is sure enough to act alone;
    #: detectors convert their own scales to this one.
    score: float
    #: Where in the raw fields, in order; empty when the order as a whole is meant.
    spans: tuple[Span, ...] = ()
    #: The reading in which a person sees it, e.g. ``"leet"`` or ``"fields joined"``; ``"as written"`` when plain.
    reading: str = "as written"
    #: What matched, precise enough to look up: ``"profanity/en/b-017"``, ``"identity_attack@3f2a91"``.
    source: str
    #: What it was read as, e.g. ``"sweatshop"`` for ``"Sw3at sh0p"``; empty when the source is no text.
    read_as: str = ""
    #: One sentence that a reviewer understands.
    explanation: str
    #: The strictest outcome that this evidence may cause, however sure it is. A person's name reaches
    #: review at most; a note reaches none.
    at_most: Outcome = Outcome.REJECT
    #: All classes of a model with their scores on the scale above, for whoever looks closer; empty without a model.
    classes: tuple[tuple[str, float], ...] = ()
