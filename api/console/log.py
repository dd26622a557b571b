"""The log page: who signed in, which keys and reviewers changed, what was erased and exported."""

from fastapi import APIRouter, Request, Response

from api.console.web import ConsoleRoute, SignedInDep, render, without_nul
from api.dependencies import StateDep
from api.reviewing.log import SENTENCES, read_log

router = APIRouter(prefix="/console/log", route_class=ConsoleRoute)


@router.get("")
def show_log(request: Request, state: StateDep, signed_in: SignedInDep, kind: str = "", before: str = "") -> Response:
    """A page of the log, the newest first."""
    chosen = kind if kind in SENTENCES else ""
    with state.database.reading() as session:
        lines, older = read_log(session, signed_in.actor, chosen, without_nul(before))
    return render(request, "log.html", signed_in, lines=lines, older=older, kind=chosen, kinds=list(SENTENCES))
