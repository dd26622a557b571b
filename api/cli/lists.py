"""``moderation lists``: checks term lists, shows them, and takes them in and out."""

import sys
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from moderation.errors import TermListError

if TYPE_CHECKING:  # the command line starts quickly: what a command needs it imports itself
    from moderation.terms import TermLists

app = typer.Typer(help="Term lists: what is looked for, and what only looks like it.", no_args_is_help=True)

#: Complaints about one file that are printed; one mistake in an option makes one for each line.
_SHOWN = 10

_HELP = "A folder of term lists; the ones in force on this machine, or the shipped ones, by default."
_IN_FORCE = "MODERATION_BLOCKLISTS"


@app.command()
def lint(
    directory: Annotated[Path | None, typer.Argument(help=_HELP, envvar=_IN_FORCE)] = None,
    collisions: Annotated[bool, typer.Option(help="Also look for names, places and words that entries hit.")] = True,
    warnings: Annotated[bool, typer.Option(help="Print warnings, too.")] = True,
) -> None:
    """Check every list file.

    Exit status 0 when nothing is wrong, 1 when entries would decide wrongly or rot, 2 when a file cannot be loaded.
    """
    from moderation.terms.finding import Level
    from moderation.terms.lint import lint as find
    from moderation.terms.load import SHIPPED_LISTS, list_files, read_files

    try:
        read = read_files(list_files(directory or SHIPPED_LISTS))
    except TermListError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None
    findings = find(read, date.today(), collisions=collisions)
    for finding in findings:
        if warnings or finding.level is not Level.WARNING:
            typer.echo(f"{finding.level}: {finding}\n")
    counted = {level: sum(finding.level is level for finding in findings) for level in Level}
    typer.echo(
        f"{len(read.blocked)} entries, {len(read.allowed)} allowed: {counted[Level.FAULT]} faults, "
        f"{counted[Level.ERROR]} errors, {counted[Level.WARNING]} warnings."
    )
    raise typer.Exit(2 if counted[Level.FAULT] else 1 if counted[Level.ERROR] else 0)


@app.command()
def show(
    search: Annotated[str, typer.Argument(help="Part of a term or of an entry's id; empty for a summary.")] = "",
    directory: Annotated[Path | None, typer.Option(help=_HELP, envvar=_IN_FORCE)] = None,
    limit: Annotated[int, typer.Option(min=1)] = 50,
) -> None:
    """Show entries with their reasons, or how many there are of each kind."""
    from collections import Counter

    from moderation.terms import load_lists
    from moderation.terms.lint import folded_key

    lists = load_lists(directory)
    if not search:
        typer.echo(f"version {lists.version}")
        for (category, language), count in sorted(Counter((t.category, t.language) for t in lists.blocked).items()):
            typer.echo(f"{category:20}{language:6}{count:7}")
        for (kind, language), count in sorted(Counter((a.kind, a.language) for a in lists.allowed).items()):
            typer.echo(f"{'allow ' + kind:20}{language:6}{count:7}")
        return
    wanted = folded_key(search)
    found = [t for t in lists.blocked if wanted in folded_key(t.term) or search in t.id]
    for term in found[:limit]:
        unless = f"  unless: {', '.join(term.unless)}" if term.unless else ""
        typer.echo(
            f"{term.id}: {term.term} ({term.match}, {term.action}, severity {term.severity}). {term.reason}{unless}"
        )
    allowed = [a for a in lists.allowed if wanted in folded_key(a.term)]
    for allow in allowed[:limit]:
        typer.echo(f"allow {allow.kind}: {allow.term} ({allow.language})")
    typer.echo(f"{len(found)} entries and {len(allowed)} allowed hold {search!r}.")


