"""The team page: how the queues stand, and what people make of the lists' and models' findings."""

import csv
import io
from datetime import timedelta

from fastapi import APIRouter, Request, Response

from api.console.queues import settle
from api.console.web import ConsoleRoute, SignedInDep, render
from api.dependencies import StateDep
from api.errors import Problem
from api.reviewing.team import AGES, TeamReport, look_at_team
from api.storage.clock import now
from api.storage.happened import happened

router = APIRouter(prefix="/console/team", route_class=ConsoleRoute)


@router.get("")
def show_team(request: Request, state: StateDep, signed_in: SignedInDep) -> Response:
    """The report; charts with their figures beside them."""
    settle(state.database)
    with state.database.reading() as session:
        report = look_at_team(session, signed_in.actor, now())
    return render(
        request,
        "team.html",
        signed_in,
        report=report,
        ages=[name for name, _up_to in AGES],
        busiest=max((count for _hour, count in report.hourly), default=0) or 1,
        length=lambda seconds: timedelta(seconds=round(seconds)),
    )


@router.get("/{table}.csv")
def download(state: StateDep, signed_in: SignedInDep, table: str) -> Response:
    """One table of the page as CSV: ``queues``, ``hours``, ``times``, ``appeals`` or ``sources``."""
    with state.database.reading() as session:
        report = look_at_team(session, signed_in.actor, now())
    tables = _tables(report)
    if table not in tables:
        raise Problem(404, "table_not_found", f"There is no table {table!r}. There are: {', '.join(tables)}.")
    with state.database.writing() as session:
        happened(session, "export", signed_in.actor.id, signed_in.actor.merchant_id, what=table)
    text = io.StringIO()
    csv.writer(text).writerows(tables[table])
    headers = {"Content-Disposition": f'attachment; filename="{table}.csv"'}
    return Response(text.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


def _tables(report: TeamReport) -> dict[str, list[list[object]]]:
    ages = [name for name, _up_to in AGES]
    return {
        "queues": [
            ["queue", *ages, "due_within_a_day", "late"],
            *([each.queue, *each.waiting, each.due_today, each.late] for each in report.queues),
        ],
        "hours": [["hour_from", "verdicts"], *([hour.isoformat(), count] for hour, count in report.hourly)],
        "times": [
            ["queue", "verdicts", "p50_seconds", "p95_seconds", "before_due"],
            *([t.queue, t.verdicts, round(t.median_seconds), round(t.p95_seconds), t.in_time] for t in report.times),
        ],
        "appeals": [
            ["decided_by", "category", "answered", "overturned", "overturn_rate"],
            *([a.decided_by, a.category, a.answered, a.overturned, f"{a.overturn_rate:.3f}"] for a in report.appeals),
        ],
        "sources": [
            ["source", "category", "upheld", "cleared", "precision"],
            *([s.source, s.category, s.upheld, s.cleared, f"{s.precision:.3f}"] for s in report.sources),
        ],
    }
