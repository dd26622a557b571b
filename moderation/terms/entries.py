"""From the rows of a list file to terms and allow entries, each complaint with its line."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar

from moderation.errors import TermListError
from moderation.evidence import Category
from moderation.terms.sheet import Sheet
from moderation.terms.term import Action, Allow, AllowKind, MatchKind, Term

TERM_COLUMNS = (
    *(
        "id",
        "term",
        "match",
        "action",
        "severity",
        "category",
        "language",
        "regions",
        "scope",
        "edits",
        "unless",
    ),
    *("context", "reason", "source", "owner", "added", "review_by", "expires"),
)
TERM_NEEDED = ("id", "term", "match", "action", "severity", "reason")
ALLOW_COLUMNS = ("term", "language", "kind", "reason", "source")
ALLOW_NEEDED = ("term",)

#: What every file of blocked terms says of itself.
TERM_HEADER = ("purpose", "licence")
ALLOW_HEADER = ("purpose", "licence", "kind")

#: What thousands of entries share; read once for each combination that occurs.
_SHARED = (
    *("match", "action", "severity", "category", "language", "regions", "scope", "edits"),
    *("source", "owner", "added", "review_by", "expires"),
)

#: With a slash it is a whole id, as an export writes it; without, the file's path stands before it.
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*|[A-Za-z0-9_][\w./+-]*/[\w.+-]+")
_LANGUAGE = re.compile(r"any|[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_REGION = re.compile(r"[A-Z]{2}")
_SCOPE = re.compile(r"(brand|product):\S+")
_Choice = TypeVar("_Choice", bound=StrEnum)


class CellError(ValueError):
    """A cell that cannot be read: ``args`` are what is so and what to do."""


def read_terms(sheet: Sheet, prefix: str, taken: dict[str, tuple[str, int]]) -> Iterator[tuple[int, Term]]:
    """The terms of a sheet with their lines; a row that is no term becomes a fault of the sheet.

    Args:
        prefix: What makes the ids unique over all files, e.g. ``"profanity/en/"``.
        taken: File and line of each id read so far; filled.
    """
    _require_header(sheet, TERM_HEADER)
    shared: dict[tuple[str | None, ...], dict[str, Any]] = {}
    for row in sheet.rows:
        try:
            term = _term({**sheet.header, **row.cells}, prefix, shared)
        except CellError as bad:
            sheet.fault(row.line, "bad-value", *bad.args)
            continue
        file, line = taken.setdefault(term.id, (sheet.file, row.line))
        if (file, line) != (sheet.file, row.line):
            where = f"line {line}" if file == sheet.file else f"{file}:{line}"
            fact = f"the id {term.id} is already that of {where}."
            sheet.fault(row.line, "duplicate-id", fact, "Give each entry an id of its own; ids stay.")
            continue
        yield row.line, term


def read_allowed(sheet: Sheet) -> Iterator[tuple[int, Allow]]:
    """The allow entries of a sheet with their lines; a row that is none becomes a fault of the sheet."""
    _require_header(sheet, ALLOW_HEADER)
    for row in sheet.rows:
        cells = {"language": "any", **sheet.header, **row.cells}
        try:
            if "term" not in row.cells:
                raise CellError("the entry has no term.", "Write the innocent word or phrase, or delete the line.")
            kind, language = _choice(cells, "kind", AllowKind), _language(cells)
        except CellError as bad:
            sheet.fault(row.line, "bad-value", *bad.args)
            continue
        yield row.line, Allow(term=cells["term"], kind=kind, language=language)


def _require_header(sheet: Sheet, keys: tuple[str, ...]) -> None:
    for key in keys:
        if not sheet.header.get(key):
            fact = f'the file does not say its "{key}".'
            sheet.fault(1, "missing-header", fact, f"Begin it with a line: # {key}: ...")


def _term(cells: Mapping[str, str], prefix: str, shared: dict[tuple[str | None, ...], dict[str, Any]]) -> Term:
    number = _needed(cells, "id")
    if not _ID.fullmatch(number):
        raise CellError(f'the id "{number}" is not a plain name.', "Use letters, digits, '-', '_' and '.': p001.")
    key = tuple(map(cells.get, _SHARED))
    if key not in shared:
        shared[key] = _read_shared(cells)
    rest = shared[key]
    text = _needed(cells, "term")
    unless, context, reason = _many(cells, "unless"), _many(cells, "context"), _needed(cells, "reason")
    whole = number if "/" in number else prefix + number
    term = Term(id=whole, term=text, unless=unless, context=context, reason=reason, **rest)
    if term.match is MatchKind.PATTERN:
        _check_pattern(term)
    return term


def _read_shared(cells: Mapping[str, str]) -> dict[str, Any]:
    return {
        "match": _choice(cells, "match", MatchKind),
        "action": _choice(cells, "action", Action),
        "severity": _number(cells, "severity", 1, 4),
        "category": _choice(cells, "category", Category),
        "language": _language(cells),
        "regions": frozenset(_many(cells, "regions", _REGION, "two capital letters (ISO 3166-1), e.g. GB;IE")),
        "scope": frozenset(_many(cells, "scope", _SCOPE, "brand:name or product:name, e.g. product:mug")),
        "max_edits": _number(cells, "edits", 0, 5) if "edits" in cells else None,
        "source": cells.get("source", "own"),
        "owner": _needed(cells, "owner"),
        "added": _day(cells, "added"),
        "review_by": _day(cells, "review_by"),
        "expires": _day(cells, "expires"),
    }


def _check_pattern(term: Term) -> None:
    """The matcher refuses patterns that no text may be held against; here the file and the line are known."""
    from moderation.matching.pattern import compile_pattern  # matching knows terms, so not at the top

    try:
        re.compile(term.term)
        compile_pattern(term)
    except re.error as error:
        advice = 'Mend the expression, or use match "word" or "phrase".'
        raise CellError(f"the pattern cannot be read: {error}.", advice) from None
    except TermListError as error:
        advice = "Write a shorter pattern with fewer choices and repeats, or several entries."
        raise CellError(f"the pattern cannot be used: {error}", advice) from None


def _needed(cells: Mapping[str, str], name: str) -> str:
    if value := cells.get(name):
        return value
    raise CellError(f'"{name}" is missing.', f"Fill the cell, or give all rows one value with a line: # {name}: ...")


def _choice(cells: Mapping[str, str], name: str, values: type[_Choice]) -> _Choice:
    text = _needed(cells, name)
    try:
        return values(text)
    except ValueError:
        raise CellError(f'{name} is "{text}".', f"Use one of {', '.join(values)}.") from None


def _number(cells: Mapping[str, str], name: str, low: int, high: int) -> int:
    text = _needed(cells, name)
    if text.isascii() and text.isdigit() and low <= int(text) <= high:
        return int(text)
    raise CellError(f'{name} is "{text}".', f"Use a whole number from {low} to {high}.")


def _day(cells: Mapping[str, str], name: str) -> date | None:
    text = cells.get(name)
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise CellError(f'{name} is "{text}".', "Write the date as YYYY-MM-DD, e.g. 2027-11-22.") from None


def _language(cells: Mapping[str, str]) -> str:
    text = _needed(cells, "language")
    if not _LANGUAGE.fullmatch(text):
        raise CellError(f'"{text}" is not a language.', 'Use the ISO 639-1 code, e.g. en, or "any".')
    return text


def _many(cells: Mapping[str, str], name: str, form: re.Pattern[str] | None = None, hint: str = "") -> tuple[str, ...]:
    text = cells.get(name)
    if not text:
        return ()
    parts = tuple(part for each in text.split(";") if (part := each.strip()))
    for part in parts:
        if form is not None and not form.fullmatch(part):
            raise CellError(f'{name} holds "{part}".', f"Use {hint}, separated by ';'.")
    return parts
