"""Care: how much of the severe kind one person reads in a row, when a break is due, and how words are covered.

It is kept per person and shown to nobody else: no figure of the team is made of it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from api.errors import Problem
from api.reviewing.roles import Actor
from api.storage.tables import Care, Merchant, ReviewCase
from moderation.review_rules import ReviewRules, parse_rules

#: From this severity on a case counts as severe.
SEVERE = 4
#: Whoever decides nothing for so long has had a break.
A_BREAK = timedelta(minutes=10)

#: From which severity words are covered, as the page offers it.
MASKS = {5: "never", 4: "severe words", 3: "strong words too", 2: "plain words too"}
LOOKS = {"blur": "blurred", "block": "a plain bar"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mask:
    """Which words a person wants covered, and how."""

    #: Severity 2-4; 5 covers none.
    severity: int = SEVERE
    look: str = "blur"


def mask_of(care: Care | None) -> Mask:
    return Mask(severity=care.mask_from, look=care.mask_look) if care else Mask()


def set_mask(session: Session, actor: Actor, severity: int, look: str) -> None:
    """From now on cover so much. Raises a 422 ``Problem`` for what is not on offer."""
    if severity not in MASKS or look not in LOOKS:
        raise Problem(422, "unknown_mask", "Choose what to cover and how from the lists.")
    care = _care(session, actor.id)
    care.mask_from, care.mask_look = severity, look
    session.add(care)


def note_decided(session: Session, actor: Actor, case: ReviewCase, at: datetime) -> None:
    """Count a verdict: severe ones in a row, and the stretch of work since the last break."""
    care = _care(session, actor.id)
    care.severe_run = care.severe_run + 1 if case.severity >= SEVERE else 0
    if care.last_decided_at is None or at - care.last_decided_at >= A_BREAK:
        care.working_since = at
    care.last_decided_at = at
    session.add(care)


def wants_another_subject(session: Session, actor: Actor, rules: ReviewRules) -> bool:
    """Whether the person has had as many severe cases in a row as the shop's rules allow."""
    cap = rules.severe_in_a_row
    care = session.get(Care, actor.id) if cap else None
    return care is not None and care.severe_run >= cap


def break_is_due(care: Care | None, shop: Merchant, at: datetime) -> timedelta | None:
    """For how long the person has decided without a break, when that is longer than the shop's rules suggest."""
    if care is None or care.working_since is None or care.last_decided_at is None:
        return None
    after = parse_rules(shop.review_rules).break_after_minutes
    worked = at - care.working_since
    is_at_work = at - care.last_decided_at < A_BREAK
    return worked if after and is_at_work and worked >= timedelta(minutes=after) else None


def remind_later(session: Session, actor: Actor, at: datetime) -> None:
    """The person has seen the reminder and goes on; it comes back after as long again."""
    care = _care(session, actor.id)
    care.working_since = at
    session.add(care)


def _care(session: Session, reviewer_id: str) -> Care:
    return session.get(Care, reviewer_id, with_for_update=True) or Care(reviewer_id=reviewer_id)
