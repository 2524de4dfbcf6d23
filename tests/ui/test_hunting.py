"""Hunting as a user meets it, over the demo tenant."""

from __future__ import annotations

import asyncio

import pytest

from tests.ui.conftest import Open
from tests.ui.support import Screens
from tui.errors import Forbidden, Unreachable
from tui.hunting.pivots import Pivot
from tui.ui.hunting_tab import QueryTab
from tui.ui.screens.hunting import HuntingScreen
from tui.ui.widgets.grid import Grid
from tui.ui.widgets.query_editor import QueryEditor

SIZES = [(120, 40), (80, 24)]
TEN = 'range x from 1 to 10 step 1 | project Hits=x, FileName=strcat("f", tostring(x))'
DEVICES = (
    'datatable(Timestamp:datetime, DeviceName:string, Hits:long, More:dynamic)['
    'datetime(2026-11-24T05:22:07.1134567Z), "wks-1.contoso.com", 12, dynamic({"a":[1,2]}),'
    'datetime(2026-11-23T05:22:07Z), "fs-01.contoso.com", 3, dynamic(null)]'
)  # fmt: skip


async def hunting(screens: Screens) -> HuntingScreen:
    await screens.sign_in()
    await screens.press("2")
    await screens.sees("query 1")
    screen = screens.app.screen
    assert isinstance(screen, HuntingScreen)
    await screens.until(lambda: isinstance(screens.app.focused, QueryEditor))
    return screen


async def ran(screens: Screens, query: str, shown: str) -> HuntingScreen:
    screen = await hunting(screens)
    screen.tab.editor.load_text(query)
    await screens.press("f5")
    await screens.sees(shown)
    return screen


class Stuck:
    """A service that never answers."""

    dialect = "graph"

    def __init__(self, fault: Exception | None = None) -> None:
        self.fault = fault

    async def run(self, query, *, timespan=None, to, on_bytes=None):
        if self.fault is not None:
            raise self.fault
        on_bytes(3_400_000)
        await asyncio.Event().wait()


@pytest.mark.parametrize("size", SIZES)
async def test_a_typed_query_gives_rows(open_app: Open, size) -> None:
    async with open_app(size) as screens:
        await hunting(screens)
        await screens.type("range x from 1 to 10 step 1")
        await screens.press("f5")
        await screens.sees("10 rows in")
        assert isinstance(screens.app.focused, QueryEditor)
        await screens.sees("10 distinct")


async def test_the_first_visit_shows_an_example_and_the_keys(open_app: Open) -> None:
    async with open_app() as screens:
        await hunting(screens)
        await screens.sees("summarize Hits", "no results yet", "F5 runs the query", "last 30 days")


async def test_only_the_query_under_the_cursor_runs(open_app: Open) -> None:
    async with open_app() as screens:
        screen = await hunting(screens)
        screen.tab.editor.load_text(f"print a=1\n\n{TEN}\n\nprint b=2")
        screen.tab.editor.move_cursor((2, 5))
        await screens.press("ctrl+j")
        await screens.sees("10 rows in")


async def test_a_selection_runs_alone(open_app: Open) -> None:
    async with open_app() as screens:
        screen = await hunting(screens)
        screen.tab.editor.load_text("print a=1\n\nprint b=2")
        await screens.press("shift+end", "f5")
        await screens.sees("1 row in")
        assert [column.title for column in screen.tab.result.columns] == ["a"]


@pytest.mark.parametrize("size", SIZES)
async def test_a_refused_query_is_marked_where_it_is_wrong(open_app: Open, size) -> None:
    async with open_app(size) as screens:
        query = "print 1\n\nDeviceProcessEvents\n| where FileNam == 1\n| take 3"
        screen = await hunting(screens)
        editor = screen.tab.editor
        editor.load_text(query)
        editor.move_cursor((4, 0))
        await screens.press("f5")
        await screens.sees("✗ line 4, column 9", "FileNam", "refused")
        assert editor.cursor_location == (3, 8)
        assert editor.text == query
        assert any(name == "fault" for _, _, name in editor.highlights_of(3))
        await screens.type("x")
        await screens.until(lambda: "✗ line" not in screens.text())
        assert not any(name == "fault" for _, _, name in editor.highlights_of(3))


async def test_a_place_is_told_once_as_the_editor_counts(open_app: Open) -> None:
    async with open_app() as screens:
        screen = await hunting(screens)
        screen.tab.editor.load_text("print 1\n\nDeviceInfo\n| where (")
        screen.tab.editor.move_cursor((3, 2))
        await screens.press("f5")
        await screens.sees("✗ line 4", "refused")
        assert "line:position" not in screens.text()
        assert ".. " not in screens.text()


