"""What the tests of the screens share: keys in, text out."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from textual.pilot import Pilot

from tui.ui.app import M365dApp

_KEYS = {
    " ": "space", "/": "slash", ":": "colon", "|": "vertical_line", "=": "equals_sign",
    "(": "left_parenthesis", ")": "right_parenthesis", ",": "comma", ".": "full_stop",
    '"': "quotation_mark", "-": "minus", "@": "at", "\n": "enter", "[": "left_square_bracket",
    "]": "right_square_bracket", "?": "question_mark",
}  # fmt: skip


async def brisk_idle(*_: object) -> None:
    """For `textual.*.wait_for_idle`, which waits up to a second until the process is idle.

    With a demo tenant in a thread it hardly ever is, and `Screens.sees` waits for what counts.
    """
    for _ in range(3):
        await asyncio.sleep(0.005)
        for _ in range(10):  # Rounds of the loop, which a starved machine has no fewer of.
            await asyncio.sleep(0)


class Screens:
    """The application as a user meets it."""

    def __init__(self, app: M365dApp, pilot: Pilot[int]) -> None:
        self.app = app
        self.pilot = pilot

    async def press(self, *keys: str) -> None:
        """Press keys by their names."""
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def type(self, text: str) -> None:
        """Type text key by key."""
        for character in text:
            await self.pilot.press(_KEYS.get(character, character))
        await self.pilot.pause()

    def text(self) -> str:
        """What the screen shows, line by line."""
        width, height = self.app.size
        lines = self.app.screen._compositor.render_strips()
        return "\n".join(strip.text.rstrip() for strip in lines[:height] if width)

    async def until(self, true: Callable[[], bool]) -> None:
        """Wait until something holds; a wait that never ends fails."""
        try:
            async with asyncio.timeout(30):
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
