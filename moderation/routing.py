"""Routing: in which queue a case waits and when it is due, by rules that are data.

The first rule that fits wins. A queue named ``language`` stands for one queue per language: ``language:tr``.
"""

import hashlib
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from moderation.errors import PolicyError
from moderation.evidence import Category
from moderation.review import Queue
from moderation.yaml_text import error_line, load_yaml

SHIPPED = Path(__file__).parent / "routing.yaml"

#: Of the rules: one queue for each language.
LANGUAGE = "language"

#: Keys of a rule that are no lists.
_PLAIN = ("queue", "severity")
_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_LANGUAGE = re.compile(r"[a-z]{2,3}(?=[-_]|$)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What the rules look at."""

    #: Of the decision, the weightiest first.
    reasons: tuple[Category, ...] = ()
    severity: int = 1
    #: BCP 47, as the shop sent it.
    locale: str | None = None
    brand: str | None = None
    product: str | None = None
    region: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Conditions, of which those that are not empty must hold, and the queue that they lead to."""

    queue: str
    any_reason: frozenset[str] = frozenset()
    first_reason: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    not_languages: frozenset[str] = frozenset()
    brands: frozenset[str] = frozenset()
    products: frozenset[str] = frozenset()
    regions: frozenset[str] = frozenset()
    severity: int = 1

    def fits(self, subject: Subject) -> bool:
        language = language_of(subject.locale)
        given = (
            (self.first_reason, subject.reasons[0] if subject.reasons else None),
            (self.languages, language),
            (self.brands, (subject.brand or "").casefold()),
            (self.products, (subject.product or "").casefold()),
            (self.regions, (subject.region or "").casefold()),
        )
        return (
            subject.severity >= self.severity
            and (not self.any_reason or not self.any_reason.isdisjoint(subject.reasons))
            and (not self.not_languages or (language is not None and language not in self.not_languages))
            # A queue per language needs one.
            and (self.queue != LANGUAGE or language is not None)
            and all(not wanted or value in wanted for wanted, value in given)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Routing:
    """The rules of one installation."""

    #: Of the file that they come from; the record of each case names it.
    version: str
    rules: tuple[Rule, ...]
    #: How long a person has when the shop names no deadline, by queue.
    due_within: Mapping[str, timedelta]
    #: Keys of an order's metadata that hold times.
    deadlines: tuple[str, ...]

    def queue_for(self, subject: Subject) -> str:
        """``"brand"``, ``"language:tr"``."""
        queue = next((rule.queue for rule in self.rules if rule.fits(subject)), Queue.GENERAL.value)
        return f"{LANGUAGE}:{language_of(subject.locale)}" if queue == LANGUAGE else queue

    def within(self, queue: str) -> timedelta:
        """The promise for a queue; that of the general one for a queue that the rules no longer know."""
        return self.due_within.get(queue.partition(":")[0], self.due_within[Queue.GENERAL.value])

    def deadline(self, deadline_at: datetime | None, metadata: Mapping[str, Any]) -> datetime | None:
        """The earliest time that the shop named; None when it named none."""
        times = [deadline_at, *(_moment(metadata.get(key)) for key in self.deadlines)]
        return min((time for time in times if time is not None), default=None)


def due_at(promise: timedelta, opened_at: datetime, deadline: datetime | None) -> datetime:
    """When a case is due: after the queue's own time, or at the shop's deadline where that is earlier."""
    promised = opened_at + promise
    return promised if deadline is None else min(promised, deadline)


def language_of(locale: str | None) -> str | None:
    """``"de"`` for ``"de-AT"``; None for what is no language tag."""
    found = _LANGUAGE.match((locale or "").casefold())
    return found[0] if found else None


@cache
def shipped_routing() -> Routing:
    """The rules for those who write none."""
    return load_routing(SHIPPED)


def load_routing(path: Path) -> Routing:
    """Read a routing file.

    Raises:
        PolicyError: naming the file, the rule and the key at fault.
    """
    content = path.read_text("utf-8")
    try:
        data = load_yaml(content)
    except yaml.YAMLError as error:
        raise PolicyError(f"{path.name}:{error_line(error)}: not valid YAML. Mend this line.") from error
    if not isinstance(data, dict) or not isinstance(data.get("rules"), list):
        raise PolicyError(f"{path.name}: needs a list of 'rules'. See moderation/routing.yaml.")
    _refuse_unknown(data, {"due_within_hours", "deadlines", "rules"}, path.name)
    due_within = {**_promises(load_yaml(SHIPPED.read_text("utf-8")), path.name), **_promises(data, path.name)}
    rules = tuple(_rule(each, f"{path.name}: rule {n}", due_within) for n, each in enumerate(data["rules"], 1))
    return Routing(
        version=hashlib.sha256(content.encode()).hexdigest()[:12],
        rules=rules,
        due_within=due_within,
        deadlines=tuple(map(str, data.get("deadlines") or ())),
    )


def _promises(data: Mapping[str, Any], where: str) -> dict[str, timedelta]:
    given = data.get("due_within_hours") or {}
    for queue, hours in given.items():
        if not _NAME.fullmatch(str(queue)):
            raise PolicyError(f"{where}: a queue cannot be named {queue!r}. Use small letters, digits and hyphens.")
        if isinstance(hours, bool) or not isinstance(hours, int | float) or hours <= 0:
            raise PolicyError(f"{where}: due_within_hours: {queue} must be a number of hours above 0, not {hours!r}.")
    return {str(queue): timedelta(hours=hours) for queue, hours in given.items()}


def _rule(data: Any, where: str, queues: Collection[str]) -> Rule:
    if not isinstance(data, dict) or data.get("queue") not in queues:
        raise PolicyError(f"{where}: needs a queue that has its hours in due_within_hours: {', '.join(queues)}.")
    _refuse_unknown(data, {each.name for each in fields(Rule)}, where)
    severity = data.get("severity", 1)
    if severity not in (1, 2, 3, 4):
        raise PolicyError(f"{where}: severity must be 1, 2, 3 or 4, not {severity!r}.")
    conditions = {key: _words(value, f"{where}: {key}") for key, value in data.items() if key not in _PLAIN}
    for key in ("any_reason", "first_reason"):
        for reason in conditions.get(key, frozenset()) - set(Category):
            raise PolicyError(f"{where}: there is no category {reason!r}. Use one of: {', '.join(Category)}.")
    return Rule(queue=data["queue"], severity=severity, **conditions)


def _words(value: Any, where: str) -> frozenset[str]:
    if not isinstance(value, Sequence) or isinstance(value, str) or not value:
        raise PolicyError(f"{where} must be a list with at least one entry, like [one, other].")
    # YAML reads a bare `no` as False: Norwegian is written in quotes.
    if any(isinstance(each, bool) for each in value):
        raise PolicyError(f'{where}: yes and no are not words in YAML. Write "no" in quotes.')
    return frozenset(str(each).casefold() for each in value)


def _refuse_unknown(data: Mapping[str, Any], known: set[str], where: str) -> None:
    if unknown := {str(key) for key in data} - known:
        raise PolicyError(f"{where}: unknown key {', '.join(sorted(unknown))}. Use: {', '.join(sorted(known))}.")


def _moment(value: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(str(value)) if isinstance(value, str) else None
    except ValueError:
        return None
    return moment.replace(tzinfo=UTC) if moment is not None and moment.tzinfo is None else moment
