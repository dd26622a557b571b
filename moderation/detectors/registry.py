"""The detectors, in running order: what cannot be made, what is private, what is listed, what is about the brand,
and last the model that sees what no list names.
"""

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


class MissingDetector:
    """Stands where a detector should be that could not start; every order goes to review and says so."""

    def __init__(self, name: str, cause: str) -> None:
        self.name = name
        self.cause = cause

    def detect(self, readings: Readings) -> list[Evidence]:
        raise DetectorUnavailable(self.cause)


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
        MissingDetector("toxicity", toxicity) if isinstance(toxicity, str) else ToxicityDetector(toxicity),
    )
