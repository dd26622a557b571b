"""Segmenting: the words that a run of letters without spaces is made of."""

from collections.abc import Sequence

from moderation.brands.lexicon import Lexicon
from moderation.brands.ordinary import is_common
from moderation.matching.lexicon import load_lexicon

LONGEST_WORD = 24
#: A common word up to this long may fill a gap between words of the lexicon.
_LONGEST_FILLER = 12
#: On the Zipf scale: an English word seen once in a hundred thousand.
_WRITTEN = 4.0
#: Pieces up to this long are found in any word, unless they are words such as "are" and "by".
_CRUMB = 3
_EVERYWHERE = 5.0


def segment(letters: str, lexicons: Sequence[Lexicon]) -> list[tuple[int, int]]:
    """The fewest words that make up all the letters, as half-open places; empty when there are none.

    Words of the lexicon count as one, other ordinary words as more: they only fill the gaps.
    """
    best: list[tuple[float, tuple[tuple[int, int], ...]] | None] = [None] * (len(letters) + 1)
    best[0] = (0.0, ())
    for start in range(len(letters)):
        here = best[start]
        if here is None:
            continue
        for end in range(start + 1, min(len(letters), start + LONGEST_WORD) + 1):
            cost = _cost(letters[start:end], lexicons)
            before = best[end]
            if cost and (before is None or here[0] + cost < before[0]):
                best[end] = (here[0] + cost, (*here[1], (start, end)))
    final = best[len(letters)]
    if final is None or len(final[1]) < 2:
        return []
    places = list(final[1])
    return [] if _is_rubble([letters[start:end] for start, end in places]) else places


def _is_rubble(pieces: Sequence[str]) -> bool:
    """Whether it is an unknown word broken up: mostly crumbs, with a word of some lexicon among them by chance."""
    crumbs = [piece for piece in pieces if len(piece) <= _CRUMB and load_lexicon().english(piece) < _EVERYWHERE]
    return len(crumbs) > len(pieces) - len(crumbs)


def _cost(piece: str, lexicons: Sequence[Lexicon]) -> float:
    """What a word costs in a segmentation, 0.0 for none at all."""
    if len(piece) == 1:
        # The "s" is that of a possessive which lost its apostrophe.
        return 1.0 if piece in "ai" or piece.isdecimal() else 2.0 if piece == "s" else 0.0
    for lexicon in lexicons:
        if cost := lexicon.cost(piece):
            return cost
    if piece.isdecimal():
        return 1.0
    if len(piece) > _LONGEST_FILLER:
        return 0.0
    if is_common(piece):
        return 1.6
    return 1.9 if len(piece) >= 3 and load_lexicon().english(piece) >= _WRITTEN else 0.0
