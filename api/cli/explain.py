"""One decision explained to a person: the verdict, the reason, the words with what was found underlined."""

from rich.console import Console
from rich.text import Text

from moderation.decision import Decision
from moderation.evidence import Evidence, Outcome
from moderation.messages import Messages, found_in_text
from moderation.request import Field, PersonalizationRequest

_STYLES = {Outcome.APPROVE: "bold green", Outcome.REVIEW: "bold yellow", Outcome.REJECT: "bold red"}


def explain(request: PersonalizationRequest, decision: Decision, messages: Messages) -> None:
    """Print the decision; colours only where the terminal has them."""
    console = Console(highlight=False)
    verdict = Text(decision.outcome.value.upper(), style=_STYLES[decision.outcome])
    if decision.reasons:
        verdict.append("  " + ", ".join(decision.reasons), style="bold")
    console.print(verdict)
    for field in request.fields:
        console.print(_underlined(field, decision), soft_wrap=True)
        # A terminal without underlines, and a pipe, still show where.
        console.print(_carets(field, decision), style="yellow", soft_wrap=True)
    for found in decision.evidence:
        console.print(_sentence(found), soft_wrap=True)
    about = found_in_text((each.category, each.source) for each in decision.evidence)
    told = messages.for_outcome(decision.outcome, decision.reasons, request.locale, about)
    console.print(told, style="dim", soft_wrap=True)


def _underlined(field: Field, decision: Decision) -> Text:
    text = Text("  " + _printable(field.text))
    for start, end in _places(field, decision):
        text.stylize("underline bold yellow", start + 2, end + 2)
    return text


def _carets(field: Field, decision: Decision) -> str:
    marks = [" "] * len(field.text)
    for start, end in _places(field, decision):
        marks[start:end] = "^" * (end - start)
    return "  " + "".join(marks).rstrip()


def _places(field: Field, decision: Decision) -> list[tuple[int, int]]:
    return [(s.start, s.end) for found in decision.evidence for s in found.spans if s.field == field.name]


def _sentence(found: Evidence) -> Text:
    line = Text(f"- {found.category} ", style="bold")
    line.append(_printable(found.explanation), style="not bold")
    line.append(f"  [{found.reading}; severity {found.severity}, score {found.score:.2f}; {found.source}]", style="dim")
    return line


def _printable(text: str) -> str:
    """One column per code point, so that the carets below stand where they should; no control reaches the terminal."""
    return "".join(
        c if c.isprintable() and not "\ud800" <= c <= "\udfff" else "\N{REPLACEMENT CHARACTER}" for c in text
    )
