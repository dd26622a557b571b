"""Pages to read: the handbook."""

from fastapi import APIRouter, Request, Response

from api.console.web import ConsoleRoute, SignedInDep, render
from api.dependencies import StateDep
from moderation.messages import FALLBACK_LOCALE

router = APIRouter(prefix="/console", route_class=ConsoleRoute)


@router.get("/handbook")
def show_handbook(request: Request, state: StateDep, signed_in: SignedInDep, locale: str = FALLBACK_LOCALE) -> Response:
    """Each category's rule as customers may read it, and what they are told; from the same data as their messages."""
    catalogue = state.messages.catalogue(locale)
    return render(request, "handbook.html", signed_in, catalogue=catalogue, locales=state.messages.locales)
