"""Training rows as the model sees them: piece ids, targets and what is known, in flat arrays that travel to any machine."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from moderation.toxicity.scores import CLASSES
from moderation.toxicity.train.rows import Row, share
from moderation.toxicity.windows import OVERLAP

#: Parts of the rows for cross-fitting: what teaches about a row has never seen it nor its sentence pattern.
FOLDS = 5

#: How far the label of a row from raters is believed where teachers have an opinion as well. What was written for
#: this product is believed fully.
BELIEF_IN_RATERS = 0.5

#: From this share of raters a long text counts as harmful somewhere, nobody knows where.
LEAST_DOUBT = 0.3
CUT_WEIGHT = 0.6


@dataclass(frozen=True, slots=True, kw_only=True)
class Examples:
    """N rows; every array has one entry for each, but ``ids``, which holds the pieces of all, one row behind the other."""

    ids: NDArray[np.uint16]
    #: N + 1 places in ``ids``.
    starts: NDArray[np.int64]
    #: N x classes, 0.0 to 1.0.
    targets: NDArray[np.float32]
    #: N x classes, whether the class has a label.
    known: NDArray[np.bool_]
    weight: NDArray[np.float32]
    #: Chance of taking part in an epoch.
    keep: NDArray[np.float32]
    #: 0 to ``FOLDS`` - 1.
    fold: NDArray[np.uint8]
    #: 1.0 where the label is ours, ``BELIEF_IN_RATERS`` where it is the mean of a few people.
    belief: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.weight)

    @property
    def lengths(self) -> NDArray[np.int64]:
        """Pieces of each row."""
        return np.diff(self.starts)

    @property
    def is_ours(self) -> NDArray[np.bool_]:
        """Whether each row was written for this product."""
        ours: NDArray[np.bool_] = self.belief == 1.0
        return ours

    def matrix(self, pad: int) -> NDArray[np.int32]:
        """N x longest row, filled up with ``pad``."""
        lengths = self.lengths
        filled = np.full((len(self), int(lengths.max())), pad, np.int32)
        filled[np.arange(filled.shape[1])[None, :] < lengths[:, None]] = self.ids
        return filled

    def save(self, path: Path) -> None:
        """Write one ``.npz`` file."""
        np.savez_compressed(path, **{name: getattr(self, name) for name in self.__dataclass_fields__})


def load_examples(path: Path) -> Examples:
    """Read what ``save`` wrote."""
    with np.load(path) as stored:
        return Examples(**{name: stored[name] for name in Examples.__dataclass_fields__})


def examples(rows: Sequence[Row], tokenizer: Any, window: int, keep: Mapping[str, float]) -> Examples:
    """Rows as arrays. A clean text longer than the window is clean in each of its windows.

    Args:
        tokenizer: A ``tokenizers.Tokenizer``.
        keep: By source, the share of its rows that one epoch sees; each epoch draws anew.
    """
    tokenizer.enable_truncation(window, stride=OVERLAP)
    encoded = tokenizer.encode_batch([row.text.encode("utf-8", "replace").decode() for row in rows])
    parts = [(row, part) for row, encoding in zip(rows, encoded, strict=True) for part in _parts(row, encoding)]
    lengths = [len(part.encoding.ids) for _, part in parts]
    return Examples(
        ids=np.concatenate([np.array(part.encoding.ids, np.uint16) for _, part in parts]),
        starts=np.concatenate([[0], np.cumsum(lengths)]),
        targets=np.array([[row.labels.get(name, 0.0) for name in CLASSES] for row, _ in parts], np.float32),
        known=np.array([[name in row.labels for name in CLASSES] for row, _ in parts], bool),
        weight=np.array([row.weight * part.weight for row, part in parts], np.float32),
        keep=np.array([keep.get(row.source, 1.0) for row, _ in parts], np.float32),
        fold=np.array([int(share(row.frame or row.text, "fold") * FOLDS) for row, _ in parts], np.uint8),
        belief=np.array([1.0 if row.frame else BELIEF_IN_RATERS for row, _ in parts], np.float32),
    )


class _Part(NamedTuple):
    """One window of a row."""

    encoding: Any
    #: Share of the row's weight.
    weight: float


def _parts(row: Row, encoding: Any) -> list[_Part]:
    if not encoding.overflowing:
        return [_Part(encoding, 1.0)]
    if row.labels.get("toxicity", 1.0) >= LEAST_DOUBT:
        # What the raters meant may stand behind the cut.
        return [_Part(encoding, CUT_WEIGHT)]
    windows = [encoding, *encoding.overflowing]
    return [_Part(window, 1.0 / len(windows)) for window in windows]