async def test_escape_cancels_a_run_at_once(open_app: Open) -> None:
    async with open_app() as screens:
        screen = await hunting(screens)
        screens.app.workspace.connection.hunting = Stuck()
        screen.tab.editor.load_text("T")
        await screens.press("f5")
        await screens.sees("receiving", "3.4 MB", "Esc cancels")
        await screens.press("escape")
        await screens.sees("cancelled")
        assert screen.tab.run is None


async def test_a_wait_counts_down_and_can_be_stopped(open_app: Open) -> None:
    from tui.api.waiting import Wait

    async with open_app() as screens:
        screen = await hunting(screens)
        screens.app.workspace.connection.hunting = Stuck()
        screen.tab.editor.load_text("T")
        await screens.press("f5")
        await screens.sees("receiving")
        transport = screens.app.workspace.connection.transport
        transport._waits(Wait(42.0, "throttled", "graph.microsoft.com", "The query"))
        await screens.sees("the service asks to wait: 42 s", "Esc stops")
        transport._waits(Wait(0, "throttled", "graph.microsoft.com", "The query"))
        await screens.sees("receiving")
        await screens.press("escape")
        await screens.sees("cancelled")


async def test_a_forbidden_query_says_what_to_grant(open_app: Open) -> None:
    async with open_app() as screens:
        screen = await hunting(screens)
        fault = Forbidden(
            "The query was not permitted", "ThreatHunting.Read.All is missing", "Grant it."
        )
        screens.app.workspace.connection.hunting = Stuck(fault)
        screen.tab.editor.load_text("T")
        await screens.press("f5")
        await screens.sees("failed", "not permitted", "ThreatHunting.Read.All", "Grant it.")


async def test_a_failure_keeps_the_rows_from_before(open_app: Open) -> None:
    async with open_app() as screens:
        await ran(screens, TEN, "10 rows in")
        fault = Unreachable("The query failed", "no answer from graph", host="graph")
        screens.app.workspace.connection.hunting = Stuck(fault)
        await screens.press("f5")
        await screens.sees("failed", "no answer from graph", "F5 tries again", "f10", "below")
        await screens.press("escape")
        await screens.sees("10 rows in", "f10")


async def test_escape_leaves_the_editor_and_f6_comes_back(open_app: Open) -> None:
    async with open_app() as screens:
        screen = await ran(screens, TEN, "10 rows in")
        await screens.press("escape")
        assert isinstance(screens.app.focused, Grid)
        await screens.press("f6")
        assert screens.app.focused is screen.tab.editor
        await screens.press("f6")
        assert isinstance(screens.app.focused, Grid)


async def test_the_history_brings_a_query_back(open_app: Open) -> None:
    async with open_app() as screens:
        screen = await ran(screens, TEN, "10 rows in")
        await screens.until(lambda: bool(screen.notebook.history()))
        screen.tab.editor.load_text("print z=1")
        await screens.press("ctrl+r")
        await screens.sees("What ran before", "10 rows")
        await screens.type("strcat")
        await screens.press("enter")
        await screens.until(lambda: isinstance(screens.app.focused, QueryEditor))
        assert screen.tab.editor.text == f"print z=1\n\n{TEN}"
        assert screen.tab.editor.wanted.query == TEN


async def test_tabs_keep_their_own_text_and_rows(open_app: Open) -> None:
    async with open_app() as screens:
        screen = await ran(screens, TEN, "10 rows in")
        await screens.press("ctrl+n")
        await screens.sees("query 2", "no results yet")
        await screens.type("print q=5")
        await screens.press("f5")
        await screens.sees("1 row in")
        await screens.press("ctrl+pageup")
        await screens.sees("10 rows in", "f10")
        assert screen.tab.editor.text == TEN
        await screens.press("ctrl+pagedown")
        await screens.sees("1 row in")
        await screens.press("escape", "X")
        await screens.sees("10 rows in")
        assert "query 2" not in screens.text()


async def test_a_pivot_opens_in_a_tab_of_its_name_and_runs(open_app: Open) -> None:
    async with open_app() as screens:
        await screens.sign_in()
        pivot = Pivot("ten of them", TEN)
        await screens.app.hunt(pivot.query, pivot.name)
        await screens.sees("ten of them", "10 rows in")
        await screens.app.hunt(pivot.query, pivot.name)
        screen = screens.app.screen
        assert len(screen._tabs) == 1
        await screens.app.hunt("print other=1", "another")
        await screens.sees("another", "1 row in")
        assert len(screen._tabs) == 2


