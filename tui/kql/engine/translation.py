"""From a query's text to the SQL that answers it, tables made ready on the way."""

from __future__ import annotations

import fnmatch
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from duckdb_kql import ir, lower, translate
from duckdb_kql.control import is_control_command, strip_leading_comments
from duckdb_kql.errors import KqlUnsupportedError

from tui.kql import lexer
from tui.kql.engine import gathering, kept, names, words
from tui.kql.engine.additions import hooks, sought, terms
from tui.kql.engine.additions.stages import Snapshot
from tui.kql.engine.bind import Binder, Schema
from tui.kql.engine.narrow import narrowed
from tui.kql.engine.prepare import prepared
from tui.kql.engine.state import Translation, translating
from tui.kql.engine.tables import catalog, columns_of, kusto_type
from tui.kql.engine.trees import parted, unfolded
from tui.kql.schema import Table

if TYPE_CHECKING:
    import duckdb

_MOST_WORDS = 30_000
"""Words and signs of a query; reading more of them would take longer than a query may."""

_MOST_PARTS = 300_000
"""Parts of a query when everything that a `let` names is written out."""

_SLOT = re.compile(r""" "(?:[^"]|"")*" | '(?:[^']|'')*' | [$](\w+) """, re.VERBOSE)
"""A text or a name in quotes, or the slot of a value."""

Provide = Callable[[str], Mapping[str, str] | None]
"""Makes a table of this name; answers its columns with their DuckDB types, or None."""

_CLOCK = translate.CLOCK_SLOT
_SINCE, _UNTIL = "kqlsince", "kqluntil"


