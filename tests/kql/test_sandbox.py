"""Attempts to get out: no query reads a file, opens a connection, or changes anything.

Each is made in every place where a query can put a name or a text. None may give anything but
an answer of the language or a fault in the service's words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from tests.kql.conftest import NOW
from tui.kql import schema
from tui.kql.engine import Engine, KqlFault
from tui.kql.engine.tables import create_sql, open_database

_OURS = re.compile(
    r"duckdb|binder|catalog|python|traceback|antlr|exception|varchar|bigint|kql_|_s\d|codec"
    r"|extension|recursion|conversion",
    re.IGNORECASE,
)
_SECRET = "the secret on the disk"

FUNCTIONS = """
    read_csv read_csv_auto sniff_csv read_text read_blob read_json read_json_auto read_ndjson
    read_parquet parquet_scan parquet_metadata glob sqlite_scan postgres_scan mysql_scan
    iceberg_scan delta_scan st_read read_xlsx getenv load_extension current_setting which_secret
    pg_read_file pg_sleep pg_ls_dir query query_table duckdb_settings duckdb_secrets duckdb_tables
    duckdb_columns duckdb_functions pragma_database_list pragma_version current_database
    current_schema current_user session_user set_config nextval error write_log version
    test_all_types repeat_row checkpoint force_checkpoint txid_current in_search_path
    add_parquet_key http_get system shell exec eval python kql_json kql_number kql_span
