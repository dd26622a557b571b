"""The whole pipeline as it is shipped: real lists, profiles and model."""

import pytest

from moderation.pipeline import Pipeline, build_pipeline


@pytest.fixture(scope="session")
def shipped() -> Pipeline:
    return build_pipeline()
