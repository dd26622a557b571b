"""The background work of one process: what is looked for all the time, and what is done by the clock.

Both find their work as rows of the store, so that what is due is done whatever was killed meanwhile, and both may run
in any number of workers. What must come within a second is looked for by each of them; what may wait is begun once.
"""

from collections.abc import Callable
from datetime import timedelta

from api.delivery.schedules import Schedule
from api.delivery.worker import Worker, every
from api.intake.idempotency import forget_old_keys
from api.reviewing.audit import anchor, seal_all
from api.reviewing.deciding import settle_due
from api.reviewing.overdue import tell_overdue
from api.reviewing.retention import forget_words
from api.settings import Settings
from api.storage.clock import now
from api.storage.database import Database


def build_worker(settings: Settings, database: Database) -> Worker:
    """The worker of one process, with its chores."""
    return Worker(settings, database, chores=chores(settings, database), schedules=schedules(settings, database))


def chores(settings: Settings, database: Database) -> list[Callable[[], object]]:
    """Verdicts whose time to undo is over take effect; what happened is sealed, and the head kept in this worker's file."""
    kept = settings.audit_anchor
    return [
        lambda: settle_due(database, now()),
        every(timedelta(seconds=2), lambda: seal_all(database, settings.secret_key)),
        *([every(timedelta(hours=1), lambda: anchor(database, kept, now()))] if kept else ()),
    ]


def schedules(settings: Settings, database: Database) -> list[Schedule]:
    """Overdue cases are told of; old keys and, when the operator chose so, old words are forgotten."""
    keep_words = timedelta(days=settings.keep_words_days)
    found = [
        Schedule(name="overdue", cron="* * * * *", chore=lambda: tell_overdue(database, now())),
        Schedule(name="old-keys", cron="0 * * * *", chore=lambda: forget_old_keys(database, now())),
    ]
    if keep_words:
        found.append(
            Schedule(name="old-words", cron="10 * * * *", chore=lambda: forget_words(database, keep_words, now()))
        )
    return found