@app.command("import")
def import_(
    source: Annotated[
        Path, typer.Argument(help="Words or rules (W, W*, *W, *W*), one a line; or CSV with a column term.")
    ],
    target: Annotated[Path, typer.Argument(help="The list file to write; must not exist.")],
    category: Annotated[str, typer.Option()],
    language: Annotated[str, typer.Option(help='ISO 639-1 code, or "any".')],
    owner: Annotated[str, typer.Option(help="Who answers for the entries.")],
    reason: Annotated[str, typer.Option(help="Why they are listed, in one clause.")],
    origin: Annotated[str, typer.Option(help="Where the facts come from, and under which licence.")],
    action: Annotated[str, typer.Option(help="reject, review or note.")] = "review",
    severity: Annotated[int, typer.Option(min=1, max=4)] = 2,
    licence: Annotated[str, typer.Option()] = "Apache-2.0",
) -> None:
    """Turn words, rules or a CSV into a list file; the options say what its entries do not.

    Lint it before use, for borrowed lists hold names and one-letter wildcards.
    Exit status 1 and nothing written when a line cannot be read.
    """
    from moderation.terms.exchange import read_foreign, write_csv

    if target.exists():
        raise typer.BadParameter(f"{target} exists. Give a new file, then compare with: moderation lists diff")
    today = date.today()
    said = {"category": category, "language": language, "action": action, "severity": str(severity), "reason": reason}
    dated = {"added": today.isoformat(), "review_by": (today + timedelta(days=365)).isoformat()}
    header = {"purpose": reason, "licence": licence}
    terms, faults = read_foreign(
        str(source), _bytes_of(source), {**header, **said, **dated, "source": origin, "owner": owner}
    )
    if faults:
        more = f"\n{len(faults) - _SHOWN} more." if len(faults) > _SHOWN else ""
        typer.echo("\n".join(map(str, faults[:_SHOWN])) + more, err=True)
        raise typer.Exit(1)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(write_csv(terms, header), encoding="utf-8")
    typer.echo(f"{len(terms)} entries in {target}. Now run: moderation lists lint {target.parent.parent}")


@app.command()
def export(
    target: Annotated[Path | None, typer.Argument(help="The file to write; standard output by default.")] = None,
    directory: Annotated[Path | None, typer.Option(help=_HELP, envvar=_IN_FORCE)] = None,
    form: Annotated[
        str, typer.Option("--format", help="csv (whole entries), rules (W, W*, *W, *W*) or words.")
    ] = "csv",
    category: Annotated[str | None, typer.Option()] = None,
    language: Annotated[str | None, typer.Option()] = None,
) -> None:
    """Write the blocked entries, all or of one category or language, as one file."""
    from moderation.terms import load_lists
    from moderation.terms.exchange import write_csv, write_rules

    if form not in ("csv", "rules", "words"):
        raise typer.BadParameter(f"{form!r} is no format; use csv, rules or words.")
    lists = load_lists(directory)
    terms = [
        term
        for term in lists.blocked
        if (category is None or term.category == category) and (language is None or term.language == language)
    ]
    if form == "csv":
        text = write_csv(terms, {"purpose": f"Export of lists {lists.version}", "licence": "as in the files of origin"})
    elif form == "words":
        text = "".join(f"{word}\n" for word in dict.fromkeys(term.term for term in terms))
    else:
        rules, unsaid = write_rules(terms)
        text = "".join(f"{rule}\n" for rule in rules)
        if unsaid:
            typer.echo(f"{len(unsaid)} entries are no rules (codes, patterns, whole fields) and stay out.", err=True)
    if target:
        target.write_text(text, encoding="utf-8")
    else:
        sys.stdout.write(text)


@app.command()
def diff(
    before: Annotated[Path, typer.Argument(help="A folder of term lists, a list file, or words or rules, one a line.")],
    after: Annotated[Path | None, typer.Argument(help="Another; the shipped lists by default.")] = None,
) -> None:
    """Show entry by entry what changed; exit status 1 when anything did.

    A file of words or rules has no more to compare than the rules, so the other side is read as rules, too.
    """
    from moderation.terms.diff import diff as compare
    from moderation.terms.diff import diff_rules
    from moderation.terms.load import SHIPPED_LISTS

    sides = (before, after or SHIPPED_LISTS)
    if any(map(_holds_rules, sides)):
        lines = list(diff_rules(*map(_rules_of, sides)))
    else:
        lines = list(compare(*map(_lists_of, sides)))
    for line in lines:
        typer.echo(line)
    typer.echo(f"{len(lines)} differences.", err=True)
    raise typer.Exit(1 if lines else 0)


def _lists_of(path: Path) -> "TermLists":
    """The lists of a folder, or those of one list file."""
    from moderation.terms import load_lists
    from moderation.terms.load import load_file

    return load_lists(path) if path.is_dir() else load_file(path)


def _holds_rules(path: Path) -> bool:
    """Whether it is a file of words or rules rather than a folder or a table."""
    from moderation.terms.exchange import is_table

    return not path.is_dir() and not is_table(_bytes_of(path))


def _rules_of(path: Path) -> list[str]:
    from moderation.terms.exchange import rule_lines, write_rules

    if _holds_rules(path):
        return [rule for _, rule in rule_lines(_bytes_of(path))]
    return write_rules(_lists_of(path).blocked)[0]


def _bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise typer.BadParameter(f"{path} cannot be opened ({error.strerror}). Give a folder or a file.") from error
