"""The engine: one KQL query in, one answer out."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tui.kql.engine import reworded, words
from tui.kql.engine.answer import Answer, AnswerColumn, Render, Stats
from tui.kql.engine.fault import KqlFault
from tui.kql.engine.halting import Halted, Halting
from tui.kql.schema import Table

if TYPE_CHECKING:
    import duckdb

    from tui.kql.engine.translation import Provide, Translator

Timespan = tuple[datetime | None, datetime | None]

_ANSWER = '"kql()~answer"'
_LONGEST_QUERY = 1_000_000


class Engine:
    """Runs KQL on one DuckDB connection.

    The connection must be of a database from which queries cannot leave, such as
    `tables.open_database` makes.

    Args:
        connection: A connection (or cursor) that is this engine's alone.
        tables: The tables a query may name; None takes those that the connection has.
        provide: Called with a table's name before a query reads it; makes it in the database.
            It may answer the table's columns with their DuckDB types, where those stay as they
            are; else they are looked up for each query.
    """

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        *,
        tables: Mapping[str, Table] | None = None,
        provide: Provide | None = None,
    ) -> None:
        self._connection = connection
        self._tables = tables
        self._provide = provide
        self._stopped: str | None = None
        self._running = False
        self._number = 0
        self._guard = threading.Lock()
        self._ready = False
        self._halting = Halting()

    def run(
        self,
        kql: str,
        *,
        now: datetime,
        row_limit: int | None = 100_000,
        time_limit: float | None = None,
        timespan: Timespan | None = None,
    ) -> Answer:
        """Answer one query.

        Args:
            kql: The query, `let` statements included.
            now: What `now()` and `ago()` count from; aware.
            row_limit: Rows kept; an answer with more says so in `truncated`.
            time_limit: Seconds after which the query is interrupted and refused.
            timespan: From and until; every table's time column is held within it.

        Raises:
            KqlFault: The query is refused, in the service's words.
        """
        if len(kql) > _LONGEST_QUERY:
            raise words.too_deep()
        started = time.perf_counter()
        with self._watched(time_limit):
            try:
                return self._run(kql, now, row_limit, timespan, started)
            except Halted:
                raise self._stop_fault() from None
            except RecursionError:
                raise words.too_deep() from None
            except MemoryError:
                raise words.out_of_memory() from None
            except KqlFault:
                raise
            except Exception as error:
                raise self._worded(kql, error) from None

    def interrupt(self) -> None:
        """Stop the query that runs, or else the next one; from any thread.

        Its `run` raises `KqlFault` of kind `interrupted`.
        """
        self._stop("interrupted")

    def close(self) -> None:
        """Give back the connection, and with it the rows of the last answer."""
        self._connection.close()

    def _stop(self, why: str) -> None:
        with self._guard:
            if self._stopped is not None or not (self._running or why == "interrupted"):
                return
            self._stopped = why
            if self._running:
                threading.Thread(target=self._press, args=(self._number,), daemon=True).start()

    def _press(self, number: int) -> None:
        """Interrupt until that run ends: one that falls between two statements is lost."""
        while True:
            with self._guard:
                # Under the guard, so that the next run cannot begin and be struck in its place.
                if not self._running or self._number != number:
                    return
                self._connection.interrupt()
                self._halting.halt()
            time.sleep(0.05)

    @contextmanager
    def _watched(self, time_limit: float | None) -> Iterator[None]:
        with self._guard:
            self._running = True
            self._number += 1
        timer = threading.Timer(time_limit, self._stop, ("time",)) if time_limit else None
        if timer is not None:
            timer.daemon = True
            timer.start()
        try:
            self._check_stopped()
            yield
        finally:
            if timer is not None:
                timer.cancel()
            with self._guard:
                self._running = False
                self._stopped = None

    def _check_stopped(self) -> None:
        if self._stopped is not None:
            raise self._stop_fault()

    def _stop_fault(self) -> KqlFault:
        if self._stopped == "time":
            return words.out_of_time()
        return KqlFault("Query was cancelled", kind="interrupted")

    def _worded(self, kql: str, error: Exception) -> KqlFault:
        from duckdb_kql.errors import KqlError, KqlSyntaxError

        if self._stopped is not None:
            return self._stop_fault()
        if isinstance(error, KqlSyntaxError):
            from tui.kql.engine.grammar import first_fault
            from tui.kql.engine.prepare import prepared

            fault = words.syntax(*first_fault(prepared(kql)))
        elif isinstance(error, KqlError):
            fault = reworded.from_library(kql, error)
        else:
            fault = reworded.from_database(kql, error)
        fault.detail = f"{type(error).__name__}: {error}"
        return fault

    def _run(
        self,
        kql: str,
        now: datetime,
        row_limit: int | None,
        timespan: Timespan | None,
        started: float,
    ) -> Answer:
        from tui.kql.engine.translation import Translator

        if not self._ready:
            from tui.kql.engine.additions.functions import define

            define(self._connection)
            self._ready = True
        moment = now.astimezone(UTC).replace(tzinfo=None)
        translator = Translator(
            self._connection,
            kql,
            self._tables,
            self._provide,
            timespan,
            moment,
            self._check_stopped,
            self._halting.computing,
        )
        try:
            sql, parameters = translator.sql()
            self._check_stopped()
            limit = f" LIMIT {row_limit + 1}" if row_limit is not None else ""
            made = self._connection.execute(
                f"CREATE OR REPLACE TEMP TABLE {_ANSWER} AS SELECT * FROM ({sql}){limit}",
                parameters,
            ).fetchone()
        finally:
            translator.close()
        return self._answer(translator, int(made[0]) if made else 0, row_limit, started)

    def _answer(
        self, translator: Translator, count: int, row_limit: int | None, started: float
    ) -> Answer:
        from tui.kql.engine.marks import unmarked
        from tui.kql.engine.tables import kusto_type

        known = translator.kept
        stored = known.answered if known is not None else None
        if stored is None:
            answer = self._connection.table("temp.main." + _ANSWER)
            stored = list(zip(answer.columns, map(str, answer.types), strict=True))
            if known is not None:
                known.answered = stored
        columns = [
            AnswerColumn(unmarked(name), _finer(kusto_type(kind), translator.kinds.get(name)))
            for name, kind in stored
        ]
        truncated = None
        if row_limit is not None and count > row_limit:
            self._connection.execute(f"DELETE FROM {_ANSWER} WHERE rowid >= {row_limit}")
            count = row_limit
            truncated = f"the first {row_limit:,} rows; the query gives more"
        render = translator.state.render
        return Answer(
            self._connection,
            _ANSWER,
            columns,
            stored,
            Stats(time.perf_counter() - started, translator.read, count),
            truncated,
            Render(*render) if render else None,
        )


def _finer(stored: str, known: str | None) -> str:
    """The type of a column: Kusto's narrower whole numbers rest in the same DuckDB type."""
    return known if known in ("int", "long") and stored in ("int", "long") else stored
