"""Saved views, and the way to an order whose id or reference is known."""

from fastapi import APIRouter, Response

from api.console.queues import parse_filter, to_case, to_queue, write_filter
from api.console.web import ConsoleRoute, FormDep, SignedInDep, Words, redirect
from api.dependencies import StateDep
from api.reviewing import views, waiting
from api.reviewing.waiting import QueueFilter

router = APIRouter(prefix="/console", route_class=ConsoleRoute)


@router.post("/views")
def save_view(state: StateDep, signed_in: FormDep, name: Words = "", query: Words = "") -> Response:
    """Keep the filter under a name and show it."""
    wanted = parse_filter(query)
    with state.database.writing() as session:
        views.save_view(session, signed_in.actor, name, write_filter(wanted))
    return to_queue(wanted, "view_saved")


@router.post("/views/{view_id}/remove")
def remove_view(state: StateDep, signed_in: FormDep, view_id: str) -> Response:
    with state.database.writing() as session:
        views.remove_view(session, signed_in.actor, view_id)
    return redirect("/console", said="view_removed")


@router.get("/find")
def find(state: StateDep, signed_in: SignedInDep, words: str = "") -> Response:
    """The case of an order, decided or not; what is no id and no reference is searched for among what waits."""
    words = words.replace("\0", "").strip()[:200]
    with state.database.reading() as session:
        case_id = waiting.find_case_id(session, signed_in.actor, words)
    wanted = QueueFilter(search=words or None)
    return to_case(case_id, QueueFilter()) if case_id else to_queue(wanted)
