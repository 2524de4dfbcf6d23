"""Results as files."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import threading
from collections.abc import Iterator
from typing import Any

import duckdb
import pytest

from tests.hunting.bodies import at_rest, classic
from tui.errors import Problem
from tui.hunting import export
from tui.hunting.results import ResultSet
from tui.rows import SortKey

SCHEMA = [("T", "DateTime"), ("N", "Int64"), ("S", "String"), ("B", "SByte"), ("O", "Object")]
ROWS = [
    {"T": "2026-11-24T05:22:07.1134567Z", "N": -5, "S": "=cmd|' /C calc'!A0", "B": 1,
     "O": '{"a":[1]}'},
    {"T": "2026-11-23T00:00:00Z", "N": 12, "S": "two\nlines \x1b[31m \u202e", "B": 0, "O": "[]"},
    {"S": "-not a number", "N": None},
]  # fmt: skip


@pytest.fixture
async def result(tmp_path):
    made = await ResultSet.load(at_rest(tmp_path, classic(SCHEMA, ROWS)))
    yield made
    made.close()


async def written(result, form, **options) -> bytes:
    out = io.BytesIO()
    assert await export.write(result, out, form, **options) == 3
    return out.getvalue()


async def test_csv_is_displayable_and_guarded(result) -> None:
    rows = list(csv.reader(io.StringIO((await written(result, "csv")).decode())))
    assert rows[0] == ["T", "N", "S", "B", "O"]
    assert rows[1] == [
        "2026-11-24T05:22:07.1134567Z",
        "-5",
        "'=cmd|' /C calc'!A0",
        "1",
        '{"a":[1]}',
    ]
    assert rows[2][2] == "two␊lines ␛[31m ⟨202E⟩"
    assert rows[3] == ["", "", "'-not a number", "", ""]


async def test_the_guard_can_be_left_off(result) -> None:
    assert b"\n2026-11-24T05:22:07.1134567Z,-5,=cmd" in await written(
        result, "csv", guard_formulas=False
    )


@pytest.mark.parametrize(
    "cell", ["=1+1", "+1", "-1+cmd", "@SUM(A1)", "\t=1", "  =1", "\r=1", "＝1"]
)
async def test_every_way_into_a_formula_is_guarded(tmp_path, cell) -> None:
    made = await ResultSet.load(at_rest(tmp_path, classic([("=H()", "String")], [{"=H()": cell}])))
    out = io.BytesIO()
    await export.write(made, out, "csv")
    made.close()
    assert all(row[0].startswith("'") for row in csv.reader(io.StringIO(out.getvalue().decode())))


async def test_json_keeps_types_and_escapes_what_hides(result) -> None:
    text = (await written(result, "json")).decode()
    assert "\u202e" not in text
    assert "\x1b" not in text
    assert json.loads(text) == [
        {"T": ROWS[0]["T"], "N": -5, "S": ROWS[0]["S"], "B": True, "O": {"a": [1]}},
        {"T": ROWS[1]["T"], "N": 12, "S": ROWS[1]["S"], "B": False, "O": []},
        {"T": None, "N": None, "S": "-not a number", "B": None, "O": None},
    ]


async def test_parquet_keeps_types_texts_and_seven_digits(result, tmp_path) -> None:
    path = tmp_path / "out.parquet"
    await export.write(result, path, "parquet")
    rows = duckdb.sql(f"SELECT * FROM '{path}'")
    assert [str(kind) for kind in rows.types] == [
        "TIMESTAMP_NS", "BIGINT", "VARCHAR", "BOOLEAN", "VARCHAR",
    ]  # fmt: skip
    assert [row[2] for row in rows.fetchall()] == [row["S"] for row in ROWS]
    assert duckdb.sql(f"SELECT T::VARCHAR FROM '{path}'").fetchall()[0] == (
        "2026-11-24 05:22:07.1134567",
    )


async def test_parquet_loses_nothing_that_does_not_fit(tmp_path) -> None:
    rows = [{"T": "0001-01-01T00:00:00.1234567Z", "N": "many"}, {"T": ROWS[0]["T"], "N": 1}]
    made = await ResultSet.load(at_rest(tmp_path, classic(SCHEMA[:2], rows)))
    path = tmp_path / "out.parquet"
    await export.write(made, path, "parquet")
    made.close()
    assert duckdb.sql(f"SELECT * FROM '{path}'").fetchall() == [
        ("0001-01-01T00:00:00.1234567Z", "many"),
        (ROWS[0]["T"], "1"),
    ]


async def test_a_table_lines_up(result) -> None:
    lines = (await written(result, "table")).decode().splitlines()
    assert len(lines) == 4
    assert lines[1].index("=cmd") == lines[0].index("S  ")
    assert lines[2].split()[1] == "12"
    assert all(line.isprintable() for line in lines)


@pytest.mark.parametrize("form", export.FORMATS)
async def test_order_and_filter_of_a_view_are_kept(result, form) -> None:
    source = result.source()
    await source.sort([SortKey("c1", descending=True)])
    await source.filter("2026")
    out = io.BytesIO()
    assert await export.write(result, out, form, source=source) == 2
    if form == "json":
        assert [row["N"] for row in json.loads(out.getvalue())] == [12, -5]


async def test_a_file_is_private_whole_or_not_there(result, tmp_path) -> None:
    path = tmp_path / "out.csv"
    await export.write(result, path, "csv")
    assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(Problem) as caught:
        await export.write(result, tmp_path / "nowhere" / "x.csv", "csv")
    assert "no such file" in caught.value.why
    assert sorted(one.name for one in tmp_path.iterdir() if "part" in one.name) == []


async def test_no_rows_are_an_empty_array(tmp_path) -> None:
    made = await ResultSet.load(at_rest(tmp_path, classic(SCHEMA, [])))
    out = io.BytesIO()
    await export.write(made, out, "json")
    made.close()
    assert json.loads(out.getvalue()) == []


@pytest.mark.parametrize("batches", [1, 2], ids=["within", "at the last rows"])
@pytest.mark.parametrize("form", ["csv", "json", "table"])
async def test_a_stopped_export_leaves_no_file(tmp_path, form, batches, monkeypatch) -> None:
    body = classic([("S", "String")], [{"S": f"row {n}"} for n in range(1_000)])
    result = await ResultSet.load(at_rest(tmp_path, body))
    target = tmp_path / "out"
    stopped = threading.Event()
    real = export._batches

    def held(*of: Any) -> Iterator[list[export.Row]]:
        for number, batch in enumerate(real(*of), 1):
            yield batch
            if number == batches:
                assert stopped.wait(60)

    def stop(rows: int) -> None:
        if rows == batches * 500:
            task.cancel()

    with monkeypatch.context() as patch:
        patch.setattr(export, "_batches", held)
        patch.setattr(result.store, "interrupt", stopped.set)
        task = asyncio.ensure_future(export.write(result, target, form, on_rows=stop))
        with pytest.raises(asyncio.CancelledError):
            await task
        await result.store.ask(lambda: None)
    assert not [entry for entry in tmp_path.iterdir() if "out" in entry.name]
    assert await export.write(result, target, form) == 1_000
    assert target.stat().st_size
    result.close()


async def test_dynamic_values_are_sound_json_and_keep_their_digits(tmp_path) -> None:
    cells = ['{"a": NaN}', "[Infinity]", '{"n":12345678901234567.123456789}', '{"a":1e999}', "{"]
    body = classic([("O", "Object")], [{"O": cell} for cell in cells])
    result = await ResultSet.load(at_rest(tmp_path, body))
    out = io.BytesIO()
    await export.write(result, out, "json")
    result.close()

    def sound(name: str) -> Any:
        raise AssertionError(f"{name} is no JSON")

    rows = json.loads(out.getvalue(), parse_constant=sound, parse_float=str)
    assert [row["O"] for row in rows] == [
        '{"a": NaN}',
        "[Infinity]",
        {"n": "12345678901234567.123456789"},
        {"a": "1e999"},
        "{",
    ]


@pytest.mark.parametrize("form", ["csv", "parquet"])
async def test_many_rows_keep_the_order_of_the_answer(tmp_path, form) -> None:
    rows = [{"N": number * 7919 % 300_007} for number in range(150_000)]
    result = await ResultSet.load(at_rest(tmp_path, classic([("N", "Int64")], rows)))
    target = tmp_path / f"rows.{form}"
    assert await export.write(result, target, form) == len(rows)
    result.close()
    found = duckdb.sql(f"SELECT N FROM read_{form}('{target}')").fetchall()
    assert [number for (number,) in found] == [row["N"] for row in rows]