""".split()  # noqa: SIM905

CALLS = {
    "a function": "print x = {name}({path})",
    "a bracketed function": "print x = ['{name}']({path})",
    "a table": "{name}({path})",
    "a plugin": "print 1 | evaluate {name}({path})",
    "an invoked function": "print 1 | invoke {name}({path})",
    "an aggregate": "Kept | summarize {name}(Name)",
    "a condition": "Kept | where {name}({path}) == 'x'",
    "a let": "let f = () {{ {name}({path}) }}; f()",
}

NAMES = (
    "{path}",
    "'{path}'",
    "https://example.com/a.csv",
    "s3://bucket/key.parquet",
    "read_csv('{path}')",
    "duckdb_settings()",
    "information_schema.tables",
    "pg_catalog.pg_tables",
    "sqlite_master",
    "system.main.duckdb_settings",
    "main.Kept",
    "kql~places",
    "kql()~answer",
    "Kept\" UNION SELECT content FROM read_text('{path}') --",
    "x'; DROP TABLE Kept; --",
)

PLACES = {
    "a table": "['{name}'] | take 5",
    "a union": "union Kept, ['{name}'] | take 5",
    "table()": "table('{name}') | take 5",
    "database()": "database('{name}').Kept | take 5",
    "cluster()": "cluster('{name}').database('x').Kept | take 5",
    "a let": "let ['{name}'] = print 1; ['{name}'] | take 5",
    "a column": "print ['{name}'] = 1 | extend y = ['{name}']",
    "a column of a table": "Kept | project ['{name}']",
    "a text": "print x = '{name}' | where x == '{name}' | extend y = strcat(x, \"{quoted}\")",
    "externaldata": "externaldata(a: string)['{name}']",
    "externaldata with a format": "externaldata(a: string)[h@'{quoted}'] with (format='csv')",
    "a datatable": "datatable(['{name}']: string)['x'] | project ['{name}']",
    "a pattern": "Kept | where Name matches regex '{name}' or Name has '{name}'",
    "a path": "print d = dynamic({{'a': 1}}) | extend x = d['{name}'], y = d.['{name}']",
    "a bag": "print bag_pack('{name}', 1) | evaluate bag_unpack(print_0, '{name}')",
    "a pivot": "print a = '{name}', b = 1 | evaluate pivot(a, sum(b))",
    "a key of a join": "Kept | join kind=inner (Kept) on $left.['{name}'] == $right.Name",
    "a source's name": "union withsource=['{name}'] Kept, Kept | take 5",
    "a parse": "print x = 'a' | parse x with '{name}' y '{name}'",
    "a format": "print format_datetime(now(), '{name}'), strcat_delim('{name}', 'a', 'b')",
    "a comment": "print 1 // {name}",
    "a title": "print 1 | render table with (title='{name}')",
    "range": "range ['{name}'] from 1 to 2 step 1",
}

STATEMENTS = """
ATTACH '{path}'
COPY Kept TO '{path}'
COPY (SELECT 1) TO '{path}'
PRAGMA database_list
SET memory_limit = '9GB'
set enable_external_access = true; print 1
INSTALL httpfs
LOAD httpfs
DROP TABLE Kept
DELETE FROM Kept
INSERT INTO Kept VALUES ('x')
CREATE TABLE x (a int)
EXPORT DATABASE '{path}'
SELECT content FROM read_text('{path}')
print 1; DROP TABLE Kept
print 1; SELECT 2
.drop table Kept
.show tables
.set-or-append Kept <| print Name = 'x'
.ingest into table Kept ('{path}')
alias database x = cluster('a').database('b'); print 1
restrict access to (Kept); Kept
evaluate http_request('https://example.com')
evaluate sql_request('a', 'b')
evaluate mysql_request('a', 'b')
evaluate cosmosdb_sql_request('a', 'b', 'c')
print 1 | evaluate python(typeof(*), 'import os')
print 1 | evaluate r(typeof(*), 'x')
external_table('x')
stored_query_result('x')
""".strip().splitlines()


@pytest.fixture(scope="module")
def secret(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("outside") / "secret.csv"
    path.write_text(f"content\n{_SECRET}\n")
    return path


@pytest.fixture(scope="module")
def held() -> Iterator[tuple[Engine, duckdb.DuckDBPyConnection]]:
    connection = open_database(memory_limit="256MB")
    connection.execute("CREATE TABLE Kept (Name VARCHAR)")
    connection.execute("INSERT INTO Kept VALUES ('kept')")
    engine = Engine(connection.cursor())
    yield engine, connection
    engine.close()
    connection.close()


def _attempt(
    held: tuple[Engine, duckdb.DuckDBPyConnection], secret: Path, query: str
) -> str | list[tuple[object, ...]]:
    engine, connection = held
    before = sorted(entry.name for entry in secret.parent.iterdir())
    answer: str | list[tuple[object, ...]]
    try:
        answer = list(engine.run(query, now=NOW, time_limit=10).rows())
    except KqlFault as fault:
        answer = fault.message
    if isinstance(answer, str):
        # What the query itself wrote may be quoted.
        theirs = [found for found in _OURS.findall(answer) if found.lower() not in query.lower()]
        assert not theirs, (query, answer)
    assert _SECRET not in repr(answer), query
    assert connection.execute("SELECT * FROM Kept").fetchall() == [("kept",)]
    assert sorted(entry.name for entry in secret.parent.iterdir()) == before
    return answer


@pytest.mark.parametrize("form", CALLS)
def test_no_function_of_the_database_is_within_reach(
    held: tuple[Engine, duckdb.DuckDBPyConnection], secret: Path, form: str
) -> None:
    for name in FUNCTIONS:
        query = CALLS[form].format(name=name, path=f"'{secret}'")
        answer = _attempt(held, secret, query)
        assert isinstance(answer, str), (query, answer)


@pytest.mark.parametrize("place", PLACES)
def test_no_name_and_no_text_reaches_outside(
    held: tuple[Engine, duckdb.DuckDBPyConnection], secret: Path, place: str
) -> None:
    for name in NAMES:
        spelled = name.format(path=secret)
        single = spelled.replace("\\", "\\\\").replace("'", "\\'")
        quoted = spelled.replace('"', "").replace("'", "")
        answer = _attempt(held, secret, PLACES[place].format(name=single, quoted=quoted))
        if place in ("a table", "a union", "table()", "externaldata"):
            assert isinstance(answer, str), (place, spelled, answer)


@pytest.mark.parametrize("statement", STATEMENTS)
def test_statements_of_other_languages_are_refused(
    held: tuple[Engine, duckdb.DuckDBPyConnection], secret: Path, statement: str
) -> None:
    answer = _attempt(held, secret, statement.format(path=secret))
    assert isinstance(answer, str), answer


@pytest.mark.parametrize(
    "text",
    [
        *("'; DROP TABLE Kept; --", "\\'", "\\", "$kqlnow", "$1", "?", "{0}", "%s", "$$a$$"),
        *("/* */ --", "\0", "\ud800", "\u202e", "\ufeff", "\U0010ffff", "''", '""', "\\u0000"),
    ],
)
@pytest.mark.parametrize("quotes", ["'{}'", '"{}"', "@'{}'", "h'{}'", "```{}```", "['{}']"])
def test_no_text_ends_its_quotes(
    held: tuple[Engine, duckdb.DuckDBPyConnection], secret: Path, quotes: str, text: str
) -> None:
    for query in ("print x = {}", "Kept | where Name contains {}", "print split('a', {})"):
        _attempt(held, secret, query.format(quotes.format(text)))


def test_the_tables_of_a_tenant_are_read_and_no_others(secret: Path) -> None:
    connection = open_database()
    connection.execute(create_sql(schema.tables()["AlertInfo"]))
    connection.execute("CREATE TABLE Hidden (Name VARCHAR)")
    engine = Engine(connection.cursor(), tables=schema.tables())
    assert list(engine.run("AlertInfo | count", now=NOW).rows()) == [(0,)]
    for query in ("Hidden", "['Hidden']", "table('Hidden')", "union AlertInfo, Hidden"):
        with pytest.raises(KqlFault):
            engine.run(query, now=NOW)
    engine.close()
    connection.close()
