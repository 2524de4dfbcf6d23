"""The engine: one KQL query in, one answer out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from tui.kql.engine.answer import Answer
from tui.kql.schema import Table

if TYPE_CHECKING:
    import duckdb


class Engine:
    """Runs KQL on one DuckDB connection.

    Args:
        connection: A connection (or cursor) that is this engine's alone.
        tables: The tables a query may name, by name; those of the connection besides.
        provide: Called with a table's name before it is first read; makes it in the database.
    """

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        *,
        tables: Mapping[str, Table] | None = None,
        provide: Callable[[str], None] | None = None,
    ) -> None:
        self._connection = connection
        self._tables = tables
        self._provide = provide

    def run(
        self,
        kql: str,
        *,
        now: datetime,
        row_limit: int | None = 100_000,
        size_limit: int | None = None,
        time_limit: float | None = None,
        timespan: tuple[datetime | None, datetime | None] | None = None,
    ) -> Answer:
        """Answer one query.

        Args:
            kql: The query, `let` statements included.
            now: What `now()` and `ago()` count from; aware.
            row_limit: Rows kept; an answer with more says so in `truncated`.
            size_limit: Bytes of the answer, about; past it the query is refused.
            time_limit: Seconds after which the query is interrupted and refused.
            timespan: From and until; every table's time column is held within it.

        Raises:
            KqlFault: The query is refused, in the service's words.
        """
        raise NotImplementedError

    def interrupt(self) -> None:
        """Stop the query that runs now; its `run` raises `KqlFault` of kind `interrupted`."""
        raise NotImplementedError
