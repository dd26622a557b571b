"""Keys: one letter or sign for each move, ours or a person's own."""

from collections.abc import Mapping

from sqlmodel import Session

from api.errors import Problem
from api.reviewing.roles import Actor
from api.storage.tables import Reviewer

#: What we suggest: approve and reject under the left hand, the list under the right.
KEYS: Mapping[str, str] = {
    "next": "j",
    "previous": "k",
    "take": "n",
    "choose": "x",
    "together": "t",
    "search": "/",
    "approve": "a",
    "reject": "r",
    "ask": "q",
    "escalate": "e",
    "skip": "s",
    "snooze": "w",
    "release": "l",
    "claim": "c",
    "view": "v",
    "unmask": "m",
    "undo": "u",
    "queue": "g",
    "help": "?",
}


def keys_of(own: Mapping[str, str]) -> dict[str, str]:
    """The key of every action: a person's own where there is one."""
    return {action: own.get(action, key) for action, key in KEYS.items()}


def keep_keys(session: Session, actor: Actor, chosen: Mapping[str, str]) -> None:
    """Keep a person's own keys; those that equal ours are not kept, so that better suggestions reach them.

    Raises:
        Problem: 422 for what is no single key, is a digit (those choose the reason), or is wanted by two actions.
    """
    wanted = {action: key.strip().casefold() for action, key in chosen.items() if action in KEYS}
    for action, key in wanted.items():
        if len(key) != 1 or not key.isprintable() or key.isdigit():
            raise Problem(422, "bad_key", f"The key for “{action}” must be one letter or sign, and no digit.")
    owners: dict[str, str] = {}
    for action, key in keys_of(wanted).items():
        if (other := owners.setdefault(key, action)) != action:
            both = f"{key.upper()} is wanted for “{other}” and for “{action}”. Give each its own."
            raise Problem(422, "key_taken", both)
    reviewer = session.get_one(Reviewer, actor.id, with_for_update=True)
    reviewer.keys = {action: key for action, key in wanted.items() if key != KEYS[action]}
    session.add(reviewer)
