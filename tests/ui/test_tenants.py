"""Two tenants in one program: nothing of one is ever seen under the other's name."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.ui.support import Screens
from tests.ui.two_tenants import APP, Gate, write_settings
from tui.api.records import IncidentChange
from tui.config import load_settings
from tui.config.paths import app_paths
from tui.demo.options import Options
from tui.demo.server import DemoTenant
from tui.errors import Problem
from tui.ui.app import M365dApp
from tui.ui.widgets.dialogs import AskLine

MARK = "only-contoso"
QUERY = f'print secret = "{MARK}"'


@pytest.fixture(scope="module")
def tenants() -> Iterator[tuple[DemoTenant, DemoTenant]]:
    first = DemoTenant(Options(incidents=60, unlimited=True))
    second = DemoTenant(Options(incidents=40, seed=5, unlimited=True))
    first.start()
    second.start()
    yield first, second
    first.stop()
    second.stop()


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    for name in ("XDG_STATE_HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name.lower()))
    monkeypatch.setenv("M365D_CLIENT_SECRET", APP.client_secret)
    app_paths.cache_clear()
    yield tmp_path
    app_paths.cache_clear()


@asynccontextmanager
async def opened(settings: Path, size: tuple[int, int] = (120, 40)) -> AsyncIterator[Screens]:
    app = M365dApp(load_settings(settings))
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        yield Screens(app, pilot)
        assert not app.defects, app.defects


async def switch(screens: Screens, name: str) -> None:
    await screens.press("f10")
    await screens.sees("Switch to a tenant")
    await screens.type(name)
    await screens.press("enter")
    await screens.until(lambda: screens.app.workspace.tenant == name)
    await screens.sees(f"m365d  {name}")


def said(screens: Screens) -> list[str]:
    """All that is on the screen or was told in a notification."""
    return [screens.text(), *(one.message for one in screens.app._notifications)]


async def test_nothing_of_one_tenant_is_seen_under_the_others_name(tenants, tmp_path) -> None:
    first, second = tenants
    async with Gate(first.base_url).listening() as gate:
        settings = write_settings(
            tmp_path / "config.toml", contoso=gate.origin, fabrikam=second.base_url
        )
        async with opened(settings) as screens:
            app = screens.app
            await screens.press("enter")
            await screens.sees("60 incidents", "4711", "synced")
            contoso = app.workspace
            await contoso.queue.edit(["4711"], IncidentChange(tags=(MARK,)))
            await contoso.queue.delivered()
            await screens.sees(MARK)

            # A sync, an edit, a detail and a hunt are on their way when the tenant changes.
            gate.open.clear()
            await screens.press("R")
            await screens.press("s")
            await screens.sees("Status:")
            await screens.press("w")
            await screens.sees("◐ working")
            await screens.press("enter")
            await screens.sees("Summary")
            await screens.press("2")
            await screens.sees("F5 run")
            await screens.type(QUERY)
            await screens.press("f5")
            await gate.held.wait()
            await switch(screens, "fabrikam")
            fabrikam = app.workspace
            await screens.sees("40 incidents", "synced")

            async def look_around() -> None:
                for key, words in (
                    ("f2", "40 incidents"),
                    ("f3", "F5 run"),
                    ("f4", "What it may do"),
                ):
                    await screens.press(key)
                    await screens.sees(words)
                    for one in said(screens):
                        assert MARK not in one or one.startswith("contoso: "), one
                    assert "m365d  fabrikam" in screens.text()
                    assert "m365d  contoso" not in screens.text()

            await look_around()

            # Work of the tenant behind opens nothing, says whose it is, and goes nowhere.
            behind = next(
                one for stack in app._screen_stacks.values() for one in stack
                if getattr(one, "own_workspace", None) is contoso
            )  # fmt: skip

            async def intrude() -> None:
                app.report(Problem(MARK))
                await app.hunt(QUERY, MARK)
                app.push_screen(AskLine(MARK))
                await app.push_screen_wait(AskLine(MARK))

            worker = behind.run_worker(intrude())
            await screens.until(lambda: worker.is_finished)
            assert worker.state.name == "CANCELLED"
            assert len(app.screen_stack) == 1
            await look_around()
            assert not await fabrikam.queue.outbox()
            assert fabrikam.notebook(memory=False).history() == []
            assert fabrikam.notebook(memory=False).drafts().tabs == ()

            # What was on its way arrives, at its own tenant.
            gate.open.set()
            await contoso.queue.delivered()
            await screens.until(lambda: bool(contoso.notebook(memory=False).history()))
            await look_around()
            assert [one.query for one in contoso.notebook(memory=False).history()] == [QUERY]
            assert fabrikam.notebook(memory=False).history() == []
            seen = await contoso.queue.incident("4711")
            assert (seen.status, seen.tags) == ("inProgress", (MARK,))
            other = await fabrikam.queue.incident("4711")
            assert other is None or (other.status, MARK in other.tags) == ("active", False)
            service = await fabrikam.connection.incidents.get("4711")
            assert (service.status, MARK in service.tags) == ("active", False)
            token = fabrikam.session.current("graph").value.reveal()
            assert token != contoso.session.current("graph").value.reveal()

            # Back: the tenant is as it was left, its answer there.
            await switch(screens, "contoso")
            await screens.sees("Summary", "◐ working", MARK)
            await screens.press("escape")
            await screens.sees("60 incidents")
            await screens.press("f3")
            await screens.sees("1 row", MARK)
        files = sorted((app_paths().cache_dir).glob("*.sqlite3"))
        assert len(files) == 2
        holding = [
            bool(sqlite3.connect(one).execute(
                "SELECT count(*) FROM incident WHERE tags LIKE ?", (f"%{MARK}%",)
            ).fetchone()[0])
            for one in files
        ]  # fmt: skip
        assert sorted(holding) == [False, True]


async def test_the_cached_queue_is_there_before_the_service_answers(tenants, tmp_path) -> None:
    first, second = tenants
    async with Gate(first.base_url).listening() as gate:
        settings = write_settings(
            tmp_path / "config.toml", fabrikam=second.base_url, contoso=gate.origin
        )
        async with opened(settings) as screens:
            await screens.press("enter")
            await screens.sees("40 incidents", "synced")
            await switch(screens, "contoso")
            await screens.sees("60 incidents", "synced")
        gate.open.clear()
        async with opened(settings, (80, 24)) as screens:
            await screens.until(lambda: screens.app.screen.query("#profiles"))
            await screens.press("home", "enter")
            await screens.sees("m365d  fabrikam", "40 incidents")
            await switch(screens, "contoso")
            await screens.sees("60 incidents", "signing in")
            gate.open.set()
            await screens.sees("synced", "◆")


async def test_a_tenant_that_cannot_be_reached_shows_its_queue_and_says_why(
    tenants, tmp_path
) -> None:
    _, second = tenants
    settings = write_settings(
        tmp_path / "config.toml", fabrikam=second.base_url, gone="http://127.0.0.1:9"
    )
    async with opened(settings) as screens:
        await screens.press("enter")
        await screens.sees("40 incidents", "synced")
        await switch(screens, "gone")
        await screens.sees(
            "offline", "Nothing is cached for this tenant", "Signing in to gone failed"
        )
        await switch(screens, "fabrikam")
        await screens.sees("40 incidents")
        assert "gone" not in screens.text()


async def test_a_profile_that_changes_under_the_program_is_asked_about(tenants, tmp_path) -> None:
    _, second = tenants
    settings = write_settings(tmp_path / "config.toml", fabrikam=second.base_url)
    async with opened(settings) as screens:
        app = screens.app
        await screens.press("enter")
        await screens.sees("40 incidents", "synced")
        first = app.workspace
        await app.settings_watch.look()

        text = settings.read_text()
        settings.write_text(text.replace('"env"', '"env"\napi = "classic"'))
        await app.settings_watch.look()
        await screens.sees("was changed in the settings", "Changed: API")
        await screens.press("n")
        await screens.until(lambda: len(app.screen_stack) == 1)
        assert app.workspace is first

        settings.write_text(text.replace('"env"', '"env"\napi = "graph"'))
        await app.settings_watch.look()
        await screens.sees("was changed in the settings")
        await screens.press("y")
        await screens.until(lambda: app.workspace is not first and app.workspace.connection)
        assert app.workspace.profile.api == "graph"
        await screens.sees("40 incidents", "synced")

        settings.write_text(settings.read_text().replace("profiles.fabrikam", "profiles.tailspin"))
        await app.settings_watch.look()
        await screens.sees("m365d  tailspin")

        settings.write_text("[profiles.broken")
        await app.settings_watch.look()
        await screens.until(lambda: any("goes on" in one for one in said(screens)))
        assert app.workspace.tenant == "tailspin"

        settings.unlink()
        await app.settings_watch.look()
        await screens.until(lambda: any("is gone. What was" in one for one in said(screens)))
        assert app.workspace.tenant == "tailspin"

        settings.write_text("")
        await app.settings_watch.look()
        await screens.sees("no longer in the settings")
        assert any("can be read again" in one for one in said(screens))
        await screens.press("y")
        await screens.sees("Nothing is set up yet")
        assert app.workspace is None
