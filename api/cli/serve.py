"""``moderation serve`` and ``moderation worker``: the processes of an installation."""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from fastapi import FastAPI

log = logging.getLogger(__name__)

#: How long requests may finish after SIGTERM; the console's live counts would hold a connection for longer.
DRAIN_SECONDS = 5

#: Seconds after which a thread lets the next one on: who holds the database's write lock must not stand behind five deciding ones for
#: Python's usual 5 ms each time that the disk has answered.
LETS_ON_AFTER = 0.001


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8000,
    processes: Annotated[int, typer.Option(min=1, help="Server processes; at best one for each core.")] = 1,
) -> None:
    """Serve the API and the console; settings come from MODERATION_* variables (docs/settings.md).

    With several processes one that dies is replaced; they count their requests together, and /metrics adds up what all
    of them counted.
    """
    import uvicorn

    from api.cli.store import open_sound_database
    from api.logs import configure_logging
    from api.settings import Settings

    configure_logging(Settings().log_level)  # with several processes, the one that replaces those that die tells so
    open_sound_database().close()  # what is wrong with the settings is said here, not by each process again and again
    with _counting_together(processes):
        uvicorn.run(
            served() if processes == 1 else "api.cli.serve:served",
            factory=processes > 1,
            workers=processes,
            host=host,
            port=port,
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=DRAIN_SECONDS,
        )


@contextmanager
def _counting_together(processes: int) -> Iterator[None]:
    """Folders for the counts and the limits of several processes, which find them in their environment; gone with the server."""
    from api.metrics import SHARED_COUNTS

    if processes == 1:
        yield
        return
    with tempfile.TemporaryDirectory(prefix="moderation-shared-") as folder:
        for variable in (SHARED_COUNTS, "MODERATION_LIMITS_DIRECTORY"):
            if not os.environ.get(variable):
                own = Path(folder) / variable.lower()
                own.mkdir()
                os.environ[variable] = str(own)
        yield


def served() -> FastAPI:
    """The application of one server process."""
    from moderation.collector import collector_paused, leave_alone

    sys.setswitchinterval(LETS_ON_AFTER)
    _end_with_the_first()
    with collector_paused():
        from api.logs import configure_logging
        from api.main import create_app
        from api.settings import Settings

        settings = Settings()
        configure_logging(settings.log_level)
        app = create_app(settings)
        leave_alone()
    return app


def _end_with_the_first() -> None:
    """Have a process of several stop when the one that began it was killed: nobody would stop it, and it holds the port."""
    first = multiprocessing.parent_process()
    if first is None:
        return

    def wait() -> None:
        first.join()
        log.warning("the server's first process is gone; this one stops too")
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait, name="first-process", daemon=True).start()


def worker() -> None:
    """Run background work (webhook delivery) in a process of its own, until SIGTERM."""
    from api.chores import build_worker
    from api.cli.store import open_sound_database
    from api.logs import configure_logging
    from api.settings import Settings

    settings = Settings()
    configure_logging(settings.log_level)
    background = build_worker(settings, open_sound_database())
    background.start()
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    stopped.wait()
    background.stop()
