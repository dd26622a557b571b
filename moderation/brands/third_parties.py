"""Third parties: protected names and famous people, told apart from ordinary names by what stands beside them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from moderation.brands.hearing import Mention, Statement
from moderation.brands.lexicon import ANY, Lexicon
from moderation.brands.marks import Mark
from moderation.brands.words import fold_all, split
from moderation.evidence import Category
from moderation.matching.lexicon import GIVEN, PERSON, SURNAME, load_lexicon

_NAME, _PART, _CONTEXT = "mark:", "part:", "context:"
#: Words this far from an ordinary name may make it a reference.
_REACH = 4
#: What a field is called that holds a person's name.
_NAME_FIELD = re.compile(
    r"(?:^|[\W_])(?:sur)?(?:name|player|nom|prenom|nombre|apellido|nome|cognome|naam|vorname|nachname)", re.I
)
_LONGEST_NAME = 3
#: On the Zipf scale: a word as common as this is a word first; what is only a given name, "princess", sooner.
_COMMON, _COMMON_GIVEN = 5.0, 4.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A mark that a person will recognise."""

    mark: Mark
    #: The word that makes an ordinary name the reference; empty when the whole name stands there.
    context: str
    #: Characters of the reading, half-open.
    start: int
    end: int


def marks_lexicon(marks: Iterable[Mark]) -> Lexicon:
    """The names, parts and contexts of all marks; each mark is its own concept."""
    entries: list[tuple[str, str, int]] = []
    for number, mark in enumerate(marks):
        kinds = ((_NAME, _forms(mark)), (_PART, mark.alone), (_CONTEXT, mark.context))
        for kind, names in kinds:
            if names:
                entries += [(folded, f"{kind}{number}", ANY) for folded in fold_all(names) if split(folded)]
    return Lexicon(entries, frozenset(), tolerant=False)


def _forms(mark: Mark) -> list[str]:
    """The names of a mark, and several things of a brand: "Nikes"."""
    names = [mark.name, *mark.aliases]
    if mark.category is Category.PUBLIC_FIGURE:
        return names
    return [*names, *(f"{name}s" for name in names if name.isalpha() and not name.endswith("s"))]


def rivals(statement: Statement, names: tuple[str, ...]) -> list[Reference]:
    """Every competitor of the brand's own profile that the statement names, once each."""
    found: dict[str, Reference] = {}
    by_letters = {"".join(split(folded)): name for name, folded in zip(names, fold_all(names), strict=True)}
    for mention in statement.mentions:
        letters = "".join(word.text for word in statement.words[mention.first : mention.last])
        if mention.concept == "competitor" and letters in by_letters:
            name = by_letters[letters]
            mark = Mark(name=name, category=Category.THIRD_PARTY_BRAND)
            found.setdefault(name, Reference(mark=mark, context="", start=mention.start, end=mention.end))
    return list(found.values())


def references(statement: Statement, marks: tuple[Mark, ...]) -> list[Reference]:
    """Every mark that the statement refers to, once each."""
    names: list[tuple[int, Mention]] = []
    parts: list[tuple[int, Mention]] = []
    contexts: dict[int, Mention] = {}
    for mention in statement.mentions:
        kind, _, row = mention.concept.rpartition(":")
        if kind + ":" == _NAME:
            names.append((int(row), mention))
        elif kind + ":" == _PART:
            parts.append((int(row), mention))
        elif kind + ":" == _CONTEXT:
            contexts[int(row)] = mention
    found = {
        number: Reference(mark=marks[number], context="", start=m.start, end=m.end)
        for number, m in names
        if not _is_own_name(m, statement)
    }
    for number, part in parts:
        beside = contexts.get(number)
        if number in found or beside is None or (beside.start < part.end and part.start < beside.end):
            continue
        if beside.first - part.last <= _REACH and part.first - beside.last <= _REACH:
            start, end = min(part.start, beside.start), max(part.end, beside.end)
            text = statement.reading.text[beside.start : beside.end]
            found[number] = Reference(mark=marks[number], context=text, start=start, end=end)
    return list(found.values())


def _is_own_name(mention: Mention, statement: Statement) -> bool:
    """Whether a mark of one word is somebody's own name there: "Anna Ferrari", or "Lamborghini" in a field for names."""
    lexicon = load_lexicon()
    kind = lexicon.kinds(statement.words[mention.first].text) & PERSON
    if not kind or mention.last - mention.first > 1:
        return False
    field = statement.reading.spans(mention.start, mention.end)[0].field
    beside = [
        word.text
        for at, word in enumerate(statement.words)
        if at != mention.first and statement.reading.spans(word.start, word.end)[0].field == field
    ]
    if len(beside) >= _LONGEST_NAME or not all(lexicon.kinds(word) & PERSON for word in beside):
        return False
    wanted = GIVEN if kind & SURNAME else SURNAME
    return bool(_NAME_FIELD.search(field)) or any(lexicon.kinds(word) & wanted and _is_name(word) for word in beside)


def _is_name(word: str) -> bool:
    lexicon = load_lexicon()
    both = lexicon.kinds(word) & PERSON == PERSON
    return lexicon.english(word) < (_COMMON if both else _COMMON_GIVEN)
