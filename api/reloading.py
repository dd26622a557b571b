"""Puts changed lists, profiles and policies in force while the server runs."""

import threading
from collections.abc import Callable
from datetime import timedelta

from moderation.collector import set_aside
from moderation.holder import PipelineHolder


class Reloader:
    """A thread that looks at the files every now and then; requests never wait for it."""

    def __init__(
        self, holder: PipelineHolder, every: timedelta, when_changed: Callable[[], object] = lambda: None
    ) -> None:
        self._holder = holder
        self._when_changed = when_changed
        self._every = every.total_seconds()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="reloader", daemon=True)

    def start(self) -> None:
        """Nothing to do where files are not watched."""
        if self._holder.is_watching and self._every > 0:
            self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join(timeout=5)

    def _run(self) -> None:
        while not self._stopped.wait(self._every):
            if self._holder.refresh():
                set_aside()
                self._when_changed()