async def test_what_was_typed_is_there_again(open_app: Open, tmp_path) -> None:
    from tui.hunting.notebook import Notebook

    async with open_app() as screens:
        screen = await hunting(screens)
        screen.notebook = Notebook(tmp_path / "state")
        await screens.type("print kept=1")
        await screens.until(lambda: (tmp_path / "state" / "hunting-drafts.json").exists())
        await screens.until(lambda: not screen._unsaved)
        drafts = Notebook(tmp_path / "state").drafts()
        assert [(tab.name, tab.text, tab.cursor) for tab in drafts.tabs] == [
            ("query 1", "print kept=1", (0, 12))
        ]


async def test_the_time_range_is_chosen_and_sent(open_app: Open) -> None:
    async with open_app() as screens:
        screen = await ran(screens, TEN, "10 rows in")
        await screens.press("escape", "t")
        await screens.sees("How far back", "last 7 days", "last 90 days")
        await screens.press("down", "down", "enter")
        await screens.sees("last 24 hours")
        assert screen.tab.timespan == "P1D"


async def test_leaving_hunting_and_coming_back_changes_nothing(open_app: Open) -> None:
    async with open_app() as screens:
        await ran(screens, TEN, "10 rows in")
        await screens.press("f2")
        await screens.sees("synced")
        await screens.press("f3")
        await screens.sees("10 rows in", "f10")
        assert isinstance(screens.app.focused, QueryEditor)


def test_range_words_are_plain() -> None:
    from tui.ui.hunting_tab import range_words

    assert range_words(None) == "last 30 days"
    assert range_words("P14D") == "last 14 days"
    assert range_words("2026-11-01/2026-11-08") == "2026-11-01 – 2026-11-08"
    assert QueryTab.__slots__


async def test_a_query_is_saved_found_and_filled(open_app: Open, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("M365D_CONFIG", str(tmp_path / "config.toml"))
    async with open_app() as screens:
        screen = await hunting(screens)
        screen.tab.editor.load_text("print said = {{word}}")
        await screens.press("ctrl+s")
        await screens.sees("Save the query as")
        await screens.type("my words")
        await screens.press("enter")
        await screens.until((tmp_path / "queries" / "my-words.kql").exists)
        screen.tab.editor.load_text("")
        await screens.press("ctrl+o")
        await screens.sees("Saved queries", "my words", "Encoded PowerShell", "yours")
        await screens.type("said")
        await screens.sees("asks for word")
        await screens.press("f5")
        await screens.sees("my words: word")
        await screens.type('so "it" is')
        await screens.press("enter")
        await screens.sees("1 row in", 'so "it" is')
        assert screen.tab.editor.text.strip() == 'print said = "so \\"it\\" is"'
        await screens.press("ctrl+o")
        await screens.type("said")
        await screens.press("delete")
        await screens.sees("Remove my words?")
        await screens.press("enter")
        await screens.until(lambda: not (tmp_path / "queries" / "my-words.kql").exists())


async def test_the_history_runs_a_query_at_once_and_saves_it(
    open_app: Open, tmp_path, monkeypatch
) -> None:
    monkeypatch.setenv("M365D_CONFIG", str(tmp_path / "config.toml"))
    async with open_app() as screens:
        screen = await ran(screens, TEN, "10 rows in")
        screen.tab.editor.load_text("")
        await screens.press("ctrl+r")
        await screens.sees("What ran before")
        await screens.press("f5")
        await screens.until(lambda: screen.tab.editor.text.strip() == TEN)
        await screens.press("ctrl+r")
        await screens.sees("What ran before")
        await screens.press("ctrl+s")
        await screens.sees("Save the query as")
        await screens.type("ten")
        await screens.press("enter")
        await screens.until((tmp_path / "queries" / "ten.kql").exists)


@pytest.mark.parametrize(
    ("total", "seconds"),
    [("00:00:00.0156250", 0.015625), ("1.01:00:02", 90002.0), ("soon", None), (None, None)],
)
def test_the_cpu_of_a_run_is_read_where_it_is_told(total, seconds) -> None:
    from tui.ui.hunting_tab import cpu_seconds

    assert cpu_seconds({"resource_usage": {"cpu": {"total cpu": total}}}) == seconds
    assert cpu_seconds([]) is None
