"""Many orders at once: each has its own result and its own idempotency, and one that does not fit spoils no other."""

from typing import Any

from pydantic import ValidationError

from api.customers.merchants import Account
from api.errors import Problem
from api.intake.schemas import BatchItem, BatchResult, ScreeningCreate, ScreeningPublic
from api.intake.submit import submit
from api.problems import ErrorBody, misfit
from api.state import AppState
from moderation.errors import ModerationError


def submit_item(state: AppState, account: Account, item: Any) -> BatchResult:
    """One order of a batch, as if it had come alone."""
    try:
        parsed = BatchItem.model_validate(item)
        order = ScreeningCreate.model_validate(parsed.model_dump(exclude={"idempotency_key"}))
        answer = submit(state, account, order, parsed.idempotency_key)
    except ValidationError as error:
        return _refused(misfit("item", error.errors()))
    except Problem as problem:
        return _refused(problem)
    except ModerationError as error:
        return BatchResult(status=503, error=ErrorBody(code=error.code, detail=str(error)))
    screening = ScreeningPublic.model_validate_json(answer.body)
    return BatchResult(status=200 if answer.is_replay else 201, screening=screening)


def _refused(problem: Problem) -> BatchResult:
    return BatchResult(status=problem.status, error=ErrorBody(code=problem.code, detail=problem.detail, **problem.more))
