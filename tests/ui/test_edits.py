"""Edits on screen: undone and redone, held up, refused, and changed by somebody else meanwhile."""

from __future__ import annotations

import asyncio

from tests.ui.conftest import Open
from tests.ui.support import Screens
from tui.api.records import Incident, IncidentChange
from tui.config import Settings, Template
from tui.errors import ServiceProblem
from tui.ui.widgets.grid import Grid


async def key_here(screens: Screens) -> str:
    """The incident under the cursor."""
    grid = screens.app.screen.query_one(Grid)
    await screens.until(lambda: grid.cursor_row is not None)
    assert grid.cursor_row is not None
    return grid.cursor_row.key


async def take_back(screens: Screens, *answer: str) -> None:
    """Undo the last edit, and wait until the service has the former values."""
    queue = screens.app.workspace.queue
    before = len(queue._done)
    await screens.press("u", *answer)
    await screens.until(lambda: len(queue._done) < before)
    await screens.until(lambda: len(screens.app.screen_stack) == 1)
    await queue.delivered()


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


async def test_many_are_changed_in_the_order_of_the_table_and_told_of_until_taken_back(
    open_app: Open,
) -> None:
    async with open_app((80, 24)) as screens:
        await screens.sign_in()
        await screens.type("/status:active sev:medium")
        await screens.press("enter")
        await screens.sees("of 300")
        grid = screens.app.screen.query_one(Grid)
        shown = [row.key for row in grid._window.rows[:3]]
        await screens.press("space", "space", "space", "s", "w")
        await screens.sees("3 incidents:")
        places = [screens.text().index(f" {key} ") for key in shown]
        assert places == sorted(places)
        await screens.press("y")
        await screens.sees("3 sent", "takes them back")
        await take_back(screens, "enter")
        await screens.sees("3 taken back", "does them again")
        await screens.app.workspace.queue.delivered()


async def test_what_somebody_else_changed_meanwhile_is_shown_and_decided(open_app: Open) -> None:
    async with open_app() as screens:
        await screens.sign_in()
        workspace = screens.app.workspace
        await screens.press("j", "j", "j")
        key = await key_here(screens)
        await workspace.connection.incidents.update(key, IncidentChange(status="resolved"))
        await screens.press("s", "w")
        await screens.sees("≠", "1 edit met somebody else's change", "U settles it")
        await screens.press("U")
        await screens.sees("Undelivered edits", "conflict")
        await screens.sees("was active", "theirs, now closed", "mine working")
        await screens.press("m")
        await screens.sees("No edit waits any more.")
        await screens.press("escape")
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


CLOSED = Template(
    "Known tool",
    key="f7",
    status="resolved",
    classification="falsePositive",
    determination="notMalicious",
    tags_add=("tuned",),
)


async def test_many_are_previewed_followed_and_some_of_them_taken_back(open_app: Open) -> None:
    async with open_app((80, 24)) as screens:
        await screens.sign_in()
        queue = screens.app.workspace.queue
        await screens.type("/status:active sev:low assigned:none")
        await screens.sees("of 300")
        await screens.press("enter", "ctrl+a")
        await screens.sees("selected")
        ids = sorted(screens.app.screen.query_one(Grid).selected)
        await screens.press("X", "f", "1")
        await screens.sees(f"{len(ids)} incidents: status closed", "active", "→", "y changes")
        await screens.press("y")
        await screens.sees(f"{len(ids)} sent", "u takes them back")
        await screens.press("u")
        await screens.sees("Take back on", "space chooses")
        await screens.press("space", "space", "enter")
        await screens.until(lambda: len(screens.app.screen_stack) == 1)
        await queue.delivered()
        found = [await queue.refresh_incident(key) for key in ids]
        assert sum(one.status == "active" for one in found) == 2
        assert sum(one.classification == "falsePositive" for one in found) == len(ids) - 2
        await take_back(screens, "enter")
        again = [await queue.refresh_incident(key) for key in ids]
        assert all(one.status == "active" for one in again)
        assert all(one.classification == "unknown" for one in again)


