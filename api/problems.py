"""One shape for every error that leaves over HTTP: ``{"error": {"code", "detail", ...}}``."""

import logging
import traceback
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict
from starlette.exceptions import HTTPException

from moderation.errors import CaseConflict, DishonestReason, InvalidRequest, ModerationError

log = logging.getLogger(__name__)


class ErrorBody(BaseModel):
    """What went wrong: a stable code, a sentence that says what to do, and sometimes more."""

    model_config = ConfigDict(extra="allow")

    code: str
    detail: str


class ErrorPublic(BaseModel):
    """The one shape of every error."""

    error: ErrorBody


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The ``responses=`` of a route: its errors, in the one shape."""
    return {status: {"model": ErrorPublic} for status in statuses}


_STATUS: dict[type[ModerationError], int] = {
    InvalidRequest: 422,
    CaseConflict: 409,
    DishonestReason: 422,
}


#: What the framework's own refusals mean to a caller.
_ROUTER_DETAIL = {
    400: "The body could not be read. Send JSON in UTF-8.",
    404: "There is nothing at this address; /docs lists what there is.",
    405: "This address does not take this method; /docs lists those that it takes.",
}


class Problem(Exception):
    """An error that belongs to the HTTP contract: a status, a stable code, and a sentence that says what to do."""

    def __init__(self, status: int, code: str, detail: str, headers: dict[str, str] | None = None, **more: Any) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.headers = headers
        self.more = more


def problem_response(problem: Problem) -> JSONResponse:
    """The one error shape."""
    body = {"error": {"code": problem.code, "detail": problem.detail, **problem.more}}
    return JSONResponse(body, problem.status, headers=problem.headers)


def install(app: FastAPI) -> None:
    """Make every error of the application leave in the one shape."""

    async def on_problem(_request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, Problem)
        return problem_response(error)

    async def on_moderation_error(_request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, ModerationError)
        return problem_response(Problem(_STATUS.get(type(error), 503), error.code, str(error)))

    async def on_invalid_body(_request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, RequestValidationError)
        # The offending input stays out of the answer: it may be megabytes, or a lone surrogate.
        places = [{"at": ".".join(map(str, e["loc"])), "detail": e["msg"]} for e in error.errors()[:20]]
        detail = "The request does not fit: " + "; ".join(f"{p['at']}: {p['detail']}" for p in places[:3])
        return problem_response(Problem(422, "invalid_request", detail, places=places))

    async def on_http_error(_request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, HTTPException)
        phrase = HTTPStatus(error.status_code).phrase
        code = phrase.lower().replace(" ", "_").replace("-", "_")
        detail = _ROUTER_DETAIL.get(error.status_code, f"{phrase}.")
        return problem_response(Problem(error.status_code, code, detail, headers=dict(error.headers or {})))

    async def on_fault(_request: Request, error: Exception) -> JSONResponse:
        # The message of an unexpected error may quote a customer; its type and the places it passed do not.
        places = " < ".join(
            f"{f.filename}:{f.lineno}" for f in reversed(traceback.extract_tb(error.__traceback__)[-6:])
        )
        log.error("unexpected %s at %s", type(error).__name__, places)
        return problem_response(Problem(500, "internal_error", "Something failed on our side; nothing was approved."))

    app.add_exception_handler(Problem, on_problem)
    app.add_exception_handler(ModerationError, on_moderation_error)
    app.add_exception_handler(RequestValidationError, on_invalid_body)
    app.add_exception_handler(HTTPException, on_http_error)
    app.add_exception_handler(Exception, on_fault)
