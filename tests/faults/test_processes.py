"""``moderation serve --processes``: one of the processes dies, and the shop notices nothing that lasts."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from api.storage.database import Database
from tests.api.conftest import make_token
from tests.conftest import find_free_port
from tests.delivery.receiver import wait_until

ROOT = Path(__file__).parents[2]
HEAD = "# purpose: For tests.\n# licence: Apache-2.0\n# category: profanity\n# language: en\n# owner: policy@example\n"


@pytest.fixture
def served(new_sqlite_url, tmp_path, monkeypatch):
    """The address, the key and the supervisor of a server with two processes, a short list and no model."""
    url = new_sqlite_url()
    database = Database(url)
    token = make_token(database, "Shop")
    database.close()
    words = tmp_path / "blocklists/profanity/en.csv"
    words.parent.mkdir(parents=True)
    words.write_text(HEAD + "id,term,match,action,severity,reason\np1,darn,word,reject,3,oath\n")
    given = {
        "MODERATION_DATABASE_URL": url,
        "MODERATION_SECRET_KEY": "k" * 32,
        "MODERATION_BLOCKLISTS": str(tmp_path / "blocklists"),
        "MODERATION_MODEL_DIRECTORY": str(tmp_path),
        "MODERATION_CACHE_DIR": str(tmp_path / "cache"),
        "PYTHONPATH": str(ROOT),
    }
    port = find_free_port()
    command = [sys.executable, "-m", "api.cli", "serve", "--processes", "2", "--port", str(port)]
    process = subprocess.Popen(
        command, env={**os.environ, **given}, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    yield f"http://127.0.0.1:{port}", token, process
    process.terminate()
    process.wait(60)


@pytest.mark.slow
def test_a_process_that_is_killed_is_replaced_and_its_answers_are_kept(served):
    address, token, supervisor = served
    order = {"fields": [{"name": "a", "text": "darn"}]}

    def send(key):
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": key, "Connection": "close"}
        try:
            return httpx.post(f"{address}/v1/screenings", json=order, headers=headers, timeout=20)
        except httpx.TransportError:
            return None

    def answers():
        return httpx.get(f"{address}/healthz", headers={"Connection": "close"}, timeout=20).is_success

    wait_until(lambda: len(servers_of(supervisor.pid)) == 2 and is_up(answers), 90)
    first = send("before")
    assert (first.status_code, first.json()["status"]) == (201, "rejected")
    before = servers_of(supervisor.pid)
    os.kill(before[0], signal.SIGKILL)
    wait_until(lambda: len(set(servers_of(supervisor.pid)) - set(before)) == 1, 90)
    wait_until(lambda: send("after") is not None, 30)
    again = send("before")
    assert (again.status_code, again.content) == (200, first.content)


def test_the_others_stop_when_the_first_process_is_killed():
    """Else they held the port, and nobody would replace or stop them."""
    other = "import api.cli.serve as s, time; s._end_with_the_first(); print('at work', flush=True); time.sleep(60)"
    first = (
        "import multiprocessing, time\n"
        f"multiprocessing.get_context('spawn').Process(target=exec, args=({other!r},)).start()\n"
        "time.sleep(60)"
    )
    command = [sys.executable, "-c", first]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout.readline() == b"at work\n"
        process.kill()
        began = time.monotonic()
        assert process.stdout.read() == b""  # which ends when nobody is left who could write
        assert time.monotonic() - began < 30


def is_up(answers):
    try:
        return answers()
    except httpx.TransportError:
        return False


def servers_of(pid):
    """The server processes of a supervisor; another child only keeps count of what they share."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(child) for child in children if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()]
