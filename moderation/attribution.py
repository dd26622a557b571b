"""One statement, one reason: what was said about the brand, or in distress, is not also an insult, a threat or an oath.

The classifier hears harshness and not whom it is aimed at: it scores "this company kills" and a cry for help as threats.
Where another detector has understood the statement, the classifier's finding on the same order stays on the record as
a note. Otherwise the order would leave under a false reason. Where the whole order is a known title or saying ("I shot the
sheriff"), neither the classifier nor the ear for criticism has anything to add.
"""

import dataclasses
from collections.abc import Iterable

from moderation.evidence import Category, Evidence, Outcome

#: What a harsh tone may really be about.
_EXPLAIN = frozenset({Category.BRAND_TARGETING, Category.SELF_HARM})
#: Tones. Hate and sexual content are never excused.
_TONES = frozenset({Category.HARASSMENT, Category.VIOLENCE, Category.PROFANITY})
#: Source of the note with which the lists say that an order is, word for word, a known name, title or saying.
KNOWN = "allow/known"
#: From here another detector has understood the statement.
_UNDERSTOOD = 0.5


def attribute(evidence: Iterable[Evidence]) -> list[Evidence]:
    """The evidence with the classifier's tone findings turned into notes where something truer explains them."""
    found = list(evidence)
    if any(e.source == KNOWN for e in found):
        is_needed = any(map(_is_guess, found))
        kept = (e for e in found if is_needed or e.source != KNOWN)
        found = [_as_note(e, "the whole is a known name, title or saying") if _is_guess(e) else e for e in kept]
    understood = {e.category for e in found if e.detector != "toxicity" and e.score >= _UNDERSTOOD} & _EXPLAIN
    if not understood:
        return found
    named = " and ".join(sorted(understood)).replace("_", " ")
    truth = f"another check understood it as {named}"
    return [_as_note(e, truth) if e.detector == "toxicity" and e.category in _TONES else e for e in found]


def _is_guess(found: Evidence) -> bool:
    """A finding that rests on how words sound together, and not on a list."""
    return found.detector == "toxicity" or found.category is Category.BRAND_TARGETING


def _as_note(found: Evidence, truth: str) -> Evidence:
    said = f"{found.explanation} A note only: {truth}."
    return dataclasses.replace(found, at_most=Outcome.APPROVE, explanation=said)
