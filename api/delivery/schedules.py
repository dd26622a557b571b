"""Chores by the clock: done once at each time, whichever worker of the installation takes it up.

The name and the time make the id of the durable work, so that two workers that notice one hour begin one sweep; one
that dies in the middle of it is followed by another that sweeps again. What is missed while no worker runs is not
made up for: a sweep finds everything that is due, whenever it comes.
"""

import logging
import threading
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime

from dbos import DBOS
from sqlalchemy.exc import SQLAlchemyError

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """A chore and its times. To do it twice must be the same as to do it once."""

    name: str
    #: In the fields of cron, by UTC; six of them begin with seconds.
    cron: str
    chore: Callable[[], object]


_known: dict[str, Callable[[], object]] = {}
_stopping = threading.Event()
#: Set where a chore is done by the clock; one that is called otherwise is nobody's to stop.
_at_work: ContextVar[bool] = ContextVar("_at_work", default=False)


def is_stopping() -> bool:
    """Whether the chore that asks shall end, because its process does: a long sweep leaves the rest to its next time."""
    return _at_work.get() and _stopping.is_set()


def stop() -> None:
    """Have the chores that are being done come to their end soon."""
    _stopping.set()


def keep_to(schedules: Sequence[Schedule]) -> None:
    """Have the chores done at their times. Call it when the engine is launched; again is harmless."""
    _stopping.clear()
    _known.update({each.name: each.chore for each in schedules})
    DBOS.apply_schedules(
        [
            {"schedule_name": each.name, "workflow_fn": by_the_clock, "schedule": each.cron, "context": each.name}
            for each in schedules
        ]
    )


@DBOS.workflow(name="by_the_clock", max_recovery_attempts=None)
def by_the_clock(_due_at: datetime, name: str) -> None:
    """Do one chore. What fails is done at its next time, by mended code or a database that is back."""
    chore = _known.get(name)
    if chore is None:  # of an older or a newer release, or switched off in this process
        return
    _at_work.set(True)
    try:
        chore()
    except SQLAlchemyError as error:
        log.warning("%s was not done, the database does not answer (%s)", name, type(error).__name__)
    except Exception:
        log.exception("%s was not done", name)
    finally:
        _at_work.set(False)
