"""A text to take along: read, copied, saved."""

from __future__ import annotations

import asyncio
from pathlib import Path

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll

from tui.text import visible, visible_lines
from tui.ui.page import gap, text
from tui.ui.widgets.dialogs import AskLine, Confirm, Page
from tui.ui.widgets.sheet import Sheet


class Paper(Page):
    """Shows a text as it would be saved.

    Args:
        title: What it is.
        content: The text.
        name: What a file of it would be called.
    """

    KEYS = (
        ("y", "accent"),
        (" copies   ", "faint"),
        ("w", "accent"),
        (" writes a file   ", "faint"),
    )
    BINDINGS = [
        Binding("y", "copy", "copy"),
        Binding("w", "save", "save"),
    ]

    def __init__(self, title: str, content: str, name: str) -> None:
        super().__init__([])
        self._title = title
        self._content = content
        self._file_name = name

    def compose(self) -> ComposeResult:
        """Title, text, keys."""
        with Vertical(classes="dialog"):
            yield Sheet([text(visible(self._title), "bold"), gap()])
            with VerticalScroll(can_focus=True):
                yield Sheet([text(one) for one in visible_lines(self._content).split("\n")])
            yield Sheet(id="page-keys")

    def action_copy(self) -> None:
        """The whole text to the clipboard."""
        self.app.copy_to_clipboard(self._content)
        self.notify("Copied.", timeout=2, markup=False)

    def action_save(self) -> None:
        """Ask where, then write."""
        self.run_worker(self._save(), exclusive=True)

    async def _save(self) -> None:
        place = await self.app.push_screen_wait(
            AskLine("Write it to", value=str(Path.cwd() / self._file_name), replace=True)
        )
        if not place:
            return
        path = await asyncio.to_thread(Path(place).expanduser)
        if await asyncio.to_thread(path.exists):
            sure = await self.app.push_screen_wait(
                Confirm(
                    f"{visible(path.name)} is there already", [], yes="write over it", no="leave it"
                )
            )
            if sure != "yes":
                return
        try:
            await asyncio.to_thread(path.write_text, self._content, "utf-8")
        except OSError as error:
            why = (error.strerror or "it cannot be written").lower()
            said = f"Not written: {visible(str(path))}: {why}."
            self.notify(said, severity="error", markup=False)
            return
        self.notify(f"Written: {visible(str(path))}", markup=False)
