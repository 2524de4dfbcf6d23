"""How the screens look, at both sizes and without colour, from a demo tenant of a fixed time.

After a wanted change: `python -m pytest tests/snapshots --snapshot-update`, then look at each.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from tests.ui.conftest import SharedDemo
from tests.ui.support import Screens
from tests.ui.test_hunting import Stuck
from tui.auth.profiles import Profile
from tui.cli.context import Launcher
from tui.config import Settings
from tui.demo.options import Clock, Options
from tui.ui.app import M365dApp
from tui.ui.screens.hunting import HuntingScreen
from tui.ui.widgets.query_editor import QueryEditor

NOW = datetime(2026, 11, 24, 17, 22, 20, tzinfo=UTC)
SIZES = {"120x40": (120, 40), "80x24": (80, 24)}
Scene = Callable[[Screens], Awaitable[None]]


@pytest.fixture(scope="module")
def tenant() -> Iterator[Profile]:
    """One tenant for all pictures, its clock stopped; none of them changes it."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Clock, "now", lambda _: NOW)
        launcher = Launcher(Options(now=NOW, unlimited=True))
        yield launcher.start()
        launcher.stop()


@pytest.fixture
def compared(tenant, snap_compare, tmp_path, monkeypatch) -> Callable[..., bool]:
    """Compares a scene's picture with the one that was looked at."""
    for name in ("XDG_STATE_HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.setenv("TZ", "UTC")
    if hasattr(time, "tzset"):
        time.tzset()
    from tui.config.paths import app_paths

    app_paths.cache_clear()

    def compare(scene: Scene, size: tuple[int, int]) -> bool:
        app = M365dApp(Settings(), demo=SharedDemo(tenant), use_demo=True, now=lambda: NOW)

        async def run(pilot: Pilot[int]) -> None:
            screens = Screens(app, pilot)
            await pilot.pause()
            await scene(screens)
            await screens.until(lambda: editors_are_settled(app))
            await pilot.pause()
            for field in app.screen.query(Input):
                field._pause_blink(visible=True)
            assert not app.defects, app.defects

        return snap_compare(app, terminal_size=size, run_before=run)

    return compare


def editors_are_settled(app: M365dApp) -> bool:
    """Whether what stands below and beside every editor speaks of its text."""
    return all(
        editor.checks.is_settled and editor.assist.is_settled
        for screen in app.screen_stack
        for editor in screen.query(QueryEditor)
    )


async def queue(screens: Screens) -> None:
    """The queue after sign-in."""
    await screens.sign_in()
    await screens.sees("300 incidents")


def tab(steps: int, *words: str) -> Scene:
    """The first incident, that many tabs to the right."""

    async def scene(screens: Screens) -> None:
        await queue(screens)
        await screens.press("enter")
        await screens.sees("Summary")
        for _ in range(steps):
            await screens.press("right_square_bracket")
        await screens.sees(*words)

    return scene


async def filtered(screens: Screens) -> None:
    """A filter with its explanation and what it completes."""
    await queue(screens)
    await screens.press("slash")
    await screens.type("sev:high st")
    await screens.sees("status:")


async def nothing(screens: Screens) -> None:
    """A filter that nothing fits."""
    await queue(screens)
    await screens.press("slash")
    await screens.type("nosuchwordanywhere")
    await screens.press("enter")
    await screens.sees("0 of 300")


async def editor(screens: Screens) -> None:
    """Hunting, where columns are offered at their place of the pipe."""
    await queue(screens)
    await screens.press("2")
    await screens.sees("F5 run")
    await screens.type("DeviceProcessEvents\n| where FileN")
    await screens.sees("FileName")


LINES = """let big = 5;
let many = (least: int) {
    DeviceProcessEvents
    | summarize Hits = count() by FileName
    | where Hits > least
};
many(big)
| join kind=inner (DeviceProcessEvents | distinct FilName) on FileName
| where FileName endswith ".exe" and FileName != "svchost.exe"
"""


async def with_query(screens: Screens, text: str, at: tuple[int, int]) -> QueryEditor:
    """Hunting, with a query in the editor."""
    await queue(screens)
    await screens.press("2")
    await screens.sees("F5 run")
    found = screens.app.screen.query_one(QueryEditor)
    found.load_text(text)
    found.move_cursor(at)
    found.focus()
    return found


async def remarks(screens: Screens) -> None:
    """A wrong name underlined, with the key that puts it right."""
    await with_query(screens, LINES, (7, 45))
    await screens.sees("Is it FileName?", "F9")


async def explained(screens: Screens) -> None:
    """What F1 says of a function."""
    await with_query(
        screens, "DeviceEvents\n| summarize arg_max(Timestamp, *) by DeviceId", (1, 15)
    )
    await screens.press("f1")
    await screens.sees("all keys of this screen")


async def tables(screens: Screens) -> None:
    """Tables and columns, with the table of the query open."""
    await with_query(screens, "DeviceProcessEvents", (0, 3))
    await screens.press("ctrl+t")
    await screens.sees("Tables and columns", "▾ DeviceProcessEvents")


async def folded(screens: Screens) -> None:
    """A function folded away, and carets at each place of a name."""
    found = await with_query(screens, LINES.replace("FilName", "FileName"), (1, 5))
    await screens.press("ctrl+right_square_bracket")
    await screens.sees("⋯ 4 lines")
    await screens.until(lambda: found.shown_lines < 10)


async def carets(screens: Screens) -> None:
    """Each place of a name selected, to be changed at once."""
    await with_query(screens, LINES.replace("FilName", "FileName"), (8, 10))
    await screens.press("ctrl+d", "ctrl+d", "ctrl+d", "ctrl+d")
    await screens.sees("4 carets")


COUNTED = """DeviceProcessEvents
| where Timestamp > ago(7d)
| summarize Hits = count(), Last = max(Timestamp) by DeviceName, InitiatingProcessFileName
| sort by Hits, DeviceName asc, InitiatingProcessFileName asc
| take 30"""
LATEST = "DeviceProcessEvents | sort by Timestamp, ReportId | take 1"
BY_DAY = """AlertInfo
| summarize Alerts = count() by bin(Timestamp, 1d), Severity
| render timechart with (title = "Alerts by day")"""


async def ran(screens: Screens, query: str, *words: str) -> HuntingScreen:
    """A query that has run, as if it had always taken as long."""
    await queue(screens)
    await screens.press("2")
    await screens.sees("F5 run")
    screen = screens.app.screen
    assert isinstance(screen, HuntingScreen)
    screen.tab.editor.load_text(query)
    await screens.press("f5")
    await screens.sees(*words)
    await screens.until(lambda: screen.tab.run is None)
    if screen.tab.result is not None:
        screen.tab.result.seconds = 0.41
    screen._tell()
    return screen


def hunted(query: str, keys: str, *words: str) -> Scene:
    """The rows of a query, and these keys pressed over them."""

    async def scene(screens: Screens) -> None:
        await ran(screens, query, "filter off")
        await screens.press("f6", *keys.split())
        await screens.sees(*words)

    return scene


async def refused(screens: Screens) -> None:
    """A query that is wrong at a place, over the rows from before."""
    screen = await ran(screens, COUNTED, "30 rows in")
    screen.tab.editor.load_text(COUNTED.replace("DeviceName asc", "DeviceNam asc"))
    await screens.press("f5")
    await screens.sees("refused", "line 4", "F9")


async def running(screens: Screens) -> None:
    """An answer on its way, over the rows from before."""
    screen = await ran(screens, COUNTED, "30 rows in")
    connection = screens.app.workspace.connection
    assert connection is not None
    connection.hunting = Stuck()
    await screens.press("f5")
    await screens.sees("receiving")
    run = screen.tab.run
    assert run is not None
    begun = run._begun or 0.0
    run._clock = lambda: begun + 7
    await screens.sees("7 s   Esc")


async def past_runs(screens: Screens) -> None:
    """What ran before."""
    screen = await ran(screens, COUNTED, "30 rows in")
    for query, words in (("print a = 1", "1 row in"), ("print Nope", "refused")):
        screen.tab.editor.load_text(query)
        await screens.press("f5")
        await screens.sees(words)
        await screens.until(lambda: screen.tab.run is None)
    await screens.press("ctrl+r")
    await screens.sees("What ran before", "30 rows")


async def library(screens: Screens) -> None:
    """The queries to start with."""
    await queue(screens)
    await screens.press("2")
    await screens.sees("F5 run")
    await screens.press("ctrl+o")
    await screens.sees("Saved queries", "Rare processes")
    await screens.press("down")
    await screens.sees("asks for time, times")


async def help_page(screens: Screens) -> None:
    """The keys of the queue."""
    await queue(screens)
    await screens.press("question_mark")
    await screens.pilot.pause()


SCENES: dict[str, Scene] = {
    "queue": queue,
    "filter": filtered,
    "nothing": nothing,
    "summary": tab(0),
    "alerts": tab(1),
    "evidence": tab(2),
    "timeline": tab(3),
    "graph": tab(4),
    "comments": tab(5),
    "editor": editor,
    "remarks": remarks,
    "explained": explained,
    "tables": tables,
    "folded": folded,
    "carets": carets,
    "results": hunted(COUNTED, "right right", "distinct", "sum"),
    "inspector": hunted(
        "DeviceProcessEvents | sort by Timestamp, ReportId | take 1", "enter", "Row 1 of"
    ),
    "empty": hunted("DeviceInfo | where DeviceName == 'nowhere'", "right", "No rows."),
    "chart": hunted(BY_DAY, "c", "Alerts by day", "└──"),
    "counted": hunted("DeviceLogonEvents | where Timestamp > ago(7d)", "c", "Rows over", "█"),
    "refused": refused,
    "running": running,
    "history": past_runs,
    "library": library,
    "help": help_page,
}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", SCENES)
def test_looks_as_it_was_looked_at(name, size, compared) -> None:
    assert compared(SCENES[name], SIZES[size])


@pytest.mark.parametrize(
    "name", ["queue", "timeline", "graph", "remarks", "carets", "results", "chart"]
)
def test_reads_without_colour(name, compared, monkeypatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert compared(SCENES[name], (80, 24))
