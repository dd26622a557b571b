"""docs/webhooks.md says what the code does."""

import re
from pathlib import Path
from typing import get_args

from api.delivery.deliveries import BACK_OFF
from api.delivery.routes import router
from api.delivery.schemas import EventType
from api.delivery.sending import TIMEOUT

TEXT = (Path(__file__).parents[2] / "docs" / "webhooks.md").read_text()
SECONDS = {"s": 1, "min": 60, "h": 3600}


def test_the_waits_are_those_of_the_worker() -> None:
    [row] = re.findall(r"^\| waits \| \|(.*)\|$", TEXT, re.MULTILINE)
    waits = [cell.split() for cell in row.split("|")]
    assert tuple(int(number) * SECONDS[unit] for number, unit in waits) == BACK_OFF
    assert 3 * 86_400 < sum(BACK_OFF) < 3.5 * 86_400
    assert TIMEOUT == 10
    assert "has ten seconds" in TEXT


def test_the_event_types_are_all_there() -> None:
    listed = set(re.findall(r"^\| `((?:screening|webhook)\.\w+)` \|", TEXT, re.MULTILINE))
    assert listed == {*get_args(EventType), "webhook.test"}


def test_every_call_that_is_named_exists() -> None:
    known = {(method, re.sub(r"\{\w+\}", "{}", route.path)) for route in router.routes for method in route.methods}
    named = re.findall(r"`(GET|POST|DELETE) (/v1/(?:webhook-endpoints|reconcile)[^`?]*)", TEXT)
    assert len(named) > 5
    for method, path in named:
        assert (method, re.sub(r"\{\w+\}", "{}", path)) in known, path
