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


def set_aside() -> None:
    """Keep the collector from looking at what is here now and will stay: lists and model are millions of objects.

    Call it when a server is ready, and again when the lists were renewed.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()
