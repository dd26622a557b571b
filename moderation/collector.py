"""The garbage collector held while much is made that will stay: it would look at every new object again and again."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collector_paused() -> Iterator[None]:
    """Pause the collector, and leave it as it was."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def leave_alone() -> None:
    """Keep the collector from looking at what a start has made and will stay: lists and model are millions of objects."""
    gc.freeze()


def set_aside() -> None:
    """The same when lists were renewed while a server runs, less what is no longer needed."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()
