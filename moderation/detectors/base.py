"""What a detector is: a name and one method; models and lists are handed in ready."""

from typing import ClassVar, Protocol

from moderation.evidence import Evidence
from moderation.reading import Readings


class Detector(Protocol):
    """Looks at the readings of one order and says what it found."""

    name: ClassVar[str]

    def detect(self, readings: Readings) -> list[Evidence]:
        """Evidence in the order of the text; an empty list when there is nothing to say.

        Raises:
            DetectorUnavailable: The detector cannot answer now. The order goes to review.
        """
        ...
