"""The team's figures: counted by hand here, by the store there."""

from datetime import timedelta

import pytest
from sqlalchemy import event

from api.errors import Problem
from api.reviewing import claims, deciding, orders
from api.reviewing.deciding import Verdict
from api.reviewing.team import look_at_team
from api.storage.tables import ReviewCase, Screening
from moderation.evidence import Category, Outcome
from tests.reviewing.shop import Shop


def give(shop, case_id, verdict, at):
    with shop.database.writing() as session:
        version = claims.claim(session, shop.people["Heron"], case_id, at).version
        deciding.decide(session, shop.people["Heron"], case_id, version, verdict, at)


def report(shop, at, name="Wren"):
    with shop.database.reading() as session:
        return look_at_team(session, shop.people[name], at)


def test_the_figures_add_up(shop, start):
    opened = start - timedelta(hours=3)
    minutes = (10, 20, 30, 100)
    cases = [shop.open_case(opened, due_in=timedelta(hours=1)) for _ in minutes]
    for case, after in zip(cases, minutes, strict=True):
        reject = Verdict(outcome=Outcome.REJECT, reason=Category.BRAND_TARGETING)
        verdict = Verdict(outcome=Outcome.APPROVE) if after == 10 else reject
        give(shop, case, verdict, opened + timedelta(minutes=after))
    deciding.settle_due(shop.database, start)
    shop.open_case(start - timedelta(hours=5), due_in=timedelta(hours=1))
    shop.open_case(start - timedelta(minutes=5), due_in=timedelta(hours=2))
    seen = report(shop, start)
    assert seen.verdicts == 4
    assert sum(count for _hour, count in seen.hourly) == 4
    assert dict(seen.hourly)[start - timedelta(hours=3)] == 3
    assert seen.median_seconds == 30 * 60
    assert seen.p95_seconds == 100 * 60
    assert seen.in_time == 3
    (brand,) = seen.queues
    assert (brand.queue, brand.waiting, brand.due_today, brand.late) == ("brand", (1, 0, 1, 0), 1, 1)
    (times,) = seen.times
    assert (times.queue, times.verdicts, times.median_seconds, times.p95_seconds) == ("brand", 4, 30 * 60, 100 * 60)
    assert times.in_time == 3
    (source,) = seen.judged.sources
    assert (source.source, source.upheld, source.cleared, source.precision) == ("labour/t-003", 3, 1, 0.75)
    (detector,) = seen.judged.detectors
    assert (detector.source, detector.category, detector.upheld, detector.cleared) == ("brand", "", 3, 1)
    assert seen.awaited == (("anybody", 2),)


def test_an_empty_shop_has_no_figures_to_divide(shop, start):
    seen = report(shop, start)
    assert (seen.verdicts, seen.median_seconds, seen.orders, seen.judged.sources) == (0, None, 0, ())
    assert (seen.times, seen.appeals, seen.overturn_rate) == ((), (), None)


def test_who_holds_what_now(shop, start):
    case = shop.open_case(start)
    with shop.database.writing() as session:
        claims.claim(session, shop.people["Heron"], case, start)
    assert report(shop, start).held == (("Heron", 1),)
    assert report(shop, start + timedelta(hours=1)).held == ()


def test_another_merchants_figures_stay_theirs(shop, start):
    other = Shop.open(shop.database, "Other shop")
    other.hire("Heron of the others")
    other.open_case(start)
    assert report(shop, start).queues == ()


def test_only_those_who_oversee_may_look(shop, start):
    assert report(shop, start, "Owl").verdicts == 0
    with pytest.raises(Problem, match="may not see how the team is doing"):
        report(shop, start, "Heron")


def test_how_many_appeals_were_right(shop, start):
    for right in (True, False, False, False):
        case_id = shop.open_case(start)
        reject = Verdict(outcome=Outcome.REJECT, reason=Category.BRAND_TARGETING, ground="It says so.")
        give(shop, case_id, reject, start)
        deciding.settle_due(shop.database, start + timedelta(minutes=1))
        with shop.database.writing() as session:
            case = session.get_one(ReviewCase, case_id)
            later = start + timedelta(minutes=30)
            orders.appeal(session, session.get_one(Screening, case.screening_id), case, "No.", later)
            later += timedelta(minutes=10)
            version = claims.claim(session, shop.people["Plover"], case_id, later).version
            answer = Verdict(outcome=Outcome.APPROVE, ground="So it is.") if right else reject
            deciding.decide(session, shop.people["Plover"], case_id, version, answer, later)
        deciding.settle_due(shop.database, later + timedelta(minutes=1))
    seen = report(shop, start + timedelta(hours=1))
    assert [(each.queue, each.median_seconds) for each in seen.times] == [("appeals", 10 * 60)]
    (appeals,) = seen.appeals
    assert (appeals.decided_by, appeals.category) == ("person", "brand_targeting")
    assert (appeals.answered, appeals.overturned, appeals.overturn_rate, seen.overturn_rate) == (4, 1, 0.25, 0.25)


def test_no_figure_reads_a_whole_table(shop, start):
    """However many orders a shop ever had: each query begins in an index that bounds it by time or by what waits."""
    asked: list[tuple[str, object]] = []

    @event.listens_for(shop.database.engine, "before_cursor_execute")
    def note(_connection, _cursor, statement, parameters, *_more):
        asked.append((statement, parameters))

    report(shop, start)
    event.remove(shop.database.engine, "before_cursor_execute", note)
    plans = []
    if shop.database.engine.dialect.name == "sqlite":
        with shop.database.engine.connect() as connection:
            for statement, parameters in asked:
                if statement.startswith("SELECT"):
                    plans += connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
    steps = [step.detail for step in plans]
    assert [step for step in steps if step.startswith("SCAN") and "VIRTUAL" not in step] == []
