"""Writing a query with help: the list, remarks, F1, layout, finding, the tables."""

from __future__ import annotations

import pytest
from textual.events import Paste

from tests.ui.conftest import Open
from tests.ui.support import Screens
from tests.ui.test_hunting import hunting
from tui.ui.screens.help import HelpScreen
from tui.ui.screens.hunting import HuntingScreen
from tui.ui.screens.hunting_editor import ExplainPage
from tui.ui.widgets.completion_list import CompletionList
from tui.ui.widgets.grid import Grid
from tui.ui.widgets.hint_line import HintLine
from tui.ui.widgets.query_editor import QueryEditor

SIZES = [(120, 40), (80, 24), (40, 10)]


async def typed(screens: Screens, text: str) -> QueryEditor:
    screen = await hunting(screens)
    await screens.type(text)
    return screen.tab.editor


async def opened(screens: Screens, editor: QueryEditor) -> CompletionList:
    await screens.until(lambda: editor.assist.is_open)
    shown = screens.app.screen.query_one(CompletionList)
    await screens.until(lambda: shown.region.height > 1)
    return shown


@pytest.mark.parametrize("size", SIZES)
async def test_the_list_never_hides_what_is_typed(open_app: Open, size) -> None:
    async with open_app(size) as screens:
        await screens.press("enter")
        await screens.until(lambda: screens.app.workspace is not None)
        await screens.press("2")
        await screens.until(lambda: isinstance(screens.app.focused, QueryEditor))
        await screens.type("DeviceEvents\n\n\nDeviceProc")
        editor = screens.app.focused
        assert isinstance(editor, QueryEditor)
        shown = await opened(screens, editor)
        assert editor.cursor_screen_offset not in shown.region
        assert editor.cursor_screen_offset.y not in range(shown.region.y, shown.region.bottom)
        assert shown.region.bottom <= screens.app.size.height
        await screens.sees("DeviceProcessEvents")


async def test_tab_takes_and_the_typing_goes_on(open_app: Open) -> None:
    async with open_app() as screens:
        editor = await typed(screens, "DeviceProc")
        await opened(screens, editor)
        await screens.press("tab")
        assert editor.text == "DeviceProcessEvents"
        assert not editor.assist.is_open
        await screens.type("\n| wh")
        await opened(screens, editor)
        await screens.press("tab")
        assert editor.text.endswith("| where ")
        await screens.type("IPFN")
        await opened(screens, editor)
        await screens.press("tab")
        await screens.type(" ha")
        await opened(screens, editor)
        await screens.press("tab")
        assert editor.text == "DeviceProcessEvents\n| where InitiatingProcessFileName has "


async def test_tab_takes_what_was_typed_ahead_of_the_list(open_app: Open) -> None:
    async with open_app() as screens:
        screen = await hunting(screens)
        await screens.pilot.press(*"DeviceProc", "tab")
        await screens.until(lambda: screen.tab.editor.text == "DeviceProcessEvents")


async def test_enter_never_swallows_a_newline(open_app: Open) -> None:
    async with open_app() as screens:
        editor = await typed(screens, "DeviceEvents | project")
        await opened(screens, editor)
        await screens.press("enter")
        assert editor.text == "DeviceEvents | project\n"
        await screens.type("| extend Fil")
        await opened(screens, editor)
        await screens.press("enter")
        assert editor.text.endswith("| extend Fil\n")
        await screens.type("| where FileN")
        await opened(screens, editor)
        await screens.press("enter")
        assert editor.text.endswith("| where FileName")


async def test_arrows_choose_and_escape_closes_only_the_list(open_app: Open) -> None:
    async with open_app() as screens:
        editor = await typed(screens, "DeviceEvents | where Dev")
        await opened(screens, editor)
        await screens.press("escape")
        assert not editor.assist.is_open
        assert screens.app.focused is editor
        await screens.press("i")
        await opened(screens, editor)
        await screens.press("down", "enter")
        assert editor.text == "DeviceEvents | where DeviceId"


async def test_anything_else_goes_on_typing(open_app: Open) -> None:
    async with open_app() as screens:
        editor = await typed(screens, "DeviceEvents | where Dev")
        await opened(screens, editor)
        await screens.press("left")
        await screens.until(lambda: not editor.assist.is_open)
        assert editor.cursor_location == (0, 23)
        await screens.press("end")
        await screens.type(" == 1")
        assert editor.text == "DeviceEvents | where Dev == 1"


async def test_ctrl_space_asks(open_app: Open) -> None:
    async with open_app() as screens:
        editor = await typed(screens, "DeviceEvents | where FileName ")
        await opened(screens, editor)
        await screens.press("escape")
        assert not editor.assist.is_open
        await screens.press("ctrl+at")
        await opened(screens, editor)
        await screens.sees("startswith", "Tab takes it")


