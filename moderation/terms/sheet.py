"""One list file as lines: header comments that hold for every row, then a table with one entry a line.

CSV because one entry is one line in a diff, every spreadsheet opens it, and 100,000 entries parse in well
under a second.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from moderation.terms.finding import Finding, Level

_HEADER = re.compile(r"#\s*([a-z_]+)\s*:\s*(.*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One entry as text; cells that the row leaves empty are absent."""

    line: int
    cells: Mapping[str, str]


@dataclass(slots=True, kw_only=True)
class Sheet:
    """A list file taken apart, with everything that kept it from being read whole."""

    #: Path as shown to people; ``"blocklists/profanity/en.csv"``.
    file: str
    #: ``# key: value`` lines before the table.
    header: dict[str, str] = field(default_factory=dict)
    columns: tuple[str, ...] = ()
    rows: list[Row] = field(default_factory=list)
    faults: list[Finding] = field(default_factory=list)

    def fault(self, line: int, rule: str, fact: str, advice: str) -> None:
        """Note why a line cannot be used."""
        self.faults.append(Finding(file=self.file, line=line, rule=rule, level=Level.FAULT, fact=fact, advice=advice))


def read_sheet(file: str, data: bytes, *, known_columns: Iterable[str], needed_columns: Iterable[str]) -> Sheet:
    """Take a list file apart.

    A line that starts with ``# `` is a comment wherever it stands; before the table, ``# key: value`` gives
    the default of a column. Nothing is raised: what cannot be read is in ``faults``, with its line.
    """
    sheet = Sheet(file=file)
    try:
        text = data.decode("utf-8-sig")  # spreadsheets write a byte order mark
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        sheet.fault(
            line,
            "encoding",
            "this line is not UTF-8.",
            "Save the file as UTF-8 (in a spreadsheet: CSV UTF-8).",
        )
        return sheet
    lines = text.split("\n")
    start = _read_header(sheet, lines)
    if start is None:
        sheet.fault(1, "columns", "the file has no column line.", f"Add the line {','.join(needed_columns)}.")
        return sheet
    if _read_columns(sheet, lines[start], start + 1, set(known_columns), tuple(needed_columns)):
        sheet.rows.extend(_read_rows(sheet, lines, start + 1))
    return sheet


def _read_header(sheet: Sheet, lines: list[str]) -> int | None:
    for index, line in enumerate(lines):
        stripped = line.strip()
        if not stripped:
            continue
        if not stripped.startswith("#"):
            return index
        if match := _HEADER.fullmatch(stripped):
            sheet.header.setdefault(match[1], match[2].strip())
    return None


def _read_columns(sheet: Sheet, line: str, number: int, known: set[str], needed: tuple[str, ...]) -> bool:
    columns = tuple(name.strip() for name in line.strip().split(","))
    if len(columns) == 1 and ";" in line:
        sheet.fault(number, "columns", "the columns are separated by ';'.", "Save the file with ',' between cells.")
        return False
    for name in columns:
        if name not in known:
            sheet.fault(
                number,
                "unknown-column",
                f'"{name}" is not a column.',
                f"Use any of {', '.join(sorted(known))}.",
            )
    if repeated := {name for name in columns if columns.count(name) > 1}:
        sheet.fault(number, "columns", f"{', '.join(sorted(repeated))} stands twice.", "Keep one column of each name.")
    if missing := [name for name in needed if name not in columns]:
        sheet.fault(
            number,
            "missing-column",
            f"no column {', '.join(missing)}.",
            f"Begin the table with {','.join(needed)}.",
        )
    sheet.columns = columns
    return not sheet.faults


def _read_rows(sheet: Sheet, lines: list[str], start: int) -> Iterator[Row]:
    width = len(sheet.columns)
    for number, line in enumerate(lines[start:], start + 1):
        line = line.removesuffix("\r")
        if not line.strip() or line.startswith("# "):
            continue
        try:
            cells = next(csv.reader((line,), strict=True)) if '"' in line else line.split(",")
        except csv.Error:
            sheet.fault(
                number,
                "quotes",
                "a quotation mark is left open.",
                "Close it on the same line; one entry is one line.",
            )
            continue
        if len(cells) > width and not any(map(str.strip, cells[width:])):
            del cells[width:]  # spreadsheets pad short tables with empty cells
        if len(cells) > width:
            fact = f"{len(cells)} cells, but the table has {width} columns."
            sheet.fault(number, "cells", fact, 'Put quotation marks around a cell that holds a comma: "one, two".')
            continue
        pairs = zip(sheet.columns, map(str.strip, cells), strict=False)
        yield Row(line=number, cells={name: cell for name, cell in pairs if cell})
