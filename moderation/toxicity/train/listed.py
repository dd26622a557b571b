"""Training rows from the shipped English lists: what policy people wrote down once serves the model too.

Only for training. A listed term says nothing about what the model makes of unlisted ones, so none is held back; and
phrases that stand in a held-back row are left out, so that the report stays about unseen texts.
"""

import random
from collections.abc import Collection, Iterator, Mapping

from moderation.evidence import Category
from moderation.terms import load_lists
from moderation.terms.term import Action, MatchKind, Term
from moderation.toxicity.train.disguise import disguised, dressed
from moderation.toxicity.train.families import LABEL_SETS
from moderation.toxicity.train.rows import Row, share

#: The label set of a category's entries. Names of groups and places, codes and brands say nothing by their sound.
LABELS: Mapping[Category, str] = {
    Category.PROFANITY: "obscene",
    Category.SEXUAL: "sexual",
    Category.HARASSMENT: "insult",
    Category.HATE: "hate",
    Category.VIOLENCE: "threat",
    Category.SELF_HARM: "selfharm",
}
SEVERE: Mapping[str, str] = {"hate": "hate_severe"}

#: Entries written as frames over whole rosters of groups; one in three teaches the frame.
FRAMED = 0.35


def rows(held_back: Collection[str], seed: int = 20) -> Iterator[Row]:
    """Harmful rows from entries that would stop an order, clean ones from allow entries and from mere notes.

    Args:
        held_back: Texts, case-folded, of which no phrase may be taken.
    """
    lists = load_lists(None)
    everything = "\n".join(held_back)

    def is_new(text: str) -> bool:
        return " " not in text or text.casefold() not in everything

    for term in lists.blocked:
        label = _label(term)
        if label and is_new(term.term):
            yield from _dressed(term.term, label, 2 if term.category is not Category.HATE else 1, seed)
    for allowed in lists.allowed:
        if _is_plain(allowed.term) and is_new(allowed.term):
            yield from _dressed(allowed.term, "clean", 1, seed)


def _label(term: Term) -> str:
    """The label set of an entry; empty when it teaches nothing."""
    if term.language != "en" or term.match not in (MatchKind.WORD, MatchKind.PHRASE) or not _is_plain(term.term):
        return ""
    label = LABELS.get(term.category, "")
    if not label or term.context or term.unless:
        return ""
    if term.action is Action.NOTE:
        return "clean" if term.severity == 1 and " " in term.term else ""
    if term.severity == 1 or "aloud" in term.reason:
        return ""
    if term.category is Category.HATE and " " in term.term and share(term.term, "framed") > FRAMED:
        return ""
    return SEVERE.get(label, label) if term.severity == 4 else label


def _is_plain(text: str) -> bool:
    """Whether it is made of words: no code, no emoji, no pattern."""
    return len(text) >= 3 and all(each.isalpha() or each in " '-" for each in text)


def _dressed(text: str, label: str, count: int, seed: int) -> Iterator[Row]:
    for number in range(count):
        chance = random.Random(f"{seed}:listed:{text}:{number}")
        dress = disguised if chance.random() < 0.06 else dressed
        yield Row(text=dress(text, chance), source=f"listed/{label}", labels=LABEL_SETS[label], frame=text)
