"""Decide on many records; a record that cannot be read gets an error in its place and the rest go on."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from api.cli.records import Unreadable
from moderation.errors import InvalidRequest
from moderation.messages import Messages
from moderation.pipeline import Pipeline
from moderation.request import parse_request
from moderation.wire import evidence_to_json


def screen_records(
    records: Iterable[Mapping[str, Any] | Unreadable],
    write: Callable[[dict[str, Any]], None],
    pipeline: Pipeline,
    messages: Messages,
    *,
    policy: str,
    defaults: Mapping[str, str],
) -> int:
    """Write one answer per record, in order. Returns how many could not be read."""
    failed = 0
    for line, record in enumerate(records, 1):
        try:
            if isinstance(record, Unreadable):
                raise InvalidRequest(record.detail)
            write(screen_record(record, pipeline, messages, policy=policy, defaults=defaults))
        except InvalidRequest as error:
            failed += 1
            identity = {"id": record["id"]} if not isinstance(record, Unreadable) and "id" in record else {"line": line}
            write({**identity, "error": {"code": error.code, "detail": str(error)}})
    return failed


def screen_record(
    record: Mapping[str, Any], pipeline: Pipeline, messages: Messages, *, policy: str, defaults: Mapping[str, str]
) -> dict[str, Any]:
    """The answer to one record.

    Raises:
        InvalidRequest: The record is no request; the message says what is wrong with it.
    """
    given = {key: value for key, value in record.items() if value is not None}
    request = parse_request({**defaults, **given})
    decision = pipeline.moderate(request, policy=policy)
    return {
        "id": record.get("id"),
        "outcome": decision.outcome.value,
        "risk": decision.risk,
        "reasons": [reason.value for reason in decision.reasons],
        "evidence": [evidence_to_json(found) for found in decision.evidence],
        "message": messages.for_outcome(decision.outcome, decision.reasons, request.locale),
        "versions": dict(decision.versions),
    }
