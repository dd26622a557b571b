"""Lists in and out: CSV, plain words, and wildcard rules as other filters write them.

``W`` is a word, ``W*`` the start of a word, ``*W`` its end, ``*W*`` anything that holds it, ``W X`` a phrase.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from moderation.terms.entries import TERM_COLUMNS, read_terms
from moderation.terms.finding import Finding
from moderation.terms.sheet import Row, Sheet, read_sheet
from moderation.terms.term import MatchKind, Term

_RULES = {MatchKind.WORD: "{}", MatchKind.PREFIX: "{}*", MatchKind.SUFFIX: "*{}", MatchKind.INSIDE: "*{}*"}
_RULES[MatchKind.PHRASE] = "{}"


def read_foreign(file: str, data: bytes, defaults: Mapping[str, str]) -> tuple[list[Term], list[Finding]]:
    """Terms of a file from elsewhere, and what could not be read.

    A table is one of ``TERM_COLUMNS`` of which only ``term`` is needed; any other file holds a rule a line.

    Args:
        defaults: What an entry is where the file does not say it, by column.
    """
    if is_table(data) or not _is_utf8(data):
        sheet = read_sheet(file, data, known_columns=TERM_COLUMNS, needed_columns=("term",))
    else:
        sheet = Sheet(file=file, rows=[Row(line=at, cells={"term": rule}) for at, rule in rule_lines(data)])
    sheet.header = {**defaults, **sheet.header}
    sheet.rows = [Row(line=row.line, cells=_ruled(row.cells, f"i{at:05}")) for at, row in enumerate(sheet.rows, 1)]
    terms = [term for _, term in read_terms(sheet, "", {})]
    return terms, sheet.faults


def is_table(data: bytes) -> bool:
    """Whether the first line that is no comment names the columns of a table."""
    first = next((line for _, line in rule_lines(data) if not re.match(r"#\s*[a-z_]+\s*:", line)), "")
    return "term" in re.split("[,;]", first.replace(" ", ""))


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def rule_lines(data: bytes) -> Iterator[tuple[int, str]]:
    """The words or rules of a file with their lines; blank lines and lines that start with ``# `` are left out."""
    for at, line in enumerate(data.decode("utf-8-sig", errors="replace").splitlines(), 1):
        if (rule := " ".join(line.split())) and rule != "#" and not rule.startswith("# "):
            yield at, rule


def _ruled(cells: Mapping[str, str], number: str) -> dict[str, str]:
    """The cells with an id and a match kind; an entry without a kind is read as a rule."""
    if "match" in cells or "term" not in cells:
        return {"id": number, **cells}
    term, match = read_rule(cells["term"])
    return {"id": number, **cells, "term": term, "match": match.value}


def read_rule(rule: str) -> tuple[str, MatchKind]:
    """The term and the match kind that a rule means."""
    starts, ends, word = rule.startswith("*"), rule.endswith("*"), rule.strip("*").strip()
    if not word:
        return rule, MatchKind.WORD  # asterisks alone are text
    if starts and ends:
        return word, MatchKind.INSIDE
    if starts or ends:
        return word, MatchKind.SUFFIX if starts else MatchKind.PREFIX
    return word, MatchKind.PHRASE if " " in word else MatchKind.WORD


def write_rules(terms: Iterable[Term]) -> tuple[list[str], list[str]]:
    """Terms as rules, and the ids of those that no rule can say (codes, patterns, whole fields)."""
    said, unsaid = [], []
    for term in terms:
        if form := _RULES.get(term.match):
            said.append(form.format(term.term))
        else:
            unsaid.append(term.id)
    return said, unsaid


def write_csv(terms: Iterable[Term], header: Mapping[str, str]) -> str:
    """A list file that reads back as the same terms, whatever file they came from.

    Args:
        header: What the file says of itself; ``purpose`` and ``licence`` at least.
    """
    out = io.StringIO()
    for key, value in header.items():
        out.write(f"# {key}: {value}\n")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(TERM_COLUMNS)
    writer.writerows(_cells(term) for term in terms)
    return out.getvalue()


def _cells(term: Term) -> Iterator[str]:
    values = {
        "id": term.id,
        "edits": "" if term.max_edits is None else str(term.max_edits),
        "severity": str(term.severity),
        "regions": ";".join(sorted(term.regions)),
        "scope": ";".join(sorted(term.scope)),
        "unless": ";".join(term.unless),
        "context": ";".join(term.context),
    }
    for name in TERM_COLUMNS:
        value = values[name] if name in values else getattr(term, name)
        yield value.isoformat() if isinstance(value, date) else str(value or "")
