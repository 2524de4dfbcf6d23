"""Edits on screen: undone and redone, held up, refused, and changed by somebody else meanwhile."""

from __future__ import annotations

from tests.ui.conftest import Open
from tests.ui.support import Screens
from tui.api.records import IncidentChange
from tui.ui.widgets.grid import Grid


async def key_here(screens: Screens) -> str:
    """The incident under the cursor."""
    grid = screens.app.screen.query_one(Grid)
    await screens.until(lambda: grid.cursor_row is not None)
    assert grid.cursor_row is not None
    return grid.cursor_row.key


async def test_undo_sends_the_former_value_and_redo_the_later(open_app: Open) -> None:
    async with open_app() as screens:
        await screens.sign_in()
        queue = screens.app.workspace.queue
        await screens.press("j", "j")
        key = await key_here(screens)
        former = (await queue.incident(key)).status
        await screens.press("s", "w")
        await screens.until(lambda: len(screens.app.screen_stack) == 1)
        await queue.delivered()
        await screens.press("u")
        await queue.delivered()
        assert (await queue.refresh_incident(key)).status == former
        await screens.press("ctrl+r")
        await queue.delivered()
        assert (await queue.refresh_incident(key)).status == "inProgress"


async def test_what_somebody_else_changed_meanwhile_is_shown_and_decided(open_app: Open) -> None:
    async with open_app() as screens:
        await screens.sign_in()
        workspace = screens.app.workspace
        await screens.press("j", "j", "j")
        key = await key_here(screens)
        await workspace.connection.incidents.update(key, IncidentChange(status="resolved"))
        await screens.press("s", "w")
        await screens.sees("≠")
        await screens.press("U")
        await screens.sees("Undelivered edits", "conflict")
        await screens.press("enter")
        await screens.sees("was changed by somebody else meanwhile", "mine", "theirs")
        await screens.press("m")
        await screens.until(lambda: len(screens.app.screen_stack) == 1)
        await workspace.queue.delivered()
        assert (await workspace.queue.refresh_incident(key)).status == "inProgress"


async def test_the_history_of_an_incident_tells_what_was_changed_from_here(open_app: Open) -> None:
    async with open_app() as screens:
        await screens.sign_in()
        await screens.press("j", "a")
        await screens.sees("Assign:", "a.novak@contoso.com")
        await screens.press("m")
        await screens.until(lambda: len(screens.app.screen_stack) == 1)
        await screens.app.workspace.queue.delivered()
        await screens.press("enter", *["]"] * 6)
        await screens.sees("✓", "to a.novak@contoso.com")
