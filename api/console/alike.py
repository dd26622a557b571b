"""Pages about several cases: those with nearly the same words, decided together, and what one decided lately."""

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request, Response

from api.console.queues import line_of, settle
from api.console.web import ConsoleRoute, FormDep, SignedInDep, Words, redirect, render, without_nul
from api.console.words import LISTED, MarkedField, mark, masked_record
from api.dependencies import StateDep
from api.errors import Problem
from api.reviewing import deciding
from api.reviewing.alike import AT_ONCE, decide_alike, list_alike
from api.reviewing.deciding import Verdict
from api.reviewing.given import Given, given_by
from api.reviewing.sessions import SignedIn
from api.state import AppState
from api.storage.clock import now
from moderation.evidence import Category, Outcome
from moderation.messages import FALLBACK_LOCALE
from moderation.wire import evidence_from_json

router = APIRouter(prefix="/console", route_class=ConsoleRoute)


@router.get("/cases/{case_id}/alike")
def show_alike(request: Request, state: StateDep, signed_in: SignedInDep, case_id: str) -> Response:
    """The waiting cases with nearly the same words, each with its own mark to decide it or leave it."""
    settle(state.database)
    return _alike_page(request, state, signed_in, case_id)


@router.get("/together")
def show_chosen(
    request: Request, state: StateDep, signed_in: SignedInDep, chosen: Annotated[list[str] | None, Query()] = None
) -> Response:
    """What was chosen in the queue, marked among all with nearly the words of the first; others are left out and told."""
    ids = [without_nul(each) for each in chosen or ()][:AT_ONCE]
    if not ids:
        return redirect("/console", said="none_chosen")
    return _alike_page(request, state, signed_in, ids[0], chosen=ids)


@router.post("/cases/{case_id}/alike")
def decide_shown(
    request: Request,
    state: StateDep,
    signed_in: FormDep,
    case_id: str,
    chosen: Annotated[list[str] | None, Form()] = None,
    outcome: Words = "",
    reason: Words = "",
) -> Response:
    """The same verdict for each chosen case; those that moved meanwhile are left alone and named."""
    if not chosen:
        raise Problem(422, "none_chosen", "No case was chosen. Go back and mark those that you want to decide.")
    if not outcome:
        ids = [without_nul(each).partition(":")[0] for each in chosen]
        return _alike_page(request, state, signed_in, case_id, ["Nothing was decided: approve or reject."], ids)
    try:
        pairs = [(case, int(version)) for case, _, version in (without_nul(each).partition(":") for each in chosen)]
        verdict = Verdict(outcome=Outcome(outcome), reason=Category(reason) if reason else None)
    except ValueError:
        raise Problem(422, "invalid_request", "The form was damaged on its way. Open the page again.") from None
    refused = decide_alike(state.database, signed_in.actor, pairs, verdict, now())
    if refused:
        return _alike_page(
            request, state, signed_in, case_id, [each.why for each in refused], [each.case_id for each in refused]
        )
    return redirect("/console/decided", said="all_decided")


@router.get("/decided")
def show_decided(request: Request, state: StateDep, signed_in: SignedInDep, said: str | None = None) -> Response:
    """What the reviewer decided lately; what has not taken effect can be undone one by one."""
    settle(state.database)
    with state.database.reading() as session:
        given = given_by(session, signed_in.actor)
    mask_from = signed_in.mask.severity
    lines = [(each, _words_of(each, mask_from)) for each in given]
    masked = any(each.in_force and masked_record(each.in_force, mask_from) for each in given)
    return render(request, "decided.html", signed_in, lines=lines, masked=masked, said=said)


def _words_of(given: Given, mask_from: int) -> list[MarkedField]:
    found = [evidence_from_json(each) for each in given.in_force.evidence] if given.in_force else []
    return mark(given.screening.fields, found, mask_from, LISTED)


def _alike_page(
    request: Request,
    state: AppState,
    signed_in: SignedIn,
    case_id: str,
    refused: list[str] | None = None,
    chosen: list[str] | None = None,
) -> Response:
    at = now()
    with state.database.reading() as session:
        found = list_alike(session, signed_in.actor, case_id, at, chosen or ())
        pending = deciding.last_pending(session, signed_in.actor, at)
    lines = [line_of(row, signed_in.mask.severity) for row in found]
    # Only what every case's own evidence names can be said to all of them.
    named = [[e["category"] for e in row.evidence] for row in found]
    return render(
        request,
        "alike.html",
        signed_in,
        409 if refused else 200,
        case_id=case_id,
        lines=lines,
        masked=any(line.is_masked for line in lines),
        reasons=[each for each in dict.fromkeys(named[0]) if all(each in other for other in named)] if named else [],
        words=state.messages.catalogue(FALLBACK_LOCALE),
        chosen=chosen,
        others=len(set(chosen or ()) - {row.case.id for row in found}) if not refused else 0,
        refused=refused or [],
        pending=pending,
    )
