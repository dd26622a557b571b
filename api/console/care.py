"""The page about oneself: which words are covered and how, how many severe cases come in a row, when a break is due."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from api.console.web import ConsoleRoute, FormDep, SignedInDep, Words, redirect, render
from api.dependencies import StateDep
from api.reviewing import care
from api.storage.clock import now
from api.storage.tables import Merchant
from moderation.review_rules import parse_rules

router = APIRouter(prefix="/console/care", route_class=ConsoleRoute)


@router.get("")
def show_care(request: Request, state: StateDep, signed_in: SignedInDep, said: str | None = None) -> Response:
    """What holds for this person. Nobody else sees it."""
    with state.database.reading() as session:
        rules = parse_rules(session.get_one(Merchant, signed_in.actor.merchant_id).review_rules)
    return render(request, "care.html", signed_in, rules=rules, masks=care.MASKS, looks=care.LOOKS, said=said)


@router.post("")
def set_mask(
    state: StateDep, signed_in: FormDep, severity: Annotated[int, Form()], look: Words = "blur"
) -> Response:  # fmt: skip
    """Keep what is covered."""
    with state.database.writing() as session:
        care.set_mask(session, signed_in.actor, severity, look)
    return redirect("/console/care", said="kept")


@router.post("/later")
def remind_later(state: StateDep, signed_in: FormDep) -> Response:
    """Put the reminder off."""
    with state.database.writing() as session:
        care.remind_later(session, signed_in.actor, now())
    return redirect("/console")
