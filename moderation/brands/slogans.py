"""Mock slogans: near a slogan of the brand or its competitors, but turned against it."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher

from moderation.brands.hearing import Statement
from moderation.brands.words import fold_all, split

#: A text that keeps less than this share of a slogan's words is another text.
_LEAST_KEPT = 0.6


@dataclass(frozen=True, slots=True, kw_only=True)
class Mockery:
    """A slogan and what was made of it."""

    slogan: str
    #: The words that turn it, as written.
    changed: tuple[str, ...]
    #: Share of the slogan's words that are left, 0.0 to 1.0.
    kept: float
    #: Characters of the reading, half-open.
    start: int
    end: int


class Slogans:
    """The slogans that an order for one brand is compared with."""

    def __init__(self, slogans: Iterable[str], hostile: frozenset[str]) -> None:
        """
        Args:
            hostile: Concepts that turn a slogan against its brand: denial, insult, harm.
        """
        texts = tuple(dict.fromkeys(slogans))
        self._slogans = [(text, split(folded)) for text, folded in zip(texts, fold_all(texts), strict=True)]
        self._hostile = hostile
        self._by_word: dict[str, list[int]] = defaultdict(list)
        for number, (_, words) in enumerate(self._slogans):
            for word in set(words):
                self._by_word[word].append(number)

    def mocked(self, statement: Statement) -> Mockery | None:
        """The slogan that the statement turns, the closest one; None for a true slogan and for a fair variation."""
        turning = {m.first for m in statement.mentions if m.concept in self._hostile}
        if not turning:
            return None
        texts = [word.text for word in statement.words]
        shared = Counter(number for text in dict.fromkeys(texts) for number in self._by_word.get(text, ()))
        near = (self._slogans[number] for number, count in shared.items() if 2 * count >= len(self._slogans[number][1]))
        found = (self._compare(slogan, words, texts, turning, statement) for slogan, words in near if len(words) > 1)
        return max((mockery for mockery in found if mockery), key=lambda mockery: mockery.kept, default=None)

    def _compare(
        self, slogan: str, words: tuple[str, ...], texts: list[str], hostile: set[int], statement: Statement
    ) -> Mockery | None:
        blocks = [b for b in SequenceMatcher(None, texts, words, autojunk=False).get_matching_blocks() if b.size]
        left = sum(block.size for block in blocks)
        kept = left / len(words)
        # Of two words one is enough, where the other stands in the place of the slogan's.
        swapped = len(texts) == len(words) == 2 and blocks[0].a == blocks[0].b
        if not swapped and (kept < _LEAST_KEPT or left < 2):
            return None
        same = {at for block in blocks for at in range(block.a, block.a + block.size)}
        first, last = blocks[0].a, blocks[-1].a + blocks[-1].size
        lead, tail = blocks[0].b, len(words) - (blocks[-1].b + blocks[-1].size)
        near = range(max(0, first - max(1, lead)), min(len(texts), last + max(1, tail)))
        changed = [at for at in near if at not in same]
        if not hostile & set(changed) or len(changed) > len(words):
            return None
        low, high = min(first, *changed), max(last, changed[-1] + 1)
        return Mockery(
            slogan=slogan, changed=tuple(texts[at] for at in changed), kept=kept,
            start=statement.words[low].start, end=statement.words[high - 1].end,
        )  # fmt: skip
