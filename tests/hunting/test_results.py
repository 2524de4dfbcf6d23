"""What becomes of an answer: rows, types, order, filter; nothing lost, nothing invented."""

from __future__ import annotations

import json
from contextlib import asynccontextmanager

import pytest

from tests.hunting.bodies import at_rest, classic, graph
from tui.errors import BadAnswer, Problem, UsageProblem
from tui.hunting.results import ResultSet
from tui.rows import SortKey

SCHEMA = [
    ("Timestamp", "DateTime"),
    ("Name", "String"),
    ("Hits", "Int64"),
    ("Ratio", "Double"),
    ("Blocked", "SByte"),
    ("More", "Object"),
]
ROWS = [
    {
        "Timestamp": "2026-11-24T05:22:07.1134567Z",
        "Name": "rundll32.exe",
        "Hits": 12,
        "Ratio": 0.5,
        "Blocked": 1,
        "More": '{"a":[1,2]}',
    },
    {"Name": "cmd.exe", "Hits": 3, "More": {"b": None}, "Blocked": False, "Ratio": None},
    {"Timestamp": "2026-11-24T05:22:07.1134561Z", "Name": None, "Hits": None, "Blocked": "true"},
]


@asynccontextmanager
async def loaded(directory, body: bytes, **options):
    result = await ResultSet.load(at_rest(directory, body), **options)
    try:
        yield result
    finally:
        result.close()


async def values(result: ResultSet, source=None) -> list[tuple]:
    source = source or result.source()
    return [row.values for row in await source.window(0, await source.count())]


async def keys(source) -> list[str]:
    return [row.key for row in await source.window(0, await source.count())]


@pytest.mark.parametrize(
    "body",
    [
        classic(SCHEMA, ROWS),
        graph(SCHEMA, ROWS),
        graph(SCHEMA, ROWS, upper=True),
        json.dumps(
            {"Results": ROWS, "Stats": {}, "Schema": [{"Type": t, "Name": n} for n, t in SCHEMA]}
        ).encode(),
    ],
    ids=["classic", "graph", "graph with capitals", "rows before schema"],
)
async def test_every_dialect_gives_the_same_typed_rows(tmp_path, body) -> None:
    async with loaded(tmp_path, body) as result:
        assert [column.title for column in result.columns] == [name for name, _ in SCHEMA]
        assert [column.kind for column in result.columns] == [
            "time", "text", "number", "number", "bool", "dynamic",
        ]  # fmt: skip
        assert await values(result) == [
            ("2026-11-24T05:22:07.1134567Z", "rundll32.exe", 12, 0.5, True, '{"a":[1,2]}'),
            (None, "cmd.exe", 3, None, False, '{"b":null}'),
            ("2026-11-24T05:22:07.1134561Z", None, None, None, True, None),
        ]
        assert result.truncated is None


async def test_the_body_is_afterwards_what_it_was(tmp_path) -> None:
    body = classic(SCHEMA, ROWS)
    async with loaded(tmp_path, body):
        assert (tmp_path / "answer.json").read_bytes() == body


async def test_values_that_do_not_fit_their_type_stay_as_text(tmp_path) -> None:
    schema = [("N", "Int64"), ("T", "DateTime"), ("B", "SByte"), ("R", "Double")]
    rows = [
        {"N": "many", "T": "yesterday", "B": 7, "R": "a lot"},
        {"N": 2**70, "T": "0001-01-01T00:00:00Z", "B": None, "R": "Infinity"},
        {"N": 1.5, "T": "9999-12-31T23:59:59.9999999Z", "B": 0, "R": -2},
    ]
    async with loaded(tmp_path, classic(schema, rows)) as result:
        assert await values(result) == [
            ("many", "yesterday", "7", "a lot"),
            (2**70, "0001-01-01T00:00:00Z", None, float("inf")),
            ("1.5", "9999-12-31T23:59:59.9999999Z", False, -2.0),
        ]


async def test_columns_that_differ_in_case_or_have_no_name_are_kept_apart(tmp_path) -> None:
    schema = [("name", "String"), ("Name", "String"), ("", "Int64"), ('q"uote', "String")]
    rows = [{"name": "a", "Name": "b", "": 5, 'q"uote': "c"}]
    async with loaded(tmp_path, classic(schema, rows)) as result:
        assert await values(result) == [("a", "b", 5, "c")]
        assert await result.row(0) == {"name": "a", "Name": "b", "(column 3)": 5, 'q"uote': "c"}


async def test_a_repeated_column_shows_twice(tmp_path) -> None:
    body = (
        b'{"Schema":[{"Name":"a","Type":"Int32"},{"Name":"a","Type":"Int32"}],"Results":[{"a":1}]}'
    )
    async with loaded(tmp_path, body) as result:
        assert list(await result.row(0)) == ["a", "a (2)"]


