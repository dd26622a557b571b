"""Agreement: how far two readers come to the same, beyond what chance alone would give."""

from collections import Counter
from collections.abc import Hashable, Iterable

#: Pairs below which a kappa says more about luck than about people.
ENOUGH = 10


def cohen_kappa(pairs: Iterable[tuple[Hashable, Hashable]]) -> float | None:
    """Cohen's kappa of pairs of labels, the first reader's before the second's.

    Returns:
        1.0 for full agreement, 0.0 for what chance gives, below 0.0 for less. None where it is not defined: without
        a pair, or when both readers only ever used one and the same label, so that chance alone explains everything.

    Source: J. Cohen, A coefficient of agreement for nominal scales, 1960: ``(observed - chance) / (1 - chance)``.
    """
    seen = list(pairs)
    if not seen:
        return None
    observed = sum(first == second for first, second in seen) / len(seen)
    firsts, seconds = Counter(first for first, _ in seen), Counter(second for _, second in seen)
    chance = sum(firsts[label] * seconds[label] for label in firsts) / len(seen) ** 2
    return None if chance == 1 else (observed - chance) / (1 - chance)


def share_alike(pairs: Iterable[tuple[Hashable, Hashable]]) -> float | None:
    """Share of the pairs in which both say the same; None without a pair."""
    seen = list(pairs)
    return sum(first == second for first, second in seen) / len(seen) if seen else None
