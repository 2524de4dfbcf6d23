"""What a result looks like as a chart."""

from __future__ import annotations

import time
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.hunting.bodies import at_rest, graph
from tui.hunting.chart import NoChart, plan
from tui.hunting.chart_views import View, draw, views
from tui.hunting.render import asked_for
from tui.hunting.results import ResultSet
from tui.hunting.source import step_of
from tui.rows import Column, Row

TEXT = Column("c0", "FileName")
TIME = Column("c1", "Timestamp", kind="time")
HITS = Column("c2", "Hits", kind="number")
SIZE = Column("c3", "Size", kind="number")


def rows(*values: tuple[object, ...]) -> list[Row]:
    return [Row(str(at), one) for at, one in enumerate(values)]


def test_text_and_number_are_bars() -> None:
    chart = plan([TEXT, HITS], rows(("a.exe", 3), ("b.exe", 5)))
    assert (chart.form, chart.labels) == ("bars", ("a.exe", "b.exe"))
    assert chart.series == {"Hits": (3.0, 5.0)}


def test_a_time_is_the_axis_and_a_text_splits_the_series() -> None:
    chart = plan(
        [TIME, TEXT, HITS],
        rows(
            ("2026-11-24T10:00:00.1234567Z", "a", 1),
            ("2026-11-24T11:00:00Z", "b", 2),
            ("2026-11-24T11:00:00Z", "a", 3),
        ),
    )
    assert chart.form == "lines"
    assert chart.is_time
    assert chart.series == {"a": (1.0, 3.0), "b": (None, 2.0)}


def test_render_decides_the_form_and_names_the_title() -> None:
    query = (
        'T | summarize count() by bin(Timestamp, 1h) | render columnchart with (title="By hour")'
    )
    asked = asked_for(query)
    assert (asked.kind, asked.title, asked.form) == ("columnchart", "By hour", "columns")
    chart = plan([TIME, HITS], rows(("2026-11-24T10:00:00Z", 4)), query)
    assert (chart.form, chart.title) == ("columns", "By hour")


def test_render_names_columns() -> None:
    query = (
        "T | render scatterchart with (xcolumn=Size, ycolumns=Hits, series = FileName, "
        "title='a (b), c=d');  "
    )
    asked = asked_for(query)
    assert (asked.across, asked.values, asked.split) == ("Size", ("Hits",), "FileName")
    assert asked.title == "a (b), c=d"
    several = asked_for('T | render timechart with(ycolumns=a, b, title="x \\"y\\"")')
    assert (several.values, several.title) == (("a", "b"), 'x "y"')
    chart = plan([TEXT, HITS, SIZE], rows(("a", 1, 20), ("b", 2, 10)), query)
    assert (chart.form, chart.across, chart.of) == ("points", "Size", ("Hits",))
    assert chart.at == (10.0, 20.0)


def test_two_texts_are_labels_and_series_and_shares_begin_with_the_largest() -> None:
    values = rows(("a", "x", 1), ("a", "y", 2), ("b", "x", 9))
    columns = [TEXT, Column("c9", "Kind"), HITS]
    chart = plan(columns, values, "T | summarize Hits=count() by FileName, Kind")
    assert chart.labels == ("a", "b")
    assert chart.series == {"x": (1.0, 9.0), "y": (2.0, None)}
    pie = plan(columns, values, "T | summarize Hits=count() by FileName, Kind | render piechart")
    assert (pie.form, pie.labels) == ("shares", ("b", "a"))


