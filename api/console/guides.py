"""Pages to read: the handbook and the glossary."""

from fastapi import APIRouter, Request, Response

from api.console.web import ConsoleRoute, SignedInDep, render
from api.dependencies import StateDep
from moderation.glossary import KINDS, load_glossary
from moderation.messages import FALLBACK_LOCALE

router = APIRouter(prefix="/console", route_class=ConsoleRoute)


@router.get("/handbook")
def show_handbook(request: Request, state: StateDep, signed_in: SignedInDep, locale: str = FALLBACK_LOCALE) -> Response:
    """Each category's rule as customers may read it, and what they are told; from the same data as their messages."""
    catalogue = state.messages.catalogue(locale)
    return render(request, "handbook.html", signed_in, catalogue=catalogue, locales=state.messages.locales)


@router.get("/glossary")
def show_glossary(request: Request, signed_in: SignedInDep) -> Response:
    """Signs, number codes and dialect words, with what else they are."""
    kinds = [(name, title, [each for each in load_glossary() if each.kind == name]) for name, title in KINDS.items()]
    return render(request, "glossary.html", signed_in, kinds=kinds)
