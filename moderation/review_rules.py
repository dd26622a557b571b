"""Review rules: how a shop checks its own reviewers, as data that its policy people own.

Which rejections need two people, how many cases are decided twice or are controls with a known answer, and how much
of the severe kind one person reads in a row. An empty document demands nothing and keeps the care for people.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from moderation.errors import PolicyError
from moderation.evidence import Category, Outcome

#: Above these a rate is a slip: half of all work would be checking.
MOST = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewRules:
    """The rules of one shop."""

    #: A rejection for one of these needs a second, blind opinion.
    categories: frozenset[Category] = frozenset()
    #: So does every rejection of an order of these brands; case-folded.
    brands: frozenset[str] = frozenset()
    #: And so does an appeal that is found right.
    overturned_appeals: bool = False
    #: Share of all other verdicts that a second person gives blindly, too; 0.0 to ``MOST``.
    double_review_rate: float = 0.0
    #: Share of the cases taken by *next* that are controls, with a known answer; 0.0 to ``MOST``.
    control_rate: float = 0.0
    #: Severe cases that one person is given in a row; then the subject changes. 0: no end.
    severe_in_a_row: int = 4
    #: Minutes of deciding after which a break is suggested. 0: never.
    break_after_minutes: int = 50

    def demands_second(self, outcome: Outcome, reason: Category | None, brand: str | None, is_appeal: bool) -> bool:
        """Whether this verdict only stands when a second person comes to the same."""
        if outcome is Outcome.REJECT:
            return reason in self.categories or (brand or "").casefold() in self.brands
        return is_appeal and self.overturned_appeals

    def samples(self, subject: str) -> bool:
        """Whether this subject is decided twice, whatever the verdict; always the same answer for it."""
        drawn = int.from_bytes(hashlib.sha256(f"double {subject}".encode()).digest()[:8])
        return drawn < self.double_review_rate * 2**64


def parse_rules(data: Mapping[str, Any] | None, where: str = "review rules") -> ReviewRules:
    """The rules of a document, as YAML or as the store keeps it.

    Raises:
        PolicyError: naming the key, what is so, and what to do.
    """
    if not isinstance(data or {}, Mapping):
        raise PolicyError(f"{where}: must be 'key: value' lines. docs/console.md shows one.")
    given = dict(data or {})
    second = given.pop("second_opinion", None) or {}
    if not isinstance(second, Mapping):
        raise PolicyError(f"{where}: second_opinion holds categories, brands and overturned_appeals.")
    _refuse_unknown(second, {"categories", "brands", "overturned_appeals"}, f"{where}: second_opinion")
    _refuse_unknown(
        given, {"double_review_rate", "control_rate", "severe_in_a_row", "break_after_minutes"}, where
    )  # fmt: skip
    standing = ReviewRules()
    return ReviewRules(
        categories=frozenset(_category(name, where) for name in _names(second, "categories", where)),
        brands=frozenset(name.casefold() for name in _names(second, "brands", where)),
        overturned_appeals=_flag(second, "overturned_appeals", where),
        double_review_rate=_rate(given, "double_review_rate", where),
        control_rate=_rate(given, "control_rate", where),
        severe_in_a_row=_count(given, "severe_in_a_row", standing.severe_in_a_row, where),
        break_after_minutes=_count(given, "break_after_minutes", standing.break_after_minutes, where),
    )


def _refuse_unknown(given: Mapping[str, Any], known: set[str], where: str) -> None:
    unknown = sorted(map(str, set(given) - known))
    if unknown:
        raise PolicyError(f"{where}: unknown key {', '.join(unknown)}. Use: {', '.join(sorted(known))}.")


def _names(given: Mapping[str, Any], key: str, where: str) -> list[str]:
    names = given.get(key) or []
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise PolicyError(f"{where}: {key} must be a list of names, like [hate, extremism].")
    return names


def _category(name: str, where: str) -> Category:
    try:
        return Category(name)
    except ValueError:
        raise PolicyError(f"{where}: there is no category {name!r}. Use one of: {', '.join(Category)}.") from None


def _flag(given: Mapping[str, Any], key: str, where: str) -> bool:
    value = given.get(key, False)
    if not isinstance(value, bool):
        raise PolicyError(f"{where}: {key} must be true or false, not {value!r}.")
    return value


def _rate(given: Mapping[str, Any], key: str, where: str) -> float:
    value = given.get(key, 0.0)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= MOST:
        raise PolicyError(f"{where}: {key} must be a share from 0 to {MOST}, like 0.05; not {value!r}.")
    return float(value)


def _count(given: Mapping[str, Any], key: str, standing: int, where: str) -> int:
    value = given.get(key, standing)
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise PolicyError(f"{where}: {key} must be a whole number, 0 for none; not {value!r}.")
    return value
