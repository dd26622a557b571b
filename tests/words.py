"""A detector that is easy to predict, for everything that is not about detecting."""

import re
from typing import ClassVar

from moderation.evidence import Category, Evidence
from moderation.reading import Readings


class WordDetector:
    """Says what a test tells it to: ``rejectme`` is profanity for sure, ``reviewme`` criticism, ``breakme`` a fault."""

    name: ClassVar[str] = "words"

    def detect(self, readings: Readings) -> list[Evidence]:
        text = readings.as_written.text
        if "breakme" in text:
            raise RuntimeError(f"a fault that quotes {text}")
        words = {"rejectme": (Category.PROFANITY, 3, 0.95), "reviewme": (Category.BRAND_TARGETING, 2, 0.8)}
        return [
            Evidence(
                detector=self.name,
                category=category,
                severity=severity,
                score=score,
                spans=readings.as_written.spans(*match.span()),
                source=f"words/{word}",
                explanation=f"The test's own word {word}.",
            )
            for word, (category, severity, score) in words.items()
            for match in re.finditer(word, text)
        ]
