"""What the tests of the screens share: keys in, text out."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

from textual._context import active_app
from textual.app import App, ScreenError
from textual.pilot import Pilot

from tui.ui.app import M365dApp

_KEYS = {
    " ": "space", "/": "slash", ":": "colon", "|": "vertical_line", "=": "equals_sign",
    "(": "left_parenthesis", ")": "right_parenthesis", ",": "comma", ".": "full_stop",
    '"': "quotation_mark", "-": "minus", "@": "at", "\n": "enter", "[": "left_square_bracket",
    "]": "right_square_bracket", "?": "question_mark",
}  # fmt: skip
_MOST_ROUNDS = 500
"""Looks for waiting messages; a clock that never stops sending some is not waited for."""


async def settled(*_: object) -> None:
    """For `textual.*.wait_for_idle`: until all that a key caused has happened on the loop.

    Textual's own looks at the clocks of machine and process; beside a busy neighbour it ends
    before the work, and with a demo tenant in a thread it takes its whole second. What threads
    and services do is no part of this: `Screens.sees` and `until` wait for it.
    """
    app = active_app.get()
    quiet = 0
    for _ in range(_MOST_ROUNDS):
        for _ in range(10):
            await asyncio.sleep(0)
        with suppress(ScreenError):
            app.screen._on_timer_update()
        quiet = 0 if _is_busy(app) else quiet + 1
        if quiet == 3:
            return


def _is_busy(app: App[object]) -> bool:
    """Whether a message waits, or a key that was typed ahead."""
    gate = getattr(app, "gate", None)
    if gate is not None and (gate._at is not None or gate._waiting):
        return True
    return any(one.message_queue_size for one in (app, *app._registry))


class Screens:
    """The application as a user meets it."""

    def __init__(self, app: M365dApp, pilot: Pilot[int]) -> None:
        self.app = app
        self.pilot = pilot

    async def press(self, *keys: str) -> None:
        """Press keys by their names; what a question was answered is written down then."""
        await self.pilot.press(*keys)
        await self.pilot.pause()
        await self.until(lambda: not self.app.gate._holds)

    async def type(self, text: str) -> None:
        """Type text key by key."""
        for character in text:
            await self.pilot.press(_KEYS.get(character, character))
        await self.pilot.pause()
        await self.until(lambda: not self.app.gate._holds)

    def text(self) -> str:
        """What the screen shows, line by line."""
        width, height = self.app.size
        lines = self.app.screen._compositor.render_strips()
        return "\n".join(strip.text.rstrip() for strip in lines[:height] if width)

    async def until(self, true: Callable[[], bool]) -> None:
        """Wait until something holds; a wait that never ends fails."""
        try:
            async with asyncio.timeout(90):
                while not true():
                    await self.pilot.pause()
                    await asyncio.sleep(0.005)
        except TimeoutError:
            raise AssertionError(f"never came true; the screen:\n{self.text()}") from None

    async def sees(self, *words: str) -> None:
        """Wait until the screen shows all of these words."""
        await self.until(lambda: all(word in self.text() for word in words))

    async def sign_in(self) -> None:
        """Enter, and the queue is there."""
        await self.press("enter")
        await self.sees("synced", "4711")
