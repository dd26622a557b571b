"""Toxicity: seven scores for a text, from a small model that serves offline and fast.

The embedded default and Detoxify's own checkpoints are compiled once (``moderation models compile``) and then
served by onnxruntime; torch is needed to compile and to train, never to serve.
"""

from moderation.toxicity.loading import compile_model, load_model
from moderation.toxicity.scores import CLASSES, Scores, ToxicityModel
from moderation.toxicity.thresholds import Threshold

__all__ = ["CLASSES", "Scores", "Threshold", "ToxicityModel", "compile_model", "load_model"]