def test_of_raw_events_rows_are_counted_and_numbers_that_name_are_left_alone() -> None:
    numbers = [Column("c6", "ProcessId", kind="number"), Column("c7", "LogonId", kind="number")]
    columns = [TIME, Column("c4", "DeviceId"), Column("c5", "ActionType"), TEXT, *numbers]
    found = views(columns, "DeviceProcessEvents | take 9")
    assert [(view.what, view.key, view.split) for view in found] == [
        ("times", "c1", ""),
        ("times", "c1", "c5"),
        ("counts", "c5", ""),
    ]
    looked_at = views(columns, "DeviceProcessEvents | take 9", TEXT)
    assert looked_at[2].key == "c0"
    counted = views([TIME, HITS], "T | summarize Hits=count() by bin(Timestamp, 1h)")
    assert [(view.what, view.form) for view in counted] == [
        ("values", "lines"), ("values", "columns"), ("values", "bars"),
    ]  # fmt: skip
    assert views([Column("c0", "X")], "T | project X")[0].what == "counts"
    assert views([], "T") == []


async def test_rows_are_counted_over_time_in_round_steps(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    answer = [
        {"Timestamp": f"2026-11-{1 + at % 20:02}T0{at % 5}:00:00.1234567Z", "ActionType": kind}
        for at, kind in enumerate(["Logon", "File", "Logon", None] * 50)
    ]
    answer.append({"Timestamp": "", "ActionType": "Logon"})
    body = graph([("Timestamp", "DateTime"), ("ActionType", "String")], answer)
    result = await ResultSet.load(at_rest(tmp_path, body))
    try:
        source = result.source()
        whole = await draw(source, "T", View("times", "columns", "c0"))
        assert sum(whole.series["rows"]) == 200
        assert (whole.step, whole.note) == (21600, "1 row has no time")
        assert all(place % whole.step == 0 for place in whole.at)
        parted = await draw(source, "T", View("times", "columns", "c0", "c1"))
        assert {name: sum(line) for name, line in parted.series.items()} == {
            "Logon": 100, "(empty)": 50, "File": 50,
        }  # fmt: skip
        await source.filter("File")
        kept = await draw(source, "T", View("times", "columns", "c0"))
        assert sum(kept.series["rows"]) == 50
        labels = await draw(source, "T", View("counts", "bars", "c1"))
        assert (labels.labels, labels.series) == (("File",), {"rows": (50.0,)})
    finally:
        result.close()


@given(st.floats(0, 1e10), st.integers(2, 300))
def test_steps_cover_a_length_with_as_many_as_there_may_be(length, most) -> None:
    assert length / step_of(length, most) <= most


def test_two_numbers_are_points() -> None:
    chart = plan([HITS, SIZE], rows((2, 20), (1, 10)))
    assert (chart.form, chart.at, chart.series) == ("points", (1.0, 2.0), {"Size": (10.0, 20.0)})


def test_without_numbers_or_rows_it_says_what_is_missing() -> None:
    with pytest.raises(NoChart, match="numbers"):
        plan([TEXT], rows(("a",)))
    with pytest.raises(NoChart, match="no rows"):
        plan([TEXT, HITS], [])


VALUES = st.one_of(
    st.none(),
    st.text(max_size=8),
    st.integers(),
    st.floats(),
    st.booleans(),
    st.lists(st.integers()),
)


@given(st.lists(st.tuples(VALUES, VALUES, VALUES, VALUES), max_size=6), st.text(max_size=40))
def test_any_values_give_a_chart_or_a_reason(values, query) -> None:
    with suppress(NoChart):
        chart = plan([TEXT, TIME, HITS, SIZE], rows(*values), f"T | {query}")
        length = len(chart.labels) or len(chart.at)
        assert all(len(one) == length for one in chart.series.values())


@pytest.mark.parametrize("day", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59.9999999Z"])
def test_the_ends_of_the_calendar_are_labels_too(day: str) -> None:
    chart = plan([TIME, HITS], rows((day, 1), ("2026-11-24T10:00:00Z", 2)), form="bars")
    assert len(chart.labels) == 2
    assert chart.labels[0][:4] == day[:4]


def test_numbers_that_no_axis_can_be_made_for_are_left_out() -> None:
    chart = plan([SIZE, HITS], rows((1, 1.7e308), (2, 5e-324), (3, 4)), form="lines")
    assert list(chart.series.values()) == [(None, 0.0, 4.0)]
