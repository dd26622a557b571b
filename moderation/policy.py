"""Policy: where evidence starts to matter, as data that policy people own.

A policy is a table: for each category and severity, the score from which an order is reviewed and the score
from which it is rejected. Policies are layered, the later winning line by line:
default <- merchant <- brand <- product <- region; every effective line remembers which layer it comes from.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import yaml

from moderation.errors import PolicyError
from moderation.evidence import Category, Evidence, Outcome
from moderation.yaml_text import error_line, key_lines, load_yaml

POLICY_DIRECTORY = Path(__file__).parent / "policies"
DEFAULT_POLICY = "balanced"

#: What an order says of itself that a policy may have lines for; the later wins.
_OVERLAYS = ("brand", "product", "region")

#: A score that no evidence reaches.
NEVER = 1.01


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """Where a score starts to matter. A missed slur ends up engraved; a needless review costs a minute."""

    #: Scores by severity 1-4 from which a person must look.
    review: tuple[float, float, float, float]
    #: Scores by severity 1-4 from which the machine may refuse alone.
    reject: tuple[float, float, float, float]
    #: The layers that wrote the two, e.g. ``"balanced"`` or ``"balanced, brand Acme"``.
    review_from: str
    reject_from: str

    @property
    def origin(self) -> str:
        """Who wrote the line: one layer, or ``"family (review), balanced (reject)"``."""
        if self.review_from == self.reject_from:
            return self.review_from
        return f"{self.review_from} (review), {self.reject_from} (reject)"

    def outcome(self, evidence: Evidence) -> Outcome:
        """What one piece of evidence asks for, never stricter than it may cause."""
        at = evidence.severity - 1
        if evidence.score >= self.reject[at]:
            wanted = Outcome.REJECT
        else:
            wanted = Outcome.REVIEW if evidence.score >= self.review[at] else Outcome.APPROVE
        return min(wanted, evidence.at_most)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The effective policy for one order: every category has a line."""

    name: str
    #: ``name@`` and eight hex digits of the content: quoted by every decision.
    version: str
    thresholds: Mapping[Category, Threshold]

    def outcome(self, evidence: Evidence) -> Outcome:
        return self.thresholds[evidence.category].outcome(evidence)


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyLayer:
    """Some lines of a policy, written by one party; lines it does not write stay as they were."""

    origin: str
    categories: Mapping[str, Mapping[str, Sequence[float | str]]]
    #: Where each category's line stands, ``"balanced.yaml:7"``; empty for lines that come from no file.
    places: Mapping[str, str] = field(default_factory=dict)

    def place(self, category: str) -> str:
        """What an error about the line begins with."""
        return f"{self.places.get(category, self.origin)}: {category}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyDocument:
    """One policy file: its own lines and its overlays for brands, products and regions."""

    #: The file's name, which errors begin with.
    file: str
    name: str
    describes: str
    extends: str | None
    base: PolicyLayer
    #: ``("brand", "acme")`` -> layer; names are compared case-folded.
    overlays: Mapping[tuple[str, str], PolicyLayer] = field(default_factory=dict)


