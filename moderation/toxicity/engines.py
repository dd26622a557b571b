"""The two ways to ask a model: the compiled file through onnxruntime, or the real Detoxify class through torch.

Both are given the same windows and answer alike. The server uses the first and never imports torch.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import onnxruntime
from tokenizers import Encoding, Tokenizer

from moderation.errors import DetectorUnavailable, ModelError
from moderation.toxicity.cache import CacheCounts, ScoreCache
from moderation.toxicity.compiled import read_compiled
from moderation.toxicity.scores import Scores, maximum
from moderation.toxicity.thresholds import Threshold, read_thresholds
from moderation.toxicity.windows import readable, windows

if TYPE_CHECKING:
    from moderation.toxicity.checkpoint import Checkpoint


class _WindowedModel(ABC):
    """What both engines share: windows, the cache, and the tokenizer's own normalisation as cache key."""

    def __init__(
        self,
        version: str,
        tokenizer: Tokenizer,
        window: int,
        thresholds: Mapping[str, Threshold],
        cache: ScoreCache | None,
    ) -> None:
        self.version = version
        self.thresholds = thresholds
        self._tokenizer = tokenizer
        self._window = window
        self._cache = ScoreCache() if cache is None else cache
        tokenizer.no_truncation()
        tokenizer.no_padding()

    def scores(self, text: str) -> Scores:
        """One score for each class of the model; see ``ToxicityModel.scores``."""
        text = readable(text)
        # Texts that the tokenizer reads alike (letter case, for an uncased model) share one answer.
        normalizer = self._tokenizer.normalizer
        key = normalizer.normalize_str(text) if normalizer else text
        return self._cache.get_or_make(self.version, key, lambda _: self._score_windows(text))

    def cache_counts(self) -> CacheCounts:
        """Hits and misses since the start."""
        return self._cache.counts()

    def _score_windows(self, text: str) -> Scores:
        try:
            encoding = self._tokenizer.encode(text)
            if len(encoding.ids) <= self._window:
                return self._score(text, encoding)
            pieces = windows(text, self._tokenizer, self._window)
            return maximum(self._score(window, self._tokenizer.encode(window)) for window in pieces)
        except (RuntimeError, MemoryError) as error:
            raise DetectorUnavailable(f"The toxicity model could not answer ({type(error).__name__}).") from error

    @abstractmethod
    def _score(self, window: str, encoding: Encoding) -> Scores:
        """The scores of one text that fits the model's window, given as its tokens too."""


class OnnxEngine(_WindowedModel):
    """Serves a compiled model. One message at a time: int8 ranges span a batch, so neighbours would matter."""

    def __init__(self, folder: Path, *, threads: int = 1, cache: ScoreCache | None = None) -> None:
        """
        Args:
            folder: A folder made by ``moderation models compile``.
            threads: Threads for one message; 1 serves the most messages on a busy machine.

        Raises:
            ModelError: The folder is incomplete or damaged.
        """
        compiled = read_compiled(folder)
        thresholds = read_thresholds(folder / "thresholds.json", compiled.classes)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        # The arena keeps the memory of the longest message ever seen; our tensors are small without it.
        options.enable_cpu_mem_arena = False
        try:
            self._session: Any = onnxruntime.InferenceSession(
                folder / "model.onnx", options, providers=["CPUExecutionProvider"]
            )
            tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        except Exception as error:  # onnxruntime and tokenizers raise bare exceptions of their own
            raise ModelError(
                f"{folder} cannot be loaded ({error}). Delete it and run `moderation models compile` again."
            ) from error
        super().__init__(compiled.version, tokenizer, compiled.window, thresholds, cache)
        self._classes = compiled.classes

    def _score(self, window: str, encoding: Encoding) -> Scores:
        inputs = {
            "input_ids": np.array([encoding.ids], np.int64),
            "attention_mask": np.array([encoding.attention_mask], np.int64),
        }
        try:
            logits = self._session.run(None, inputs)[0][0]
        except Exception as error:  # onnxruntime's exceptions share no base; out of memory is one of them
            raise DetectorUnavailable(f"The toxicity model could not answer ({type(error).__name__}).") from error
        chances = 1.0 / (1.0 + np.exp(-logits.astype(np.float64)))
        return dict(zip(self._classes, chances.tolist(), strict=False))


class DetoxifyEngine(_WindowedModel):
    """Serves a checkpoint through the real Detoxify class; the reference, ten times slower."""

    def __init__(
        self,
        checkpoint: "Checkpoint",
        *,
        thresholds: Mapping[str, Threshold] | None = None,
        cache: ScoreCache | None = None,
    ) -> None:
        from moderation.toxicity.checkpoint import as_detoxify, tokenizer_of

        self._detoxify = as_detoxify(checkpoint)
        if thresholds is None:
            thresholds = read_thresholds(checkpoint.folder / "thresholds.json", checkpoint.classes)
        super().__init__(checkpoint.sha256[:12], tokenizer_of(self._detoxify), checkpoint.window, thresholds, cache)

    def _score(self, window: str, encoding: Encoding) -> Scores:
        return {name: float(score) for name, score in self._detoxify.predict(window).items()}
