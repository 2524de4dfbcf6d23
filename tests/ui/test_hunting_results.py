"""Results in the program: sorted, filtered, opened, copied, exported."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable

import pytest

from tests.ui.conftest import Open
from tests.ui.test_hunting import DEVICES, SIZES, TEN, ran
from tui.ui.screens.record import RecordScreen
from tui.ui.widgets.grid import Grid


async def test_results_sort_and_filter(open_app: Open) -> None:
    async with open_app() as screens:
        await ran(screens, TEN, "10 rows in")
        await screens.press("escape", "S")
        await screens.sees("sorted by Hits ↓")
        await screens.press("slash")
        await screens.type("f1")
        await screens.sees("2 of 10 rows", "filter f1")
        await screens.press("enter")
        assert isinstance(screens.app.focused, Grid)
        await screens.press("escape")
        await screens.sees("10 rows in", "filter off")


async def test_no_match_and_no_rows_are_told_apart(open_app: Open) -> None:
    async with open_app() as screens:
        screen = await ran(screens, TEN, "10 rows in")
        await screens.press("escape", "slash")
        await screens.type("zzz")
        await screens.sees("Nothing matches the filter.")
        await screens.press("escape", "escape", "i")
        screen.tab.editor.load_text(f"{TEN} | where Hits > 99")
        await screens.press("f5")
        await screens.sees("0 rows in", "No rows.")


@pytest.mark.parametrize("size", SIZES)
async def test_enter_opens_the_whole_row_and_comes_back(open_app: Open, size) -> None:
    async with open_app(size) as screens:
        await ran(screens, DEVICES, "2 rows in")
        await screens.press("escape", "enter")
        await screens.until(lambda: isinstance(screens.app.screen, RecordScreen))
        await screens.sees(
            "Row 1 of 2", "wks-1.contoso.com", "2026-11-24T05:22:07.1134560Z", '"a": ['
        )
        await screens.press("n")
        await screens.sees("Row 2 of 2", "fs-01.contoso.com")
        await screens.press("down", "y")
        assert screens.app.clipboard == "fs-01.contoso.com"
        await screens.press("Y")
        assert json.loads(screens.app.clipboard)["Hits"] == 3
        await screens.press("escape")
        await screens.sees("2 rows in")
        assert screens.app.screen.query_one("#rows", Grid).cursor_index == 1


async def test_a_cell_narrows_the_query_and_can_be_hunted_on(open_app: Open) -> None:
    async with open_app() as screens:
        screen = await ran(screens, DEVICES, "2 rows in")
        await screens.press("escape", "right", "equals_sign")
        assert screen.tab.editor.text == f'{DEVICES}\n| where DeviceName == "wks-1.contoso.com"'
        await screens.press("exclamation_mark")
        assert screen.tab.editor.text.endswith('\n| where DeviceName != "wks-1.contoso.com"')
        await screens.press("y")
        assert screens.app.clipboard == "wks-1.contoso.com"
        await screens.press("h")
        await screens.sees("Hunt on wks-1.contoso.com", "processes on it")
        await screens.press("enter")
        await screens.sees("wks-1.contoso.com: processes on it", "DeviceProcessEvents")
        assert "datetime(2026-11-23T23:22:07Z)" in screen.tab.editor.text


async def test_an_export_is_written_where_it_is_told(open_app: Open, tmp_path) -> None:
    async with open_app() as screens:
        await ran(screens, TEN, "10 rows in")
        await screens.press("escape", "e")
        await screens.sees("Export 10 rows", "Parquet")
        await screens.press("j")
        await screens.sees("Write to")
        field = screens.app.focused
        field.value = str(tmp_path / "out.json")
        await screens.press("enter")
        await screens.until((tmp_path / "out.json").exists)
        assert json.loads((tmp_path / "out.json").read_text())[9] == {"Hits": 10, "FileName": "f10"}


async def test_an_export_is_stopped_with_escape(
    open_app: Open, tmp_path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tui.hunting import export

    begun = asyncio.Event()

    async def endless(*args: object, on_rows: Callable[[int], None], **options: object) -> int:
        on_rows(3)
        begun.set()
        await asyncio.Event().wait()
        return 0

    monkeypatch.setattr(export, "write", endless)
    async with open_app() as screens:
        await ran(screens, TEN, "10 rows in")
        await screens.press("escape", "e")
        await screens.sees("Export 10 rows")
        await screens.press("j")
        await screens.sees("Write to")
        screens.app.focused.value = str(tmp_path / "out.json")
        await screens.press("enter")
        await begun.wait()
        await screens.sees("writing row 3 of 10", "Esc stops")
        await screens.press("escape")
        await screens.sees("10 rows in")
        assert not screens.app.screen.stop_export()


LONG = (
    'datatable(RemoteIP:string, RemoteUrl:string, Said:string)['
    '"203.0.113.9", "https://evil.example/x", "the first words of a long line that goes on for '
    'more than eighty cells and ends with END"]'
)  # fmt: skip


async def test_addresses_are_copied_so_that_nothing_follows_them(open_app: Open) -> None:
    async with open_app() as screens:
        await ran(screens, LONG, "1 row in")
        await screens.press("escape", "y")
        assert screens.app.clipboard == "203[.]0[.]113[.]9"
        await screens.press("right", "y")
        assert screens.app.clipboard == "hxxps://evil[.]example/x"
        await screens.press("Y")
        assert screens.app.clipboard == "https://evil.example/x"
        await screens.press("enter")
        await screens.sees("Row 1 of 1")
        await screens.press("y")
        assert screens.app.clipboard == "hxxps://evil[.]example/x"


@pytest.mark.parametrize("size", SIZES)
async def test_the_inspector_wraps_finds_and_hunts(open_app: Open, size) -> None:
    async with open_app(size) as screens:
        await ran(screens, LONG, "1 row in")
        await screens.press("escape", "enter")
        await screens.sees("the first words", "with END")
        await screens.press("slash")
        await screens.type("evil")
        await screens.until(lambda: "Said" not in screens.text())
        await screens.press("enter", "escape")
        await screens.sees("with END")
        await screens.press("h")
        await screens.sees("Hunt on https://evil.example/x")
