"""One statement, one reason: what was said about the brand, or in distress, is not also an insult, a threat or an oath.

The classifier hears harshness and not whom it is aimed at: it scores "this company kills" and a cry for help as threats.
Where another detector has understood the statement, the classifier's finding on the same order stays on the record as
a note. Otherwise the order would leave under a false reason.
"""

import dataclasses
from collections.abc import Iterable

from moderation.evidence import Category, Evidence, Outcome

#: What a harsh tone may really be about.
_EXPLAIN = frozenset({Category.BRAND_TARGETING, Category.SELF_HARM})
#: Tones. Hate and sexual content are never excused.
_TONES = frozenset({Category.HARASSMENT, Category.VIOLENCE, Category.PROFANITY})
#: From here another detector has understood the statement.
_UNDERSTOOD = 0.5


def attribute(evidence: Iterable[Evidence]) -> list[Evidence]:
    """The evidence with the classifier's tone findings turned into notes where something truer explains them."""
    found = list(evidence)
    understood = {e.category for e in found if e.detector != "toxicity" and e.score >= _UNDERSTOOD} & _EXPLAIN
    if not understood:
        return found
    truth = " and ".join(sorted(understood))
    return [_as_note(e, truth) if e.detector == "toxicity" and e.category in _TONES else e for e in found]


def _as_note(found: Evidence, truth: str) -> Evidence:
    said = f"{found.explanation} Put down to {truth}, which another check understood."
    return dataclasses.replace(found, at_most=Outcome.APPROVE, explanation=said)
