"""The detectors, in running order: what cannot be made, what is private, what is listed, what is about the brand,
and last the model that sees what no list names.
"""

from typing import ClassVar

from moderation.brands import BrandBook
from moderation.detectors.base import Detector
from moderation.detectors.blocklist import BlocklistDetector
from moderation.detectors.brand import BrandDetector
from moderation.detectors.personal_info import PersonalInfoDetector
from moderation.detectors.producible import ProducibleDetector
from moderation.detectors.toxicity import ToxicityDetector
from moderation.errors import DetectorUnavailable
from moderation.evidence import Evidence
from moderation.products import Products
from moderation.reading import Readings
from moderation.terms import TermLists
from moderation.toxicity import ToxicityModel


class MissingToxicity:
    """Stands where the classifier should be when it could not start; every order goes to review and says so."""

    name: ClassVar[str] = ToxicityDetector.name

    def __init__(self, cause: str) -> None:
        self._cause = cause

    def detect(self, readings: Readings) -> list[Evidence]:
        raise DetectorUnavailable(self._cause)


def build_detectors(
    lists: TermLists, brands: BrandBook, products: Products, toxicity: ToxicityModel | str
) -> tuple[Detector, ...]:
    """The detectors every order passes through, cheapest first.

    Args:
        toxicity: The model, or why there is none.
    """
    return (
        ProducibleDetector(products),
        PersonalInfoDetector(),
        BlocklistDetector(lists),
        BrandDetector(brands),
        MissingToxicity(toxicity) if isinstance(toxicity, str) else ToxicityDetector(toxicity),
    )
