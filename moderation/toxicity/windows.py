"""Cut a long text into overlapping windows that each fit the model; nothing is silently cut.

Windows are pieces of the text, not of its token ids, so that every engine is given the same strings and
gives the same scores.
"""

import re
from typing import Any

#: Tokens that two neighbouring windows share, so that no phrase is only ever seen in halves.
OVERLAP = 16

#: A run of characters this long without a space is no word; word-piece tokenizers would read it as unknown.
_RUN = re.compile(r"\S{61,}")
_RUN_PIECE, _RUN_STEP = 50, 40

#: The same character over and over says no more the hundredth time, but would cost a window for every few dozen.
_REPEATED = re.compile(r"(.)\1{11,}", re.DOTALL)


def readable(text: str) -> str:
    """The text as a tokenizer can take it: no lone surrogates, no endless words or repetitions.

    Only the model sees this; what is judged and stored stays the customer's text.
    """
    text = text.encode("utf-8", "replace").decode("utf-8")
    text = _REPEATED.sub(lambda run: run.group(1) * 12, text)
    return _RUN.sub(lambda run: " ".join(_pieces(run.group())), text)


def windows(text: str, tokenizer: Any, limit: int) -> list[str]:
    """The pieces of a readable text, in order, each of at most ``limit`` tokens with the special ones.

    Args:
        tokenizer: A ``tokenizers.Tokenizer`` without truncation.
    """
    room = limit - int(tokenizer.num_special_tokens_to_add(False))
    encoding = tokenizer.encode(text, add_special_tokens=False)
    count = len(encoding.ids)
    if count <= room:
        return [text]
    found: list[str] = []
    step = max(1, room - OVERLAP)
    for first in range(0, count, step):
        last = min(first + room, count) - 1
        piece = text[encoding.offsets[first][0] : encoding.offsets[last][1]]
        found.extend(_fitting(piece, tokenizer, room))
        if last == count - 1:
            break
    return found


def _fitting(piece: str, tokenizer: Any, room: int) -> list[str]:
    """The piece, or its halves when it reads as more tokens on its own than it did inside the whole."""
    if len(piece) < 2 or len(tokenizer.encode(piece, add_special_tokens=False).ids) <= room:
        return [piece]
    middle = len(piece) // 2
    return _fitting(piece[:middle], tokenizer, room) + _fitting(piece[middle:], tokenizer, room)


def _pieces(run: str) -> list[str]:
    return [run[at : at + _RUN_PIECE] for at in range(0, len(run) - (_RUN_PIECE - _RUN_STEP), _RUN_STEP)]
