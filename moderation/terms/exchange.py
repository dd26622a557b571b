"""Lists in and out: our own CSV, plain words, and wildcard rules as other filters write them.

``W`` is a word, ``W*`` the start of a word, ``*W`` its end, ``*W*`` anything that holds it, ``W X`` a phrase.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from moderation.terms.entries import TERM_COLUMNS
from moderation.terms.term import MatchKind, Term

_RULES = {MatchKind.WORD: "{}", MatchKind.PREFIX: "{}*", MatchKind.SUFFIX: "*{}", MatchKind.INSIDE: "*{}*"}
_RULES[MatchKind.PHRASE] = "{}"


def read_rules(lines: Iterable[str]) -> Iterator[tuple[str, MatchKind]]:
    """Terms from plain words or rules, one a line; blank lines and lines that start with ``# `` are left out."""
    for line in lines:
        rule = " ".join(line.split())
        if rule and rule != "#" and not rule.startswith("# "):
            yield _rule(rule)


def _rule(rule: str) -> tuple[str, MatchKind]:
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
        "id": term.id.rsplit("/", 1)[-1],
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
