"""What a result looks like as a chart."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.hunting.chart import NoChart, asked_for, plan
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
    assert asked_for(query) == ("columnchart", "By hour")
    chart = plan([TIME, HITS], rows(("2026-11-24T10:00:00Z", 4)), query)
    assert (chart.form, chart.title) == ("bars", "By hour")


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
