"""The queue page: what waits, in the order in which it should be decided."""

import asyncio
import hashlib
import json
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, urlencode

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse
from sqlmodel import Session

from api.console.web import ConsoleRoute, FormDep, SignedInDep, Words, redirect, render, without_nul
from api.console.words import LISTED, MarkedField, covered, is_masked, mark
from api.dependencies import StateDep
from api.reviewing import claims, deciding, views, waiting
from api.reviewing.alike import count_alike
from api.reviewing.roles import Actor, Role
from api.reviewing.sessions import SignedIn
from api.reviewing.waiting import QueueCount, QueueFilter, WaitingCase
from api.state import AppState
from api.storage.clock import now
from api.storage.database import Database
from api.storage.tables import ReviewCase
from moderation.errors import CaseConflict
from moderation.wire import evidence_from_json

router = APIRouter(prefix="/console", route_class=ConsoleRoute)

#: Seconds between two looks at the queues for an open page, and until its stream is opened anew.
LIVE_EVERY, LIVE_FOR = 3, 30

#: Seconds for which the brands and products of a shop, as filters offer them, are not looked up again.
CHOICES_FOR = 60

#: Parts of a filter as they stand in an address.
FILTER_KEYS = ("queue", "brand", "product", "severity", "only", "search")


def read_filter(query: Any) -> QueueFilter:
    """The filter in an address; what does not make sense there is left out."""
    given = {key: without_nul(str(query[key])).strip()[:200] for key in FILTER_KEYS if query.get(key)}
    severity = given.pop("severity", "")
    return QueueFilter(severity=int(severity) if severity in ("1", "2", "3", "4") else None, **given)


def write_filter(wanted: QueueFilter) -> str:
    """The filter as it stands in an address: ``"queue=brand&severity=3"``."""
    given = {key: getattr(wanted, key) for key in FILTER_KEYS}
    return urlencode({key: value for key, value in given.items() if value})


def parse_filter(query: str) -> QueueFilter:
    """The inverse of ``write_filter``."""
    return read_filter(dict(parse_qsl(query)))


def settle(database: Database, case_id: str | None = None) -> None:
    """Let due verdicts (or this one case's) take effect before a page shows how things stand; else the worker does it."""
    deciding.settle_due(database, now(), case_id)


@router.get("")
def show_queue(
    request: Request, state: StateDep, signed_in: SignedInDep, cursor: str | None = None, said: str | None = None
) -> Response:
    """Counts of every queue, and one page of cases."""
    settle(state.database)
    actor, at = signed_in.actor, now()
    wanted = read_filter(request.query_params)
    with state.database.reading() as session:
        counts = waiting.count_queues(session, actor, at)
        page = waiting.list_waiting(session, actor, wanted, cursor, at)
        pending = deciding.last_pending(session, actor, at)
        alike = count_alike(session, actor, [row.screening.likeness for row in page.rows])
        saved = views.list_views(session, actor)
    brands, products = _choices(state.database, actor.merchant_id, int(time.monotonic() / CHOICES_FOR))
    rows = [line_of(row, signed_in.mask.severity) for row in page.rows]
    return render(
        request,
        "queue.html",
        signed_in,
        wanted=wanted,
        query=write_filter(wanted),
        counts=counts,
        rows=rows,
        next_cursor=page.next_cursor,
        is_first=cursor is None,
        brands=brands,
        products=products,
        pending=pending,
        said=said,
        alike=alike,
        saved=saved,
        state_of=state_of(counts),
    )


@lru_cache(maxsize=100)
def _choices(database: Database, merchant_id: str, _moment: int) -> tuple[list[str], list[str]]:
    with database.reading() as session:
        return waiting.brands_and_products(session, merchant_id)


