"""The queue watched: what arrives is marked, told of once, and seen by the cursor."""

from __future__ import annotations

import gc
import warnings

from tests.ui.conftest import Open
from tui.api.records import IncidentChange
from tui.config import Settings, WatchSettings
from tui.incidents.changes import QueueChanged
from tui.ui.screens.incidents import IncidentsScreen
from tui.ui.terminal import TerminalSide


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
