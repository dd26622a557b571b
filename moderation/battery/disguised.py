"""Disguised spellings by the thousand: every technique applied to every term, from a seed, never from a list."""

import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from moderation.battery.sample import Sample
from moderation.battery.techniques import EDITS, OF_PHRASES, TECHNIQUES, WHOLE
from moderation.matching.lexicon import PERSON, WORD, load_lexicon
from moderation.reading.fold import fold_text
from moderation.terms.term import Action, MatchKind, Term

_FRAMES = ("{}", "{}", "you {}", "hello {} team", "{} forever", "my friend {} 4 life", "Best wishes, {}")
_KINDS = frozenset({MatchKind.WORD, MatchKind.PREFIX, MatchKind.SUFFIX, MatchKind.INSIDE, MatchKind.PHRASE})


def choose_terms(terms: Iterable[Term], *, each: int, seed: int = 1) -> list[Term]:
    """Up to ``each`` terms of every category and language, single words before phrases.

    Only terms that stop an order wherever it is sold: none that is mild, merely noted, or bound to a region, a brand
    or a context.
    """
    groups: dict[tuple[str, str], list[Term]] = defaultdict(list)
    for term in terms:
        if _suits(term):
            groups[term.category, term.language].append(term)
    chosen = []
    for key in sorted(groups):
        rng = random.Random(f"{seed}/{key}")
        group = sorted(groups[key], key=lambda term: (" " in term.term, rng.random()))
        chosen += group[:each]
    return chosen


def _suits(term: Term) -> bool:
    words = term.term.split()
    return (
        term.match in _KINDS
        and term.severity >= 2
        and term.action is not Action.NOTE
        and not (term.regions or term.scope or term.context)
        and all(word.isalpha() for word in words)
        and (3 <= len(term.term) <= 14 if len(words) == 1 else len(words) <= 3)
    )


def disguise(terms: Sequence[Term], *, seed: int = 1, variants: int = 1) -> Iterator[Sample]:
    """Every technique on every term that it suits, ``variants`` times, alone and in a harmless frame."""
    for term in terms:
        written = term.term.lower()
        for technique, make in TECHNIQUES.items():
            if " " in written and technique not in OF_PHRASES:
                continue
            rng = random.Random(f"{seed}/{written}/{technique}")
            for _ in range(variants):
                made = make(written, rng)
                if made is None or made == written or (technique in EDITS and _is_ordinary(made)):
                    continue
                frame = "{}" if technique in WHOLE else rng.choice(_FRAMES)
                yield _sample(term, technique, (frame.format(made),))
        if " " not in written and len(written) >= 4:
            rng = random.Random(f"{seed}/{written}/fields")
            at = rng.randrange(2, len(written) - 1) if len(written) > 4 else 2
            yield _sample(term, "split over two fields", (written[:at], written[at:]))


def _sample(term: Term, technique: str, texts: tuple[str, ...]) -> Sample:
    return Sample(
        texts=texts, is_harmful=True, kind=technique, language=term.language, category=term.category, source=term.id,
        is_held=is_held(term.term.lower(), technique),
    )  # fmt: skip


def is_held(term: str, technique: str) -> bool:
    """A third of the terms, and a quarter of the pairs of the rest, are never fitted on; decided by their letters."""
    return sum(map(ord, term)) % 3 == 0 or sum(map(ord, term + technique)) % 4 == 0


def _is_ordinary(word: str) -> bool:
    """Known as a word of some language or a person's name: then it is read as itself."""
    return bool(load_lexicon().kinds(fold_text(word)) & (WORD | PERSON))
