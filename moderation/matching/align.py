"""What a disguise changed: the letters of a term laid beside the stretch of text in which its key was met."""

from dataclasses import dataclass
from functools import lru_cache

from moderation.matching.skeleton import View, classes_of


@dataclass(frozen=True, slots=True)
class Disguise:
    """How far a stretch of text is from the plain term; all counts of letters."""

    #: Digits and signs that stand for a letter.
    leet: int = 0
    #: Letters taken for another of their class: ``i`` for ``l``, ``u`` for ``v``.
    swapped: int = 0
    #: Letters repeated beyond the term's own.
    repeated: int = 0
    #: Double letters written once.
    dropped: int = 0
    #: Stretches of the term between gaps, e.g. ``("fu", "ck")``; one when written together.
    parts: tuple[str, ...] = ()
    #: What stands between the parts.
    gaps: str = ""

    @property
    def is_apart(self) -> bool:
        """Every letter stands alone."""
        return len(self.parts) > 1 and all(len(part) == 1 for part in self.parts)


def align(letters: str, view: View, units: range, start: int, end: int) -> Disguise | None:
    """Compare a term's letters with the units of a view that have the same key.

    Keys being equal, runs of letters of one class pair up with units one to one.

    None where a run is both longer than the term's and of other letters: ``like a`` is no ``ikea``.

    Args:
        start, end: Offsets in the reading to which the first and last unit are cut.
    """
    text = view.reading.text
    if text[start:end] == letters:
        return Disguise(parts=(letters,))
    leet = swapped = repeated = dropped = 0
    parts: list[str] = []
    gaps = ""
    previous = -1
    for run, unit in zip(runs_of(letters), units, strict=True):
        met = others = 0
        for at in range(max(start, view.starts[unit]), min(end, view.ends[unit])):
            character = text[at]
            if view.key[unit] not in classes_of(character):
                continue
            wanted = run[min(met, len(run) - 1)]
            met += 1
            if not character.isalpha():
                leet += character != wanted
            else:
                others += character != wanted
            if at == previous + 1 and parts:
                parts[-1] += character
            else:
                gaps += text[previous + 1 : at] if parts else ""
                parts.append(character)
            previous = at
        if others and met > len(run):
            return None
        swapped += others
        repeated += max(0, met - len(run))
        dropped += max(0, len(run) - met)
    return Disguise(leet, swapped, repeated, dropped, tuple(parts), gaps)


@lru_cache(maxsize=65536)
def runs_of(letters: str) -> tuple[str, ...]:
    """``"asshole"`` -> ``("a", "ss", "h", "o", "l", "e")``: one run per character of its key."""
    runs: list[str] = []
    for letter in letters:
        if runs and classes_of(runs[-1][0])[0] == classes_of(letter)[0]:
            runs[-1] += letter
        else:
            runs.append(letter)
    return tuple(runs)
