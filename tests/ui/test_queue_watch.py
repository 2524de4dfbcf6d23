"""The queue watched: what arrives is marked, told of once, and seen by the cursor."""

from __future__ import annotations

import asyncio
import gc
import warnings

from tests.ui.conftest import Open
from tui.api.records import IncidentChange
from tui.config import Settings, WatchSettings
from tui.incidents.changes import QueueChanged
from tui.ui.screens.incidents import IncidentsScreen
from tui.ui.terminal import TerminalSide
from tui.ui.widgets.grid import Grid


async def test_what_changed_is_marked_and_told_of_once(open_app: Open, monkeypatch) -> None:
    told: list[str] = []
    titles: list[str] = []
    monkeypatch.setattr(TerminalSide, "notice", lambda _, way, title, text: told.append(text))
    monkeypatch.setattr(TerminalSide, "title", lambda _, text: titles.append(text))
    watch = WatchSettings(notify="sev:high", desktop="osc9", bell=False)
    async with open_app(settings=Settings(watch=watch)) as screens:
        await screens.sign_in()
        service = screens.app.workspace.connection.incidents
        await screens.until(lambda: bool(titles))
        assert "open" in titles[-1]
        assert "Contoso" in titles[-1]
        assert told == []
        await service.update("4698", IncidentChange(tags=("seen elsewhere",)))
        await service.update("4690", IncidentChange(tags=("seen elsewhere",)))
        await screens.press("R")
        await screens.sees("~4698", "~4690")
        await screens.until(lambda: bool(told))
        assert len(told) == 1
        assert told[0].startswith("High: Adversary-in-the-middle")
        await screens.until(lambda: titles[-1].startswith("(2) "))
        await screens.press("j", "j")
        await screens.until(lambda: "~4698" not in screens.text())
        await screens.press("R")
        await screens.sees("synced")
        assert len(told) == 1


async def test_a_filter_that_is_none_is_named_below_the_table(open_app: Open) -> None:
    watch = WatchSettings(notify="sev:nonsense")
    async with open_app(settings=Settings(watch=watch)) as screens:
        await screens.sign_in()
        service = screens.app.workspace.connection.incidents
        await service.update("4690", IncidentChange(tags=("again",)))
        await screens.press("R")
        await screens.sees("[watch] notify tells of nothing", "nonsense")


async def test_what_filters_may_miss_is_said_while_it_is_so(open_app: Open, monkeypatch) -> None:
    async with open_app((80, 24)) as screens:
        await screens.sign_in()
        screen = screens.app.screen
        assert isinstance(screen, IncidentsScreen)
        queue = type(screens.app.workspace.queue)
        with monkeypatch.context() as patched:
            patched.setattr(queue, "behind", 9412)
            screen._queue_changed(QueueChanged(None))
            await screens.sees("Filters may miss the words and entities of 9,412 incidents")
        screen._queue_changed(QueueChanged(None))
        await screens.until(lambda: "Filters may miss" not in screens.text())


async def test_news_that_overtake_each_other_leave_nothing_unawaited(open_app: Open) -> None:
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        async with open_app() as screens:
            await screens.sign_in()
            screen = screens.app.screen
            assert isinstance(screen, IncidentsScreen)
            for _ in range(3):
                screen._queue_changed(QueueChanged(None))
            await screens.press("j", "j", "k")
            await screens.sees("4711")
        gc.collect()
    assert not [one for one in warned if "never awaited" in str(one.message)]


async def test_the_pane_shows_what_came_while_rows_were_drawn(open_app: Open, monkeypatch) -> None:
    async with open_app() as screens:
        await screens.sign_in()
        queue = screens.app.workspace.queue
        service = queue._connection.incidents
        redraw, drawing, go_on = Grid.refresh_rows, asyncio.Event(), asyncio.Event()

        async def slowly(grid: Grid) -> None:
            drawing.set()
            await go_on.wait()
            await redraw(grid)

        await service.update("4711", IncidentChange(tags=("for the pane",)))
        await service.update("4690", IncidentChange(tags=("for a row",)))
        monkeypatch.setattr(Grid, "refresh_rows", slowly)
        await queue.refresh_incident("4711")
        await drawing.wait()
        await queue.refresh_incident("4690")
        go_on.set()
        await screens.sees("for the pane")


async def test_a_window_made_wider_shows_the_incident_under_the_cursor(open_app: Open) -> None:
    async with open_app() as screens:
        await screens.sign_in()
        await screens.sees("Human-operated ransomware on WKS-0142")
        await screens.pilot.resize_terminal(80, 24)
        await screens.press("j", "j")
        await screens.pilot.resize_terminal(120, 40)
        await screens.sees("t.okafor signed in on a copy of the")
        assert "Human-operated ransomware on WKS-0142" not in screens.text()


async def test_a_key_right_after_a_step_is_for_the_row_stepped_to(open_app: Open) -> None:
    async with open_app() as screens:
        await screens.sign_in()
        queue = screens.app.workspace.queue
        await screens.pilot.press("j", "j", "j", "h")
        await screens.sees("Hunt on which entity?")
        assert (await queue.incident("4690")).name.startswith("Suspicious consent")
        await screens.sees("MailSync")