async def test_undeclared_columns_are_not_lost(tmp_path) -> None:
    body = classic([("a", "Int64")], [{"a": 1, "b": "new"}, {"b": "newer", "c": [1]}])
    async with loaded(tmp_path, body) as result:
        assert [column.title for column in result.columns] == ["a", "b", "c"]
        assert await values(result) == [(1, "new", None), (None, "newer", "[1]")]


async def test_an_answer_without_schema_still_has_columns(tmp_path) -> None:
    async with loaded(tmp_path, b'{"results":[{"x":1},{"y":"2"}]}') as result:
        assert await values(result) == [("1", None), (None, "2")]


async def test_rows_that_are_no_objects_are_not_lost(tmp_path) -> None:
    body = (
        b'{"Schema":[{"Name":"A","Type":"String"}],'
        b'"Results":[{"A":"x"},null,5,"text",[1,2],{"A":null},{}]}'
    )
    async with loaded(tmp_path, body) as result:
        assert result.count == 7
        assert [column.title for column in result.columns] == ["A", "Value"]
        assert [row[1] for row in await values(result)][2:5] == ["5", "text", "[1,2]"]


async def test_no_rows_is_a_result(tmp_path) -> None:
    async with loaded(tmp_path, graph(SCHEMA, [])) as result:
        assert result.count == 0
        assert len(result.columns) == 6
        assert await values(result) == []


async def test_unknown_types_are_text(tmp_path) -> None:
    async with loaded(tmp_path, graph([("a", "Quaternion")], [{"a": "1,2,3,4"}])) as result:
        assert result.columns[0].kind == "text"
        assert await values(result) == [("1,2,3,4",)]


async def test_text_that_is_no_text_is_kept_as_escapes(tmp_path) -> None:
    body = b'{"Schema":[{"Name":"a","Type":"String"}],"Results":[{"a":"x\\ud800y"},{"a":"z\xff"}]}'
    async with loaded(tmp_path, body) as result:
        assert await values(result) == [("x\\ud800y",), ("z\\udcff",)]


@pytest.mark.parametrize(
    "text", ["nul \x00 inside", "escape \x1b[31m", "rtl \u202e", "😀 wide 漢字", "'; DROP TABLE t;"]
)
async def test_hostile_text_stays_what_it_was(tmp_path, text) -> None:
    async with loaded(tmp_path, classic([("a'b", "String")], [{"a'b": text}])) as result:
        assert await values(result) == [(text,)]
        source = result.source()
        await source.filter(text.split()[0])
        assert await source.count() == 1


async def test_a_row_nested_too_deeply_costs_itself_alone(tmp_path) -> None:
    deep = "[" * 100_000 + "]" * 100_000
    whole = classic([("a", "Object")], [{"a": "1"}, {"a": "deep"}, {"a": "3"}])
    body = whole.replace(b'"deep"', deep.encode())
    async with loaded(tmp_path, body) as result:
        assert [row[0] for row in await values(result)] == ["1", deep, "3"]
    # Of a body that has to be read row by row.
    async with loaded(tmp_path, body + b" more") as result:
        assert [row[0] for row in await values(result)] == ["1", None, "3"]
        assert "row 2 is nested too deeply" in result.notes[0]


@pytest.mark.parametrize("behind", [b"", b'{"a', b'{"a":3', b'{"a":"un', b'{"a":4},'])
async def test_of_a_cut_answer_what_came_is_shown_and_named(tmp_path, behind) -> None:
    whole = classic([("a", "Int64")], [{"a": 1}, {"a": 2}])
    cut = whole[: whole.rindex(b"]}")] + b"," + behind
    async with loaded(tmp_path, cut) as result:
        assert [row[0] for row in await values(result)][:2] == [1, 2]
        assert result.truncated is not None
        assert "cut" in result.truncated


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "empty"),
        (b"<html><head><title>Sign \x1b in</title>", "HTML page"),
        (b"\xef\xbb\xbf[1,2]", "no JSON object"),
        (b'{"error":{"code":"x"}}', "the service says x"),
        (b"{nonsense", "no rows"),
        (b"\x00\x01\x02", "no JSON object"),
    ],
)
async def test_what_is_no_result_is_said_in_words(tmp_path, body, said) -> None:
    with pytest.raises(BadAnswer) as caught:
        await ResultSet.load(at_rest(tmp_path, body))
    assert said in caught.value.why
    assert "\x1b" not in str(caught.value)
    assert "duckdb" not in str(caught.value).lower()


