"""The chart of a result on screen."""

from __future__ import annotations

import pytest

from tests.ui.conftest import Open
from tests.ui.support import Screens
from tui.ui.widgets.bars import bar, tones_of
from tui.ui.widgets.plot_axis import nice_top, number_ticks, time_ticks

DAYS = (
    "range x from 0 to 23 step 1 | extend Timestamp = datetime(2026-11-24) + x * 1h, "
    "Kind = iff(x % 2 == 0, 'even', 'odd')"
)


async def drawn(screens: Screens, query: str, *words: str) -> None:
    """The chart of a query."""
    await screens.sign_in()
    await screens.app.hunt(query, "chart")
    await screens.sees("rows in")
    await screens.press("f6", "c")
    await screens.sees(*words)


def test_a_bar_shows_its_share() -> None:
    assert bar(1, 4) == "━━━━"
    assert bar(0.5, 4) == "━━"
    assert bar(1e-9, 4) == "╸"
    assert bar(0, 4) == ""


def test_severities_have_their_own_colours_and_nothing_else_has_them() -> None:
    assert tones_of(["low", "High", "odd"], "AlertSeverity")[:2] == ["low", "bad"]
    assert tones_of(["Medium", "High"], "") == ["warn", "bad"]
    assert tones_of(["High", "Hits"], "") == tones_of(["a", "b"], "Kind")


@pytest.mark.parametrize(("value", "top"), [(0, 1), (7, 8), (84, 100), (0.3, 0.3), (1001, 1500)])
def test_the_top_of_an_axis_is_round(value, top) -> None:
    assert nice_top(value) == pytest.approx(top)


def test_ticks_are_round_and_within() -> None:
    assert number_ticks(0, 2000, 4) == [0, 500, 1000, 1500, 2000]
    assert number_ticks(5, 5, 3) == [5]
    ticks = time_ticks(1_795_000_000, 1_795_000_000 + 86400 * 28, 7)
    assert 3 <= len(ticks) <= 8
    assert time_ticks(253_402_300_799, 253_402_400_000, 5) == []


async def test_bars_name_their_values_and_hide_nothing(open_app: Open) -> None:
    query = (
        'datatable(FileName:string, Hits:long)["svchost.exe", 1200, "evil\\u202etxt.exe", 7] '
        "| render barchart with (title='Top')"
    )
    async with open_app() as screens:
        await drawn(screens, query, "Top", "svchost.exe", "1,200", "━━━", "evil⟨202E⟩txt.exe")
        await screens.press("k")
        await screens.sees("99.4%", "0.6%", "2 of 2")
        await screens.press("c")
        await screens.sees("2 rows in")


@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
async def test_a_time_chart_has_an_axis_and_other_forms(open_app: Open, size) -> None:
    async with open_app(size) as screens:
        query = f"{DAYS} | summarize Hits = sum(x) by bin(Timestamp, 1h) | render timechart"
        await drawn(screens, query, "Hits by Timestamp", "local time", "0│", "└──")
        await screens.press("k")
        await screens.sees("2 of 3", "█")
        await screens.press("k")
        await screens.sees("3 of 3", "2026-11-24")
        await screens.press("K", "K")
        await screens.sees("1 of 3")


async def test_series_without_colour_stand_in_lanes(
    open_app: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with open_app() as screens:
        query = f"{DAYS} | summarize Hits = sum(x) by bin(Timestamp, 1h), Kind"
        await drawn(screens, query, "Hits by Timestamp, Kind", "even   132", "odd   144")


async def test_raw_events_are_counted_over_time(open_app: Open) -> None:
    async with open_app() as screens:
        await drawn(screens, DAYS, "Rows over Timestamp, each 15 minutes")
        await screens.press("k")
        await screens.sees("Rows by Kind", "even", "12")


async def test_without_anything_to_draw_the_chart_says_what_it_needs(open_app: Open) -> None:
    async with open_app() as screens:
        query = "datatable(More:dynamic)[dynamic({}), dynamic([1])]"
        await drawn(screens, query, "A chart needs a column of numbers")


async def test_a_result_is_drawn_as_its_query_asks(open_app: Open) -> None:
    async with open_app() as screens:
        query = (
            "DeviceProcessEvents | summarize Hits=count() by bin(Timestamp, 1d) "
            "| render timechart with (title='A month')"
        )
        await drawn(screens, query, "A month", "local time")
        await screens.press("escape")
        await screens.sees("rows in")
