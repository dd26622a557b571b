"""Yesterday: verdicts, double reviews and appeals of the demo shop, given through the same doors as real ones.

Only the clock is turned back: each order came in some hours ago, and each verdict was given when it says.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, select

from api.reviewing import claims, controls, deciding, orders
from api.reviewing.conversation import Party, ask_and_go_on
from api.reviewing.deciding import Verdict
from api.reviewing.roles import Actor, Role
from api.storage.database import Database
from api.storage.tables import Control, ControlAnswer, DecisionRecord, ReviewCase, Reviewer, Screening
from moderation.evidence import Category, Outcome
from moderation.review_rules import ReviewRules

GROUND = "As the rule in the handbook says."


class Shift:
    """The people of the demo shop at work, at any moment."""

    def __init__(self, database: Database, merchant_id: str) -> None:
        self.database = database
        with database.reading() as session:
            people = session.exec(select(Reviewer).where(Reviewer.merchant_id == merchant_id)).all()
        self.people = {
            each.pseudonym: Actor(
                id=each.id, merchant_id=merchant_id, pseudonym=each.pseudonym, role=Role(each.role)
            )
            for each in people
        }  # fmt: skip

    def review(self, screening_id: str, came_in: datetime, minutes: int, first: str, second: str) -> None:
        """Decide an order as long after it came in as it says; twice, where it is drawn for that."""
        with self.database.writing() as session:
            case = _turn_back(session, screening_id, came_in)
        if case is None:
            return
        self._decide(case.id, "Reviewer R", first, came_in + timedelta(minutes=minutes))
        self._decide(case.id, "Reviewer S", second, came_in + timedelta(minutes=minutes + 5))
        self._decide(case.id, "Lead L", second, came_in + timedelta(minutes=minutes + 12))

    def answer(self, screening_id: str, came_in: datetime, message: str, verdict: str, answer: str) -> None:
        """Let the customer of a rejected order object, and a lead answer."""
        with self.database.writing() as session:
            _turn_back(session, screening_id, came_in)
            screening = session.get_one(Screening, screening_id)
            if screening.status != "rejected":
                return
            orders.appeal(
                session, screening, orders.case_of(session, screening), message, came_in + timedelta(minutes=20)
            )
            session.flush()
            case = orders.case_of(session, screening)
            assert case is not None
        self._decide(case.id, "Lead L", verdict, came_in + timedelta(minutes=75), answer)

    def move(self, screening_id: str, move: str, at: datetime) -> None:
        """What happened to one of today's orders already: ``ask customer``, ``escalate``, or a first opinion."""
        with self.database.writing() as session:
            case = orders.case_of(session, session.get_one(Screening, screening_id))
            if case is None:
                return
            actor = self.people["Reviewer S"]
            version = claims.claim(session, actor, case.id, at).version
            if move == "escalate":
                claims.escalate(session, actor, case.id, version, "Is this a statement, or a joke?", at)
                return
            if move.startswith("ask"):
                due, party = at + timedelta(hours=24), Party(move.split()[1])
                ask_and_go_on(session, actor, case.id, version, party, "Whose name is it?", due, at)
                return
            given = Verdict(outcome=Outcome.REJECT, reason=Category(move))
            deciding.decide(session, actor, case.id, version, given, at - timedelta(minutes=1))
        deciding.settle_due(self.database, at)

    def meet_controls(self, name: str, count: int, slips: int, at: datetime) -> None:
        """Give somebody controls, the first of which they read differently."""
        for number in range(count):
            with self.database.writing() as session:
                case = controls.draw(session, self.people[name], None, at, ReviewRules(control_rate=1.0))
                if case is None:
                    return
                answer = session.get_one(ControlAnswer, case.id)
                known = session.get_one(Control, answer.control_id)
                is_right = number >= slips
                verdict = known.reason or "approve" if is_right else "approve" if known.reason else "unclear"
            self._decide(case.id, name, verdict, at + timedelta(minutes=10 * number))

    def _decide(self, case_id: str, name: str, verdict: str, at: datetime, ground: str = GROUND) -> None:
        actor = self.people[name]
        with self.database.writing() as session:
            case = session.get_one(ReviewCase, case_id)
            if case.state not in ("open", "escalated"):
                return
            version = claims.claim(session, actor, case_id, at).version
            is_approved = verdict == "approve"
            given = Verdict(
                outcome=Outcome.APPROVE if is_approved else Outcome.REJECT,
                reason=None if is_approved else Category(verdict),
                ground=ground,
            )
            deciding.decide(session, actor, case_id, version, given, at)
        deciding.settle_due(self.database, at + timedelta(minutes=1))


def _turn_back(session: Session, screening_id: str, came_in: datetime) -> ReviewCase | None:
    """The order, its decision and its case as they would be, had it come in then."""
    screening = session.get_one(Screening, screening_id)
    case = orders.case_of(session, screening)
    rows: list[Any] = [screening, session.get_one(DecisionRecord, screening.decision_id)]
    if case is not None:
        case.due_at -= case.created_at - came_in
        rows.append(case)
    for row in rows:
        row.created_at = came_in
        session.add(row)
    return case
