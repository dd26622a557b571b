"""Is the process alive, is it ready, and what has it done: for load balancers and for Prometheus."""

import logging
from typing import Literal

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST
from pydantic import BaseModel

from api.dependencies import StateDep
from api.metrics import exposition

log = logging.getLogger(__name__)
router = APIRouter(tags=["operations"])


class Alive(BaseModel):
    status: Literal["ok"] = "ok"


class Part(BaseModel):
    ready: bool
    detail: str
    #: What an operator must mend although the part does its work.
    warning: str | None = None


class Ready(BaseModel):
    """Ready when every part is; a part that is not says why."""

    ready: bool
    parts: dict[str, Part]


@router.get("/healthz")
def healthz() -> Alive:
    """The process answers."""
    return Alive()


@router.get("/readyz", responses={503: {"model": Ready}})
def readyz(state: StateDep, response: Response) -> Ready:
    """Whether orders can be decided now, part by part."""
    parts = {"database": _database(state), "lists": _lists(state)}
    model = state.pipeline.versions["model"]
    parts["model"] = (
        Part(ready=False, detail="The toxicity model is unavailable; every order goes to review. See the log.")
        if model == "unavailable"
        else Part(ready=True, detail=model)
    )
    ready = all(part.ready for part in parts.values())
    response.status_code = 200 if ready else 503
    return Ready(ready=ready, parts=parts)


@router.get("/metrics", response_class=Response)
def metrics(state: StateDep) -> Response:
    """Prometheus metrics of this process."""
    return Response(exposition(state.pipeline), media_type=CONTENT_TYPE_LATEST)


def _lists(state: StateDep) -> Part:
    """The lists in force decide orders even while changed ones cannot be used; the place is told, listed words are not."""
    failure = state.holder.failure
    warning = (
        failure and f"The changed files cannot be used ({failure.place}); the former ones are in force. See the log."
    )
    return Part(ready=True, detail=state.pipeline.versions["lists"], warning=warning)


def _database(state: StateDep) -> Part:
    try:
        state.database.ping()
    except Exception as error:
        log.warning("database does not answer: %s", type(error).__name__)
        return Part(ready=False, detail=f"The database does not answer ({type(error).__name__}).")
    return Part(ready=True, detail="answers")
