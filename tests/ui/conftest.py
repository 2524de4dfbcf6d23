"""The application over a demo tenant of its own, and waiting for what a user would see."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest

from tests.ui.support import Screens
from tui.auth.profiles import Profile
from tui.cli.context import Launcher
from tui.config import Settings
from tui.demo.options import Options
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
    from tui.config.paths import app_paths

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
