"""The first look at the product, as a new user takes it: one command, a shop that works, a curl line that answers."""

import json
import subprocess
import time
from collections import Counter

import httpx
import pytest

from tests.acceptance.demo_process import ROOT, curl_line, token_in


def test_the_printed_line_can_be_pasted_and_gives_the_printed_answer(look):
    _demo, printed = look
    answer = json.loads(subprocess.run(curl_line(printed), capture_output=True, check=True, timeout=30).stdout)
    shown = json.loads(printed[printed.index("\n{") : printed.rindex("}") + 1])
    assert {key: answer[key] for key in shown} == shown
    assert answer["status"] == "in_review"
    assert answer["case"]["queue"] == "brand"
    assert answer["reasons"][0]["category"] == "brand_targeting"


def test_the_shop_is_believable(look):
    demo, printed = look
    items, cursor = [], None
    with httpx.Client(
        base_url=f"http://127.0.0.1:{demo.port}", headers={"Authorization": f"Bearer {token_in(printed)}"}
    ) as client:
        while True:
            page = client.get("/v1/screenings", params={"limit": 50, **({"cursor": cursor} if cursor else {})}).json()
            items += page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                break
        assert client.get("/docs").status_code == 200
    statuses = Counter(item["status"] for item in items)
    queues = {item["case"]["queue"] for item in items if item["case"]}
    assert len(items) >= 60
    assert min(statuses[s] for s in ("approved", "rejected", "in_review")) >= 5
    assert {"brand", "general", "names-and-marks", "hate-and-safety"} <= queues


@pytest.mark.alone
def test_the_second_start_keeps_the_data_and_is_quick(look):
    """`make run` again is up in under ten seconds: what make looks at first, and the server.

    By the clock, so nothing else may run beside it.
    """
    demo, first = look
    assert "Seeding" in first
    took: list[float] = []
    while len(took) < 2 and not (took and took[-1] < 10):  # a machine that was busy gets another try
        demo.stop()
        started_at = time.monotonic()
        subprocess.run(["make", ".models/.compiled"], cwd=ROOT, capture_output=True, check=True, timeout=60)
        making = time.monotonic() - started_at
        again = demo.start()
        took.append(making + demo.seconds)
        assert curl_line(first)[3:] == curl_line(again)[3:]
        assert "Seeding" not in again
    assert took[-1] < 10, took
