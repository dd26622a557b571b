"""A shop's side of a webhook: a real HTTP server that verifies with the specification's own package."""

import contextlib
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from standardwebhooks import Webhook

Behaviour = Callable[[BaseHTTPRequestHandler], None]


def accept(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "0")
    handler.end_headers()


def answer(status: int, *, location: str | None = None, body: bytes = b"") -> Behaviour:
    """A behaviour: always this status."""

    def behave(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        if location is not None:
            handler.send_header("Location", location)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return behave


def hang(handler: BaseHTTPRequestHandler) -> None:
    """Never answer."""
    with contextlib.suppress(OSError):
        handler.connection.recv(1)


def drip(handler: BaseHTTPRequestHandler) -> None:
    """Answer a byte at a time, without end: every single read is quick, the whole never ends."""
    with contextlib.suppress(OSError):
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        while True:
            handler.wfile.write(b"a")
            handler.wfile.flush()
            time.sleep(0.1)


def flood(handler: BaseHTTPRequestHandler) -> None:
    """Accept, and send a body without end."""
    with contextlib.suppress(OSError):
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n")
        while True:
            handler.wfile.write(b"x" * 65_536)


def rubbish(handler: BaseHTTPRequestHandler) -> None:
    """Something that is not HTTP."""
    handler.wfile.write(b"\x00\xff\x00 hello, is it me?\r\n\r\n")
    with contextlib.suppress(OSError):
        handler.connection.shutdown(socket.SHUT_RDWR)


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """One request that arrived."""

    path: str
    headers: dict[str, str]
    body: bytes
    at: float

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    def verified(self, secret: str) -> Any:
        """The body's content. Raises ``WebhookVerificationError`` when the signature is not the secret's."""
        return Webhook(secret).verify(self.body, self.headers)


@dataclass
class Receiver:
    """Keeps what arrives; ``behave`` says how each request is answered, the last one for all that follow."""

    behave: list[Behaviour] = field(default_factory=lambda: [accept])
    received: list[Received] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers["Content-Length"])
                body = self.rfile.read(length)
                if len(body) < length:
                    return  # the sender died in the middle; no server hands such a request on
                headers = {name.lower(): value for name, value in self.headers.items()}
                behave = receiver._note(Received(path=self.path, headers=headers, body=body, at=time.time()))
                behave(self)

            def do_GET(self) -> None:
                self.do_POST()

            def log_message(self, *_: Any) -> None:
                pass

        self._server = _Server(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/hooks"

    def _note(self, received: Received) -> Behaviour:
        with self._lock:
            self.received.append(received)
            return self.behave.pop(0) if len(self.behave) > 1 else self.behave[0]

    def wait_for(self, count: int, seconds: float = 60) -> list[Received]:
        """What arrived, once it is at least ``count``."""
        wait_until(lambda: len(self.received) >= count, seconds, lambda: f"{len(self.received)} of {count} arrived")
        return list(self.received)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    #: Callers who may knock at the same moment; others of the crowd would knock again a second later.
    request_queue_size = 64


def wait_until(holds: Callable[[], bool], seconds: float = 60, otherwise: Callable[[], str] = lambda: "") -> None:
    """Wait for a condition, or fail saying what was the case instead."""
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {otherwise()}")
        time.sleep(0.02)
