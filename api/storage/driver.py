"""The driver's own cursors, for statements that are rendered already: the usual way costs ten times what the database takes.

Errors are the usual ones all the same, and a connection that is lost is given up.
"""

from collections.abc import Mapping, Sequence
from contextlib import closing
from typing import Any

from sqlalchemy import Connection

#: Of one statement, by place or by name, as the driver wants it.
Values = Sequence[Any] | Mapping[str, Any]


def ask(connection: Connection, sql: str, values: Values = ()) -> list[tuple[Any, ...]]:
    """The rows, as the driver gives them. No transaction is begun.

    Raises:
        SQLAlchemyError: The database refuses, or does not answer.
    """
    try:
        with closing(connection.connection.cursor()) as cursor:
            cursor.execute(sql, values)
            return list(cursor.fetchall())
    except connection.dialect.loaded_dbapi.Error as error:
        connection._handle_dbapi_exception(error, sql, None, None, None)


def tell(connection: Connection, sql: str, *values: Any) -> None:
    """Run it once for each of these ``Values``, or once without any. Begin a transaction before. Raises as ``ask`` does."""
    try:
        with closing(connection.connection.cursor()) as cursor:
            if len(values) > 1:
                cursor.executemany(sql, values)
            else:
                cursor.execute(sql, *values)
    except connection.dialect.loaded_dbapi.Error as error:
        connection._handle_dbapi_exception(error, sql, None, None, None)
