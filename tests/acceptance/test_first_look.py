"""The first look at the product, as a new user takes it: one command, a shop that works, a curl line that answers."""

import json
import re
import shlex
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).parents[2]
MODERATION = [sys.executable, "-m", "api.cli"]


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


class Demo:
    """The demo in a process of its own, as `make run` starts it."""

    def __init__(self, directory: Path) -> None:
        self.port = free_port()
        self.directory = directory

    def start(self) -> str:
        """Start and return what is printed to the person who looks."""
        command = [*MODERATION, "demo", "--serve", "--directory", str(self.directory), "--port", str(self.port)]
        self.started_at = time.monotonic()
        self.process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        printed: list[str] = []
        assert self.process.stdout is not None
        for line in self.process.stdout:
            printed.append(line)
            if line.startswith("Ctrl+C"):
                self.seconds = time.monotonic() - self.started_at
                return "".join(printed)
        raise AssertionError("the demo ended early:\n" + "".join(printed))

    def stop(self) -> None:
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(10)


@pytest.fixture(scope="module")
def look(tmp_path_factory):
    demo = Demo(tmp_path_factory.mktemp("demo") / "shop")
    printed = demo.start()
    yield demo, printed
    demo.stop()


def curl_line(printed: str) -> list[str]:
    line = re.search(r"^curl .*?-d '.*?'$", printed, re.MULTILINE | re.DOTALL)
    assert line, printed
    return shlex.split(line.group().replace("\\\n", " "))


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
    token = re.search(r"Bearer (mk_\S+?)'", printed).group(1)
    items, cursor = [], None
    with httpx.Client(base_url=f"http://127.0.0.1:{demo.port}", headers={"Authorization": f"Bearer {token}"}) as client:
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


def test_the_second_start_keeps_the_data_and_is_quick(tmp_path):
    demo = Demo(tmp_path / "shop")
    first = demo.start()
    demo.stop()
    second = demo.start()
    demo.stop()
    assert curl_line(first)[3:] == curl_line(second)[3:]
    assert "Seeding" not in second
    assert demo.seconds < 10
