"""The brand detector: criticism of the brand, turned slogans, and the names of third parties."""

from typing import ClassVar

from moderation.brands import Analyst, BrandBook, Criticism
from moderation.brands.analysis import Finding
from moderation.brands.hearing import Statement
from moderation.brands.slogans import Mockery
from moderation.brands.third_parties import Reference
from moderation.evidence import Category, Evidence, Outcome, Span
from moderation.reading import Readings
from moderation.reading.names import said

#: Findings below this are no evidence: they would only fill the reviewer's page.
_WORTH_SAYING = 0.5
#: From here, and from severity 2 on, a brand may let the machine refuse alone.
_CLEAR = 0.9
_MOCKERY_SCORE = 0.85
_NAME_SCORE = 0.75
_CONTEXT_SCORE = 0.65


class BrandDetector:
    """Hears what is said about the brand, and says so in one sentence."""

    name: ClassVar[str] = "brand"

    def __init__(self, brands: BrandBook) -> None:
        self._brands = brands
        self._analyst = Analyst(brands)

    def detect(self, readings: Readings) -> list[Evidence]:
        """One piece of evidence for each theme, turned slogan and third party, the surest first."""
        profile = self._brands.profile_for(readings.request.brand)
        criticism = profile.criticism if profile else Criticism.REVIEW
        analysis = self._analyst.analyse(readings)
        evidence = [self._criticism(each, criticism) for each in analysis.findings if each.score >= _WORTH_SAYING]
        if analysis.mockery:
            evidence.append(self._mockery(*analysis.mockery, criticism))
        evidence += [self._reference(*reference) for reference in analysis.references]
        return evidence

    def _criticism(self, finding: Finding, criticism: Criticism) -> Evidence:
        theme = self._brands.themes.themes[finding.claim.frame.theme]
        statement, start, end = finding.statement, finding.claim.start, finding.claim.end
        spans = statement.reading.spans(start, end)
        read_as = " ".join(statement.reading.text[start:end].split())
        how = next((mention.how for mention in finding.claim.mentions if mention.how), "")
        reading = _reading(statement, how, spans)
        clear = finding.score >= _CLEAR and theme.severity >= 2
        return Evidence(
            detector=self.name,
            category=Category.BRAND_TARGETING,
            severity=theme.severity,
            score=round(finding.score, 3),
            spans=spans,
            reading=reading,
            source=f"themes/{theme.name}/{finding.claim.frame.pattern}",
            read_as=read_as,
            explanation=f"{_understood(theme.says, _target(finding))} ('{read_as}'){_place(reading, spans)}.",
            at_most=criticism.at_most(clear=clear),
        )

    def _mockery(self, mockery: Mockery, statement: Statement, criticism: Criticism) -> Evidence:
        spans = statement.reading.spans(mockery.start, mockery.end)
        read_as = " ".join(statement.reading.text[mockery.start : mockery.end].split())
        return Evidence(
            detector=self.name,
            category=Category.BRAND_TARGETING,
            severity=2,
            score=_MOCKERY_SCORE,
            spans=spans,
            reading=_reading(statement, "", spans),
            source=f"themes/mock_slogan/{mockery.slogan}",
            read_as=read_as,
            explanation=f"A mock slogan: '{mockery.slogan}' turned by '{' '.join(mockery.changed)}'.",
            at_most=criticism.at_most(clear=False),
        )

    def _reference(self, reference: Reference, statement: Statement) -> Evidence:
        spans = statement.reading.spans(reference.start, reference.end)
        mark = reference.mark
        kind = "a famous person" if mark.category is Category.PUBLIC_FIGURE else "a name that belongs to someone else"
        beside = f", made clear by '{reference.context}' beside it" if reference.context else ""
        return Evidence(
            detector=self.name,
            category=mark.category,
            severity=2,
            score=_CONTEXT_SCORE if reference.context else _NAME_SCORE,
            spans=spans,
            reading=_reading(statement, "", spans),
            source=f"marks/{mark.name}",
            read_as=statement.reading.text[reference.start : reference.end],
            explanation=f"{mark.name}: {kind}{beside}.",
            at_most=Outcome.REVIEW,
        )


def _understood(says: str, target: str) -> str:
    """What was said and of whom; once, where the one names the other."""
    whole = says if target in says else f"{says} aimed at {target}"
    return whole[0].upper() + whole[1:]


def _target(finding: Finding) -> str:
    heard = {mention.concept for mention in finding.claim.mentions}
    if heard & {"brand"}:
        return "the brand by name"
    if heard & {"exec", "boss"}:
        return "the people who run the company"
    if heard & {"product", "this"} and "make" not in heard:
        return "the product"
    return "the maker"


def _reading(statement: Statement, how: str, spans: tuple[Span, ...]) -> str:
    if statement.reading.name not in ("as written", "folded"):
        return statement.reading.name
    if len({span.field for span in spans}) > 1:
        return "fields joined"
    return how or "as written"


def _place(reading: str, spans: tuple[Span, ...]) -> str:
    fields = list(dict.fromkeys(span.field.replace("_", " ") for span in spans))
    if len(fields) > 1:
        return f", read across {', '.join(fields[:-1])} and {fields[-1]}"
    return "" if reading == "as written" else f", {said(reading)}"