async def test_the_row_limit_of_the_service_is_said(tmp_path) -> None:
    body = classic([("a", "Int64")], [{"a": n} for n in range(50)])
    async with loaded(tmp_path, body, row_limit=50) as result:
        assert result.truncated is not None
        assert result.truncated.startswith("50 rows: the service's limit")


@pytest.mark.parametrize(
    ("type", "texts", "order"),
    [
        ("Int64", ["10", "9", None, "-1", "x"], ["-1", "9", "10", "x", None]),
        ("Double", ["1e3", "2.5", "-1", None], ["-1", "2.5", "1e3", None]),
        ("TimeSpan", ["1.00:00:00", "02:00:00", "-00:00:01", "00:00:00.0000001"],
         ["-00:00:01", "00:00:00.0000001", "02:00:00", "1.00:00:00"]),
        ("DateTime",
         ["2026-01-01T00:00:00.0000002Z", "2026-01-01T00:00:00.0000001Z",
          "2026-01-01T01:00:00+02:00", "0001-01-01T00:00:00"],
         ["0001-01-01T00:00:00", "2026-01-01T01:00:00+02:00",
          "2026-01-01T00:00:00.0000001Z", "2026-01-01T00:00:00.0000002Z"]),
        ("String", ["b", "A", None, "a", "B"], ["A", "a", "B", "b", None]),
        ("SByte", ["1", "false", None, "0"], ["0", "false", "1", None]),
        ("SqlDecimal", ["10.0000001", "9.5"], ["9.5", "10.0000001"]),
        ("Object", ['{"b":1}', '{"a":2}'], ['{"a":2}', '{"b":1}']),
    ],
)  # fmt: skip
async def test_columns_sort_by_their_type_and_nothing_comes_last(
    tmp_path, type, texts, order
) -> None:
    async with loaded(tmp_path, graph([("a", type)], [{"a": text} for text in texts])) as result:
        source = result.source()
        places = {str(place): text for place, text in enumerate(texts)}
        await source.sort([SortKey("c0")])
        assert [places[key] for key in await keys(source)] == order
        await source.sort([SortKey("c0", descending=True)])
        descending = [places[key] for key in await keys(source)]
        nothing = [text for text in order if text is None]
        assert descending[len(order) - len(nothing) :] == nothing
        await source.sort([])
        assert await keys(source) == [str(place) for place in range(len(texts))]


async def test_several_sort_keys_are_stable(tmp_path) -> None:
    rows = [{"a": n % 3, "b": n % 2} for n in range(12)]
    async with loaded(tmp_path, graph([("a", "Int32"), ("b", "Int32")], rows)) as result:
        source = result.source()
        await source.sort([SortKey("c1", descending=True), SortKey("c0")])
        expected = sorted(range(12), key=lambda n: (-(n % 2), n % 3))
        assert await keys(source) == [str(n) for n in expected]
        assert await source.position("7") == expected.index(7)
        with pytest.raises(UsageProblem):
            await source.sort([SortKey("nonsense")])


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("EXE", ["0", "1"]),
        ("cmd exe", ["1"]),
        ("name:cmd", ["1"]),
        ("Hits:12", ["0"]),
        ("-exe", ["2", "3"]),
        ("-name:cmd exe", ["0"]),
        ('"a b"', ["2"]),
        ("100%", ["3"]),
        ("c:\\win", ["3"]),
        ("_", []),
        ("'", []),
    ],
)
async def test_filter_by_words_columns_and_negation(tmp_path, text, found) -> None:
    rows = [
        {"Name": "rundll32.exe", "Hits": 12},
        {"Name": "cmd.exe", "Hits": 3},
        {"Name": "a b", "Hits": 1},
        {"Name": "C:\\Win 100%", "Hits": None},
    ]
    async with loaded(tmp_path, graph([("Name", "String"), ("Hits", "Int64")], rows)) as result:
        source = result.source()
        await source.filter(text)
        assert await keys(source) == found
        assert await source.count() == len(found)
        await source.filter("")
        assert await source.count() == 4


async def test_a_filter_keeps_the_order_and_two_views_do_not_meet(tmp_path) -> None:
    rows = [{"a": n} for n in range(30)]
    async with loaded(tmp_path, graph([("a", "Int64")], rows)) as result:
        one, other = result.source(), result.source()
        await one.sort([SortKey("c0", descending=True)])
        await one.filter("1")
        assert (await keys(one))[:3] == ["21", "19", "18"]
        assert (await keys(other))[:3] == ["0", "1", "2"]
        assert await one.position("2") is None


