"""Pages to read: the keys, the handbook and the glossary."""

from fastapi import APIRouter, Request, Response

from api.console.web import ConsoleRoute, SignedInDep, render
from api.dependencies import StateDep
from moderation.glossary import KINDS, load_glossary
from moderation.messages import FALLBACK_LOCALE

router = APIRouter(prefix="/console", route_class=ConsoleRoute)

#: The keys as the script binds them; the test of the script checks one against the other.
KEYS = (
    (
        "Queue",
        (("J K", "next, previous case"), ("Enter", "open and claim it"), ("N", "take the next case"), ("/", "search")),
    ),
    (
        "Case",
        (
            ("A", "approve"),
            ("R", "reject: then 1-9 for the reason, Enter or R to send"),
            ("Q", "ask the customer, the shop or the partner"),
            ("E", "escalate, with a question"),
            ("S", "skip, with a reason"),
            ("L", "release to the queue"),
            ("C", "claim"),
            ("J K", "next, previous finding"),
            ("V", "next view of the product"),
            ("M", "show or cover severe words"),
        ),
    ),
    (
        "Everywhere",
        (("U", "undo the last decision"), ("G", "go to the queue"), ("Esc", "leave a text field"), ("?", "this page")),
    ),
)


@router.get("/keys")
def show_keys(request: Request, signed_in: SignedInDep) -> Response:
    """All keys."""
    return render(request, "keys.html", signed_in, groups=KEYS)


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
