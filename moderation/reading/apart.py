"""Letters set apart: ``f u c k``, ``f.u.c.k``, one letter a line, or the same filler between every two letters; and words
set apart by their capitals alone."""

import re

from moderation.reading.text import Reading

#: Three or more single characters with something that is neither letter nor digit between every two of them.
_ONE = r"(?:[^\W_]|(?<=\s)[@$!|+](?=\s))"
_SPELLED = re.compile(rf"(?<![^\W_]){_ONE}(?:[\W_]{{1,5}}{_ONE}(?![^\W_])){{2,}}")
_LETTER = re.compile(r"[^\W_]|[@$!|+]")
#: A line that ends in a letter and one that is a short number.
_NUMBERED = re.compile(r"(?<=[^\W\d_])(\n)(?=\d{1,3}(?:\n|$))")
_FILLED = re.compile(r"(?<![^\W_])([^\W\d_])([^\W\d_])(?:[^\W\d_]\2){1,}[^\W\d_](?![^\W_])")


#: Three words and more that only their capitals part, two in a hashtag; ``McDonald`` and ``VanDyke`` are one.
_HUMPED = re.compile(r"(?<![^\W_])(?:[A-Z]?[a-z]+(?:[A-Z][a-z]+){2,}|(?<=#)[A-Z]?[a-z]+[A-Z][a-z]+)(?![^\W_])")


def at_capitals(as_written: Reading) -> Reading | None:
    """Words run together with a capital each, with a gap before the capitals; None where there are none."""
    if as_written.text.islower() or not (words := list(_HUMPED.finditer(as_written.text))):
        return None
    gaps = {at for word in words for at in range(word.start() + 1, word.end()) if as_written.text[at].isupper()}
    return as_written.respelled(
        "words by capitals", [f" {c}" if at in gaps else c for at, c in enumerate(as_written.text)]
    )


def closed_up(folded: Reading) -> Reading | None:
    """Letters that stand apart joined to words, everything else as it is; None where none stand apart."""
    joined: dict[int, tuple[int, int]] = {}
    for run in _SPELLED.finditer(folded.text):
        joined[run.start()] = run.span()
    if not joined:
        return None
    pieces: list[tuple[str, int, int]] = []
    at = 0
    for start, end in joined.values():
        pieces += [(folded.text[k], k, k + 1) for k in range(at, start)]
        pieces += [(folded.text[k], k, k + 1) for k in range(start, end) if _LETTER.match(folded.text[k])]
        at = end
    pieces += [(folded.text[k], k, k + 1) for k in range(at, len(folded.text))]
    return folded.rewritten("letters apart", pieces)


def joined_fields(folded: Reading) -> Reading | None:
    """A name and the number below it in one word, as on a jersey: ``HELL`` and ``0``; None without such a pair."""
    text = folded.text
    if "\n" not in text or not (pairs := {found.start(1) for found in _NUMBERED.finditer(text)}):
        return None
    return folded.rewritten("name and number", ((c, at, at + 1) for at, c in enumerate(text) if at not in pairs))


def without_filler(folded: Reading) -> Reading | None:
    """Words in which every second letter is the same, without it: ``fxuxcxk``; None where there is none."""
    words = list(_FILLED.finditer(folded.text))
    if not words:
        return None
    dropped = {at for word in words for at in range(word.start() + 1, word.end(), 2)}
    return folded.rewritten(
        "filler letters", ((c, at, at + 1) for at, c in enumerate(folded.text) if at not in dropped)
    )
