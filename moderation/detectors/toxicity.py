"""The language model as a detector: harm that no list names, told as evidence of the kind it is.

The model is one witness among several and never rejects an order alone: it cannot say which words it means, so its word
is no reason that a customer could be given. It learned from English; what it says of other languages and of names alone
counts only when it is surer ("Die Oma" is a grandmother).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import ClassVar

from moderation.evidence import Category, Evidence, Outcome, Severity, Span
from moderation.matching.lexicon import MERE_NAME, Lexicon, load_lexicon
from moderation.reading import LONGEST, Readings
from moderation.reading.names import said
from moderation.toxicity import ToxicityModel
from moderation.toxicity.cache import CacheCounts
from moderation.toxicity.groups import impartial_scores
from moderation.toxicity.names import anyone
from moderation.toxicity.thresholds import REVIEW_SCORE

#: Model passes for one order. The joined text always is one; fields of a many-lined order share the rest.
MOST_PASSES = 3

#: Fewer Latin letters are a monogram or a size, and no language.
FEWEST_LETTERS = 4

#: Zipf frequency from which a word is everyday English, whatever else it is.
EVERYDAY_ENGLISH = 3.5

#: So few words give the model little to go by; the lists know more of them.
SHORT = 2

#: What is believed of one word, of two, of a text with a third of strange words, and of one that holds no other. Chosen on
#: held-back rows: the first steps from the review score upwards spare few innocent texts for each harmful one they let pass.
SURE_OF_ONE_WORD = 0.85
SURE_OF_SHORT = 0.7
SURE_OF_MIXED = 0.6
SURE_OF_STRANGE = 0.9
#: What is believed of groups of people where the text is short or not all English: there to be named is enough to be suspected.
SURE_OF_GROUPS = 0.8

_WORD = re.compile(r"[^\W\d_]+")

#: Readings beside the written one that undo a disguise, the most telling first.
UNDISGUISED = ("leet", "look-alikes", "folded")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Meaning:
    """What one class of the model means here."""

    category: Category
    severity: Severity
    #: Completes "The language model reads this as ...".
    phrase: str


#: Classes that name the kind of harm, in the order in which they are reported.
SPECIFIC: Mapping[str, _Meaning] = {
    "identity_attack": _Meaning(category=Category.HATE, severity=3, phrase="an attack on a group of people"),
    "threat": _Meaning(category=Category.VIOLENCE, severity=3, phrase="a threat or a call for violence"),
    "sexual_explicit": _Meaning(category=Category.SEXUAL, severity=2, phrase="sexually explicit"),
    "obscene": _Meaning(category=Category.PROFANITY, severity=2, phrase="obscene"),
    "insult": _Meaning(category=Category.HARASSMENT, severity=2, phrase="an insult"),
}

#: Classes that only say "harmful"; they speak when no specific class does, so that nothing counts twice.
GENERAL: Mapping[str, _Meaning] = {
    "severe_toxicity": _Meaning(category=Category.HARASSMENT, severity=3, phrase="severely abusive"),
    "toxicity": _Meaning(category=Category.HARASSMENT, severity=2, phrase="abusive"),
}

_MEANINGS = {**SPECIFIC, **GENERAL}


@dataclass(frozen=True, slots=True, kw_only=True)
class _View:
    """One text of an order that is worth a pass of the model."""

    text: str
    reading: str
    #: The field, when only one is meant.
    field: str | None = None
    #: What the model is asked, where that is another text: names are known by capitals that the view has no more.
    asked: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Finding:
    """The highest common score of a class and the view that gave it."""

    score: float
    view: _View


class ToxicityDetector:
    """Asks a toxicity model about the order as a whole, its disguises undone, and its fields."""

    name: ClassVar[str] = "toxicity"

    def __init__(self, model: ToxicityModel, lexicon: Lexicon | None = None) -> None:
        self._model = model
        self._ask = impartial_scores(model)
        self._lexicon = lexicon or load_lexicon()

    def cache_counts(self) -> CacheCounts:
        """How often the model's cache knew the answer, for the metrics page."""
        return self._model.cache_counts()

    def detect(self, readings: Readings) -> list[Evidence]:
        """Evidence of each specific class over its review threshold, else of the general ones.

        Raises:
            DetectorUnavailable: The model cannot answer.
        """
        words = _WORD.findall(readings.folded.text)
        if words and len("".join(words)) < FEWEST_LETTERS and all(map(str.isascii, words)):
            return []
        found = self._findings(readings)
        enough = self._sureness(words)
        over = {name: finding for name, finding in found.items() if finding.score >= _enough(name, enough)}
        is_severe = "severe_toxicity" in over
        named = [name for name in SPECIFIC if name in over] or [name for name in GENERAL if name in over][:1]
        classes = tuple((name, round(found[name].score, 2)) for name in _MEANINGS if name in found)
        return [replace(self._evidence(name, over[name], readings, is_severe), classes=classes) for name in named]

    def _sureness(self, words: list[str]) -> float:
        """The common score from which the model is believed: higher the less of the text is English.

        Mere names are read through one that every model knows, so beside other words they are no strangers.
        """
        kinds = [self._lexicon.kinds(word) if self._is_strange(word) else 0 for word in words]
        if words and all(kinds):
            return SURE_OF_STRANGE
        if 0 < len(words) <= SHORT:
            return SURE_OF_ONE_WORD if len(words) == 1 else SURE_OF_SHORT
        strange = sum(not each & MERE_NAME for each in kinds if each)
        return SURE_OF_MIXED if strange * 3 >= len(words) else REVIEW_SCORE

    def _is_strange(self, word: str) -> bool:
        """A name, a place or a word of another language; what nobody knows may be a disguise and is not."""
        kinds = self._lexicon.kinds(word)
        return bool(kinds) and self._lexicon.english(word) < EVERYDAY_ENGLISH

    def _findings(self, readings: Readings) -> dict[str, _Finding]:
        highest: dict[str, _Finding] = {}
        for view in _views(readings):
            for name, raw in self._ask(view.asked or view.text).items():
                score = self._model.thresholds[name].common(raw)
                if name not in highest or score > highest[name].score:
                    highest[name] = _Finding(score=score, view=view)
        return highest

    def _evidence(self, name: str, finding: _Finding, readings: Readings, is_severe: bool) -> Evidence:
        view, meaning = finding.view, _MEANINGS[name]
        severity: Severity = 4 if is_severe and meaning.severity >= 3 else 3 if is_severe else meaning.severity
        whole = "the beginning of the text" if readings.is_long else "the whole text"
        where = f"the field {view.field!r}" if view.field else whole
        how = "" if view.reading == "as written" else f", {said(view.reading)},"
        return Evidence(
            detector=self.name,
            category=meaning.category,
            severity=severity,
            score=round(finding.score, 4),
            spans=_spans(readings, view),
            reading=view.reading,
            source=f"{name}@{self._model.version}",
            read_as=view.text if view.reading != "as written" else "",
            explanation=f"The language model reads {where}{how} as {meaning.phrase}.",
            at_most=Outcome.REVIEW,
        )


