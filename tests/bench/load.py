"""A load tool: keeps connections busy, or sends at a fixed rate whatever comes back, and prints latencies as JSON.

``python tests/bench/load.py HOST:PORT PATH --bodies FILE --connections 16 --seconds 10 [--rate 50] [--header 'Name: value']``.
Each body of the file (one a line) is sent once, in order; the run ends before it runs out of them. Without a rate, who is
told to come back does so a second later. A latency at a fixed rate counts from the moment at which the request was due, so
that a server that stalls is charged with the waiting.
"""

import argparse
import asyncio
import contextlib
import itertools
import json
import time
from collections import Counter, deque
from collections.abc import Iterator
from pathlib import Path


class Connection(asyncio.Protocol):
    """One kept-alive connection; one request at a time."""

    def __init__(self) -> None:
        self._answer: asyncio.Future[int] | None = None
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def ask(self, request: bytes) -> asyncio.Future[int]:
        """Send; the future is the answer's status."""
        self._answer, self._received = asyncio.get_running_loop().create_future(), b""
        self._transport.write(request)
        return self._answer

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, separator, body = self._received.partition(b"\r\n\r\n")
        if not separator or self._answer is None or self._answer.done():
            return
        _, _, stated = head.lower().partition(b"content-length:")
        if stated and len(body) >= int(stated.split(b"\r\n", 1)[0]):
            self._answer.set_result(int(head[9:12]))

    def connection_lost(self, error: Exception | None) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(ConnectionError("the server closed the connection"))


def requests(arguments: argparse.Namespace) -> Iterator[bytes]:
    """The requests, ready to be written; each with an Idempotency-Key of its own."""
    more = "".join(f"{header}\r\n" for header in arguments.header)
    for number, body in enumerate(arguments.bodies.read_bytes().splitlines()):
        yield (
            f"POST {arguments.path} HTTP/1.1\r\nHost: {arguments.address}\r\nContent-Type: application/json\r\n{more}"
            f"Idempotency-Key: {time.time_ns()}-{number}\r\nContent-Length: {len(body)}\r\n\r\n"
        ).encode() + body


class Load:
    """Sends, and keeps what came back."""

    def __init__(self, arguments: argparse.Namespace) -> None:
        self._arguments = arguments
        self._requests = requests(arguments)
        self._idle: deque[Connection] = deque()
        #: Of good answers, and of the others.
        self.latencies: list[float] = []
        self.refusals: list[float] = []
        self.statuses: Counter[int | str] = Counter()
        #: The last answer came so many seconds after the start.
        self.took = 0.0

    async def run(self) -> None:
        host, _, port = self._arguments.address.partition(":")
        loop = asyncio.get_running_loop()
        for _ in range(self._arguments.connections):
            self._idle.append((await loop.create_connection(Connection, host, int(port)))[1])
        began = time.perf_counter()
        if self._arguments.rate:
            await self._at_rate(began)
        else:
            await asyncio.gather(*(self._in_turn(connection, began) for connection in self._idle))
        self.took = time.perf_counter() - began

    async def _in_turn(self, connection: Connection, began: float) -> None:
        for request in self._requests:
            if time.perf_counter() - began > self._arguments.seconds:
                return
            if await self._ask(connection, request, time.perf_counter()) == 503:
                await asyncio.sleep(1.0)  # as a shop does that is told to come back

    async def _at_rate(self, began: float) -> None:
        waiting: set[asyncio.Task[None]] = set()
        for number in itertools.count():
            due = began + number / self._arguments.rate
            if due - began > self._arguments.seconds or (request := next(self._requests, None)) is None:
                break
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            task = asyncio.create_task(self._when_idle(request, due))
            waiting.add(task)
            task.add_done_callback(waiting.discard)
        await asyncio.gather(*waiting)

    async def _when_idle(self, request: bytes, due: float) -> None:
        while not self._idle:
            await asyncio.sleep(0.001)
        connection = self._idle.popleft()
        await self._ask(connection, request, due)
        self._idle.append(connection)

    async def _ask(self, connection: Connection, request: bytes, since: float) -> int | None:
        """The answer's status; None when the connection was lost."""
        with contextlib.suppress(ConnectionError):
            status = await connection.ask(request)
            self.statuses[status] += 1
            (self.latencies if status < 400 else self.refusals).append(time.perf_counter() - since)
            return status
        self.statuses["lost"] += 1
        return None


def quantile(values: list[float], share: float) -> float:
    """The value that so many are not above; values are sorted."""
    return values[min(len(values) - 1, int(len(values) * share))]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("address")
    parser.add_argument("path")
    parser.add_argument("--bodies", type=Path, required=True)
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--rate", type=float, help="requests a second; without it as many as come back")
    parser.add_argument("--header", action="append", default=[])
    load = Load(parser.parse_args())
    asyncio.run(load.run())
    seen, refused = (sorted(each) or [float("nan")] for each in (load.latencies, load.refusals))
    report = {f"p{share}": quantile(seen, share / 100) * 1000 for share in (50, 95, 99)}
    report |= {f"refused_p{share}": quantile(refused, share / 100) * 1000 for share in (50, 99)}
    print(
        json.dumps(
            {
                **report,
                "answers": len(load.latencies),
                "per_second": len(load.latencies) / load.took,
                "statuses": load.statuses,
            }
        )
    )


if __name__ == "__main__":
    main()
