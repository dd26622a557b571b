"""One order followed the whole way: in by HTTP, held, decided by a person in the console, out by webhook, true reason and all."""

import json
import re
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest
from standardwebhooks import Webhook

from tests.acceptance.demo_process import token_in


@pytest.fixture
def shop():
    """The shop's own server, which keeps what it is sent."""
    received: list[tuple[dict[str, str], bytes]] = []

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            received.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/hooks", received
    server.shutdown()


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, f"no {name} on the page"
    return found.group(1)


def until(seconds: float, look):
    """What ``look`` finds within a time; fails when it finds nothing."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := look():
            return found
        time.sleep(0.2)
    raise AssertionError(f"nothing within {seconds} s")


def test_the_shop_is_told_the_true_reason(look, shop):
    demo, printed = look
    address, received = shop
    base = f"http://127.0.0.1:{demo.port}"
    checkout = httpx.Client(base_url=base, headers={"Authorization": f"Bearer {token_in(printed)}"}, timeout=30)
    endpoint = checkout.post("/v1/webhook-endpoints", json={"url": address}).raise_for_status().json()
    secret = Webhook(endpoint["secret"])

    order = {"reference": "whole-way", "brand": "Strider", "product": "shoe", "locale": "en"}
    order["fields"] = [{"name": "left", "text": "Sw3at"}, {"name": "right", "text": "sh0p"}]
    held = checkout.post("/v1/screenings", json=order).raise_for_status().json()
    assert held["status"] == "in_review"
    assert held["case"]["queue"] == "brand"

    reviewer = httpx.Client(base_url=base, follow_redirects=True, timeout=30)
    page = reviewer.get("/console/sign-in").text
    form = {"csrf": hidden(page, "csrf"), "email": "robin@demo.example", "password": "try-the-console"}
    assert reviewer.post("/console/sign-in", data={**form, "back": "/console"}).status_code == 200
    case = f"/console/cases/{held['case']['id']}"
    page = reviewer.get(case).text
    claimed = reviewer.post(f"{case}/claim", data={"csrf": hidden(page, "csrf"), "version": hidden(page, "version")})
    assert "Sw3at" in claimed.text
    decision = {"outcome": "reject", "reason": "brand_targeting", "ground": ""}
    form = {"csrf": hidden(claimed.text, "csrf"), "version": hidden(claimed.text, "version")}
    assert reviewer.post(f"{case}/decide", data={**form, **decision}).status_code == 200

    def rejected():
        now = checkout.get(f"/v1/screenings/{held['id']}").json()
        return now if now["status"] == "rejected" else None

    stands = until(45, rejected)
    assert [reason["category"] for reason in stands["reasons"]] == ["brand_targeting"]
    assert "critical statement about the brand" in stands["message"]
    assert stands["case"] is None

    def told():
        events = [(headers, json.loads(body), body) for headers, body in received]
        mine = [e for e in events if e[1]["type"] == "screening.rejected" and e[1]["data"]["id"] == held["id"]]
        return mine[0] if mine else None

    headers, event, body = until(30, told)
    secret.verify(body, headers)
    assert [reason["category"] for reason in event["data"]["reasons"]] == ["brand_targeting"]
    assert event["data"]["decided_by"] == "Reviewer R"
    assert b"Sw3at" not in body