class Translator:
    """Translates one query.

    Args:
        connection: Where the tables are, and where parts are run that decide columns.
        text: The query.
        tables: The tables it may name; None takes those of the connection.
        provide: Makes a table before it is read, and may know its columns.
        timespan: From and until, for every table's time column.
        moment: What `now()` is; naive, in UTC.
        check: Raises when the query has been stopped.
        computing: Within it, a computation in Python can be halted in its midst.
    """

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        text: str,
        tables: Mapping[str, Table] | None,
        provide: Provide | None,
        timespan: tuple[datetime | None, datetime | None] | None,
        moment: datetime,
        check: Callable[[], None] = lambda: None,
        computing: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        hooks.install()
        self._connection = connection
        self._text = text
        self._tables = tables
        self._provide = provide
        self._timespan = timespan
        self._moment = moment
        self.check = check
        self._stored: list[str] = []
        self._given: dict[str, Any] = {}
        self._asked = False
        self._made: dict[str, Mapping[str, str]] = {}
        self._catalog = catalog(connection) if tables is None else {}
        self.state = Translation(
            text,
            columns_of=self._known_columns,
            table_names=lambda: sorted(self._all()),
            check=check,
            computing=computing,
        )
        self.read: tuple[str, ...] = ()
        """The tables that the query reads."""
        self.kinds: dict[str, str] = {}
        """The Kusto types of the answer's columns that are known."""
        self.kept: kept.Kept | None = None
        """What is kept of the query, where something is."""

    def sql(self) -> tuple[str, dict[str, Any]]:
        """The SQL, and the values it binds.

        Raises:
            KqlFault: A name means nothing.
            KqlError: duckdb-kql refuses the query.
        """
        since, until = self._timespan or (None, None)
        key = (self._text, since is None, until is None)
        known = kept.find(self._tables, key)
        if known is not None:
            self._read_columns(known.made)
            if self._made == known.made:
                self.read, self.kinds = tuple(known.made), known.kinds
                self.kept = known
                self.state.render = known.render
                return known.sql, self._bound(known.sql)
        with translating(self.state), translate.clock(self._moment):
            sql = self._translated()
        # What the rows decided holds for those rows only.
        if not self._asked:
            self.kept = kept.Kept(self._made, sql, self.kinds, self.state.render)
            kept.keep(self._tables, key, self.kept)
        return sql, self._bound(sql)

    def _translated(self) -> str:
        query = self._lowered()
        parts, shared = parted(query)
        if shared and unfolded(query, _MOST_PARTS) >= _MOST_PARTS:
            raise words.too_deep()
        self.state.lets = any(isinstance(part, ir.LetRef) for part in parts)
        self._given = _given(query)
        self._asked = bool(self._given)
        read = self._tables_in(parts)
        columns = [name for table in read for name in self._made[table]]
        marks = names.marks_for(parts, dict.fromkeys(columns))
        query = names.marked(query, marks)
        self.state.marks = marks
        for table in read:
            self._relate(table, marks)
        schema = self._schema()
        if marks:
            schema = {t: [marks.get(c, c) for c in cs] for t, cs in schema.items()}
        self.read = tuple(read)
        binder = Binder(
            self._text,
            self._store,
            self._kinds(read, marks),
            self.state.fresh,
            self._values,
        )
        query, _ = binder.query(query, schema)
        self.kinds = dict(binder.kinds_of(query)[1])
        return self._rendered(self._pruned(query, schema), schema)

    def _pruned(self, query: ir.Query, schema: Schema) -> ir.Query:
        taken = gathering.few(query)
        if taken is not None:
            return self._gathered(query, taken, schema)
        found = sought.parts(query)
        if found is None:
            return query
        self._asked = True

        def has_rows(part: ir.Query) -> bool:
            self.check()
            assert isinstance(part.source, ir.TableRef)
            table = translate.quote_ident(part.source.name)
            if self._connection.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchone() is None:
                return False
            sql = f"SELECT 1 FROM ({self._rendered(part, schema)}) LIMIT 1"
            return self._connection.execute(sql, self._bound(sql)).fetchone() is not None

        return sought.pruned(query, found, schema, self._made, self.state, has_rows)

    def _gathered(self, query: ir.Query, taken: gathering.Few, schema: Schema) -> ir.Query:
        self._asked = True

        def make(name: str, columns: str) -> None:
            self._stored.append(name)
            self._connection.execute(
                f"CREATE OR REPLACE TEMP TABLE {translate.quote_ident(name)} ({columns})"
            )

        def add(name: str, part: ir.Query) -> int:
            self.check()
            assert isinstance(part.source, ir.TableRef)
            table = translate.quote_ident(part.source.name)
            if self._connection.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchone() is None:
                return 0
            sql = self._rendered(part, schema)
            made = self._connection.execute(
                f"INSERT INTO {translate.quote_ident(name)} BY NAME {sql}", self._bound(sql)
            ).fetchone()
            return int(made[0]) if made else 0

        return gathering.gathered(query, taken, schema, self._made, self.state, make, add)

    def close(self) -> None:
        """Drop what was stored for this query."""
        for table in self._stored:
            self._connection.execute(f"DROP TABLE IF EXISTS {translate.quote_ident(table)}")
        self._stored.clear()

    def _lowered(self) -> ir.Query:
        if is_control_command(strip_leading_comments(self._text)):
            raise words.syntax(1, 0)
        # A short text that begins with a letter has words, and not too many.
        if len(self._text) >= _MOST_WORDS or not self._text.lstrip()[:1].isalpha():
            count = lexer.word_count(self._text, _MOST_WORDS)
            if not count:
                raise words.no_statement()
            if count >= _MOST_WORDS:
                raise words.too_deep()
        try:
            return lower.lower(prepared(self._text))
        except KqlUnsupportedError as refused:
            if refused.construct == "statement":
                raise words.no_statement() from None
            raise

    def _rendered(self, query: ir.Query, schema: Schema) -> str:
        """The SQL of a resolved query; its tables are read by the columns it can see."""

        def narrow(name: str, wanted: Callable[[str], bool]) -> str | None:
            if name not in self._made:
                return None
            columns = schema[name]
            seen = [c for c in columns if wanted(c)] or columns[:1]
            if len(seen) == len(columns):
                return None
            alias = self.state.fresh("narrow")
            source = self.state.relations.get(name) or translate.quote_ident(name)
            selected = ", ".join(map(translate.quote_ident, seen))
            self.state.relations[alias] = f"(SELECT {selected} FROM {source})"
            schema[alias] = seen
            return alias

        schema = dict(schema)
        return str(translate.to_sql(narrowed(query, narrow), schema))

    def _kinds(self, read: list[str], marks: Mapping[str, str]) -> dict[str, dict[str, str]]:
        return {
            table: {marks.get(c, c): kusto_type(k) for c, k in self._made[table].items()}
            for table in read
        }

    def _bound(self, sql: str) -> dict[str, Any]:
        since, until = self._timespan or (None, None)
        values = {
            **self._given,
            _CLOCK: self._moment,
            _SINCE: since and since.astimezone(UTC).replace(tzinfo=None),
            _UNTIL: until and until.astimezone(UTC).replace(tzinfo=None),
        }
        if not any(f"${slot}" in sql for slot in values):
            return {}
        # A text of the query may spell a slot too, and what is not asked for must not be given.
        asked = set(_SLOT.findall(sql))
        return {slot: value for slot, value in values.items() if slot in asked}

    def _all(self) -> Iterator[str]:
        return iter(self._tables if self._tables is not None else self._catalog)

    def _schema(self) -> Schema:
        """The tables with their columns, those that were read as they are in the database."""
        if self._tables is not None:
            schema = dict(kept.names_of(self._tables))
        else:
            schema = {name: list(columns) for name, columns in self._catalog.items()}
        schema.update((name, list(columns)) for name, columns in self._made.items())
        return schema

    def _known_columns(self, name: str) -> Mapping[str, str] | None:
        if self._tables is not None:
            table = self._tables.get(name)
            return {c.name: c.type for c in table.columns} if table else None
        return self._catalog.get(name)

    def _tables_in(self, parts: Iterable[Any]) -> list[str]:
        known = self._tables if self._tables is not None else self._catalog
        wanted: dict[str, None] = {}
        for part in parts:
            if isinstance(part, ir.TableRef) and part.name in known:
                wanted[part.name] = None
            elif isinstance(part, ir.WildcardTableRef):
                matching = (n for n in sorted(known) if fnmatch.fnmatchcase(n, part.pattern))
                wanted.update(dict.fromkeys(matching))
        self._read_columns(wanted)
        return list(wanted)

    def _read_columns(self, wanted: Iterable[str]) -> None:
        for name in wanted:
            known = self._provide(name) if self._provide is not None else None
            if known is None:
                known = columns_of(self._connection, translate.quote_ident(name))
            self._made[name] = known

    def _relate(self, table: str, marks: Mapping[str, str]) -> None:
        columns = self._made[table]
        plain = translate.quote_ident(table)
        renamed = [column for column in columns if column in marks]
        conditions = self._within(table)
        if not renamed and not conditions:
            return
        selected = ", ".join(
            translate.quote_ident(c)
            + (f" AS {translate.quote_ident(marks[c])}" if c in marks else "")
            for c in columns
        )
        where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
        self.state.relations[table] = f"(SELECT {selected} FROM {plain}{where})"

    def _within(self, table: str) -> list[str]:
        if self._timespan is None:
            return []
        known = self._tables.get(table) if self._tables is not None else None
        column = known.time_column if known else None
        if column is None:
            column = next(
                (c for c in ("Timestamp", "TimeGenerated") if c in self._made[table]), None
            )
        if column is None or self._made[table].get(column) != "TIMESTAMP":
            return []
        since, until = self._timespan
        conditions = []
        for sign, bound, slot in ((">=", since, _SINCE), ("<=", until, _UNTIL)):
            if bound is not None:
                conditions.append(
                    f"{translate.quote_ident(column)} {sign} CAST(${slot} AS TIMESTAMP)"
                )
        return conditions

    def _store(
        self, before: ir.Query, stage: Snapshot, schema: Schema
    ) -> tuple[str, Mapping[str, str]]:
        self._asked = True
        rows, shaped = self.state.fresh("rows"), self.state.fresh("shape")
        sql = self._rendered(before, schema)
        self._make(rows, sql)
        source = translate.quote_ident(rows)
        columns = list(columns_of(self._connection, source))
        self._make(shaped, stage.shaped(source, columns, _Bench(self)))
        result = columns_of(self._connection, translate.quote_ident(shaped))
        return shaped, {name: kusto_type(kind) for name, kind in result.items()}

    def _values(self, query: ir.Query, schema: Schema, scalar: bool) -> list[str] | None:
        self.check()
        self._asked = True
        sql = self._rendered(query, schema)
        bound = self._bound(sql)
        described = self._connection.execute(f"DESCRIBE {sql}", bound).fetchall()
        name, kind = str(described[0][0]), str(described[0][1])
        column = translate.quote_ident(name)
        if scalar:
            row = self._connection.execute(
                f"SELECT CAST(to_json({column}) AS VARCHAR) FROM ({sql}) LIMIT 1", bound
            ).fetchone()
            value = json.loads(row[0]) if row and row[0] is not None else None
            found: list[Any] = value if isinstance(value, list) else [value]
        elif kind == "VARCHAR":
            found = [
                row[0]
                for row in self._connection.execute(
                    f"SELECT DISTINCT {column} FROM ({sql}) LIMIT {terms.MOST + 1}", bound
                ).fetchall()
            ]
        else:
            return None
        if len(found) > terms.MOST or not all(isinstance(item, str) for item in found):
            return None
        return [str(item) for item in found]

    def _make(self, table: str, sql: str, values: Mapping[str, Any] | None = None) -> None:
        self.check()
        self._stored.append(table)
        self._connection.execute(
            f"CREATE OR REPLACE TEMP TABLE {translate.quote_ident(table)} AS {sql}",
            {**self._bound(sql), **(values or {})},
        )


def _given(query: ir.Query) -> dict[str, Any]:
    """The values of the declared parameters: their defaults, for nobody can give others."""
    for parameter in query.parameters:
        if parameter.required:
            raise words.missing_parameter(parameter.name)
    return {parameter.slot: parameter.default for parameter in query.parameters}


class _Bench:
    """What a snapshot stage may do; see `stages.Workbench`."""

    def __init__(self, translator: Translator) -> None:
        self._translator = translator
        self.check = translator.check
        self.fresh = translator.state.fresh
        self.keep = translator._make

    def __call__(self, question: str) -> list[Any]:
        translator = self._translator
        return translator._connection.execute(question, translator._bound(question)).fetchall()

    def value(self, question: str, values: Mapping[str, Any]) -> Any:
        translator = self._translator
        bound = {**translator._bound(question), **values}
        row = translator._connection.execute(question, bound).fetchone()
        return row[0] if row else None
