"""The log: one JSON object per line with ids, categories and scores; the customer's words stay in the store."""

import logging
import re
import time
import traceback
from typing import TextIO

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.typing import EventDict
from ulid import ULID

REQUEST_ID = "X-Request-ID"

#: Ids that a proxy or a shop chose are taken when they look like ids; anything else might be somebody's words.
_AN_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")

#: Probes and scrapes ask every few seconds; a line for each would hide the rest.
_QUIET = {"/healthz", "/readyz", "/metrics"}

log = logging.getLogger(__name__)


def configure_logging(level: str, stream: TextIO | None = None) -> None:
    """Send every logger of the process, also those of libraries, through one formatter.

    Args:
        stream: None for standard error.
    """
    formatter = structlog.stdlib.ProcessorFormatter(
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.JSONRenderer(),
        ],
        foreign_pre_chain=[
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.processors.TimeStamper(fmt="iso"),
            _name_the_fault,
        ],
        keep_exc_info=False,
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter)
    logging.basicConfig(level=level, handlers=[handler], force=True)
    # Its lines name whole addresses, which may hold a shop's secrets; ours say what was sent to which endpoint.
    # Alembic's say at each probe which kind of database it looks at.
    for name in ("httpx", "httpcore", "alembic"):
        logging.getLogger(name).setLevel(logging.WARNING)


def places_of(error: BaseException) -> str:
    """Where the error passed, the innermost first; without its message, which may quote a customer."""
    frames = reversed(traceback.extract_tb(error.__traceback__)[-6:])
    return " < ".join(f"{frame.filename}:{frame.lineno}" for frame in frames)


def _name_the_fault(_logger: object, _method: str, line: EventDict) -> EventDict:
    """Put the type and the places of an exception where a traceback would quote its message."""
    record: logging.LogRecord = line["_record"]
    if record.exc_info and (error := record.exc_info[1]) is not None:
        line["error"], line["places"] = type(error).__name__, places_of(error)
    line.pop("exc_info", None)
    return line


class RequestIds:
    """Gives every request an id that its answer and all of its log lines carry, and logs how it was answered."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        given = Headers(scope=scope).get(REQUEST_ID, "")
        request_id = given if _AN_ID.fullmatch(given) else str(ULID())
        began, status = time.perf_counter(), 0

        async def with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[REQUEST_ID] = request_id
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                await self._app(scope, receive, with_id)
            finally:
                # The address as the route is written: the real one may hold a customer's link.
                path = getattr(scope.get("route"), "path", "unknown")
                if path not in _QUIET and log.isEnabledFor(logging.INFO):
                    told = (scope["method"], path, status, (time.perf_counter() - began) * 1000)
                    log.info("%s %s answered %d in %.1f ms", *told)
        return None
