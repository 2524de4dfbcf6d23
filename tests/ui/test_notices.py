"""What is said in passing, and keys that only stand where they do something."""

from __future__ import annotations

from tests.ui.conftest import Open
from tui.errors import Problem
from tui.ui.widgets.key_line import KeyLine


async def test_what_fails_again_takes_the_place_of_what_was_said(open_app: Open) -> None:
    async with open_app((80, 24)) as screens:
        app = screens.app
        for number in range(5):
            app.report(Problem("Signing in to contoso failed", f"attempt {number}", "Wait."))
        app.report(Problem("Loading incidents failed", "something else"))
        shown = [one.message for one in app._notifications]
        assert len(shown) == 2
        assert "attempt 4" in shown[0]
        assert "something else" in shown[1]


async def test_steps_are_checked_off_where_steps_are(open_app: Open) -> None:
    async with open_app() as screens:
        await screens.pilot.press("g")
        await screens.pilot.pause()

        def footer() -> str:
            return str(screens.app.screen.query_one(KeyLine).render())

        assert "check off" in footer()
        for _ in ("az", "manifest"):
            await screens.pilot.press("right_square_bracket")
            await screens.pilot.pause()
            assert "check off" not in footer()
            assert "copy all" not in footer()
            assert "copy" in footer()
        await screens.pilot.press("right_square_bracket")
        await screens.pilot.pause()
        assert "check off" in footer()
