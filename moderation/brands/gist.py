"""Gist: what a statement amounts to when no frame fits it; a linear model over the concepts heard, in any order.

A frame knows how something is said; strangers find other ways. The gist knows only which concepts came together, so it
is asked last, and its coefficients are few enough to be read: see ``weights.json`` under ``gist``.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from moderation.brands.framing import Claim
from moderation.brands.hearing import Mention, Statement
from moderation.brands.lexicon import SMALL
from moderation.brands.stance import GIFT_PRODUCTS, Setting
from moderation.brands.themes import Frame, Themes

_TARGETS = frozenset({"brand", "company", "they", "product", "this", "it"})
_PLAIN = frozenset({"plain", "self", "of", "by", "in", "to", "is", "you", "your", "for", "on", "with"})
#: Stands where a frame's pattern would.
GIST = "gist"
#: Statements longer than this are letters and poems; their words come together by chance.
_MOST_WORDS = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class GistWeights:
    """Coefficients: of features every statement has, and of single concepts."""

    bias: float
    shared: Mapping[str, float]
    concepts: Mapping[str, float]

    def score(self, shared: Mapping[str, float], concepts: Iterable[str]) -> float:
        """0.0 to 1.0."""
        total = self.bias + sum(self.shared.get(name, 0.0) * value for name, value in shared.items())
        total += sum(self.concepts.get(name, 0.0) for name in concepts)
        return 1.0 / (1.0 + math.exp(-total))


class Gist:
    """The second hearing of a statement."""

    def __init__(self, themes: Themes, weights: GistWeights) -> None:
        self._weights = weights
        #: concept -> theme -> how strongly the one speaks of the other.
        self._about: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
        for frame in themes.frames:
            for part in frame.parts:
                for concept in part - _TARGETS:
                    near = frame.strength / (len(frame.parts) * len(part))
                    self._about[concept][frame.theme] = max(self._about[concept][frame.theme], near)

    def features(
        self, statement: Statement, setting: Setting, surest: float
    ) -> tuple[dict[str, float], frozenset[str]]:
        """What is weighed: the shared features by name, and the concepts heard.

        Args:
            surest: Score of the surest claim that a frame heard, 0.0 for none.
        """
        concepts = frozenset(m.concept for m in statement.mentions if ":" not in m.concept) - _PLAIN
        telling = {c for c in concepts if c in self._about and c not in SMALL and c not in _TARGETS}
        mass = max(self._masses(telling).values(), default=0.0)
        known = {at for m in statement.mentions for at in range(m.first, m.last)}
        count = len(statement.words) or 1
        product = setting.product.lower().replace("_", " ").split()
        shared = {
            "surest": surest,
            "mass": min(mass, 3.0),
            "telling": min(len(telling), 6) / 4,
            "brand": float("brand" in concepts),
            "item": float(bool(concepts & {"product", "this"})),
            "maker": float(bool(concepts & {"they", "company"})),
            "family": float(bool(concepts & {"family", "gift"})),
            "unknown": 1.0 - len(known & set(range(count))) / count,
            "gift_product": float(any(word.rstrip("s") in GIFT_PRODUCTS for word in product)),
            "brandless": float(not setting.has_brand),
        }
        return shared, concepts

    def claim(self, statement: Statement, setting: Setting, surest: float) -> tuple[Claim, float] | None:
        """The theme that the statement seems to be about and how sure that is; None when nothing telling was said."""
        if len(statement.words) > _MOST_WORDS and not any(m.how for m in statement.mentions):
            return None
        mentions = self._speaking(statement)
        masses = self._masses({mention.concept for mention in mentions} - _TARGETS)
        # One word alone has a frame of its own, or says nothing.
        if not masses or len({mention.first for mention in mentions}) < 2:
            return None
        score = self._weights.score(*self.features(statement, setting, surest))
        if score < 0.5:
            return None
        theme = max(masses, key=lambda name: (masses[name], name))
        frame = Frame(theme=theme, pattern=GIST, parts=(), ordered=False, gap=0, strength=score, gift=False)
        return Claim(frame, mentions), score

    def _masses(self, concepts: Iterable[str]) -> dict[str, float]:
        """Theme -> how much the concepts together speak of it."""
        masses: dict[str, float] = defaultdict(float)
        for concept in concepts:
            if concept in self._about:
                for theme, near in self._about[concept].items():
                    masses[theme] += near
        return masses

    def _speaking(self, statement: Statement) -> tuple[Mention, ...]:
        """The mentions that the finding is shown on."""
        return tuple(
            m
            for m in statement.mentions
            if (m.concept in self._about and m.concept not in SMALL) or m.concept in ("brand", "product", "this")
        )
