"""One brand detector for all tests of this folder: loading takes a second."""

import pytest

from moderation.brands import BrandBook, load_brands
from moderation.detectors.brand import BrandDetector


@pytest.fixture(scope="session")
def book() -> BrandBook:
    return load_brands()


@pytest.fixture(scope="session")
def detector(book: BrandBook) -> BrandDetector:
    return BrandDetector(book)
