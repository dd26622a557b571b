"""DBOS, the durable engine behind background work: what it has begun is finished, by this process or another.

Work is kept in DBOS's own tables: for SQLite in a file beside the database (two writers in one file would wait for
each other), for PostgreSQL in the schema ``dbos`` of the same database. Nothing is sent to any cloud.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from dbos import DBOS, DBOSConfig, EnqueueOptions
from sqlalchemy import create_engine
from sqlalchemy.engine import make_url

from api.delivery import schedules
from api.delivery.presence import Presence
from api.delivery.schedules import Schedule
from api.storage.database import Database

log = logging.getLogger(__name__)

#: One version for all releases, so that new code finishes what old code began. A release that changes the steps of
#: a workflow gives the changed one a new name and keeps the old one until its work is done.
APPLICATION_VERSION = "1"

#: Finished work is forgotten after this time; long after the relay could ask for it again.
KEEP_FINISHED = timedelta(days=7)
_FORGET_AT_ONCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """A durable queue; the limits hold for each worker process."""

    name: str
    #: How much of it runs at once.
    concurrency: int
    #: How much of it runs at once for one partition, so that nobody waits behind another's slow answers.
    per_partition: int


class Engine:
    """DBOS in this process. There is one per process at most: DBOS is global."""

    def __init__(self, database: Database, presence: Presence) -> None:
        self._database = database
        self._presence = presence

    def launch(self, queues: Sequence[Queue], by_the_clock: Sequence[Schedule], *, poll: float) -> None:
        """Begin to work on the queues, and by the clock.

        Args:
            poll: Seconds between two looks at a queue.
        """
        config: DBOSConfig = {
            "name": "moderation",
            "system_database_url": _system_url(self._database),
            "executor_id": self._presence.id,
            "application_version": APPLICATION_VERSION,
            "log_level": "WARNING",
            "enable_otlp": False,
        }
        _join_our_log()
        DBOS(config=config)
        try:
            DBOS.launch()
            for queue in queues:
                DBOS.register_queue(
                    queue.name,
                    worker_concurrency=queue.concurrency,
                    partition_worker_concurrency=queue.per_partition,
                    polling_interval_sec=poll,
                    on_conflict="always_update",
                )
            schedules.keep_to(by_the_clock)
        except BaseException:
            DBOS.destroy()  # or this process could never launch it again
            raise

    def stop(self, *, grace: int) -> None:
        """Let what runs come to its end for up to ``grace`` seconds; what does not is taken up again later."""
        schedules.stop()
        DBOS.destroy(workflow_completion_timeout_sec=grace)

    def recover(self) -> None:
        """Give the unfinished work of processes that died back to the queues."""
        running = DBOS.list_workflows(status="PENDING", load_input=False, load_output=False)
        for executor in sorted({found.executor_id for found in running if found.executor_id} - {self._presence.id}):
            # Holding the dead process's place keeps a second worker from giving its work back twice.
            with self._presence.place_of(executor) as is_dead:
                if is_dead:
                    self._give_back(executor)

    def _give_back(self, executor: str) -> None:
        left = DBOS.list_workflows(status="PENDING", executor_id=executor, load_input=False, load_output=False)
        for queue in {found.queue_name for found in left}:
            ids = [found.workflow_id for found in left if found.queue_name == queue]
            DBOS.resume_workflows(ids, queue_name=queue)
        log.warning("took over %d unfinished workflows of %s", len(left), executor)

    def forget_finished(self) -> None:
        """Delete what was finished long ago."""
        before = (datetime.now(UTC) - KEEP_FINISHED).isoformat()
        while finished := DBOS.list_workflows(
            status=["SUCCESS", "ERROR", "CANCELLED"],
            completed_before=before,
            limit=_FORGET_AT_ONCE,
            load_input=False,
            load_output=False,
        ):
            DBOS.delete_workflows([found.workflow_id for found in finished])


def enqueue(
    workflow: str, *args: str | int | list[str], workflow_id: str, queue: Queue, partition: str, delay: float = 0
) -> None:
    """Ask for durable work; an id that was asked for before is not begun again.

    Args:
        delay: Seconds until it may begin. Work that waits is a row, not a thread.
    """
    options: EnqueueOptions = {
        "workflow_name": workflow,
        "workflow_id": workflow_id,
        "queue_name": queue.name,
        "queue_partition_key": partition,
    }
    if delay > 0:
        options["delay_seconds"] = delay
    DBOS.enqueue_workflow_with_options(options, *args)


def hasten(workflow_id: str) -> None:
    """Let waiting work begin now; without effect on work that is not waiting."""
    DBOS.set_workflow_delay(workflow_id, delay_seconds=0)


def _system_url(database: Database) -> str:
    url = make_url(database.url)
    if url.get_backend_name() != "sqlite":
        return database.url
    if not url.database or url.database == ":memory:":
        raise ValueError("Background work needs a database file; sqlite:///FILE, not one in memory.")
    path = Path(url.database)
    system = f"sqlite:///{path.with_name(f'{path.stem}.work{path.suffix}')}"
    # DBOS leaves the journal as it finds it. With a write-ahead log readers and writers do not wait for each
    # other, and the default of synchronous=FULL makes every commit last.
    engine = create_engine(system)
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA journal_mode=WAL")
    engine.dispose()
    return system


def _join_our_log() -> None:
    """Keep DBOS from printing on its own: with a handler present it adds none, and records travel to ours."""
    logger = logging.getLogger("dbos")
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())
    logger.propagate = True