async def test_a_template_is_previewed_and_applied_by_its_key(open_app: Open) -> None:
    async with open_app(settings=Settings(templates=(CLOSED,))) as screens:
        await screens.sign_in()
        queue = screens.app.workspace.queue
        await screens.press("j", "j", "j", "j", "j", "j", "j", "j")
        key = await key_here(screens)
        await screens.press("f7")
        await screens.sees("1 incident: Known tool", "Status", "→  closed", "tuned")
        await screens.press("n", "M")
        await screens.sees("Template:", "Known tool", "status closed")
        await screens.press("1", "y")
        await screens.until(lambda: len(screens.app.screen_stack) == 1)
        await queue.delivered()
        found = await queue.refresh_incident(key)
        assert (found.status, found.determination) == ("resolved", "notMalicious")
        assert "tuned" in found.tags
        await take_back(screens)


async def test_tags_are_added_to_many_and_taken_from_many(open_app: Open) -> None:
    async with open_app() as screens:
        await screens.sign_in()
        queue = screens.app.workspace.queue
        await screens.press("space", "space", "t")
        await screens.sees("parted by commas", "-tag takes one away")
        await screens.type("rea")
        await screens.type("dy, -ransomware")
        await screens.press("enter")
        await screens.sees("2 incidents: tags with ready and without ransomware", "→")
        await screens.press("y")
        await screens.sees("2 sent")
        found = await queue.refresh_incident("4711")
        assert "ready" in found.tags
        assert "ransomware" not in found.tags
        await take_back(screens, "enter")
        assert "ransomware" in (await queue.refresh_incident("4711")).tags


async def test_people_who_were_assigned_to_before_have_a_digit(open_app: Open) -> None:
    async with open_app() as screens:
        await screens.sign_in()
        await screens.press("a")
        await screens.sees("Assign:", "m  yourself", "n  nobody", "1  ", "d.ito", "o  somebody")
        await screens.press("1")
        await screens.until(lambda: len(screens.app.screen_stack) == 1)
        await screens.app.workspace.queue.delivered()
        assert (await screens.app.workspace.queue.refresh_incident("4711")).assigned_to
        await take_back(screens)


async def test_escape_stops_what_is_not_sent_and_refused_ones_are_sent_again(
    open_app: Open, monkeypatch
) -> None:
    async with open_app() as screens:
        await screens.sign_in()
        queue = screens.app.workspace.queue
        service = screens.app.workspace.connection.incidents
        gate, update = asyncio.Event(), service.update
        refused: set[str] = set()

        async def slow(incident_id: str, change: IncidentChange) -> Incident:
            await gate.wait()
            if incident_id in refused:
                raise ServiceProblem("Changing failed", "the owner is not known", status=400)
            return await update(incident_id, change)

        monkeypatch.setattr(service, "update", slow)
        await screens.type("/status:active sev:low assigned:none")
        await screens.sees("of 300")
        await screens.press("enter", "ctrl+a")
        await screens.sees("selected")
        await screens.press("s", "w")
        await screens.sees("incidents: status working")
        await screens.press("y")
        await screens.sees("0 of", "Esc stops the rest")
        await screens.press("escape")
        await screens.sees("0 of", "stopped", "not sent")
        assert "Esc stops the rest" not in screens.text()
        gate.set()
        await queue.delivered()
        await screens.sees(" sent", "not sent", "u takes them back")
        assert await queue.outbox() == []
        source = queue.source()
        await source.filter("status:active sev:low assigned:none")
        left = await source.count()
        assert left > 3
        await screens.sees(f"{left} of 300")
        await screens.press("space", "space", "space")
        ids = sorted(screens.app.screen.query_one(Grid).selected)
        refused.add(ids[0])
        await screens.press("t")
        await screens.type("checked")
        await screens.press("enter")
        await screens.sees("3 incidents: tags with checked")
        await screens.press("y")
        await screens.sees("2 sent", "1 refused", "U lists them")
        await screens.press("U")
        await screens.sees("Undelivered edits", "! refused", "the owner is not known")
        refused.clear()
        await screens.press("R")
        await screens.sees("No edit waits any more.")
        await screens.press("escape")
        await screens.sees("3 sent")
        assert "checked" in (await queue.refresh_incident(ids[0])).tags
