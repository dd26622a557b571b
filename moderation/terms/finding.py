"""What is wrong with a list file: where, what is so, and what to do about it."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How much a finding matters."""

    #: The file cannot be loaded until this is mended; the server refuses to start.
    FAULT = "fault"
    #: Loads, and would decide wrongly or rot; the lint fails.
    ERROR = "error"
    #: A person should know; the lint passes.
    WARNING = "warning"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One remark about one line of one file."""

    #: As a person would type it, e.g. ``"blocklists/profanity/en.csv"``.
    file: str
    #: Counted from 1; the first line when the file as a whole is meant.
    line: int
    #: A stable name for the kind of remark, e.g. ``"collision"``.
    rule: str
    level: Level
    #: What is so, one sentence.
    fact: str
    #: What to do about it, one sentence.
    advice: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.fact}\n{self.advice}"