async def test_arguments_are_told_while_they_are_typed(open_app: Open) -> None:
    async with open_app() as screens:
        await typed(screens, 'print x = datetime_diff("day", ')
        await screens.sees("datetime_diff(part, datetime1, datetime2)")


@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
async def test_a_wrong_name_is_underlined_and_mended(open_app: Open, size) -> None:
    async with open_app(size) as screens:
        editor = await typed(screens, 'DeviceEvents\n| where FilName has "abc"\n| take 1')
        await screens.sees("line 2: There is no column FilName here. Is it FileName?", "F9")
        assert any(name == "wrong" for _, _, name in editor.highlights_of(1))
        await screens.press("f9")
        assert editor.text == 'DeviceEvents\n| where FileName has "abc"\n| take 1'
        hint = screens.app.screen.query_one(HintLine)
        await screens.until(lambda: "FilName" not in hint.words)
        assert not any(name == "wrong" for _, _, name in editor.highlights_of(1))


async def test_a_cost_is_hinted_faintly(open_app: Open) -> None:
    async with open_app() as screens:
        editor = await typed(screens, "DeviceProcessEvents\n| count ")
        await screens.sees("No filter on Timestamp: the whole time range is read.")
        assert not editor.checks.marks_of(0)


async def test_f1_explains_and_leads_to_the_keys(open_app: Open) -> None:
    async with open_app() as screens:
        screen = await hunting(screens)
        await screens.sees("F1 what is this")
        screen.tab.editor.load_text(
            "DeviceProcessEvents | where FileName has 'a' | summarize dcount(SHA1)"
        )
        for column, words in (
            (3, "Processes that were started"),
            (30, "Name of the file or process image"),
            (38, "whole word"),
            (50, "Groups rows"),
            (58, "different values"),
        ):
            screen.tab.editor.move_cursor((0, column))
            await screens.press("f1")
            await screens.until(lambda: isinstance(screens.app.screen, ExplainPage))
            await screens.sees(words)
            await screens.press("escape")
        await screens.press("f1", "f1")
        await screens.until(lambda: isinstance(screens.app.screen, HelpScreen))
        await screens.press("G")
        await screens.sees("F8", "Lay the query out")
        await screens.press("escape")
        assert isinstance(screens.app.screen, HuntingScreen)


async def test_f8_lays_out_and_undo_takes_it_back(open_app: Open) -> None:
    async with open_app() as screens:
        screen = await hunting(screens)
        editor = screen.tab.editor
        editor.load_text("DeviceEvents|where A==1|take 1")
        editor.move_cursor((0, 25))
        await screens.press("f8")
        assert editor.text == "DeviceEvents\n| where A == 1\n| take 1"
        assert editor.cursor_location[0] == 2
        await screens.press("ctrl+z")
        assert editor.text == "DeviceEvents|where A==1|take 1"


async def test_comments_come_and_go(open_app: Open) -> None:
    async with open_app() as screens:
        screen = await hunting(screens)
        editor = screen.tab.editor
        editor.load_text("T\n| where A\n| take 1")
        editor.move_cursor((1, 4))
        await screens.press("ctrl+underscore")
        assert editor.text == "T\n// | where A\n| take 1"
        await screens.press("ctrl+underscore")
        assert editor.text == "T\n| where A\n| take 1"


async def test_words_are_found_and_replaced(open_app: Open) -> None:
    async with open_app() as screens:
        screen = await hunting(screens)
        editor = screen.tab.editor
        editor.load_text("alpha beta\nAlpha gamma")
        editor.move_cursor((0, 0))
        await screens.press("ctrl+f")
        await screens.type("alpha")
        assert editor.selected_text == "alpha"
        await screens.press("enter")
        assert editor.selected_text == "Alpha"
        await screens.press("ctrl+r")
        await screens.sees("2 times in the text")
        await screens.type("omega")
        await screens.press("enter")
        await screens.until(lambda: editor.text == "omega beta\nomega gamma")
        await screens.press("ctrl+f", "escape")
        assert screens.app.focused is editor


async def test_a_line_and_a_let_are_gone_to(open_app: Open) -> None:
    async with open_app() as screens:
        screen = await hunting(screens)
        editor = screen.tab.editor
        editor.load_text("let bad = 1;\nT\n| where A == bad")
        editor.move_cursor((2, 14))
        await screens.press("f12")
        assert editor.cursor_location == (0, 4)
        await screens.press("ctrl+g")
        await screens.sees("Go to line (1 to 3)")
        await screens.type("2")
        await screens.press("enter")
        await screens.until(lambda: editor.cursor_location == (1, 0))


