"""Numbers with a second meaning, and the many first meanings of numbers."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from moderation.matching.context import Company
from moderation.reading import Reading
from moderation.terms.term import Term

_TOKEN = re.compile(r"(?<![^\W_])[a-z]{0,4}\d[a-z\d]*(?:[./:\s-]?\d[a-z\d]*)*(?![^\W_])")
_NUMBER = re.compile(r"\d+")
_MONTH = r"(?:jan|feb|mar|apr|may|mai|jun|jul|aug|sep|sept|oct|okt|nov|dec|dez|dic|ene|abr|ago|avr|juil|aout|gen|mag|giu|lug|set|ott)[a-z]*"
_UNIT = r"(?:st|nd|rd|th|s|am|pm|h|km|cm|mm|m|kg|g|lb|lbs|oz|ft|in|ml|cl|l|mph|kmh|%|°|€|\$|£|x|er|ers|anos|ans|jahre|anni|years?|yrs?|miles?|days?|weeks?|months?|min|mins|minutes?|hours?|hrs?|points?|goals?|euros?|dollars?|pounds?)"
#: What stands before or after a number that is only a number.
_BEFORE = re.compile(
    r"(?:(?<![^\W_])(?:heat|lane|stage|leg|round|week|lesson|fig|figure|op|opus|kv|bwv|hymn|take|scene|step|rink|tent|stall|box|bottle|cask|barrel|tank|ward|desk|exit|"
    r"junction|km|rpm|no)[\s.:]+)$|"
    rf"(?:(?:#|\*|†|(?<![^\W_])(?:no\.?|nr\.?|n[o°º]|number|num|jersey|player|trikot|size|sz|gr\.?|grosse|taille|talla|room|rm|apt|unit|flat|route|rt|highway|hwy|rue|street|st|"
    rf"since|est\.?|established|born|b\.|class of|c/o|anno|seit|depuis|desde|dal|in|year|ano|jahr|team|psalm|ps|chapter|ch|verse|lat|lon|long|tel|page|p|lap|bus|car|"
    rf"boat|sail|bib|car|kart|bike|squad|troop|unit|engine|ladder|station|bay|gate|seat|row|age|aged|turns?|turning|happy|{_MONTH}|"
    rf"house|haus|casa|maison|lot|plot|block|locker|mile|pier|dock|slip|berth|hangar|trail|cabin|hut|camp|zimmer|chambre|suite|floor|level|deck|"
    rf"table|tisch|mesa|tower|hole|vol|volume|edition|serial|art|order|code|pin|platoon|battalion|regiment|company|flight|gleis|track|channel|[nsew]))[\s.:]*|"
    rf"[€$£]\s|[€$£°/+\-.:,'’‘]|\d[\s.:/-]+)$"
)
_AFTER = re.compile(
    rf"(?:\s*{_UNIT}(?![^\W_])|\s*[°'′\"″%€$£]|[./:,-]\d|\s*(?:{_MONTH})(?![^\W_])|\s*(?:bc|ad|ce|bce|n|s|e|w)(?![^\W_])|\s*(?:today|birthday|geburtstag))"
)
_NUMBERED_FIELD = re.compile(r"number|num|jersey|^no$|^nr$|year|date|jahr|size|age", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+")
#: Letters that stand beside a code and mean the same, so that nobody takes the number for a year.
_COMPANIONS = ("hh", "ss")


@dataclass(frozen=True, slots=True)
class CodeHit:
    """A code met in the folded reading; ``end`` half-open."""

    term: Term
    start: int
    end: int
    #: A context word of the entry stands beside it.
    in_context: bool


class Codes:
    """Finds number codes and tells them from years, dates, sizes, jersey numbers and coordinates."""

    def __init__(self, terms: Iterable[Term]) -> None:
        self._by_key: dict[str, list[Term]] = defaultdict(list)
        for term in terms:
            self._by_key[_key(term.term)].append(term)

    def find(self, reading: Reading) -> list[CodeHit]:
        if not self._by_key or not any(c.isdigit() for c in reading.text):
            return []
        found = []
        company = Company(reading)
        for token in _TOKEN.finditer(reading.text):
            for term in self._meant_by(_key(token.group())):
                hit = self._judge(reading, company, term, token.start(), token.end())
                if hit:
                    found.append(hit)
        return found

    def _meant_by(self, key: str) -> list[Term]:
        """The codes that the token is, or begins or ends with beside letters of the same kind: ``1488hh``."""
        stems = (key[: -len(pair)] if key.endswith(pair) else key.removeprefix(pair) for pair in _COMPANIONS)
        return next((found for each in (key, *stems) if (found := self._by_key.get(each))), [])

    def _judge(self, reading: Reading, company: Company, term: Term, start: int, end: int) -> CodeHit | None:
        text = reading.text
        in_words, in_numbers = _in_context(term, company, *reading.place(start, end))
        if in_words:
            return CodeHit(term, start, end, True)
        if _is_plain_number(reading, start, end):
            return None
        if in_numbers:
            return CodeHit(term, start, end, True)
        is_alone = not (_WORD.search(text, 0, start) or _WORD.search(text, end))
        written_apart = not text[start:end].isalnum()
        digits = sum(c.isdigit() for c in text[start:end])
        if digits == 4 and term.severity >= 3 and not _is_year(text[start:end]) and not text[end:].strip():
            return CodeHit(term, start, end, False)
        if (
            is_alone
            and (digits >= 3 or not text[start:end].isdigit())
            or (written_apart and digits >= 4 and not _looks_dated(text[start:end]))
        ):
            return CodeHit(term, start, end, False)
        return None


def _in_context(term: Term, company: Company, low: int, high: int) -> tuple[bool, bool]:
    """Whether a word of the entry's context stands near, and whether a number of it does: numbers stand near each other
    in every coordinate, so these make no code of what is plainly a number."""
    words = tuple(each for each in term.context if not each.isdigit())
    numbers = tuple(each for each in term.context if each.isdigit())
    return company.holds(words, low, high), company.holds(numbers, low, high)


def _is_year(text: str) -> bool:
    """A year in which a customer or a shop may have begun."""
    return text[:2] in ("17", "18", "19", "20")


def _key(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())


def _is_plain_number(reading: Reading, start: int, end: int) -> bool:
    text = reading.text
    if _BEFORE.search(text[max(0, start - 16) : start]) or _AFTER.match(text, end):
        return True
    return any(_NUMBERED_FIELD.search(span.field) for span in reading.spans(start, end))


def _looks_dated(token: str) -> bool:
    parts = [int(part) for part in _NUMBER.findall(token)]
    return len(parts) in (2, 3) and all(part <= 31 for part in parts) and any(part <= 12 for part in parts)