def _enough(name: str, enough: float) -> float:
    """From which score one class is believed where ``enough`` holds for the others."""
    return max(enough, SURE_OF_GROUPS) if name == "identity_attack" and enough > REVIEW_SCORE else enough


def _views(readings: Readings) -> list[_View]:
    """At most ``MOST_PASSES`` different texts; the joined text first, so that every word is seen at least once.

    Of a text that is too long to be read in every way, which a person sees in any case, the beginning is asked about.
    """
    views: list[_View] = []
    seen: set[str] = set()
    for view in _candidates(readings):
        key = " ".join(view.text.split())
        if key and key not in seen:
            seen.add(key)
            views.append(view)
        if len(views) == MOST_PASSES:
            break
    return views


def _candidates(readings: Readings) -> Iterator[_View]:
    fields = readings.request.fields
    joined = " ".join(field.text for field in fields)
    if readings.is_long:
        # A person looks at it whatever is said of it; the model would take a minute for a book of digits.
        yield _View(text=joined, reading="as written", asked=joined[:LONGEST])
        return
    yield _View(text=joined, reading="as written")
    plain = joined.casefold()
    for name in UNDISGUISED:
        text = next((reading.text for reading in readings if reading.name == name), plain)
        if " ".join(text.split()) != " ".join(plain.split()):
            yield _View(text=text, reading=name)
            break
    else:
        if joined.isupper():
            # Engraving is often in capitals, which a cased model takes for shouting.
            yield _View(text=joined.lower(), reading="lower case", asked=anyone(joined).lower())
    if len(fields) > 1:
        for field in sorted(fields, key=lambda field: -len(field.text)):
            yield _View(text=field.text, reading="as written", field=field.name)


def _spans(readings: Readings, view: _View) -> tuple[Span, ...]:
    """The whole of the field that was read, or of every field: the model does not say which words it means."""
    return tuple(
        Span(field=field.name, start=0, end=len(field.text))
        for field in readings.request.fields
        if field.text and view.field in (None, field.name)
    )