async def test_the_tables_are_searched_put_in_and_looked_into(open_app: Open) -> None:
    async with open_app() as screens:
        screen = await hunting(screens)
        await screens.press("ctrl+t")
        await screens.sees("Tables and columns", "DeviceInfo")
        await screens.press("slash")
        await screens.type("UrlClick")
        await screens.press("enter")
        await screens.sees("UrlClickEvents")
        await screens.press("enter")
        await screens.until(lambda: screen.tab.editor.text == "UrlClickEvents")
        await screens.press("ctrl+t")
        await screens.sees("Clicks on links")
        await screens.press("p")
        await screens.sees("10 rows in")
        assert screen.tab.editor.text == "UrlClickEvents\n| take 10"


async def test_a_pivot_brings_its_time_range(open_app: Open) -> None:
    async with open_app() as screens:
        await screens.sign_in()
        await screens.app.hunt("print a=1", "mine", "P1D")
        await screens.sees("mine", "last 24 hours")


async def test_a_selection_runs_alone_also_within_a_line(open_app: Open) -> None:
    async with open_app() as screens:
        screen = await hunting(screens)
        editor = screen.tab.editor
        editor.load_text("print a=1 | extend b=2")
        editor.move_cursor((0, 0))
        editor.move_cursor((0, 9), select=True)
        await screens.press("f5")
        await screens.sees("1 row in")
        assert [column.title for column in screen.tab.result.columns] == ["a"]
        assert not isinstance(screens.app.focused, Grid)


async def test_the_editor_comes_back_from_outside(open_app: Open, monkeypatch, tmp_path) -> None:
    script = tmp_path / "editor.sh"
    script.write_text('#!/bin/sh\nprintf "print fresh=1\\n" > "$1"\n')
    script.chmod(0o755)
    monkeypatch.setenv("VISUAL", str(script))
    async with open_app() as screens:
        screen = await hunting(screens)
        screen.tab.editor.load_text("print old=1")
        from contextlib import nullcontext

        monkeypatch.setattr(type(screens.app), "suspend", lambda self: nullcontext())
        await screens.press("f7")
        assert screen.tab.editor.text == "print fresh=1"
        monkeypatch.setenv("VISUAL", str(tmp_path / "missing"))
        await screens.press("f7")
        await screens.until(
            lambda: any("did not run" in one.message for one in screens.app._notifications)
        )
        assert screen.tab.editor.text == "print fresh=1"


@pytest.mark.parametrize("text", ["a | (\n" * 10_000, "\x00\ud800'\n" * 5_000])
async def test_long_texts_leave_the_editor_live(open_app: Open, text: str) -> None:
    async with open_app() as screens:
        screen = await hunting(screens)
        screen.tab.editor.load_text(text)
        screen.tab.editor.move_cursor(screen.tab.editor.document.end)
        await screens.press("d", "e", "v", "backspace")
        assert screen.tab.editor.document.get_line(screen.tab.editor.cursor_location[0]) == "de"


async def test_places_are_counted_and_replaced_one_by_one(open_app: Open) -> None:
    async with open_app() as screens:
        editor = (await hunting(screens)).tab.editor
        editor.load_text("Ab ab\nAB x")
        editor.move_cursor((0, 0))
        await screens.press("ctrl+f")
        await screens.type("ab")
        await screens.sees("1 of 3", "^y replaces this")
        await screens.press("enter")
        await screens.sees("2 of 3")
        await screens.press("ctrl+y")
        await screens.sees("Replace it with")
        await screens.type("c")
        await screens.press("enter")
        await screens.until(lambda: editor.text == "Ab c\nAB x")
        await screens.sees("2 of 2")
        await screens.press("ctrl+y")
        await screens.until(lambda: editor.text == "Ab c\nc x")
        await screens.press("ctrl+r")
        await screens.sees("once in the text")
        await screens.type("d")
        await screens.press("enter")
        await screens.until(lambda: editor.text == "d c\nc x")
        assert screens.app.focused is editor


async def test_a_long_paste_is_undone_redone_and_replaced(open_app: Open) -> None:
    lines = "\r\n".join(f'| where FileName == "файл{one}🎉\u200b" // {one}' for one in range(5000))
    pasted = f"DeviceProcessEvents\r\n{lines}"
    async with open_app() as screens:
        editor = await typed(screens, "X")
        await screens.press("home")
        screens.app.post_message(Paste(pasted))
        await screens.until(lambda: editor.document.line_count == 5001)
        await screens.press("ctrl+z")
        assert (editor.text, editor.cursor_location) == ("X", (0, 0))
        await screens.press("ctrl+y")
        assert editor.document.line_count == 5001
        await screens.press("ctrl+a")
        await screens.type("y")
        assert (editor.text, editor.cursor_location) == ("y", (0, 1))
        await screens.press("ctrl+z")
        assert editor.document.line_count == 5001
        assert editor.text.endswith("// 4999X")
