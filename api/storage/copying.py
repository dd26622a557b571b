"""The move from SQLite to PostgreSQL: table by table, in the order of the keys, counted and hashed on both sides.

A page is one transaction, and keys only grow within a table; so the last key of the target is where an interrupted
copy goes on.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, String, Table, collate, func, select, tuple_
from sqlalchemy.exc import DataError, OperationalError
from sqlmodel import Session

from api.errors import StoreRefused
from api.storage.database import Database, normalise_url
from api.storage.tables import Screening
from api.storage.unfinished import ask_again

#: Rows that are read, written and hashed at a time.
PAGE = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Copied:
    """One table that is the same on both sides."""

    table: str
    rows: int
    #: How many of them this run brought.
    added: int
    #: SHA-256 over all rows in the order of their keys, hex.
    digest: str


def check_addresses(source: str, target: str) -> None:
    """Raises ``StoreRefused`` unless they are of a database that is there and of the kind that it can move to."""
    if not source.startswith("sqlite:///") or not normalise_url(target).startswith("postgresql+psycopg://"):
        raise StoreRefused(
            "The copy goes from sqlite:///FILE to postgresql://... Give the two addresses in this order."
        )
    file = Path(source.removeprefix("sqlite:///"))
    if not file.is_file():
        raise StoreRefused(f"There is no database {file}. Check the first address; an absolute path has four slashes.")


def copy_all(source: Database, target: Database) -> Iterator[Copied]:
    """Copy every table and compare both sides; each is yielded when it is the same.

    The source is locked against writers for the whole time and left as it was.

    Raises:
        StoreRefused: The addresses or schemas do not fit, or a table differs afterwards.
    """
    check_addresses(source.url, target.url)
    if not source.is_current():
        raise StoreRefused("The source's schema is not this version's. Run `moderation db upgrade` on it, then copy.")
    target.upgrade()
    with source.engine.connect() as reader:
        # Begun as a writer: nothing changes between two pages. Never committed, so the source keeps its own state.
        try:
            ask_again(Session(reader))
        except OperationalError:
            raise StoreRefused("The source is being written to. Stop its servers and workers, then copy.") from None
        for table in Screening.metadata.sorted_tables:
            yield _copy(table, reader, target)
        reader.rollback()


def _copy(table: Table, reader: Connection, target: Database) -> Copied:
    with target.engine.connect() as writer:
        last = _last_key(table, writer)
    looped = _columns_into_itself(table)
    added = 0
    for page in _pages(table, reader, after=last):
        with target.engine.begin() as writer:
            # A row may refer to a later one of its own table; such references follow when all rows are there.
            try:
                writer.execute(table.insert(), [{**row, **dict.fromkeys(looped)} for row in page])
            except DataError as error:
                first, last = ([row[column.name] for column in table.primary_key] for row in (page[0], page[-1]))
                cause = type(error.orig).__name__
                raise StoreRefused(
                    f"{table.name}: PostgreSQL cannot hold a row between {first} and {last} ({cause}; mostly a NUL "
                    "character). Mend or delete that row, then copy again."
                ) from None
        added += len(page)
    if looped:
        _refer(table, looped, reader, target)
    with target.engine.connect() as writer:
        there, there_digest = _told(table, writer)
    rows, digest = _told(table, reader)
    if (rows, digest) != (there, there_digest):
        raise StoreRefused(
            f"{table.name} differs: {rows:,} rows here, {there:,} there, hashes {digest[:12]} and {there_digest[:12]}. "
            "One of the two was changed after an earlier run. Empty the target database and copy again."
        )
    return Copied(table=table.name, rows=rows, added=added, digest=digest)


def _refer(table: Table, looped: Sequence[str], reader: Connection, target: Database) -> None:
    key = table.primary_key.columns.values()[0]
    for name in looped:
        found = reader.execute(select(key, table.c[name]).where(table.c[name].is_not(None)))
        for page in found.partitions(PAGE):
            with target.engine.begin() as writer:
                for own, other in page:
                    writer.execute(table.update().where(key == own).values({name: other}))


def _pages(table: Table, connection: Connection, after: Sequence[Any] | None = None) -> Iterator[list[dict[str, Any]]]:
    while rows := [dict(row) for row in connection.execute(_page(table, connection, after)).mappings()]:
        yield rows
        after = [rows[-1][column.name] for column in table.primary_key]


def _page(table: Table, connection: Connection, after: Sequence[Any] | None) -> Select[Any]:
    keys = _ordered_keys(table, connection)
    page = select(table).order_by(*keys).limit(PAGE)
    return page if after is None else page.where(tuple_(*keys) > tuple_(*after))


def _last_key(table: Table, connection: Connection) -> Sequence[Any] | None:
    keys = _ordered_keys(table, connection)
    found = connection.execute(select(*table.primary_key).order_by(*(key.desc() for key in keys)).limit(1)).first()
    return None if found is None else list(found)


def _ordered_keys(table: Table, connection: Connection) -> list[ColumnElement[Any]]:
    """The key's columns, words ordered by bytes on both sides, whatever the server's language."""
    order = "C" if connection.dialect.name == "postgresql" else "BINARY"
    return [collate(key, order) if isinstance(key.type, String) else key for key in table.primary_key]


def _told(table: Table, connection: Connection) -> tuple[int, str]:
    digest = hashlib.sha256()
    for page in _pages(table, connection):
        for row in page:
            digest.update(json.dumps(row, sort_keys=True, default=_plain).encode() + b"\n")
    rows = connection.execute(select(func.count()).select_from(table)).scalar_one()
    return rows, digest.hexdigest()


def _plain(value: datetime) -> str:
    return value.isoformat()


def _columns_into_itself(table: Table) -> list[str]:
    return [key.parent.name for key in table.foreign_keys if key.column.table is table]
