"""The chart of a result on screen."""

from __future__ import annotations

from tests.ui.conftest import Open
from tui.rows import Column, Row
from tui.ui.list_source import ListSource
from tui.ui.screens.chart import ChartScreen
from tui.ui.widgets.bars import bar


def source(*columns: Column, values: list[tuple[object, ...]]) -> ListSource:
    return ListSource(columns, [Row(str(at), one) for at, one in enumerate(values)])


def test_a_bar_shows_its_share() -> None:
    assert bar(1, 4) == "████"
    assert bar(0.5, 4) == "██"
    assert bar(1e-9, 4) == "▏"
    assert bar(0, 4) == ""


async def test_bars_name_their_values_and_hide_nothing(open_app: Open) -> None:
    async with open_app() as screens:
        await screens.sign_in()
        rows = source(
            Column("c0", "FileName"),
            Column("c1", "Hits", kind="number"),
            values=[("svchost.exe", 1200), ("evil\u202etxt.exe", 7)],
        )
        await screens.app.push_screen(ChartScreen(rows, "T | render barchart with (title='Top')"))
        await screens.sees("Top", "svchost.exe", "1,200", "█", "evil⟨202E⟩txt.exe")
        await screens.press("c")
        await screens.sees("300 incidents")


async def test_a_time_chart_has_an_axis(open_app: Open) -> None:
    async with open_app((80, 24)) as screens:
        await screens.sign_in()
        rows = source(
            Column("c0", "Timestamp", kind="time"),
            Column("c1", "Hits", kind="number"),
            values=[(f"2026-11-24T{hour:02}:00:00Z", hour % 5) for hour in range(24)],
        )
        await screens.app.push_screen(ChartScreen(rows, "T | render timechart"))
        await screens.sees("Hits by Timestamp", "local time")


async def test_without_numbers_the_chart_says_what_it_needs(open_app: Open) -> None:
    async with open_app() as screens:
        await screens.sign_in()
        rows = source(Column("c0", "FileName"), values=[("a",)])
        await screens.app.push_screen(ChartScreen(rows, "T"))
        await screens.sees("A chart needs a column of numbers")


async def test_a_result_is_drawn_as_its_query_asks(open_app: Open) -> None:
    async with open_app() as screens:
        await screens.sign_in()
        await screens.app.hunt(
            "DeviceProcessEvents | summarize Hits=count() by bin(Timestamp, 1d) "
            "| render timechart with (title='A month')",
            "month",
        )
        await screens.sees("rows in")
        await screens.press("f6", "c")
        await screens.sees("A month", "local time")
        await screens.press("escape")
        await screens.sees("rows in")
