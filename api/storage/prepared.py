"""Prepared statements: rendered once in the database's own words, for what every order asks and writes.

The usual way renders, types and maps each time, which costs ten times what the database itself takes for one row.
"""

import json
import typing
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from functools import cache, lru_cache, partial
from typing import Any, Generic, TypeVar

from pydantic.fields import FieldInfo
from sqlalchemy import JSON, ColumnElement, Connection, Dialect, Text, cast, inspect, select
from sqlalchemy.sql.dml import Insert
from sqlalchemy.sql.selectable import Select
from sqlmodel import SQLModel

from api.storage import driver
from api.storage.clock import UtcDateTime

Kind = TypeVar("Kind", bound=SQLModel)

#: Objects kept, so that a row that has not changed since the last request is not made into one again.
KEPT = 1000


class Question:
    """A query with named values, all of them text. Its rows are the driver's: ids, text and numbers are as written."""

    def __init__(self, statement: Select[*tuple[Any, ...]]) -> None:
        self._statement = statement
        self._rendered: dict[str, tuple[str, list[str] | None]] = {}

    def ask(self, connection: Connection, **values: str) -> list[tuple[Any, ...]]:
        """The rows that the database has for these values.

        Raises:
            SQLAlchemyError: The database does not answer.
        """
        dialect = connection.dialect
        if dialect.name not in self._rendered:
            self._rendered[dialect.name] = _render(self._statement, dialect)
        sql, order = self._rendered[dialect.name]
        given = values if order is None else tuple(values[name] for name in order)
        return driver.ask(connection, sql, given)


class Rows(Question, Generic[Kind]):
    """Whole rows of one table. Every order asks for the same few, so their objects are shared: read them only."""

    def __init__(self, kind: type[Kind], *conditions: ColumnElement[bool]) -> None:
        self._kind = kind
        mapper = inspect(kind)
        self._names = [mapper.get_property_by_column(column).key for column in mapper.local_table.columns]
        self._is_json = [isinstance(column.type, JSON) for column in mapper.local_table.columns]
        # As text, which both databases give alike and which can be looked up.
        asked = [cast(each, Text) if isinstance(each.type, JSON) else each for each in mapper.local_table.columns]
        super().__init__(select(*asked).where(*conditions).order_by(*mapper.local_table.primary_key))
        self._object: Callable[[tuple[Any, ...]], Kind] = lru_cache(KEPT)(self._make)

    def all(self, connection: Connection, **values: str) -> list[Kind]:
        """The rows, the oldest first."""
        return [self._object(row) for row in self.ask(connection, **values)]

    def first(self, connection: Connection, **values: str) -> Kind | None:
        """The oldest row, if there is one."""
        return next((self._object(row) for row in self.ask(connection, **values)), None)

    def _make(self, row: tuple[Any, ...]) -> Kind:
        columns = inspect(self._kind).local_table.columns
        made = (
            _read(value, isinstance(column.type, UtcDateTime), is_json)
            for value, column, is_json in zip(row, columns, self._is_json, strict=True)
        )
        return self._kind(**dict(zip(self._names, made, strict=True)))


def new_row(kind: type[Kind], /, **values: Any) -> Kind:
    """``kind(**values)`` for an insertion at a fraction of the price; no session can take it. ``amend`` changes it."""
    row: Kind = kind.__new__(kind)  # else it is taken for Any
    for name, make in _defaults(kind):
        if name not in values:
            values[name] = make()
    row.__dict__.update(values)
    return row


def amend(row: SQLModel, /, **values: Any) -> None:
    """Change what ``new_row`` made."""
    row.__dict__.update(values)


@cache
def _defaults(kind: type[SQLModel]) -> list[tuple[str, Callable[[], Any]]]:
    return [
        (
            name,
            partial(field.get_default, call_default_factory=False)
            if field.default_factory is None
            else _factory(field),
        )
        for name, field in kind.model_fields.items()
        if not field.is_required()
    ]


def _factory(field: FieldInfo) -> Callable[[], Any]:
    assert field.default_factory is not None
    return typing.cast("Callable[[], Any]", field.default_factory)  # none of ours looks at the other fields


class Insertion:
    """The insertion of whole rows into one table."""

    def __init__(self, kind: type[SQLModel], dialect: Dialect) -> None:
        mapper = inspect(kind)
        columns = mapper.local_table.columns
        self._table = SQLModel.metadata.tables[str(kind.__tablename__)]
        #: Column -> the attribute that holds it: they differ where a name was taken.
        self._attributes = {column.name: mapper.get_property_by_column(column).key for column in columns}
        #: Columns that are made from others when nobody filled them.
        self._made = [self._attributes[column.name] for column in columns if column.default is not None]
        self._sql, order = _render(self._table.insert(), dialect, column_keys=list(self._attributes))
        self._is_named = order is None
        self._order = order or list(self._attributes)
        #: The attributes in the order of the columns, and by place what makes a value the driver's.
        self._read = [self._attributes[name] for name in self._order]
        bind = (columns[name].type.dialect_impl(dialect).bind_processor(dialect) for name in self._order)
        self._binds = [(at, each) for at, each in enumerate(bind) if each is not None]

    def of(self, rows: Iterable[SQLModel]) -> Callable[[Connection], None]:
        """What inserts all rows by one statement, in the connection's transaction; made before it begins, so that it is short."""
        values = [row.__dict__ for row in rows]
        if any(each.get(made) is None for made in self._made for each in values):
            return lambda connection: self._insert_and_make(connection, values)
        bound = list(map(self._bound, values))
        return lambda connection: driver.tell(connection, self._sql, *bound)

    def _bound(self, row: Mapping[str, Any]) -> driver.Values:
        values = [row.get(attribute) for attribute in self._read]
        for at, bind in self._binds:
            if values[at] is not None:
                values[at] = bind(values[at])
        return dict(zip(self._order, values, strict=True)) if self._is_named else values

    def _insert_and_make(self, connection: Connection, values: list[dict[str, Any]]) -> None:
        """The usual way, which knows how such columns are made; what nobody filled is not named there."""
        named = [{name: each.get(attribute) for name, attribute in self._attributes.items()} for each in values]
        filled = {name for each in named for name, value in each.items() if value is not None}
        connection.execute(
            self._table.insert(), [{name: value for name, value in each.items() if name in filled} for each in named]
        )


_INSERTIONS: dict[tuple[type[SQLModel], str], Insertion] = {}


def insertion(kind: type[SQLModel], dialect: Dialect) -> Insertion:
    """The one for this table and kind of database."""
    known = _INSERTIONS.get((kind, dialect.name))
    if known is None:
        known = _INSERTIONS[kind, dialect.name] = Insertion(kind, dialect)
    return known


def _read(value: Any, is_moment: bool, is_json: bool) -> Any:
    if value is None:
        return None
    if is_json:
        return json.loads(value)
    if is_moment:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else value
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return value


def _render(
    statement: Select[*tuple[Any, ...]] | Insert, dialect: Dialect, column_keys: list[str] | None = None
) -> tuple[str, list[str] | None]:
    """The statement in the database's words, and the order of its values; None where they are given by name."""
    compiled = statement.compile(dialect=dialect, column_keys=column_keys)
    return str(compiled), list(compiled.positiontup or ()) if compiled.positional else None
