"""A worker of a job: loads the pipeline once, then answers one part after another."""

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

from api.cli.bulk.answers import Answerer
from api.cli.bulk.folder import Folder
from api.cli.bulk.plan import Job, Part
from api.cli.bulk.rows import is_of_the_data, rows_of
from api.cli.records import open_sink


class Screener:
    """One in each worker process; Daft makes it there."""

    def __init__(self, job: Job, folder: Folder) -> None:
        from moderation.messages import load_messages
        from moderation.pipeline import build_pipeline

        pipeline = build_pipeline()
        self._job = job
        self._folder = folder
        self._versions = dict(pipeline.versions)
        self._answerer = Answerer(pipeline, load_messages(), policy=job.policy, defaults=job.defaults)

    def screen(self, number: int) -> str:
        """Answer a part: its number, what decided, and how many records had which outcome, as JSON."""
        said: dict[str, Any] = {"part": number, "versions": self._versions}
        if not self._job.versions or self._job.versions == self._versions:  # else nothing is written
            said["counts"] = self._write(self._job.parts[number], self._job.name_of(number))
        return json.dumps(said)

    def _write(self, part: Part, name: str) -> Counter[str]:
        counts: Counter[str] = Counter()
        with self._folder.writing(name) as path, open_sink(str(path)) as write:
            for answer in self._answers(part):
                counts["error" if "error" in answer else answer["outcome"]] += 1
                write(answer)
        return counts

    def _answers(self, part: Part) -> Iterator[dict[str, Any]]:
        line = part.first
        fault = part.fault
        try:
            for line, record in enumerate(rows_of(part) if fault is None else (), part.first + 1):
                answer = self._answerer.answer(record, line)
                yield {**answer, "file": part.file, "line": line} if "error" in answer else answer
        except Exception as error:
            if not is_of_the_data(error):
                raise
            fault = f"{type(error).__name__}: {error}"
        if fault is not None:
            detail = f"Nothing can be read after record {line}: {fault}"
            yield {"file": part.file, "line": line + 1, "error": {"code": "unreadable_file", "detail": detail}}
