"""Many orders at once: each has its own result and its own idempotency, and one that does not fit spoils no other.

They are decided one by one and stored in few transactions, so that a batch waits for the disk a few times, not 500.
"""

from collections.abc import Sequence
from typing import Any

from pydantic import ValidationError

from api.customers.merchants import Account
from api.errors import Problem
from api.intake.idempotency import Answer
from api.intake.schemas import BatchItem, BatchResult, ScreeningCreate, ScreeningPublic
from api.intake.submit import Ready, decide_asked, look_up, store, submit
from api.problems import ErrorBody, misfit
from api.state import AppState
from moderation.errors import ModerationError


def submit_items(state: AppState, account: Account, items: Sequence[Any]) -> list[BatchResult]:
    """Of each order its result, in their order, as if it had come alone.

    Raises:
        OperationalError: The database does not answer; repeated with its keys, nothing of the batch is done twice.
    """
    outcomes: list[Answer | Ready | BaseException | None] = []
    seen: set[str] = set()
    for item in items:
        try:
            order, key = _parsed(item)
            # A key that comes twice in one batch waits until its first order is stored.
            is_again = key is not None and key in seen
            seen |= {key} if key else set()
            outcomes.append(None if is_again else _decided(state, account, order, key))
        except (ValidationError, Problem, ModerationError) as error:
            outcomes.append(error)
    ready = [outcome for outcome in outcomes if isinstance(outcome, Ready)]
    stored = iter(store(state, account, ready))
    finished = [next(stored) if isinstance(outcome, Ready) else outcome for outcome in outcomes]
    return [
        _result(_alone(state, account, item) if outcome is None else outcome)
        for item, outcome in zip(items, finished, strict=True)
    ]


def _parsed(item: Any) -> tuple[ScreeningCreate, str | None]:
    parsed = BatchItem.model_validate(item)
    return ScreeningCreate.model_validate(parsed.model_dump(exclude={"idempotency_key"})), parsed.idempotency_key


def _decided(state: AppState, account: Account, order: ScreeningCreate, key: str | None) -> Answer | Ready:
    with state.database.asking() as connection:
        asked = look_up(connection, account, order, key)
    return asked if isinstance(asked, Answer) else decide_asked(state, account, asked)


def _alone(state: AppState, account: Account, item: Any) -> Answer | BaseException:
    try:
        return submit(state, account, *_parsed(item))
    except (Problem, ModerationError) as error:
        return error


def _result(outcome: Answer | BaseException) -> BatchResult:
    match outcome:
        case Answer():
            screening = ScreeningPublic.model_validate_json(outcome.body)
            return BatchResult(status=200 if outcome.is_replay else 201, screening=screening)
        case ValidationError():
            return _refused(misfit("item", outcome.errors()))
        case Problem():
            return _refused(outcome)
        case ModerationError():
            return BatchResult(status=503, error=ErrorBody(code=outcome.code, detail=str(outcome)))
    raise outcome


def _refused(problem: Problem) -> BatchResult:
    return BatchResult(status=problem.status, error=ErrorBody(code=problem.code, detail=problem.detail, **problem.more))
