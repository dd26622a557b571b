"""The worker: background work of one process, inside the server or on its own (``moderation worker``).

Any number of them share a PostgreSQL database; on SQLite any number of one machine.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from datetime import timedelta

from sqlalchemy.exc import SQLAlchemyError

from api.delivery import outbox, sending
from api.delivery.deliveries import BACK_OFF, DELIVERIES, FIRST, Context, is_at_work, work_with
from api.delivery.engine import Engine
from api.delivery.presence import presence_in
from api.delivery.relay import BATCH, ask_for_late, relay
from api.delivery.schedules import Schedule
from api.settings import Settings
from api.storage.clock import now
from api.storage.database import Database

log = logging.getLogger(__name__)

#: Seconds between two looks at who died.
RECOVER_EVERY = 5.0
#: Seconds that events of this process are collected before they are relayed together.
COLLECT = 0.2
#: A round is followed by a rest of so many times its length: where checkouts wait for the same cores and the same lock,
#: the background takes no more than a fifth of the time. Nothing waits for longer than the longest rest, in seconds.
REST, LONGEST_REST = 4.0, 2.0
#: Seconds that stopping may take beyond the attempts that are being made.
STOP_WITHIN = 15.0


class Worker:
    """Relays the outbox and makes the deliveries. At most one per process."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        *,
        back_off: Sequence[float] = BACK_OFF,
        timeout: float = sending.TIMEOUT,
        chores: Sequence[Callable[[], object]] = (),
        schedules: Sequence[Schedule] = (),
        poll: float = 0.5,
        queue_poll: float = 0.25,
        recover_every: float = RECOVER_EVERY,
    ) -> None:
        """
        Args:
            back_off: Seconds before the second attempt of a delivery, the third, and so on.
            timeout: Seconds that one attempt may take.
            chores: Done at every look, before the outbox is relayed, so that what they decide goes out at once.
            schedules: Chores by the clock, each done once however many workers there are.
            poll: Seconds between two looks at the outbox; an event of this very process is seen at once.
            queue_poll: Seconds between two looks at a queue of durable work.
            recover_every: Seconds between two looks for unfinished work of workers that died.
        """
        self._database = database
        self._context = Context(
            database=database,
            allow_private=settings.allow_private_webhooks,
            back_off=tuple(back_off),
            timeout=timeout,
        )
        self._chores = tuple(chores)
        self._schedules = (
            *schedules,
            Schedule(name="late-deliveries", cron="20 * * * *", chore=lambda: ask_for_late(database, now())),
            Schedule(name="finished-work", cron="40 * * * *", chore=lambda: self._engine.forget_finished()),
        )
        self._poll = poll
        self._queue_poll = queue_poll
        self._recover_every = recover_every
        self._presence = presence_in(database)
        self._engine = Engine(database, self._presence)
        self._stopping = threading.Event()
        self._launched = threading.Event()
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="moderation-worker", daemon=True)

    def start(self) -> None:
        """Begin, and return when work is being taken.

        Raises:
            Exception: What kept the engine from starting, such as a database that does not answer.
        """
        # The engine refuses to be launched where an event loop runs, and the server starts us from one.
        self._thread.start()
        self._launched.wait()
        if self._failure is not None:
            raise self._failure

    def stop(self) -> None:
        """Take no more work, let what is being sent come to its end, and return."""
        self._stopping.set()
        outbox.committed.set()
        self._thread.join(self._context.timeout + STOP_WITHIN)
        if self._thread.is_alive():
            log.warning("the worker is still waiting for its database; its work stays where it is")

    def _run(self) -> None:
        try:
            self._presence.keep()
            work_with(self._context)
            self._engine.launch([FIRST, DELIVERIES], self._schedules, poll=self._queue_poll)
        except BaseException as error:
            self._failure = error
            self._presence.leave()
            return
        finally:
            self._launched.set()
        try:
            self._work()
        finally:
            self._engine.stop(grace=round(self._context.timeout) + 2 if is_at_work() else 0)
            self._presence.leave()

    def _work(self) -> None:
        recovered = float("-inf")
        while not self._stopping.is_set():
            outbox.committed.clear()
            began, is_more_waiting = time.monotonic(), False
            try:
                for chore in self._chores:
                    chore()
                is_more_waiting = relay(self._database) >= BATCH
                if time.monotonic() - recovered > self._recover_every:
                    recovered = time.monotonic()
                    self._presence.keep()
                    self._engine.recover()
            except SQLAlchemyError as error:
                # The rows stay where they are; the next round finds them again.
                log.warning("the database does not answer the worker (%s); trying again", type(error).__name__)
                self._stopping.wait(1.0)
            except Exception:
                log.exception("a round of the worker failed; trying again")
                self._stopping.wait(1.0)
            took = time.monotonic() - began
            if not is_more_waiting and outbox.committed.wait(self._poll):
                # Orders come in crowds; a look for each of them would keep the checkouts waiting for the database.
                self._stopping.wait(min(max(COLLECT, REST * took), LONGEST_REST))


def every(pause: timedelta, chore: Callable[[], object]) -> Callable[[], None]:
    """The chore, done at the first look and then at most once in each pause."""
    done_at = float("-inf")

    def now_and_then() -> None:
        nonlocal done_at
        if time.monotonic() - done_at >= pause.total_seconds():
            chore()
            done_at = time.monotonic()

    return now_and_then
