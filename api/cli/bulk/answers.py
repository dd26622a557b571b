"""Answers to records; a record that cannot be read gets an error in its place and the rest go on."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from api.cli.records import Unreadable
from api.remembered import Remembered
from moderation.errors import InvalidRequest
from moderation.messages import Messages, found_in_text
from moderation.pipeline import Pipeline
from moderation.request import parse_request
from moderation.wire import evidence_to_json


class Answerer:
    """Answers one record after another under one policy; the same words again are remembered."""

    def __init__(self, pipeline: Pipeline, messages: Messages, *, policy: str, defaults: Mapping[str, str]) -> None:
        """
        Args:
            defaults: Brand and product of records that name none.
        """
        self._pipeline = pipeline
        self._messages = messages
        self._policy = policy
        self._defaults = defaults
        self._remembered = Remembered()

    def answer(self, record: Mapping[str, Any] | Unreadable, line: int) -> dict[str, Any]:
        """The decision on a record, or why it cannot be read; ``line`` names a record that has no id."""
        try:
            if isinstance(record, Unreadable):
                raise InvalidRequest(record.detail)
            return self._decide(record)
        except InvalidRequest as error:
            identity = {"id": record["id"]} if not isinstance(record, Unreadable) and "id" in record else {"line": line}
            return {**identity, "error": {"code": error.code, "detail": str(error)}}

    def _decide(self, record: Mapping[str, Any]) -> dict[str, Any]:
        given = {key: value for key, value in record.items() if value is not None}
        request = parse_request({**self._defaults, **given})

        def moderate() -> Any:
            return self._pipeline.moderate(request, policy=self._policy)

        decision = self._remembered.get_or_decide(self._pipeline, request, self._policy, None, moderate)
        found = found_in_text((each.category, each.source) for each in decision.evidence)
        return {
            "id": record.get("id"),
            "outcome": decision.outcome.value,
            "risk": decision.risk,
            "reasons": [reason.value for reason in decision.reasons],
            "evidence": [evidence_to_json(found) for found in decision.evidence],
            "message": self._messages.for_outcome(decision.outcome, decision.reasons, request.locale, found),
            "versions": dict(decision.versions),
        }


def screen_records(
    records: Iterable[Mapping[str, Any] | Unreadable], write: Callable[[dict[str, Any]], None], answerer: Answerer
) -> int:
    """Write one answer per record, in order. Returns how many could not be read."""
    failed = 0
    for line, record in enumerate(records, 1):
        answer = answerer.answer(record, line)
        failed += "error" in answer
        write(answer)
    return failed
