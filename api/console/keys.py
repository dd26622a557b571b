"""Keys: what each does, the ones we suggest, and the ones that a person has chosen instead.

Templates print and bind them from here; the script is told those that need more than a press of their button.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from api.console.web import ConsoleRoute, FormDep, SignedInDep, redirect, render
from api.dependencies import StateDep
from api.errors import Problem
from api.reviewing.keys import KEYS, keep_keys, keys_of
from api.reviewing.sessions import SignedIn

router = APIRouter(prefix="/console", route_class=ConsoleRoute)

#: What each action does, by the place where it is needed.
GROUPS: Sequence[tuple[str, Mapping[str, str]]] = (
    (
        "Queue and findings",
        {
            "next": "next case or finding",
            "previous": "the one before",
            "take": "take the next case",
            "choose": "choose a case that has equals",
            "together": "decide the chosen together",
            "search": "search",
        },
    ),
    (
        "Case",
        {
            "approve": "approve",
            "reject": "reject: shows the message; again, or Enter, sends",
            "ask": "ask the customer, the shop or the partner",
            "escalate": "escalate, with a question",
            "skip": "skip, with a reason",
            "snooze": "put it aside for a while",
            "release": "release to the queue",
            "claim": "claim",
            "view": "next view of the product",
            "unmask": "show or cover severe words",
        },
    ),
    ("Everywhere", {"undo": "undo the last decision", "queue": "go to the queue", "help": "this page"}),
)
#: The same for everybody.
FIXED: Sequence[tuple[str, str]] = (
    ("↑ ↓", "like the keys for the next one and the one before"),
    ("Enter", "open the case and claim it"),
    ("1 2 3 4 5 6 7 8 9", "the reason of a rejection"),
    ("Ctrl+Z", "undo, like its own key"),
    ("Ctrl+K", "everything by name; also finds an order"),
    ("Esc", "leave a text field"),
)


@router.get("/keys")
def show_keys(request: Request, signed_in: SignedInDep, said: str | None = None) -> Response:
    """All keys, each to be changed."""
    return _page(request, signed_in, keys_of(signed_in.keys), said=said)


@router.post("/keys")
def choose_keys(
    request: Request,
    state: StateDep,
    signed_in: FormDep,
    action: Annotated[list[str] | None, Form()] = None,
    key: Annotated[list[str] | None, Form()] = None,
    reset: Annotated[str, Form(max_length=10)] = "",
) -> Response:
    """Keep the person's own keys, or go back to ours."""
    chosen = {} if reset else dict(zip(action or (), key or (), strict=False))
    try:
        with state.database.writing() as session:
            keep_keys(session, signed_in.actor, chosen)
    except Problem as refused:
        shown = {**KEYS, **{each: typed[:1] for each, typed in chosen.items() if each in KEYS}}
        return _page(request, signed_in, shown, refused=refused)
    return redirect("/console/keys", said="keys_reset" if reset else "keys_kept")


def _page(
    request: Request,
    signed_in: SignedIn,
    shown: Mapping[str, str],
    *,
    said: str | None = None,
    refused: Problem | None = None,
) -> Response:
    return render(
        request,
        "keys.html",
        signed_in,
        refused.status if refused else 200,
        groups=GROUPS,
        fixed=FIXED,
        shown=shown,
        ours=KEYS,
        said=said,
        refused=refused,
    )