class PolicyBook:
    """The named policies at hand, and the effective one for an order."""

    def __init__(self, documents: Iterable[PolicyDocument]) -> None:
        self._documents: dict[str, PolicyDocument] = {}
        for document in documents:
            first = self._documents.setdefault(document.name, document)
            if first is not document:
                raise PolicyError(
                    f"{document.file}: {first.file} is named {document.name}, too. Give each its own name."
                )
        self._made: dict[tuple[str, ...], Policy] = {}
        for document in self._documents.values():
            self._check(document)

    def _check(self, document: PolicyDocument) -> None:
        """An incomplete or circular policy must stop the start, not an order; an overlay, too."""
        try:
            self.effective(document.name)
            for kind, value in document.overlays:
                _merge(document.name, self._layers(document.name, None, {kind: value}))
        except PolicyError as error:
            # What spans several files names no file by itself.
            has_place = any(str(error).startswith(each.file) for each in self._documents.values())
            raise error if has_place else PolicyError(f"{document.file}: {error}") from None

    @property
    def names(self) -> list[str]:
        return sorted(self._documents)

    def describe(self, name: str) -> str:
        """One sentence on what the policy is for."""
        return self._document(name).describes

    def effective(
        self,
        name: str = DEFAULT_POLICY,
        *,
        brand: str | None = None,
        product: str | None = None,
        region: str | None = None,
        merchant: PolicyLayer | None = None,
    ) -> Policy:
        """The layers of a policy merged for one order.

        Raises:
            PolicyError: There is no policy of that name, or its lines do not make a whole policy.
        """
        layers = self._layers(name, merchant, {"brand": brand, "product": product, "region": region})
        if merchant is not None:
            return _merge(name, layers)
        # Few combinations of layers exist, however many brands and products the orders name.
        key = (name, *(layer.origin for layer in layers))
        if key not in self._made:
            self._made[key] = _merge(name, layers)
        return self._made[key]

    def _layers(self, name: str, merchant: PolicyLayer | None, where: Mapping[str, str | None]) -> list[PolicyLayer]:
        chain = self._chain(name)
        layers = [document.base for document in chain]
        if merchant is not None:
            layers.append(merchant)
        for kind, value in where.items():
            if value is not None:
                found = (document.overlays.get((kind, value.casefold())) for document in chain)
                layers.extend(layer for layer in found if layer is not None)
        return layers

    def _chain(self, name: str) -> list[PolicyDocument]:
        chain = [self._document(name)]
        while (parent := chain[0].extends) is not None:
            if any(parent == document.name for document in chain):
                raise PolicyError(f"policy {name}: extends itself through {parent}. Remove one of the 'extends' lines.")
            chain.insert(0, self._document(parent))
        return chain

    def _document(self, name: str) -> PolicyDocument:
        if name not in self._documents:
            raise PolicyError(f"There is no policy {name!r}. Use one of: {', '.join(self.names)}.")
        return self._documents[name]


def _merge(name: str, layers: Iterable[PolicyLayer]) -> Policy:
    lines: dict[Category, Threshold] = {}
    for layer in layers:
        for category, line in layer.categories.items():
            key = _category(category, layer.origin)
            lines[key] = _threshold(line, lines.get(key), layer.place(category), layer.origin)
    missing = [category.value for category in Category if category not in lines]
    if missing:
        raise PolicyError(f"policy {name}: no line for {', '.join(missing)}. Add them, or extend {DEFAULT_POLICY}.")
    ordered = {category: lines[category] for category in Category}
    if ordered[Category.UNCLEAR].review[3] > 1:
        raise PolicyError(
            f"policy {name}: unclear must be reviewed at severity 4: it is how an order is held whose checks failed. "
            "Give it a number from 0 to 1."
        )
    return Policy(name=name, version=f"{name}@{_digest(ordered)}", thresholds=ordered)


def load_policies(directory: Path = POLICY_DIRECTORY) -> PolicyBook:
    """Read every ``*.yaml`` of a directory; the shipped policies stand behind them, to be used, extended or replaced.

    Raises:
        PolicyError: naming the file, the line, what is so, and what to do.
    """
    own = _documents(directory)
    if not own:
        raise PolicyError(f"{directory}: holds no .yaml file. Give the folder that holds the policies.")
    names = {document.name for document in own}
    shipped = [] if directory == POLICY_DIRECTORY else _documents(POLICY_DIRECTORY)
    return PolicyBook([*(each for each in shipped if each.name not in names), *own])


def _documents(directory: Path) -> list[PolicyDocument]:
    return [parse_policy(path.read_text("utf-8"), path.name) for path in sorted(directory.glob("*.yaml"))]


