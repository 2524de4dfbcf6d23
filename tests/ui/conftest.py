"""The application over a demo tenant of its own, and waiting for what a user would see."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest

from tests.ui.support import Screens, settled
from tui.auth.profiles import Profile
from tui.cli.context import Launcher
from tui.config import Settings
from tui.config.paths import app_paths
from tui.demo.options import Options
from tui.demo.server import DemoTenant
from tui.ui.app import M365dApp

Open = Callable[..., AbstractAsyncContextManager[Screens]]


class SharedDemo:
    """Hands out the profile of a running tenant; starts none."""

    def __init__(self, profile: Profile) -> None:
        self._profile = profile

    def start(self) -> Profile:
        return self._profile

    def stop(self) -> None:
        """The fixture stops it."""


@pytest.fixture(autouse=True)
def _steady(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pilot that waits for what counts, and for nothing by the clock."""
    for place in ("app", "pilot"):
        monkeypatch.setattr(f"textual.{place}.wait_for_idle", settled)


@pytest.fixture(scope="module")
def demo_profile() -> Iterator[Profile]:
    """A demo tenant without quotas for the tests of one module, which may change it."""
    launcher = Launcher(Options(unlimited=True))
    yield launcher.start()
    launcher.stop()


@pytest.fixture
def open_app(demo_profile: Profile, tmp_path, monkeypatch) -> Open:
    """Opens the application on the sign-in screen; `sign_in` goes on to the queue."""
    for name in ("XDG_STATE_HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    app_paths.cache_clear()

    @asynccontextmanager
    async def opened(
        size: tuple[int, int] = (120, 40), settings: Settings | None = None
    ) -> AsyncIterator[Screens]:
        app = M365dApp(settings or Settings(), demo=SharedDemo(demo_profile), use_demo=True)
        async with app.run_test(size=size) as pilot:
            await pilot.pause()
            yield Screens(app, pilot)
            assert not app.defects, app.defects

    return opened


@pytest.fixture(scope="module")
def tenant() -> Iterator[str]:
    """The origin of a tenant with few incidents and no quotas, for the tests of one module."""
    with DemoTenant(Options(incidents=30, unlimited=True)) as one:
        yield one.base_url


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Folders of the program's own, and no secret about."""
    for name in ("XDG_STATE_HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name.lower()))
    monkeypatch.delenv("M365D_CLIENT_SECRET", raising=False)
    app_paths.cache_clear()
    yield tmp_path
    app_paths.cache_clear()
