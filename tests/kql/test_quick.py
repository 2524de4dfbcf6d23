"""The cheaper forms answer what the plain ones do."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import duckdb
import pytest

from tests.kql.conftest import NOW, Ask
from tui.kql.engine import Engine
from tui.kql.engine.tables import open_database
from tui.kql.schema import ColumnDef, Table

_VALUES = (
    "5",
    "-7",
    "0",
    "5.7",
    "-5.7",
    '"5"',
    '" 6 "',
    '"5.7"',
    '"0x1F"',
    '"x"',
    "true",
    "null",
    "[1]",
    '{"a":1}',
    "2147483647",
    "2147483648",
    "4294967301",
    "-2147483649",
    "9223372036854775807",
    "9223372036854775808",
    "1e3",
    "1e300",
    '""',
)
_TEXTS = (
    "",
    "a",
    "A b",
    "ab",
    "a.b",
    "x a-B y",
    "100%",
    "a_c",
    "a\\\\c",
    "Ünïcode a",
    "aa a",
    "ba",
)


@pytest.mark.parametrize("function", ["toint", "tolong", "tostring"])
def test_a_path_reads_as_its_value_does(ask: Ask, function: str) -> None:
    rows = ", ".join(f"dynamic({{'k': {value}}})" for value in _VALUES)
    kql = (
        f"datatable(d: dynamic) [{rows}] | extend v = d.k, whole = d "
        f"| project plain = {function}(iff(true, v, v)), quick = {function}(d.k)"
    )
    answers = list(ask(kql).rows())
    assert len(answers) == len(_VALUES)
    assert [plain for plain, _ in answers] == [quick for _, quick in answers]


@pytest.mark.parametrize(
    "operator",
    [
        *("contains", "startswith", "endswith", "has", "hasprefix", "hassuffix"),
        *("!contains", "!startswith", "!endswith", "!has", "!hasprefix", "!hassuffix"),
    ],
)
@pytest.mark.parametrize("term", ["a", "AB", "a.b", "b", "%", "a_c", "ü", "zz"])
def test_a_constant_term_finds_what_a_computed_one_does(ask: Ask, operator: str, term: str) -> None:
    rows = ", ".join(f"'{text}'" for text in _TEXTS)
    kql = (
        f"datatable(s: string) [{rows}] | extend t = '{term}' "
        f"| extend quick = s {operator} '{term}', plain = s {operator} t"
    )
    for row in ask(kql).rows():
        assert row[2] == row[3], row


@pytest.mark.parametrize("sign", [".", " ", "aa", "x", ""])
def test_a_part_of_a_split_text_is_that_of_the_list(ask: Ask, sign: str) -> None:
    rows = ", ".join(f"'{text}'" for text in _TEXTS)
    parts = ", ".join(
        f"tostring(split(s, '{sign}')[{place}]), tostring(all[{place}])"
        for place in (0, 1, 2, 7, -1, -2, -9)
    )
    kql = f"datatable(s: string) [{rows}] | extend all = split(s, '{sign}') | project {parts}"
    for row in ask(kql).rows():
        assert row[::2] == row[1::2], row


@pytest.mark.parametrize("operator", ["has_any", "has_all"])
@pytest.mark.parametrize(
    "listed", ["('a')", "('A', 'b')", "(dynamic(['a', 'b']))", "('%', 'c', 'a.b')"]
)
def test_a_short_list_of_terms_finds_what_a_computed_one_does(
    ask: Ask, operator: str, listed: str
) -> None:
    rows = ", ".join(f"'{text}'" for text in _TEXTS)
    inside = listed.replace("(dynamic([", "(").replace("]))", ")")[1:-1]
    kql = (
        f"datatable(s: string) [{rows}] | extend terms = pack_array({inside}) "
        f"| extend quick = s {operator} {listed}, plain = s {operator} (terms)"
    )
    for row in ask(kql).rows():
        assert row[2] == row[3], row


@pytest.mark.parametrize("function", ["make_set", "make_list"])
@pytest.mark.parametrize(
    ("kind", "values", "expected"),
    [
        ("string", "'b', 'a', '', 'b'", ["", "a", "b"]),
        ("long", "3, 1, long(null), 3", [1, 3]),
        ("bool", "true, bool(null), true, false", [False, True]),
        ("datetime", "datetime(2026-01-02), datetime(null)", ["2026-01-02T00:00:00.0000000Z"]),
        ("timespan", "2h, timespan(null), 2h", ["02:00:00"]),
        ("string", "", []),
    ],
)
def test_values_of_one_type_are_collected(
    ask: Ask, function: str, kind: str, values: str, expected: list[object]
) -> None:
    kql = f"datatable(x: {kind}) [{values}] | summarize r = {function}(x)"
    ((collected,),) = ask(kql).rows()
    assert isinstance(collected, list)
    if function == "make_set":
        assert collected == expected
    else:
        assert sorted({str(value) for value in collected}) == sorted(map(str, expected))


def test_the_earliest_row_is_kept_with_its_empty_values(ask: Ask) -> None:
    kql = (
        "datatable(k: string, t: datetime, n: long) ["
        "'a', datetime(2026-01-02), 2, 'a', datetime(2026-01-01), long(null), "
        "'b', datetime(null), 7, 'c', datetime(2026-01-01), 1, 'c', datetime(null), 9] "
        "| summarize arg_min(t, n) by k | project k, n | sort by k asc"
    )
    assert list(ask(kql).rows()) == [("a", None), ("b", 7), ("c", 1)]
    assert list(ask(kql.replace("arg_min", "arg_max")).rows()) == [("a", 2), ("b", 7), ("c", 1)]


@pytest.mark.parametrize(
    "kql",
    [
        "T | join kind=inner (T) on k | project k, v1, w1",
        "T | join kind=inner (T | project k, v) on k | summarize max(v1), count() by k",
        "T | join kind=leftouter (T | where v > 1) on k | count",
        "let L = T | where v > 0; L | join kind=inner (L | extend z = v) on k | project k, z, v1",
        "let L = T | where v > 0; union L, (T | project k) | summarize count() by k",
        "let T2 = T | extend z = v; T2 | where k in ((T2 | where z == 2)) | project k",
        "T | summarize arg_max(v, *) by k | project k, w, v",
        "T | summarize take_any(*) by k | project k, v",
        "T | summarize arg_max(v, *) by k | summarize count() by w",
        "T | summarize arg_max(v, *) by k | count",
        "T | summarize arg_max(v, *) by k | where w != '' | project-away k",
        "T | summarize arg_max(v, *), arg_min(v, *) by k | project k, w, w1",
        "T | make-series n = sum(v) default = 0 on u from 0 to 3 step 1 by k",
        "T | make-series n = count(), max(v) on u step 1",
        "T | extend Column1 = 1 | project Column1, v + 1, w",
        "T | extend v = strcat(k, v) | project-away k | project-rename q = v | project q, w",
        "T | extend p = pack_all() | project p",
        "T | where column_ifexists('v', 0) > 1 | project k",
        "T | project v = toscalar(T | summarize max(v)), k",
        "T | as Whole | where k == 'a' | union Whole | count",
        "T | mv-expand x = pack_array(v, w) | project k, x",
        "T | partition by k (top 1 by v | project k, v)",
    ],
)
def test_narrow_tables_answer_as_whole_ones(ask: Ask, narrow: Engine, kql: str) -> None:
    rows = "datatable(k: string, v: long, w: string, u: long) ['a', 1, 'x', 0, 'b', 2, 'y', 0]"
    whole = ask(f"let T = {rows}; {kql}")
    answer = narrow.run(kql, now=NOW)
    assert answer.columns == whole.columns
    assert sorted(map(repr, answer.rows())) == sorted(map(repr, whole.rows()))


@pytest.fixture
def narrow() -> Iterator[Engine]:
    connection = open_database()
    connection.execute("CREATE TABLE T (k VARCHAR, v BIGINT, w VARCHAR, u BIGINT)")
    connection.execute("INSERT INTO T VALUES ('a', 1, 'x', 0), ('b', 2, 'y', 0)")
    engine = Engine(connection.cursor())
    yield engine
    engine.close()
    connection.close()


def test_a_query_run_again_sees_its_clock_anew(ask: Ask) -> None:
    kql = "print n = now() | extend x = '$kqlnow $kqlsince'"
    later = NOW + timedelta(days=1)
    for moment in (NOW, later):
        assert list(ask(kql, now=moment).rows()) == [(moment, "$kqlnow $kqlsince")]
    assert list(ask("print '$kqlnow'").rows()) == [("$kqlnow",)]


def test_a_query_run_again_sees_its_tables_anew(database: duckdb.DuckDBPyConnection) -> None:
    cursor = database.cursor()
    cursor.execute("CREATE OR REPLACE TABLE Again (a BIGINT)")
    tables = {"Again": Table("Again", (ColumnDef("a", "long"),), None)}
    engine = Engine(cursor, tables=tables)
    kql = "Again | extend b = 1"
    assert [c.name for c in engine.run(kql, now=NOW).columns] == ["a", "b"]
    cursor.execute("INSERT INTO Again VALUES (4)")
    assert list(engine.run(kql, now=NOW).rows()) == [(4, 1)]
    cursor.execute("CREATE OR REPLACE TABLE Again (z VARCHAR)")
    cursor.execute("INSERT INTO Again VALUES ('text')")
    assert list(engine.run(kql, now=NOW).rows()) == [("text", 1)]
    cursor.execute("DROP TABLE Again")
    engine.close()


def test_a_query_run_again_is_held_by_the_new_time_range(
    database: duckdb.DuckDBPyConnection,
) -> None:
    cursor = database.cursor()
    cursor.execute("CREATE OR REPLACE TABLE Held (Timestamp TIMESTAMP, n BIGINT)")
    cursor.execute("INSERT INTO Held VALUES ('2026-11-01', 1), ('2026-11-19', 2)")
    columns = (ColumnDef("Timestamp", "datetime"), ColumnDef("n", "long"))
    engine = Engine(cursor, tables={"Held": Table("Held", columns, "Timestamp")})
    kql = "Held | summarize sum(n)"
    for since, expected in ((NOW - timedelta(days=30), 3), (NOW - timedelta(days=2), 2)):
        assert list(engine.run(kql, now=NOW, timespan=(since, None)).rows()) == [(expected,)]
    assert list(engine.run(kql, now=NOW).rows()) == [(3,)]
    cursor.execute("DROP TABLE Held")
    engine.close()