def parse_policy(text: str, where: str) -> PolicyDocument:
    """Read one policy file; ``where`` is quoted in errors, with the line."""
    try:
        data, lines = load_yaml(text), key_lines(text)
    except yaml.YAMLError as error:
        problem = getattr(error, "problem", error)
        raise PolicyError(f"{where}:{error_line(error)}: not valid YAML ({problem}). Mend this line.") from error
    if not isinstance(data, dict) or not isinstance(data.get("name"), str):
        raise PolicyError(f"{where}:1: a policy needs a 'name'. See moderation/policies/balanced.yaml.")
    places = {path: f"{where}:{line}" for path, line in lines.items()}
    known = {"name", "describes", "extends", "categories", *(f"{kind}s" for kind in _OVERLAYS)}
    for key in map(str, data):
        if key not in known:
            raise PolicyError(f"{places[key,]}: unknown key {key}. Remove it or correct its spelling.")
    name = data["name"]
    overlays = {
        (kind, str(value).casefold()): _layer(lines, f"{name}, {kind} {value}", (f"{kind}s", str(value)), places)
        for kind in _OVERLAYS
        for value, lines in _mapping(data.get(f"{kind}s"), f"{name}, {kind}s", places.get((f"{kind}s",), where)).items()
    }
    return PolicyDocument(
        file=where,
        name=name,
        describes=str(data.get("describes", "")),
        extends=data.get("extends"),
        base=_layer(data.get("categories"), name, ("categories",), places),
        overlays=overlays,
    )


def _layer(lines: Any, origin: str, path: tuple[str, ...], places: Mapping[tuple[str, ...], str]) -> PolicyLayer:
    lines = _mapping(lines, origin, places.get(path, origin))
    layer = PolicyLayer(origin=origin, categories=lines, places={each: places[*path, str(each)] for each in lines})
    for category, line in lines.items():
        _category(category, layer.places[category])
        if not isinstance(line, dict):
            raise PolicyError(f"{layer.place(category)} must be {{review: [...], reject: [...]}}, four numbers each.")
        _parts(line, layer.place(category))
    return layer


def _mapping(lines: Any, origin: str, where: str) -> dict[str, Any]:
    if lines is None:
        return {}
    if not isinstance(lines, dict):
        raise PolicyError(f"{where}: the lines of {origin} must be 'category: {{review: [...], reject: [...]}}'.")
    return lines


def _category(name: str, where: str) -> Category:
    try:
        return Category(name)
    except ValueError:
        known = ", ".join(Category)
        raise PolicyError(f"{where}: there is no category {name!r}. Use one of: {known}.") from None


def _threshold(line: Mapping[str, Any], below: Threshold | None, where: str, origin: str) -> Threshold:
    parts = _parts(line, where)
    if below is None and len(parts) < 2:
        raise PolicyError(f"{where}: the first layer must write both review and reject.")
    parts |= {f"{part}_from": origin for part in parts}
    merged = Threshold(**parts) if below is None else replace(below, **parts)
    _check_order(merged.review, merged.reject, where)
    return merged


def _parts(line: Mapping[str, Any], where: str) -> dict[str, Any]:
    unknown = set(line) - {"review", "reject"}
    if unknown:
        raise PolicyError(f"{where}: unknown key {', '.join(sorted(map(str, unknown)))}. Use review and reject.")
    parts = {name: _scores(values, where) for name, values in line.items()}
    if len(parts) == 2:
        _check_order(parts["review"], parts["reject"], where)
    return parts


def _check_order(review: Sequence[float], reject: Sequence[float], where: str) -> None:
    if any(no < look for look, no in zip(review, reject, strict=True)):
        raise PolicyError(f"{where}: a reject score lies below its review score. Raise it, or lower the review score.")


def _scores(values: Any, where: str) -> tuple[float, float, float, float]:
    scores = [NEVER if value == "never" else value for value in values] if isinstance(values, list) else []
    good = all(isinstance(s, (int, float)) and not isinstance(s, bool) and (0 <= s <= 1 or s == NEVER) for s in scores)
    if len(scores) != 4 or not good:
        raise PolicyError(
            f"{where}: needs four entries for severity 1 to 4, each a number 0-1 or never; got {values!r}."
        )
    one, two, three, four = map(float, scores)
    return one, two, three, four


def _digest(lines: Mapping[Category, Threshold]) -> str:
    content = {category.value: [line.review, line.reject] for category, line in lines.items()}
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()[:8]
