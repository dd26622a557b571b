"""What else an entry hits: names, places and common words that a person would not mean by it.

The matcher protects words and names it knows; a list should not lean on that. An entry that equals a name or an
everyday word of another language needs a context (``unless``) or a milder action.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache

import wordfreq
from ahocorasick_rs import AhoCorasick, Implementation

from moderation.matching.lexicon import GIVEN, PLACE, SURNAME, load_lexicon
from moderation.terms.finding import Finding, Level
from moderation.terms.gazetteer import named_things
from moderation.terms.lint import WILDCARDS, Inventory, Placed, folded_key, writes_without_gaps
from moderation.terms.term import Action, MatchKind

#: Languages whose everyday words an entry of another language is held against.
LANGUAGES = (
    "ar",
    "cs",
    "da",
    "de",
    "el",
    "en",
    "es",
    "fi",
    "fr",
    "hi",
    "hu",
    "id",
    "it",
    "nb",
    "nl",
    "pl",
    "pt",
    "ro",
    "ru",
    "sv",
    "tr",
    "uk",
    "vi",
)
#: Languages whose words wordfreq keeps under another code, and back.
_SPOKEN_AS = {"no": "nb"}
_LISTED_AS = {"nb": "no"}
#: Zipf frequency from which a word is everyday: 4 is once in 100,000 words.
EVERYDAY = 4.0
#: On the Zipf scale.
TEN_TIMES = 1.0
_KINDS = ((GIVEN, "given name"), (SURNAME, "surname"), (PLACE, "place"))
_SHOWN = 5


@dataclass(slots=True)
class Also:
    """What one wildcard entry hits besides what it is meant for."""

    #: Kind -> what is hit, the most frequent first: ``{"word": ["scrape", ...], "surname": [...]}``.
    by_kind: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def __str__(self) -> str:
        """``37 words (scrape, grape, ...) and 4 surnames (Draper, ...)``."""
        parts = []
        for kind, hit in self.by_kind.items():
            shown = ", ".join(hit[:_SHOWN]) + (", ..." if len(hit) > _SHOWN else "")
            parts.append(f"{len(hit)} {kind}{'s' if len(hit) > 1 else ''} ({shown})")
        return " and ".join(parts)


def find_collisions(inventory: Inventory) -> Iterator[Finding]:
    """Findings of the rules ``collision`` (wildcards), ``name`` and ``other-language`` (equal words)."""
    innocent = {each.key for each in inventory.allowed}
    yield from _wildcards(inventory, innocent)
    for placed in inventory.terms:
        if placed.term.match in (MatchKind.WORD, MatchKind.EXACT) and not _is_thought_of(placed):
            yield from _named(placed)
            yield from _everyday_elsewhere(placed, inventory)


def _is_thought_of(placed: Placed) -> bool:
    """Causes nothing, or only in a context that somebody has thought of."""
    return placed.term.action is Action.NOTE or bool(placed.term.unless or placed.term.context)


def _named(placed: Placed) -> Iterator[Finding]:
    kinds = load_lexicon().kinds(placed.key)
    names = [name for bit, name in _KINDS if kinds & bit]
    if names and placed.term.severity < 3 and placed.term.action is Action.REJECT:
        fact = f'"{placed.term.term}" rejects, and is also a {" and a ".join(names)}.'
        yield placed.finding("name", fact, 'Use action "review", or write the innocent phrases into unless.')


def _everyday_elsewhere(placed: Placed, inventory: Inventory) -> Iterator[Finding]:
    """What refuses must be less everyday elsewhere than at home; what only asks for a person, not ten times more so."""
    term = placed.term
    if term.language == "any" or " " in placed.key:
        return
    listed = {each.term.language for each in inventory.by_key[placed.key] if each.term.action is not Action.NOTE}
    margin = 0.0 if term.action is Action.REJECT else TEN_TIMES
    least = max(EVERYDAY, *(_zipf(language).get(placed.key, 0.0) + margin for language in (term.language, "en")))
    hit = [
        f"{language} ({zipf:.1f})"
        for language in LANGUAGES
        if not listed & {language, _LISTED_AS.get(language, language)}
        and (zipf := _zipf(language).get(placed.key, 0.0)) >= least
        and zipf > least - margin
    ]
    if hit:
        does = "rejects" if term.action is Action.REJECT else "asks for a person"
        fact = f'"{term.term}" {does}, and is an everyday word in {", ".join(hit)}.'
        weaker = "review" if term.action is Action.REJECT else "note"
        advice = f'Use action "{weaker}", write the innocent phrases into unless, or list it in that language, too.'
        yield placed.finding("other-language", fact, advice)


def _wildcards(inventory: Inventory, innocent: set[str]) -> Iterator[Finding]:
    entries = [each for each in inventory.terms if each.term.match in WILDCARDS and not writes_without_gaps(each.key)]
    if not entries:
        return
    for placed, also in _also(entries, {each.key for each in inventory.terms} | innocent):
        fact = f'"{placed.term.term}" with match {placed.term.match} also hits {also}.'
        advice = 'Use match "word", or list the innocent ones under allow/.'
        level = Level.ERROR if placed.term.action is Action.REJECT and set(also.by_kind) - {"word"} else Level.WARNING
        yield placed.finding("collision", fact, advice, level)


def _also(entries: list[Placed], listed: set[str]) -> Iterator[tuple[Placed, Also]]:
    """Only ends and middles of words are searched, in one pass over all words and names."""
    automaton = AhoCorasick([each.key for each in entries], implementation=Implementation.ContiguousNFA)
    found: dict[int, Also] = defaultdict(Also)
    for word, kind in _vocabulary({each.term.language for each in entries}):
        if word in listed:
            continue
        for number, start, end in automaton.find_matches_as_indexes(word, overlapping=True):
            if _reaches(entries[number].term.match, start, end, len(word)):
                found[number].by_kind[kind].append(word)
    for number in sorted(found):
        yield entries[number], found[number]


def _reaches(match: MatchKind, start: int, end: int, length: int) -> bool:
    at_start, at_end = start == 0, end == length
    if at_start and at_end:
        return False  # the entry itself
    return (
        (match is MatchKind.INSIDE)
        or (match is MatchKind.PREFIX and at_start)
        or (match is MatchKind.SUFFIX and at_end)
    )


def _vocabulary(languages: Iterable[str]) -> Iterator[tuple[str, str]]:
    for language in sorted({"en", *languages} & set(LANGUAGES)):
        words = _zipf(language)
        yield from ((word, "word") for word in sorted(words, key=words.__getitem__, reverse=True))
    yield from named_things()


@cache
def _zipf(language: str) -> Mapping[str, float]:
    """Folded everyday words of a language with their Zipf frequency; empty for a language that is not covered."""
    language = _SPOKEN_AS.get(language, language)
    if language not in LANGUAGES:
        return {}
    words = wordfreq.get_frequency_dict(language, "small")
    return {folded_key(word): wordfreq.freq_to_zipf(frequency) for word, frequency in words.items()}
