"""One statement, one reason: what was said about the brand is not also an insult, a threat or an oath.

The classifier hears harshness and not whom it is aimed at; it scores "this company kills" as a threat. Where the brand
detector has understood the statement, the classifier's finding on the same order stays on the record as a note.
Otherwise criticism would leave under a false reason.
"""

import dataclasses
from collections.abc import Iterable

from moderation.evidence import Category, Evidence, Outcome

#: Tones of criticism. Hate and sexual content are never excused by being about a brand.
_TONES = frozenset({Category.HARASSMENT, Category.VIOLENCE, Category.PROFANITY})
#: From here the brand detector has understood the statement.
_UNDERSTOOD = 0.5


def attribute(evidence: Iterable[Evidence]) -> list[Evidence]:
    """The evidence with the classifier's tone findings turned into notes where criticism of the brand explains them."""
    found = list(evidence)
    if not any(each.category is Category.BRAND_TARGETING and each.score >= _UNDERSTOOD for each in found):
        return found
    return [_as_note(each) if each.detector == "toxicity" and each.category in _TONES else each for each in found]


def _as_note(found: Evidence) -> Evidence:
    said = f"{found.explanation} It is put down to the criticism of the brand."
    return dataclasses.replace(found, at_most=Outcome.APPROVE, explanation=said)