async def test_distinct_values_are_counted_under_the_filter(tmp_path) -> None:
    rows = [{"a": n % 3 or None, "b": n} for n in range(9)]
    async with loaded(tmp_path, graph([("a", "Int64"), ("b", "Int64")], rows)) as result:
        source = result.source()
        found = await source.distinct("c0")
        assert (found.count, found.empty, found.top) == (2, 3, ((1, 3), (2, 3)))
        await source.filter("b:4")
        assert (await source.distinct("c0")).top == ((1, 1),)


async def test_windows_end_where_the_rows_do(tmp_path) -> None:
    async with loaded(tmp_path, graph([("a", "Int64")], [{"a": n} for n in range(5)])) as result:
        source = result.source()
        assert [row.key for row in await source.window(3, 99)] == ["3", "4"]
        assert list(await source.window(9, 12)) == []


async def test_a_closed_result_says_so(tmp_path) -> None:
    async with loaded(tmp_path, graph(SCHEMA, ROWS)) as result:
        source = result.source()
        result.close()
        with pytest.raises(Problem, match="closed"):
            await source.window(0, 1)


async def test_the_database_reaches_nothing_outside_its_directory(tmp_path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    inside = tmp_path / "inside"
    inside.mkdir()
    async with loaded(inside, graph(SCHEMA, ROWS)) as result:
        for attempt in (
            f"SELECT * FROM read_text('{secret}')",
            f"COPY t TO '{tmp_path / 'out.csv'}'",
            "SET enable_external_access = true",
            "INSTALL httpfs",
            f"ATTACH '{tmp_path / 'x.db'}'",
        ):
            with pytest.raises(Problem):
                await result.store.rows(attempt)
    assert {path.name for path in tmp_path.iterdir()} == {"secret.txt", "inside"}


async def test_an_answer_without_a_list_of_rows_says_so(tmp_path) -> None:
    body = json.dumps({"schema": [{"name": "A", "type": "String"}]}).encode()
    async with loaded(tmp_path, body) as result:
        assert result.count == 0
        assert "no list of rows" in result.notes[0]
    async with loaded(tmp_path, graph([("A", "String")], [])) as result:
        assert result.notes == ()


async def test_a_number_beyond_a_float_is_not_endless(tmp_path) -> None:
    body = b'{"schema":[{"name":"D","type":"Double"}],"results":[{"D":1e400},{"D":"Infinity"}]}'
    async with loaded(tmp_path, body) as result:
        assert await values(result) == [("1e400",), (float("inf"),)]


async def test_columns_are_measured_and_read_alone(tmp_path) -> None:
    rows = [{"N": "x" * 300, "H": 3}, {"N": "y", "H": 5}, {"N": None, "H": None}]
    body = graph([("N", "String"), ("H", "Int64")], rows)
    async with loaded(tmp_path, body) as result:
        source = result.source()
        assert await source.extent("c1") == (3.0, 5.0)
        assert await source.extent("c0") is None
        short = await source.values_of(["c1", "c0"], 2, longest=200)
        assert [row.values for row in short] == [(3, None), (5, "y")]
        await source.filter("y")
        spread = await source.distinct("c1")
        assert (spread.least, spread.most, spread.total, spread.median) == (5, 5, 5.0, 5.0)
        assert (await source.distinct("c0")).least is None


@pytest.mark.parametrize("rows", [[{"A": None}], [{}], [{"A": None}, {}]])
async def test_rows_of_nothing_are_nothing(tmp_path, rows) -> None:
    for body in (graph([("A", "Int64")], rows), classic([("A", "String")], rows)):
        async with loaded(tmp_path, body) as result:
            assert await values(result) == [(None,)] * len(rows)


@pytest.mark.parametrize("place", ["before", "behind"])
async def test_an_error_beside_the_rows_is_told(tmp_path, place) -> None:
    error = {"error": {"code": "QueryFailed", "message": "out of memory\x1b"}}
    body = json.loads(graph([("A", "String")], [{"A": "x"}]))
    whole = error | body if place == "before" else body | error
    async with loaded(tmp_path, json.dumps(whole).encode()) as result:
        assert await values(result) == [("x",)]
        assert result.truncated == (
            "the service broke off after 1 row: QueryFailed: out of memory␛"
        )
    for empty in (error, {**error, "schema": [], "results": []}):
        with pytest.raises(BadAnswer, match="QueryFailed: out of memory"):
            await ResultSet.load(at_rest(tmp_path, json.dumps(empty).encode()))


async def test_what_follows_an_answer_is_told(tmp_path) -> None:
    async with loaded(tmp_path, graph([("A", "String")], [{"A": "x"}]) + b'{"A":1}') as result:
        assert await values(result) == [("x",)]
        assert "follows" in result.notes[0]
