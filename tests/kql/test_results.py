"""What queries answer: values, types, names and order, as Kusto's documentation has them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.kql.conftest import Ask

_PETS = (
    'datatable(name:string, species:string, age:long)["Rex", "dog", 3, "Tom", "cat", 7, '
    '"Ada", "dog", 5]'
)


def _cases() -> list[tuple[str, str, list[str]]]:
    """The blocks of the files: a query, its columns, its rows as JSON."""
    here = Path(__file__).parent
    text = "\n\n".join(
        file.read_text("utf-8")
        for file in (here / "results.txt", *sorted((here / "results").glob("*.txt")))
        if file.name != "scalars.txt"
    )
    found = []
    for block in text.split("\n\n"):
        lines = [line for line in block.splitlines() if not line.startswith("//")]
        query = "\n".join(line for line in lines if not line.startswith((": ", "= ")))
        if query:
            columns = next(line[2:] for line in lines if line.startswith(": "))
            found.append((query, columns, [line[2:] for line in lines if line.startswith("= ")]))
    return found


@pytest.mark.parametrize(("query", "columns", "rows"), _cases())
def test_result(ask: Ask, query: str, columns: str, rows: list[str]) -> None:
    answer = ask(query.replace("PETS", _PETS))
    assert " ".join(f"{name}:{kind}" for name, kind in answer.columns) == columns
    text = b"".join(answer.json_chunks()).decode()
    assert json.loads(f"[{text}]") == [json.loads(row) for row in rows]


def test_render_is_carried(ask: Ask) -> None:
    answer = ask("print a=1 | render timechart with (title='Mail', xcolumn=a)")
    assert answer.render is not None
    assert answer.render.kind == "timechart"
    assert answer.render.properties == {"title": "Mail", "xcolumn": "a"}
    assert ask("print 1").render is None


def test_json_is_written_as_the_services_write_it(ask: Ask) -> None:
    answer = ask(
        "print t=datetime(2024-01-02 03:04:05.6), s=1d+2h, b=true, r=real(nan), n=long(null), "
        "d=dynamic({'x': [1]}), u='\"é\"'"
    )
    assert b"".join(answer.json_chunks()).decode() == (
        '{"t":"2024-01-02T03:04:05.6000000Z","s":"1.02:00:00","b":true,"r":"NaN","n":null,'
        '"d":{"x":[1]},"u":"\\"é\\""}'
    )
    classic = b"".join(answer.json_chunks(bool_as_number=True, dynamic_as_text=True)).decode()
    assert '"b":1' in classic
    assert '"d":"{\\"x\\":[1]}"' in classic


def test_column_names_that_differ_in_case_survive_json(ask: Ask) -> None:
    answer = ask("datatable(a:long, A:long)[1, 2]")
    assert b"".join(answer.json_chunks()) == b'{"a":1,"A":2}'


def test_rows_are_cut_at_the_limit_and_it_is_said(ask: Ask) -> None:
    answer = ask("range x from 1 to 50 step 1 | sort by x asc", row_limit=10)
    assert [row[0] for row in answer.rows()] == list(range(1, 11))
    assert answer.truncated is not None
    assert ask("range x from 1 to 10 step 1", row_limit=10).truncated is None


def test_stats_name_the_tables_that_were_read(ask: Ask) -> None:
    assert ask("AlertInfo | join kind=inner AlertEvidence on AlertId").stats.tables == (
        "AlertEvidence",
        "AlertInfo",
    )
