"""Single letters set apart: where a run of them begins and ends, and whether a term is a part of it of its own."""

import re

from moderation.matching.lexicon import Lexicon
from moderation.matching.segment import likelihood

_BEFORE = re.compile(r"(?:(?<![^\W_])[^\W_][\W_]{1,3})+\Z")
_AFTER = re.compile(r"(?:[\W_]{1,3}[^\W_](?![^\W_]))+")
#: How far a run is followed to either side.
_REACH = 80


def is_whole_run(text: str, start: int, end: int, lexicon: Lexicon) -> bool:
    """Letters that stand apart are one run; what is left of it around ``text[start:end]`` must be words as well.

    ``y o u s u c k`` holds two words; the last six letters of ``b a s t a r d`` are none of their own.
    """
    before = _BEFORE.search(text, max(0, start - _REACH), start)
    after = _AFTER.match(text, end, end + _REACH)
    rests = ("".join(c for c in found.group() if c.isalnum()) for found in (before, after) if found)
    return all(not rest or likelihood(rest, lexicon) is not None for rest in rests)
