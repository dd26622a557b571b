"""Whatever reviewers, customers and shops do in whatever order, no case is lost, decided twice, held or told twice."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlmodel import Session, func, select

from api.errors import Problem
from api.reviewing import alike, claims, deciding, orders, waiting
from api.reviewing.deciding import Verdict
from api.reviewing.roles import Role
from api.reviewing.waiting import QueueFilter
from api.storage.database import Database
from api.storage.tables import (
    CaseEventRecord,
    DecisionRecord,
    Merchant,
    Opinion,
    OutboxEvent,
    PendingDecision,
    ReviewCase,
    Reviewer,
    Screening,
)
from moderation.errors import CaseConflict, DishonestReason
from moderation.evidence import Category, Outcome
from tests.reviewing.conftest import START
from tests.reviewing.shop import Shop

PEOPLE = {"Heron": Role.REVIEWER, "Plover": Role.REVIEWER, "Wren": Role.LEAD}
#: What the shop demands: nothing; two people for one kind of rejection; two for everything that is not urgent.
RULES = (
    {},
    {"second_opinion": {"categories": ["brand_targeting"], "overturned_appeals": True}},
    {"double_review_rate": 0.5},
)
CASES = 3

people = st.sampled_from(sorted(PEOPLE))
numbers = st.integers(0, CASES - 1)
verdicts = st.sampled_from(
    [
        Verdict(outcome=Outcome.APPROVE),
        Verdict(outcome=Outcome.APPROVE, ground="It is a name."),
        Verdict(outcome=Outcome.REJECT, reason=Category.BRAND_TARGETING),
        Verdict(outcome=Outcome.REJECT, reason=Category.HATE),
        Verdict(outcome=Outcome.REJECT, reason=Category.HATE, ground="It says so."),
    ]
)


class Shift(RuleBasedStateMachine):
    """Three people, three cases, a clock; every page may be as old as any state the case was ever in."""

    def __init__(self, open_database: Callable[[], Database]) -> None:
        super().__init__()
        self.database = open_database()
        self.at = START
        #: The version on each person's page of each case: what they saw last, however long ago.
        self.seen: dict[tuple[str, int], int] = {}

    @initialize(window=st.sampled_from([0, 15]), rules=st.sampled_from(RULES))
    def open_shop(self, window: int, rules: dict[str, Any]) -> None:
        self.shop = Shop.open(self.database, undo_seconds=window, review_rules=rules)
        for name, role in PEOPLE.items():
            self.shop.hire(name, role)
        self.cases = [self.shop.open_case(START) for _ in range(CASES)]

    def attempt(self, name: str, number: int, move: Callable[..., object], *args: object) -> None:
        """A move that the store may refuse; a refusal must change nothing, which the invariants check."""
        try:
            with self.database.writing() as session:
                moved = move(session, self.shop.people[name], self.cases[number], *args, self.at)
                if isinstance(moved, ReviewCase):
                    self.seen[name, number] = moved.version
        except (CaseConflict, DishonestReason, Problem):
            pass

    @rule(name=people, number=numbers)
    def claim(self, name: str, number: int) -> None:
        self.attempt(name, number, claims.claim)

    @rule(name=people)
    def take_next(self, name: str) -> None:
        with self.database.writing() as session:
            following = waiting.next_case(session, self.shop.people[name], QueueFilter(), self.at)
            number = None if following is None else self.cases.index(following.id)
        if number is not None:
            self.attempt(name, number, claims.claim)

    @rule(name=people, number=numbers)
    def look(self, name: str, number: int) -> None:
        with self.database.reading() as session:
            self.seen[name, number] = session.get_one(ReviewCase, self.cases[number]).version

    @rule(name=people, number=numbers, verdict=verdicts)
    def decide(self, name: str, number: int, verdict: Verdict) -> None:
        self.attempt(name, number, deciding.decide, self.seen.get((name, number), 1), verdict)

    @rule(pick=st.integers(0, CASES - 1), verdict=verdicts)
    def decide_what_is_in_hand(self, pick: int, verdict: Verdict) -> None:
        names = {actor.id: name for name, actor in self.shop.people.items()}
        with self.database.reading() as session:
            rows = [session.get_one(ReviewCase, case_id) for case_id in self.cases]
        held = [(names[row.claimed_by], number, row.version) for number, row in enumerate(rows) if row.claimed_by]
        if held:
            name, number, version = held[pick % len(held)]
            self.attempt(name, number, deciding.decide, version, verdict)

    @rule(name=people, verdict=verdicts)
    def decide_all_as_seen(self, name: str, verdict: Verdict) -> None:
        chosen = [(case_id, self.seen.get((name, number), 1)) for number, case_id in enumerate(self.cases)]
        alike.decide_alike(self.database, self.shop.people[name], chosen, verdict, self.at)

    @rule()
    def object_to_what_is_rejected(self) -> None:
        for case_id in self.cases:
            with self.database.writing() as session:
                order, case = self.order_of(session, case_id)
                if order.status == "rejected" and orders.find_appeal(session, order.id) is None:
                    orders.appeal(session, order, case, "It is my village.", self.at)
                    return

    @rule()
    def withdraw_the_last(self) -> None:
        with self.database.writing() as session:
            orders.withdraw(session, *self.order_of(session, self.cases[-1]), "shop", self.at)

    def order_of(self, session: Session, case_id: str) -> tuple[Screening, ReviewCase | None]:
        return orders.lock_order(session, self.shop.merchant.id, session.get_one(ReviewCase, case_id).screening_id)

    @rule(name=people, number=numbers)
    def release(self, name: str, number: int) -> None:
        self.attempt(name, number, claims.release, self.seen.get((name, number), 1))

    @rule(name=people, number=numbers)
    def skip(self, name: str, number: int) -> None:
        self.attempt(name, number, claims.skip, self.seen.get((name, number), 1), "hard")

    @rule(name=people, number=numbers)
    def snooze(self, name: str, number: int) -> None:
        self.attempt(name, number, claims.snooze, self.seen.get((name, number), 1), self.at + timedelta(hours=1))

    @rule(name=people, number=numbers)
    def escalate(self, name: str, number: int) -> None:
        self.attempt(name, number, claims.escalate, self.seen.get((name, number), 1), "about us?")

    @rule(name=people, number=numbers)
    def take_over(self, name: str, number: int) -> None:
        self.attempt(name, number, claims.take_over, self.seen.get((name, number), 1), "urgent")

    @rule(name=people, number=numbers)
    def undo(self, name: str, number: int) -> None:
        self.attempt(name, number, deciding.undo)

    @rule()
    def undo_what_can_be_undone(self) -> None:
        for name, actor in self.shop.people.items():
            with self.database.reading() as session:
                pending = deciding.last_pending(session, actor, self.at)
            if pending is not None:
                self.attempt(name, self.cases.index(pending.case_id), deciding.undo)

    @rule(name=people, number=numbers)
    def beat(self, name: str, number: int) -> None:
        with self.database.writing() as session:
            claims.keep_alive(session, self.shop.people[name], self.cases[number], self.at)

    @rule(seconds=st.sampled_from([1, 14, 15, 40, 700]))
    def wait(self, seconds: int) -> None:
        self.at += timedelta(seconds=seconds)

    @rule()
    def settle(self) -> None:
        deciding.settle_due(self.database, self.at)

    @invariant()
    def nothing_is_lost_or_doubled(self) -> None:
        if not hasattr(self, "cases"):
            return
        with self.database.reading() as session:
            for case_id in self.cases:
                self._check(session, session.get_one(ReviewCase, case_id))
            for name, actor in self.shop.people.items():
                held = session.exec(
                    select(func.count()).where(ReviewCase.claimed_by == actor.id, ReviewCase.claimed_until > self.at)
                ).one()
                assert held <= claims.MAX_HELD, name

    def _check(self, session, case):
        screening = session.get_one(Screening, case.screening_id)
        pending = session.get(PendingDecision, case.id)
        verdicts_ = session.exec(
            select(func.count()).where(
                DecisionRecord.screening_id == screening.id, DecisionRecord.decided_by != "machine"
            )
        ).one()
        told = session.exec(select(OutboxEvent.type).where(OutboxEvent.screening_id == screening.id)).all()
        outcomes = [each for each in told if each in ("screening.approved", "screening.rejected")]
        appeal = orders.find_appeal(session, screening.id)
        moves = session.exec(
            select(func.count()).where(CaseEventRecord.case_id == case.id, CaseEventRecord.kind != "opened")
        ).one()
        is_over = screening.status in ("approved", "rejected")
        is_gone = screening.status == "withdrawn"
        # One verdict, and one more for an appeal against the first; the shop hears of each once.
        assert verdicts_ == len(outcomes)
        if appeal is not None:
            assert verdicts_ == 1 + (appeal.verdict is not None)
            assert (appeal.verdict is not None) == is_over or is_gone
        else:
            assert verdicts_ == int(is_over) or (is_gone and verdicts_ <= 1)
        assert told.count("screening.withdrawn") == int(is_gone)
        self._check_opinions(session, case, screening)
        # A resolved case is settled or waits to be; a case that waits for a person is neither.
        assert (case.state == "resolved") == (is_over or pending is not None) or is_gone
        assert not ((is_over or is_gone) and pending is not None)
        assert not (is_gone and case.state in ("open", "claimed", "escalated"))
        # Nobody is kept from a case that is nearly due.
        assert not claims.is_aside(case, case.due_at - claims.DUE_SOON + timedelta(seconds=1))
        assert (case.claimed_by is None) or case.state in ("claimed", "escalated")
        assert (case.state != "claimed") or case.claimed_by is not None
        # Every move is on record.
        assert case.version == 1 + moves

    def _check_opinions(self, session, case, screening):
        """What two must say was said by two, blindly, or by a lead who was neither of them."""
        decision = session.get_one(DecisionRecord, screening.decision_id)
        # Those before an appeal were about another decision.
        question = decision.override_of if screening.status in ("approved", "rejected") else decision.id
        of_case = select(Opinion).where(Opinion.case_id == case.id, Opinion.decision_id == question)
        given = session.exec(of_case.order_by(Opinion.id)).all()
        people_ = [each.reviewer_id for each in given]
        assert len(given) <= 2
        assert len(set(people_)) == len(people_)
        if screening.status not in ("approved", "rejected"):
            assert case.awaits == (None, "second", "lead")[len(given)] or screening.status == "withdrawn"
            return
        final = decision
        demanded = RULES[1] == session.get_one(Merchant, case.merchant_id).review_rules
        if demanded and final.reasons == ["brand_targeting"]:
            assert len(given) == 2
        assert len(given) != 1
        if len({(each.outcome, each.reason) for each in given}) == 2:
            assert final.decided_by not in people_
            assert session.get_one(Reviewer, final.decided_by).role == "lead"
        elif given:
            assert (final.decided_by, final.outcome) == (people_[1], given[0].outcome)

    def teardown(self) -> None:
        if hasattr(self, "cases"):
            # In the end every verdict takes effect, and every case can still be brought to one: three more people are
            # always enough, of whom the last may decide what two see differently.
            for name, role in (("Owl", Role.REVIEWER), ("Rail", Role.LEAD), ("Tern", Role.LEAD)):
                self.shop.hire(name, role)
            for name in ("Rail", "Owl", "Tern"):
                self.at += timedelta(days=1)
                deciding.settle_due(self.database, self.at)
                for case_id in self.cases:
                    self.finish(name, case_id)
            deciding.settle_due(self.database, self.at + timedelta(minutes=5))
            self.nothing_is_lost_or_doubled()
            with self.database.reading() as session:
                statuses = session.exec(select(Screening.status)).all()
            assert not set(statuses) - {"approved", "rejected", "withdrawn"}
        self.database.close()

    def finish(self, name: str, case_id: str) -> None:
        try:
            with self.database.writing() as session:
                version = claims.claim(session, self.shop.people[name], case_id, self.at).version
                approve = Verdict(outcome=Outcome.APPROVE, ground="So be it.")
                deciding.decide(session, self.shop.people[name], case_id, version, approve, self.at)
        except (CaseConflict, Problem):
            pass


def run(open_database: Callable[[], Database], examples: int) -> None:
    run_state_machine_as_test(
        partial(Shift, open_database),
        settings=settings(
            max_examples=examples,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_on_sqlite(new_sqlite_url: Callable[[], str]) -> None:
    run(lambda: Database(new_sqlite_url()), 10)


@pytest.mark.postgres
def test_on_postgresql(new_postgres_url: Callable[[], str]) -> None:
    run(lambda: Database(new_postgres_url()), 4)
