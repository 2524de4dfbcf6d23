"""Editing by lines, renaming, pasting a link, and not being shouted at."""

from __future__ import annotations

import base64
import gzip

from textual.events import Paste

from tests.ui.conftest import Open
from tests.ui.test_hunting import hunting
from tests.ui.test_hunting_editor import opened, typed

TEXT = "DeviceEvents\n| where a\n| take 5"


async def test_lines_are_moved_and_doubled(open_app: Open) -> None:
    async with open_app() as screens:
        editor = (await hunting(screens)).tab.editor
        editor.load_text(TEXT)
        editor.move_cursor((2, 3))
        await screens.press("alt+up")
        assert editor.text == "DeviceEvents\n| take 5\n| where a"
        assert editor.cursor_location == (1, 3)
        await screens.press("alt+down", "alt+down")
        assert editor.text == TEXT
        await screens.press("alt+shift+down")
        assert editor.text == f"{TEXT}\n| take 5"
        assert editor.cursor_location == (3, 3)
        await screens.press("ctrl+z")
        assert editor.text == TEXT


async def test_tab_indents_the_lines_of_a_selection(open_app: Open) -> None:
    async with open_app() as screens:
        editor = (await hunting(screens)).tab.editor
        editor.load_text(TEXT)
        editor.move_cursor((1, 0))
        await screens.press("shift+down", "shift+down", "tab")
        assert editor.text == "DeviceEvents\n    | where a\n    | take 5"
        await screens.press("shift+tab")
        assert editor.text == TEXT


async def test_a_let_is_renamed(open_app: Open) -> None:
    async with open_app() as screens:
        editor = (await hunting(screens)).tab.editor
        editor.load_text("let span = 1d;\nDeviceEvents\n| where Timestamp > ago(span)")
        editor.move_cursor((2, 27))
        await screens.press("shift+f12")
        await screens.sees("Another name for span, in 2 places")
        await screens.press("ctrl+u")
        await screens.type("lookback")
        await screens.press("enter")
        wanted = "let lookback = 1d;\nDeviceEvents\n| where Timestamp > ago(lookback)"
        await screens.until(lambda: editor.text == wanted)
        assert editor.word_at_cursor() == "lookback"


async def test_the_query_of_a_pasted_link_comes_in_its_place(open_app: Open) -> None:
    query = "DeviceEvents\n| take 3"
    packed = base64.urlsafe_b64encode(gzip.compress(query.encode("utf-16-le"))).decode()
    async with open_app() as screens:
        editor = (await hunting(screens)).tab.editor
        screens.app.post_message(
            Paste(f"https://security.microsoft.com/v2/advanced-hunting?tid=1&query={packed}")
        )
        await screens.until(lambda: editor.text == query)
        screens.app.post_message(Paste("\n| count"))
        await screens.until(lambda: editor.text == f"{query}\n| count")


async def test_what_is_being_typed_is_not_blamed_yet(open_app: Open) -> None:
    async with open_app() as screens:
        editor = await typed(screens, "DeviceEvents | where FileName ")
        await opened(screens, editor)
        await screens.until(lambda: bool(editor.checks.remarks))
        assert not [one for one in editor.checks._marks.values() if one]
        await screens.press("escape", "ctrl+left")
        await screens.sees("A condition must come here")


SIGMA = """title: Office starts PowerShell
logsource:
    category: process_creation
detection:
    parent:
        ParentImage|contains: 'Office'

    child:
        CommandLine|contains: 'powershell'
        CurrentDirectory: 'x'
    condition: parent and child"""


async def test_a_pasted_sigma_rule_becomes_a_query_by_one_key(open_app: Open) -> None:
    async with open_app() as screens:
        screen = await hunting(screens)
        editor = screen.tab.editor
        screens.app.post_message(Paste(SIGMA))
        await screens.sees("This is a Sigma rule.", "F9 makes a query of it")
        assert editor.text == SIGMA
        await screens.press("f9")
        await screens.sees("| where InitiatingProcessFolderPath contains")
        assert "CurrentDirectory is left out" in editor.text
        await screens.press("f5")
        await screens.until(lambda: screen.tab.result is not None)
        assert screen.tab.problem is None
        await screens.press("ctrl+z")
        assert editor.text == SIGMA
