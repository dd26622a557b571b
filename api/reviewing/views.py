"""Views: filters of the queue page that a reviewer has given a name."""

from sqlmodel import Session, col, func, select

from api.errors import Problem
from api.reviewing.roles import Actor
from api.storage.clock import now
from api.storage.tables import SavedView

MAX_VIEWS = 20
LONGEST_NAME = 40


def list_views(session: Session, actor: Actor) -> list[SavedView]:
    """The actor's own, the oldest first."""
    mine = select(SavedView).where(SavedView.reviewer_id == actor.id)
    return list(session.exec(mine.order_by(col(SavedView.id))))


def save_view(session: Session, actor: Actor, name: str, query: str) -> SavedView:
    """Keep a filter under a name; the same name again replaces it.

    Raises:
        Problem: 422 for a name or filter that is missing or too long, 409 when there are enough.
    """
    name = " ".join(name.split())
    if not 0 < len(name) <= LONGEST_NAME:
        raise Problem(422, "bad_view_name", f"Give the view a name of at most {LONGEST_NAME} characters.")
    if not query:
        raise Problem(422, "empty_view", "Filter or search first: a view of everything is the queue itself.")
    same = select(SavedView).where(SavedView.reviewer_id == actor.id, SavedView.name == name)
    view = session.exec(same.with_for_update()).first()
    if view is None:
        count = select(func.count()).where(SavedView.reviewer_id == actor.id)
        if session.exec(count).one() >= MAX_VIEWS:
            raise Problem(409, "too_many_views", f"{MAX_VIEWS} views are the limit. Remove one of them first.")
        view = SavedView(reviewer_id=actor.id, name=name, query=query, created_at=now())
    view.query = query
    session.add(view)
    return view


def remove_view(session: Session, actor: Actor, view_id: str) -> None:
    """Forget one of the actor's views; again is no error."""
    view = session.get(SavedView, view_id)
    if view is not None and view.reviewer_id == actor.id:
        session.delete(view)
