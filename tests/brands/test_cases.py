"""The cases of ``cases/*.yaml``: what a text on a product is, and is not, evidence of."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from moderation.detectors.brand import BrandDetector
from moderation.reading import read
from moderation.request import parse_request

CASES = [
    pytest.param(case, id=f"{path.stem}-{name}")
    for path in sorted((Path(__file__).parent / "cases").glob("*.yaml"))
    for name, case in yaml.safe_load(path.read_text(encoding="utf-8")).items()
]
CONTEXT = {"brand": "Strider", "product": "shoe"}


@pytest.mark.parametrize("case", CASES)
def test_case(case: dict[str, Any], detector: BrandDetector) -> None:
    order = {key: case[key] for key in ("text", "fields", "brand", "product") if key in case}
    request = parse_request({**CONTEXT, **order})
    found = detector.detect(read(request))
    expected = case["evidence"]
    assert sorted({each.category.value for each in found if each.score >= 0.5}) == sorted(
        {e["category"] for e in expected}
    )
    for wanted in expected:
        fitting = [each for each in found if each.category.value == wanted["category"]]
        if "theme" in wanted:
            assert any(each.source.startswith(f"themes/{wanted['theme']}/") for each in fitting), [
                e.source for e in fitting
            ]
        if "covers" in wanted:
            covered = {request.text_of(span.field)[span.start : span.end] for each in fitting for span in each.spans}
            assert wanted["covers"] in covered
        if "says" in wanted:
            assert any(wanted["says"] in each.explanation for each in fitting), [e.explanation for e in fitting]
