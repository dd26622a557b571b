"""Roles: who is looking, and what that person may do. Checked here, on the server, and nowhere else."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from api.errors import Problem


class Role(StrEnum):
    REVIEWER = "reviewer"
    SENIOR = "senior"
    LEAD = "lead"
    #: Sees everything of the merchant, changes nothing.
    AUDITOR = "auditor"
    ADMIN = "admin"


class Right(StrEnum):
    """What a role may allow; the value is how a refusal names it."""

    #: Asked of every form, whatever it does, so that a new one cannot be forgotten.
    CHANGE = "change anything"
    REVIEW = "review cases"
    DECIDE_ESCALATED = "decide escalated cases"
    TAKE_OVER = "take over a case that someone else holds"
    SETTLE = "decide what two reviewers see differently"
    OVERSEE = "see how the team is doing"
    HOLD = "place and lift holds"


_SENIOR = frozenset({Right.CHANGE, Right.REVIEW, Right.DECIDE_ESCALATED, Right.TAKE_OVER})

RIGHTS: Mapping[Role, frozenset[Right]] = {
    Role.REVIEWER: frozenset({Right.CHANGE, Right.REVIEW}),
    Role.SENIOR: _SENIOR,
    Role.LEAD: _SENIOR | {Right.SETTLE, Right.OVERSEE, Right.HOLD},
    Role.AUDITOR: frozenset({Right.OVERSEE}),
    Role.ADMIN: frozenset(Right),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """A signed-in reviewer. Everything an actor sees or moves belongs to ``merchant_id``."""

    id: str
    merchant_id: str
    pseudonym: str
    role: Role
    #: The queues and languages that this person is bound to; all when empty.
    queues: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()

    def may(self, right: Right) -> bool:
        return right in RIGHTS[self.role]

    def takes(self, queue: str, language: str | None) -> bool:
        """Whether cases of the queue, with words in the language, are this person's work."""
        reads = not self.languages or language is None or language in self.languages
        return reads and (not self.queues or queue in self.queues)


def demand(actor: Actor, right: Right) -> None:
    """Raises a 403 ``Problem`` that names the right and the roles that have it."""
    if not actor.may(right):
        able = ", ".join(role for role in Role if right in RIGHTS[role])
        raise Problem(403, "forbidden", f"The role {actor.role} may not {right}. These may: {able}.")
