"""Keys that arrive in a burst do what they would do one by one."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from textual.events import Key

from tests.ui.conftest import Open
from tests.ui.support import Screens
from tui.api.records import IncidentChange
from tui.ui.widgets.grid import Grid

_NAMES = {"/": "slash", ":": "colon", "\r": "enter", "]": "right_square_bracket", " ": "space"}


def burst(screens: Screens, keys: str) -> None:
    """All keys at once, as from a slow line."""
    for character in keys:
        screens.app.post_message(Key(_NAMES.get(character, character), character))


async def test_a_filter_typed_ahead_goes_to_the_filter(open_app: Open) -> None:
    async with open_app() as screens:
        await screens.sign_in()
        burst(screens, "/sev:high\r\r")
        await screens.sees("Summary", "Human-operated ransomware on WKS-0142", "▲ High")


async def test_a_row_opened_ahead_waits_for_the_filter(open_app: Open, monkeypatch) -> None:
    async with open_app() as screens:
        await screens.sign_in()
        source, may = screens.app.screen._source, asyncio.Event()
        plain = source.filter

        async def slow(text: str) -> None:
            await may.wait()
            await plain(text)

        monkeypatch.setattr(source, "filter", slow)
        burst(screens, "/sev:medium\r\r")
        await screens.until(lambda: isinstance(screens.app.focused, Grid))
        for _ in range(20):
            await asyncio.sleep(0)
        may.set()
        await screens.sees("Summary", "■ Medium")


async def test_a_choice_typed_ahead_goes_to_the_question(open_app: Open) -> None:
    async with open_app() as screens:
        await screens.sign_in()
        burst(screens, "jcfjjj")
        await screens.sees("Classify false positive: which kind?")
        burst(screens, "\r")
        queue = screens.app.workspace.queue
        await screens.until(lambda: len(screens.app.screen_stack) == 1)
        await queue.delivered()
        key = screens.app.screen.query_one("#queue").cursor_row.key
        incident = await queue.refresh_incident(key)
        assert incident.classification == "falsePositive"


async def test_a_line_typed_ahead_waits_for_the_question_after_the_first(
    open_app: Open, monkeypatch
) -> None:
    async with open_app() as screens:
        await screens.sign_in()
        queue = screens.app.workspace.queue
        owners, may, asked = queue.owners, asyncio.Event(), asyncio.Event()

        async def slow() -> list[str]:
            asked.set()
            await may.wait()
            return await owners()

        burst(screens, "a")
        await screens.sees("Assign:")
        monkeypatch.setattr(queue, "owners", slow)
        burst(screens, "okt-here\r")
        await asyncio.wait_for(asked.wait(), 60)
        for _ in range(20):
            await asyncio.sleep(0)
        may.set()
        await screens.sees("kt-here")
        await screens.until(lambda: len(screens.app.screen_stack) == 1)
        await queue.delivered()
        assert (await queue.refresh_incident("4711")).assigned_to == "kt-here"


async def test_an_answer_is_written_down_before_the_next_question(
    open_app: Open, monkeypatch
) -> None:
    async with open_app() as screens:
        await screens.sign_in()
        queue = screens.app.workspace.queue
        write, may, begun = queue.edit_each, asyncio.Event(), asyncio.Event()

        async def slow(changes: Mapping[str, IncidentChange]) -> list[int]:
            begun.set()
            await may.wait()
            return await write(changes)

        monkeypatch.setattr(queue, "edit_each", slow)
        burst(screens, "jel")
        await asyncio.wait_for(begun.wait(), 60)
        # Not by a key, which would wait.
        screens.app.screen.action_rename_command()
        for _ in range(20):
            await asyncio.sleep(0)
        may.set()
        await screens.sees("Name of the incident")
        await screens.press("escape")
        await queue.delivered()
        key = screens.app.screen.query_one(Grid).cursor_row.key
        assert (await queue.refresh_incident(key)).severity == "low"


async def test_a_query_typed_ahead_goes_to_the_editor(open_app: Open) -> None:
    async with open_app() as screens:
        await screens.sign_in()
        burst(screens, "2DeviceInfo")
        await screens.sees("1 ▎ DeviceInfo")
        await screens.press("f5")
        await screens.sees("rows in")


async def test_tabs_typed_ahead_are_all_counted(open_app: Open) -> None:
    async with open_app() as screens:
        await screens.sign_in()
        burst(screens, "\r]]]")
        await screens.sees("Credential access", "Lateral movement")


async def test_escape_and_a_key_in_one_breath_are_two_keys(open_app: Open) -> None:
    async with open_app() as screens:
        await screens.sign_in()
        await screens.press("question_mark")
        await screens.sees("Set the status")
        screens.app.post_message(Key("alt+3", None))
        await screens.sees("What it may do")
        await screens.press("1")
        await screens.sees("300 incidents")
        assert "Set the status" not in screens.text()


async def test_an_edit_typed_ahead_waits_for_all_to_be_selected(
    open_app: Open, monkeypatch
) -> None:
    async with open_app() as screens:
        await screens.sign_in()
        grid, may = screens.app.screen.query_one(Grid), asyncio.Event()
        plain = grid._keys_between

        async def slow(first: int, last: int) -> list[str]:
            await may.wait()
            return list(await plain(first, last))

        monkeypatch.setattr(grid, "_keys_between", slow)
        await screens.pilot.press("ctrl+a")
        burst(screens, "s")
        for _ in range(20):
            await asyncio.sleep(0)
        assert len(screens.app.screen_stack) == 1
        may.set()
        await screens.until(lambda: len(screens.app.screen_stack) == 2)
        await screens.sees("300 incidents")
        assert len(grid.selected) == 300
