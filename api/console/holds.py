"""The holds page: what goes to a person whatever the machine finds, why, and the switch back."""

from fastapi import APIRouter, Request, Response

from api.console.queues import settle
from api.console.web import ConsoleRoute, FormDep, SignedInDep, Words, redirect, render
from api.dependencies import StateDep
from api.errors import Problem
from api.reviewing import holding, waiting
from api.reviewing.sessions import SignedIn
from api.state import AppState

router = APIRouter(prefix="/console/holds", route_class=ConsoleRoute)


@router.get("")
def show_holds(request: Request, state: StateDep, signed_in: SignedInDep, said: str | None = None) -> Response:
    """What is held now, and what was."""
    settle(state.database)
    return holds_page(request, state, signed_in, said=said)


@router.post("")
def place(
    request: Request, state: StateDep, signed_in: FormDep, ground: Words = "", brand: Words = "", campaign: Words = ""
) -> Response:
    """Place a hold; running servers know at once."""
    try:
        with state.database.writing() as session:
            holding.place(session, signed_in.actor, ground, brand, campaign)
    except Problem as refused:
        draft = {"ground": ground, "brand": brand, "campaign": campaign}
        return holds_page(request, state, signed_in, refused=refused, draft=draft)
    return redirect("/console/holds", said="held")


@router.post("/{hold_id}/lift")
def lift(state: StateDep, signed_in: FormDep, hold_id: str) -> Response:
    """Back to automatic answers."""
    with state.database.writing() as session:
        holding.lift(session, signed_in.actor, hold_id)
    return redirect("/console/holds", said="lifted")


def holds_page(
    request: Request,
    state: AppState,
    signed_in: SignedIn,
    *,
    refused: Problem | None = None,
    draft: dict[str, str] | None = None,
    said: str | None = None,
) -> Response:
    """The page; after a refused form, with why and what was filled in."""
    with state.database.reading() as session:
        held, lifted = holding.list_holds(session, signed_in.actor)
        brands, _products = waiting.brands_and_products(session, signed_in.actor.merchant_id)
    return render(
        request,
        "holds.html",
        signed_in,
        refused.status if refused else 200,
        held=held,
        lifted=lifted,
        brands=brands,
        refused=str(refused) if refused else "",
        draft=draft or {"ground": "", "brand": "", "campaign": ""},
        said=said,
    )
