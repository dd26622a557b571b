"""The demo in a process of its own, as `make run` starts it."""

import re
import shlex
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

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
        started_at = time.monotonic()
        self.process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        printed: list[str] = []
        assert self.process.stdout is not None
        for line in self.process.stdout:
            printed.append(line)
            if line.startswith("Ctrl+C"):
                self.seconds = time.monotonic() - started_at
                return "".join(printed)
        raise AssertionError("the demo ended early:\n" + "".join(printed))

    def stop(self) -> None:
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(10)


def curl_line(printed: str) -> list[str]:
    line = re.search(r"^curl .*?-d '.*?'$", printed, re.MULTILINE | re.DOTALL)
    assert line, printed
    return shlex.split(line.group().replace("\\\n", " "))


def token_in(printed: str) -> str:
    found = re.search(r"Bearer (mk_\S+?)'", printed)
    assert found, printed
    return found.group(1)
