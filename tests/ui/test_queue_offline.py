"""The network is cut in the middle of a shift, and comes back."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from tests.ui.conftest import Open
from tui.auth.profiles import Profile
from tui.cli.context import Launcher
from tui.demo.options import Options
from tui.ui.widgets.grid import Grid


@pytest.fixture(scope="module")
def launcher() -> Iterator[Launcher]:
    """A tenant on a port of its own, which can be stopped and started again."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    launcher = Launcher(Options(port=port, unlimited=True))
    launcher.start()
    yield launcher
    launcher.stop()


@pytest.fixture(scope="module")
def demo_profile(launcher: Launcher) -> Profile:
    """The profile that signs in there."""
    return launcher.start()


async def test_everything_is_readable_and_edits_wait_with_their_reason(
    open_app: Open, launcher: Launcher
) -> None:
    async with open_app((80, 24)) as screens:
        await screens.sign_in()
        workspace = screens.app.workspace
        queue = workspace.queue
        tenant = launcher._tenant
        assert tenant is not None
        tenant.stop()
        try:
            await screens.press("R")
            await screens.sees("stale", "F1 tells more", "4711")
            await screens.press("s", "w")
            await screens.sees("↑ working")
            await screens.press("j", "space", "space", "space", "t")
            await screens.type("waits")
            await screens.press("enter")
            await screens.sees("3 incidents: tags with waits")
            await screens.press("y")
            await screens.sees("0 of 3 sent", "waits:")
            await screens.press("U")
            await screens.sees("Undelivered edits", "↑ waits", "Why")
            await screens.press("escape")
            await screens.until(lambda: len(screens.app.screen_stack) == 1)
            await queue.delivered()  # or held up, as here
            assert len(await queue.outbox()) == 4
            assert all(edit.why for edit in await queue.outbox())
            await screens.type("/sev:high")
            await screens.sees("of 300")
            await screens.press("enter", "g", "enter")
            await screens.sees("Summary", "k.larsen opened", "Not fresh")
            await screens.press("escape")
            await screens.sees("of 300")
        finally:
            tenant.start()
        await screens.press("R")
        await screens.sees("synced")
        await screens.until(lambda: "↑" not in screens.text())
        await queue.delivered()
        assert await queue.outbox() == []
        assert (await workspace.connection.incidents.get("4711")).status == "inProgress"
        await screens.sees("3 sent", "u takes them back")
        await screens.press("escape")
        await screens.sees("300 incidents")
        assert screens.app.screen.query_one(Grid).row_count == 300
