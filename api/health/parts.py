"""Readiness, part by part: what orders need to be decided, and what an operator must mend although they are."""

import logging
import shutil
from datetime import timedelta
from pathlib import Path

from pydantic import BaseModel
from sqlalchemy.exc import SQLAlchemyError

from api.health.figures import unrelayed_events
from api.state import AppState
from api.storage.clock import now
from api.storage.damage import StoreDamaged

log = logging.getLogger(__name__)

#: A worker looks twice a second; an event that waits for so long has none.
UNRELAYED_FOR = timedelta(minutes=1)
#: Below this much free space beside an SQLite file an operator is warned, in bytes.
LITTLE_SPACE = 1 << 30


class Part(BaseModel):
    ready: bool
    detail: str
    #: What an operator must mend although the part does its work.
    warning: str | None = None


def parts_of(state: AppState) -> dict[str, Part]:
    """Every part with what is so; only the database is asked."""
    parts = {"database": _database(state), "lists": _lists(state), "model": _model(state)}
    if parts["database"].ready:
        parts |= {"schema": _schema(state), "deliveries": _deliveries(state)}
    return parts


def _database(state: AppState) -> Part:
    try:
        state.database.ping()
    except StoreDamaged as error:
        return Part(ready=False, detail=str(error.orig))
    except Exception as error:
        log.warning("database does not answer: %s", type(error).__name__)
        return Part(ready=False, detail=f"The database does not answer ({type(error).__name__}).")
    return Part(ready=True, detail="answers", warning=_space(state))


def _space(state: AppState) -> str | None:
    url = state.database.engine.url
    if url.get_backend_name() != "sqlite" or not url.database:
        return None
    free = shutil.disk_usage(Path(url.database).parent).free
    return f"Only {free >> 20} MiB are free beside the database. Make room." if free < LITTLE_SPACE else None


def _schema(state: AppState) -> Part:
    try:
        if state.database.is_current():
            return Part(ready=True, detail="current")
    except SQLAlchemyError as error:
        return Part(ready=False, detail=f"The schema cannot be read ({type(error).__name__}).")
    detail = "The schema is not this version's. Run `moderation db upgrade`, or put the fitting version in place."
    return Part(ready=False, detail=detail)


def _lists(state: AppState) -> Part:
    """The lists in force decide orders even while changed ones cannot be used; the place is told, listed words are not."""
    failure = state.holder.failure
    warning = (
        failure and f"The changed files cannot be used ({failure.place}); the former ones are in force. See the log."
    )
    return Part(ready=True, detail=state.pipeline.versions["lists"], warning=warning)


def _model(state: AppState) -> Part:
    model = state.pipeline.versions["model"]
    if model == "unavailable":
        return Part(ready=False, detail="The toxicity model is unavailable; every order goes to review. See the log.")
    return Part(ready=True, detail=model)


def _deliveries(state: AppState) -> Part:
    """Orders are decided without a worker; shops just do not hear of it."""
    try:
        with state.database.reading() as session:
            waiting, oldest = unrelayed_events(session)
    except SQLAlchemyError as error:
        return Part(ready=True, detail="unknown", warning=f"The outbox cannot be read ({type(error).__name__}).")
    late = oldest is not None and now() - oldest > UNRELAYED_FOR
    warning = f"Nobody takes up {waiting} webhooks; the oldest waits since {oldest}. Start `moderation worker`."
    return Part(ready=True, detail=f"{waiting} to be taken up", warning=warning if late else None)
