"""Writing together: orders that come at the same moment are stored in one transaction, and wait for the disk once.

A commit waits until the disk says that it has it. A disk that does this 300 times a second would store 300 orders a
second, one by one; whoever comes while one commit is on its way shares the next with all others who came.
"""

import threading
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlmodel import SQLModel

from api.storage.database import Database
from api.storage.prepared import insertion

Value = TypeVar("Value")

#: So many share a transaction at most; the write lock is not held for longer than they take.
MOST = 64

#: What a piece of work gives back: what its caller gets after the commit, and the new rows.
Written = tuple[Value, Iterable[SQLModel]]


class Together:
    """Stores what many threads bring, in their order; share one between them.

    No thread of its own: the first in line writes for everybody in line, then the next first in line does.
    """

    def __init__(self, database: Database) -> None:
        self.database = database
        self._lock = threading.Lock()
        self._line: list[_Brought[Any]] = []
        self._is_writing = False

    def write(self, work: Callable[[Connection], Written[Value]]) -> Value:
        """The work's value, once its rows are on the disk.

        Args:
            work: May ask the connection; called before the rows are added, and once more when a neighbour's work broke the
                first transaction.

        Raises:
            Exception: What the work itself, its rows or the database raised; never what a neighbour's work did.
        """
        outcome = self.write_all([work])[0]
        if isinstance(outcome, BaseException):
            raise outcome
        return outcome

    def write_all(self, works: Sequence[Callable[[Connection], Written[Value]]]) -> "list[Value | BaseException]":
        """The same for many at once: of each its value, or what ``write`` would have raised."""
        mine = [_Brought(work) for work in works]
        with self._lock:
            self._line.extend(mine)
            if mine and not self._is_writing:
                self._is_writing = True
                mine[0].turn.set()
        for each in mine:
            each.turn.wait()
            if not each.is_over:
                self._write_for_all()
        return [each.value if each.error is None else each.error for each in mine]

    def _write_for_all(self) -> None:
        with self._lock:
            batch, self._line = self._line[:MOST], self._line[MOST:]
        try:
            self._store(batch)
        finally:
            with self._lock:
                following = self._line[0] if self._line else None
                self._is_writing = following is not None
            for each in batch:
                each.is_over = True
                each.turn.set()
            if following is not None:
                following.turn.set()

    def _store(self, batch: "list[_Brought[Any]]") -> None:
        try:
            with self.database.adding() as connection:
                values: list[Any] = []
                rows: list[SQLModel] = []
                for each in batch:
                    value, new = each.work(connection)
                    values.append(value)
                    rows.extend(new)
                insert_rows(connection, rows)
        except BaseException as error:
            if len(batch) == 1 or isinstance(error, OperationalError | PoolTimeout):
                # A database that does not answer one will not answer the next; nobody shall wait for that in line.
                for each in batch:
                    each.error = error
            else:
                # All were rolled back. Alone, each of them meets its own fate and nobody else's.
                for each in batch:
                    self._store([each])
        else:
            for each, value in zip(batch, values, strict=True):
                each.value = value


class _Brought(Generic[Value]):
    """One caller's work, waiting in line."""

    value: Value

    def __init__(self, work: Callable[[Connection], Written[Value]]) -> None:
        self.work = work
        self.error: BaseException | None = None
        #: Set when it is over, or when it is this caller's turn to write.
        self.turn = threading.Event()
        self.is_over = False


def insert_rows(connection: Connection, rows: Iterable[SQLModel]) -> None:
    """Insert new rows, parents before children, one statement for each table however many rows there are."""
    by_kind: dict[type[SQLModel], list[SQLModel]] = {}
    for row in rows:
        by_kind.setdefault(type(row), []).append(row)
    insertions = [insertion(kind, connection.dialect).of(by_kind[kind]) for kind in sorted(by_kind, key=_place)]
    if insertions and not connection.in_transaction():
        connection.begin()
    for insert in insertions:
        insert(connection)


@cache
def _place(kind: type[SQLModel]) -> int:
    """Where the table stands when those that others refer to come first."""
    return [table.name for table in SQLModel.metadata.sorted_tables].index(str(kind.__tablename__))
