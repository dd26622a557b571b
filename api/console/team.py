"""The team page: how the queues stand, and what people make of the lists' and models' findings."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import timedelta

from fastapi import APIRouter, Request, Response
from markupsafe import Markup

from api.console.charts import bars, columns
from api.console.queues import settle
from api.console.web import ConsoleRoute, SignedInDep, category_name, queue_name, render
from api.dependencies import StateDep
from api.errors import Problem
from api.reviewing.quality import Agreement, QualityReport
from api.reviewing.sources import SourceRecord
from api.reviewing.team import AGES, TeamReport, look_at_team
from api.storage.clock import now
from api.storage.happened import happened
from moderation.agreement import ENOUGH

router = APIRouter(prefix="/console/team", route_class=ConsoleRoute)


@router.get("")
def show_team(request: Request, state: StateDep, signed_in: SignedInDep) -> Response:
    """The report; charts with their figures beside them."""
    settle(state.database)
    with state.database.reading() as session:
        report = look_at_team(session, signed_in.actor, now(), state.routing)
    return render(
        request,
        "team.html",
        signed_in,
        report=report,
        ages=AGE_NAMES,
        charts=_charts(report),
        length=lambda seconds: timedelta(seconds=round(seconds)),
        enough=ENOUGH,
    )


AGE_NAMES = [name for name, _up_to in AGES]


def _charts(report: TeamReport) -> dict[str, Markup]:
    by_age = [sum(queue.waiting[band] for queue in report.queues) for band in range(len(AGES))]
    machine = report.orders - report.needed_a_person
    return {
        "queues": bars(list(zip(AGE_NAMES, by_age, strict=True)), "Orders that wait, by age"),
        "awaited": bars(report.awaited, "Orders that wait, by on whom"),
        "hours": columns(
            [(f"{hour:%H:%M}", count) for hour, count in report.hourly], "Verdicts in each of the last 24 hours", 6
        ),
        "times": bars(
            [(queue_name(t.queue), round(100 * t.in_time / t.verdicts)) for t in report.times],
            "Percent of the verdicts that came before the order was due, by queue",
            100,
        ),
        "shares": bars([("the machine", machine), ("a person", report.needed_a_person)], "Orders by who decided"),
        "appeals": bars(
            [(f"{category_name(a.category)}, {a.decided_by}", round(100 * a.overturn_rate)) for a in report.appeals],
            "Percent of the answered appeals that were right, by category and who decided first",
            100,
        ),
        "agreement": bars(
            [(category_name(each.name), round(100 * each.alike)) for each in report.quality.categories],
            "Percent of the blind double reviews in which both said the same, by category",
            100,
        ),
    }


@router.get("/{table}.csv")
def download(state: StateDep, signed_in: SignedInDep, table: str) -> Response:
    """One table of the page as CSV."""
    with state.database.reading() as session:
        report = look_at_team(session, signed_in.actor, now(), state.routing)
    tables = _tables(report)
    if table not in tables:
        raise Problem(404, "table_not_found", f"There is no table {table!r}. There are: {', '.join(tables)}.")
    with state.database.writing() as session:
        happened(session, "export", signed_in.actor.id, signed_in.actor.merchant_id, what=table)
    text = io.StringIO()
    csv.writer(text).writerows(tables[table])
    headers = {"Content-Disposition": f'attachment; filename="{table}.csv"'}
    return Response(text.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


def _tables(report: TeamReport) -> dict[str, Sequence[Sequence[object]]]:
    quality = report.quality
    return {
        "queues": [
            ["queue", *AGE_NAMES, "due_within_a_day", "late"],
            *[[each.queue, *each.waiting, each.due_today, each.late] for each in report.queues],
        ],
        "hours": [["hour_from", "verdicts"], *([hour.isoformat(), count] for hour, count in report.hourly)],
        "times": [
            ["queue", "verdicts", "p50_seconds", "p95_seconds", "before_due", "promise_seconds"],
            *[
                [t.queue, t.verdicts, round(t.median_seconds), round(t.p95_seconds), t.in_time, _seconds(t.promise)]
                for t in report.times
            ],
        ],
        "appeals": [
            ["decided_by", "category", "answered", "overturned", "overturn_rate"],
            *([a.decided_by, a.category, a.answered, a.overturned, f"{a.overturn_rate:.3f}"] for a in report.appeals),
        ],
        "awaited": [["waiting_on", "orders"], *(list(each) for each in report.awaited)],
        "shares": [
            ["decided_by", "orders"],
            ["machine", report.orders - report.needed_a_person],
            ["person", report.needed_a_person],
        ],
        "agreement": [
            ["category", "pairs", "alike", "kappa"],
            *([a.name, a.pairs, f"{a.alike:.3f}", _kappa(a)] for a in (*quality.categories, *_overall(quality))),
        ],
        "reviewers": [
            ["reviewer", "pairs", "alike", "kappa"],
            *([a.name, a.pairs, f"{a.alike:.3f}", _kappa(a)] for a in quality.reviewers),
        ],
        "controls": [
            ["reviewer", "answered", "as_known"],
            *([each.name, each.answered, each.as_known] for each in quality.controls),
        ],
        "differences": [
            ["at", "case", "category", "first", "first_said", "second", "second_said"],
            *[
                [d.at.isoformat(), d.case_id, d.category, *_said(d.first), *_said(d.second)]
                for d in quality.differences
            ],
        ],
        "detectors": _records(report.judged.detectors),
        "sources": _records(report.judged.sources),
    }


def _records(records: Iterable[SourceRecord]) -> list[Sequence[object]]:
    return [
        ["source", "category", "upheld", "cleared", "precision"],
        *([r.source, r.category, r.upheld, r.cleared, f"{r.precision:.3f}"] for r in records),
    ]


def _overall(quality: QualityReport) -> list[Agreement]:
    return [quality.overall] if quality.overall else []


def _kappa(each: Agreement) -> str:
    return "" if each.kappa is None else f"{each.kappa:.3f}"


def _said(view: tuple[str, str, str]) -> list[str]:
    name, outcome, reason = view
    return [name, f"{outcome} {reason}".strip()]


def _seconds(length: timedelta | None) -> int | str:
    return "" if length is None else int(length.total_seconds())
