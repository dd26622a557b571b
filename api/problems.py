"""One shape for every error that leaves over HTTP: ``{"error": {"code", "detail", ...}}``."""

import logging
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException

from api.codes import CODES, COMMON, WITH_BODY
from api.errors import Problem
from moderation.errors import CaseConflict, DishonestReason, InvalidRequest, ModerationError

log = logging.getLogger(__name__)


class ErrorBody(BaseModel):
    """What went wrong: a stable code, a sentence that says what to do, and sometimes more."""

    model_config = ConfigDict(extra="allow")

    code: str
    detail: str


class ErrorPublic(BaseModel):
    """The one shape of every error."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "error": {
                        "code": "screening_not_found",
                        "detail": "There is no screening with this id for this key.",
                    }
                }
            ]
        }
    )

    error: ErrorBody


def documented(*codes: str, body: bool = False) -> dict[int | str, dict[str, Any]]:
    """The ``responses=`` of a route: all errors that it may answer with, by status, each with its code and sentence.

    Args:
        codes: Of this route; those that any call may get are added.
        body: Whether it takes one, which may be too large.
    """
    responses: dict[int | str, dict[str, Any]] = {}
    for code in (*COMMON, *([WITH_BODY] if body else []), *codes):
        status, detail = CODES[code]
        made = responses.setdefault(status, {"model": ErrorPublic, **_MORE.get(status, {})})
        examples = made.setdefault("content", {"application/json": {"examples": {}}})["application/json"]["examples"]
        examples[code] = {"value": {"error": {"code": code, "detail": detail}}}
    return responses


def _header(description: str) -> dict[str, Any]:
    return {"description": description, "schema": {"type": "string"}}


#: What the documentation of a status says beyond its shape.
_MORE: dict[int, dict[str, Any]] = {
    400: {"description": "The body is no JSON in UTF-8."},
    401: {"description": "No key, or one that is unknown or revoked."},
    403: {"description": "The key lacks the scope that this call needs."},
    404: {"description": "Nothing of this id belongs to this key's shop."},
    409: {"description": "It cannot be done as things stand; the code says why."},
    413: {"description": "The body is larger than the server accepts."},
    422: {"description": "It does not fit; the code and the places say where."},
    429: {
        "description": "The key, or the typing customer, asked too often.",
        "headers": {
            "Retry-After": _header("Seconds to wait."),
            "RateLimit": _header("What is left (r) and the seconds until the count begins anew (t)."),
            "RateLimit-Policy": _header("The limit (q) and its window in seconds (w)."),
        },
    },
    503: {
        "description": "Too much to do, or the database or the policy does not answer; nothing was approved. Repeat with the "
        "same key.",
        "headers": {"Retry-After": _header("Seconds to wait.")},
    },
}


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


def problem_response(problem: Problem) -> JSONResponse:
    """The one error shape."""
    body = {"error": {"code": problem.code, "detail": problem.detail, **problem.more}}
    return JSONResponse(body, problem.status, headers=problem.headers)


def misfit(what: str, errors: Sequence[Any]) -> Problem:
    """A 422 that names the places at fault.

    The offending input stays out of it: it may be megabytes, or a lone surrogate.
    """
    places = [_place(each) for each in errors[:20]]
    detail = f"The {what} does not fit: " + "; ".join(f"{place['at']}: {place['detail']}" for place in places[:3])
    return Problem(422, "invalid_request", detail, places=places)


def _place(error: Any) -> dict[str, str]:
    """Where it does not fit and why, in words for whoever wrote the call and not the validator's own."""
    if error["type"] == "json_invalid":
        _body, position = error["loc"]
        return {"at": "body", "detail": f"It is no JSON, from character {position} on: {error['ctx']['error']}"}
    return {"at": ".".join(map(str, error["loc"])), "detail": error["msg"].removeprefix("Value error, ")}


def _unlabelled(request: Request, error: RequestValidationError) -> Problem | None:
    """Of a body that was not looked at, because nothing said that it is JSON: what many tools forget to say."""
    label = request.headers.get("content-type", "")
    if not isinstance(error.body, bytes) or not error.body or label.partition(";")[0].strip().endswith("json"):
        return None
    found = f"it came with '{label[:100]}'" if label else "it came without one"
    detail = f"A body is read with the header 'Content-Type: application/json'; {found}."
    return Problem(422, "invalid_request", detail, places=[{"at": "header.content-type", "detail": detail}])


def install(app: FastAPI) -> None:
    """Make every error of the application leave in the one shape."""

    async def on_problem(_request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, Problem)
        return problem_response(error)

    async def on_moderation_error(_request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, ModerationError)
        return problem_response(Problem(_STATUS.get(type(error), 503), error.code, str(error)))

    async def on_invalid_body(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, RequestValidationError)
        return problem_response(_unlabelled(request, error) or misfit("request", error.errors()))

    async def on_http_error(_request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, HTTPException)
        phrase = HTTPStatus(error.status_code).phrase
        code = phrase.lower().replace(" ", "_").replace("-", "_")
        detail = _ROUTER_DETAIL.get(error.status_code, f"{phrase}.")
        return problem_response(Problem(error.status_code, code, detail, headers=dict(error.headers or {})))

    async def on_store_fault(_request: Request, error: Exception) -> JSONResponse:
        log.error("the database does not answer: %s", type(error).__name__)
        detail = "The database does not answer; nothing was approved. Repeat with the same Idempotency-Key."
        return problem_response(Problem(503, "store_unavailable", detail, headers={"Retry-After": "2"}))

    app.add_exception_handler(Problem, on_problem)
    app.add_exception_handler(ModerationError, on_moderation_error)
    app.add_exception_handler(RequestValidationError, on_invalid_body)
    app.add_exception_handler(HTTPException, on_http_error)
    app.add_exception_handler(OperationalError, on_store_fault)
    app.add_exception_handler(PoolTimeout, on_store_fault)
