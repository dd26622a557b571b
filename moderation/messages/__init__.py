"""What the customer is told, in their language: honest, helpful, never shaming, never a guess.

One YAML file per locale. ``approve``, ``review``, ``not_automatic`` and ``reject`` are whole sentences; per category there is a
``title``, a public ``rule``, a ``topic`` (what a reviewer will look at), the ``reject`` sentence, and examples of both
sides of the rule: ``against`` it and ``fine``. Where a quotation would itself offend or take sides, the example is
described instead. ``principles`` are rules that belong to no category, because nothing is refused by them: that faith is welcome, and names are.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from moderation.errors import PolicyError
from moderation.evidence import Category, Outcome, is_about_text
from moderation.yaml_text import load_yaml

MESSAGE_DIRECTORY = Path(__file__).parent
FALLBACK_LOCALE = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryWords:
    """The public wording of one category in one language."""

    #: Two or three words, e.g. "Criticism of the brand".
    title: str
    #: The rule in plain words, as customers may read it before they order.
    rule: str
    #: What the order is held for, as a noun phrase that follows a colon.
    topic: str
    #: What cannot be made and why, and what would be fine.
    reject: str
    #: Examples of both sides, mild enough for everybody to read.
    against: tuple[str, ...]
    fine: tuple[str, ...]


#: What a customer may count on, whatever the policy; every locale has each.
PRINCIPLES = ("religion", "identity", "names")


@dataclass(frozen=True, slots=True, kw_only=True)
class Principle:
    """A public rule behind no category."""

    title: str
    rule: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """All wording of one locale."""

    locale: str
    approve: str
    #: A sentence that the topic completes.
    review: str
    #: Instead of it, when a person reads the order for no reason that lies in the text.
    not_automatic: str
    #: How the language ends a sentence.
    stop: str
    categories: Mapping[Category, CategoryWords]
    principles: Mapping[str, Principle]


ALL = frozenset(Category)


def found_in_text(evidence: Iterable[tuple[str, str]]) -> frozenset[Category]:
    """The categories of which something was found in the words; the evidence is given as category and source."""
    return frozenset(Category(category) for category, source in evidence if is_about_text(source))


class Messages:
    """The catalogues at hand."""

    def __init__(self, catalogues: Mapping[str, Catalogue]) -> None:
        if FALLBACK_LOCALE not in catalogues:
            raise PolicyError(
                f"moderation/messages: {FALLBACK_LOCALE}.yaml is missing; every message falls back to it."
            )
        self._catalogues = dict(catalogues)

    @property
    def locales(self) -> list[str]:
        return sorted(self._catalogues)

    def catalogue(self, locale: str | None) -> Catalogue:
        """The catalogue for a BCP 47 tag: ``"pt-BR"`` -> ``pt``; English when we do not speak the language."""
        language = (locale or FALLBACK_LOCALE).replace("_", "-").split("-")[0].lower()
        return self._catalogues.get(language, self._catalogues[FALLBACK_LOCALE])

    def for_reason(
        self, outcome: Outcome, category: Category, locale: str | None, found: Collection[Category] = ALL
    ) -> str:
        """One sentence or two for one reason.

        Args:
            found: What was found in the text, see ``found_in_text``; of anything else the customer is not told that
                it was.
        """
        catalogue = self.catalogue(locale)
        words = catalogue.categories[category]
        if outcome is Outcome.REVIEW and category not in found:
            return catalogue.not_automatic
        return words.reject if outcome is Outcome.REJECT else f"{catalogue.review} {words.topic}{catalogue.stop}"

    def for_outcome(
        self, outcome: Outcome, reasons: Sequence[Category], locale: str | None, found: Collection[Category] = ALL
    ) -> str:
        """The whole message: one part per reason, none repeated."""
        if not reasons:
            return self.catalogue(locale).approve
        return " ".join(dict.fromkeys(self.for_reason(outcome, reason, locale, found) for reason in reasons))


def load_messages(directory: Path = MESSAGE_DIRECTORY) -> Messages:
    """Read every ``<locale>.yaml``.

    Raises:
        PolicyError: naming the file and the category or key that is missing or empty.
    """
    return Messages({path.stem: _catalogue(path) for path in sorted(directory.glob("*.yaml"))})


def _catalogue(path: Path) -> Catalogue:
    data = load_yaml(path.read_text("utf-8"))
    categories = data.get("categories") or {}
    words = {category: _words(categories.get(category.value) or {}, category, path) for category in Category}
    unknown = set(categories) - {category.value for category in Category}
    if unknown:
        raise PolicyError(
            f"{path.name}: unknown category {', '.join(sorted(unknown))}. Remove it or mend its spelling."
        )
    return Catalogue(
        locale=path.stem,
        approve=_text(data, "approve", path.name),
        review=_text(data, "review", path.name),
        not_automatic=_text(data, "not_automatic", path.name),
        stop="。" if path.stem == "ja" else ".",
        categories=words,
        principles={name: _principle(data.get("principles") or {}, name, path) for name in PRINCIPLES},
    )


def _words(data: Mapping[str, Any], category: Category, path: Path) -> CategoryWords:
    where = f"{path.name}: categories.{category}"
    return CategoryWords(
        title=_text(data, "title", where),
        rule=_text(data, "rule", where),
        topic=_text(data, "topic", where),
        reject=_text(data, "reject", where),
        against=_examples(data, "against", where),
        fine=_examples(data, "fine", where),
    )


def _principle(data: Mapping[str, Any], name: str, path: Path) -> Principle:
    where = f"{path.name}: principles.{name}"
    return Principle(**{key: _text(data.get(name) or {}, key, where) for key in ("title", "rule")})


def _examples(data: Mapping[str, Any], key: str, where: str) -> tuple[str, ...]:
    values = data.get(key)
    if not isinstance(values, list) or not values or not all(isinstance(v, str) and v.strip() for v in values):
        raise PolicyError(f"{where}: '{key}' must be a list of examples, each a text in quotation marks.")
    return tuple(values)


def _text(data: Mapping[str, Any], key: str, where: str) -> str:
    value = data.get(key)
    if not isinstance(value, str) or not value.strip():
        raise PolicyError(f"{where}: '{key}' is missing or empty. Every category needs its words in every language.")
    return " ".join(value.split())
