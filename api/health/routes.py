"""Is the process alive, is it ready, and what has it done: for load balancers and for Prometheus."""

from typing import Literal

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST
from pydantic import BaseModel

from api.dependencies import StateDep
from api.health.exposition import exposition
from api.health.parts import Part, parts_of

router = APIRouter(tags=["operations"])


class Alive(BaseModel):
    status: Literal["ok"] = "ok"


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
    parts = parts_of(state)
    ready = all(part.ready for part in parts.values())
    response.status_code = 200 if ready else 503
    return Ready(ready=ready, parts=parts)


@router.get("/metrics", response_class=Response)
def metrics(state: StateDep) -> Response:
    """Prometheus metrics of this process, and what waits in the store."""
    return Response(exposition(state), media_type=CONTENT_TYPE_LATEST)