@router.post("/next")
def take_next(state: StateDep, signed_in: FormDep, query: Words = "") -> Response:
    """Claim the first free case of the filter and open it."""
    wanted = parse_filter(query)
    try:
        with state.database.writing() as session:
            following = take_following(session, state, signed_in, wanted)
    except CaseConflict:
        return to_queue(QueueFilter(only="mine"), "hands_full")
    return to_case(following.id, wanted) if following else to_queue(wanted, "none_free")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the page."""

    row: WaitingCase
    fields: list[MarkedField]
    #: The weightiest finding's sentence, as ``covered`` cuts it.
    why: list[tuple[str, bool]]
    is_masked: bool


def line_of(row: WaitingCase, mask_from: int) -> Line:
    found = [evidence_from_json(each) for each in row.evidence]
    return Line(
        row=row,
        fields=mark(row.screening.fields, found, mask_from, LISTED),
        why=covered(found[0], found, mask_from) if found else [],
        is_masked=any(is_masked(each, mask_from) for each in found),
    )


def state_of(counts: Sequence[QueueCount]) -> str:
    """A short print of how the queues stand; a page that was made from another one is out of date."""
    return hashlib.sha256(repr([(each.name, each.waiting, each.free) for each in counts]).encode()).hexdigest()[:12]


@router.get("/live")
async def live(state: StateDep, signed_in: SignedInDep) -> Response:
    """The counts whenever they change, as server-sent events.

    A stream ends after half a minute and the browser opens the next one by itself: no server is kept from stopping,
    and a session that has ended is noticed.
    """

    # Who looks makes no difference to what is counted, but for the bounds.
    anybody = replace(signed_in.actor, id="", pseudonym="", role=Role.REVIEWER)

    async def events() -> AsyncIterator[str]:
        yield f"retry: {LIVE_EVERY * 1000}\n\n"
        told = ""
        for _ in range(LIVE_FOR // LIVE_EVERY):
            print_, counts = await run_in_threadpool(_look, state.database, anybody, int(time.monotonic() / LIVE_EVERY))
            if print_ != told:
                yield f"id: {print_}\ndata: {counts}\n\n"
                told = print_
            await asyncio.sleep(LIVE_EVERY)

    return StreamingResponse(events(), media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})


@lru_cache(maxsize=100)
def _look(database: Database, actor: Actor, _moment: int) -> tuple[str, str]:
    """The queues' print and counts; one look serves all pages that are open at the moment, however many reviewers there are."""
    with database.reading() as session:
        counts = waiting.count_queues(session, actor, now())
    total = sum(each.waiting for each in counts if each.name != waiting.ESCALATED)
    return state_of(counts), json.dumps({"all": total, **{each.name: each.waiting for each in counts}})


def take_following(
    session: Session, state: AppState, signed_in: SignedIn, wanted: QueueFilter, but_not: str | None = None
) -> ReviewCase | None:
    """The next case, in hand; None when nothing is free. Raises ``CaseConflict`` when the hands are full."""
    actor, at = signed_in.actor, now()
    claims.check_hands(session, actor, at)
    following = waiting.next_case(session, actor, wanted, at, but_not=but_not, routing=state.routing)
    return claims.claim_found(session, actor, following, at) if following else None


def advance(
    session: Session, state: AppState, signed_in: SignedIn, wanted: QueueFilter, done_with: str, said: str = ""
) -> Response:
    """After a case is done with, and in the same transaction: to the next one; to the queue when nothing is left."""
    try:
        following = take_following(session, state, signed_in, wanted, done_with)
    except CaseConflict:
        return to_queue(wanted, said)
    return to_case(following.id, wanted, said) if following else to_queue(wanted, said or "all_done")


def to_case(case_id: str, wanted: QueueFilter, said: str | None = None) -> Response:
    return redirect(f"/console/cases/{case_id}", **dict(parse_qsl(write_filter(wanted))), said=said)


def to_queue(wanted: QueueFilter, said: str | None = None) -> Response:
    return redirect("/console", **dict(parse_qsl(write_filter(wanted))), said=said)
