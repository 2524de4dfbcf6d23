"""A service's own object: folded and opened, searched, copied by value and by path."""

from __future__ import annotations

import asyncio
from typing import Any

from textual_enhanced.commands import Command

from tui.rows import Column, Row
from tui.text import calm, visible, visible_lines
from tui.ui.commands.incident import JSON
from tui.ui.json_lines import JsonTree, Line, Path, path_text
from tui.ui.list_source import ListSource
from tui.ui.page import gap, text
from tui.ui.widgets.grid import Grid
from tui.ui.widgets.grid_cells import Cell, Span, Tone

_LONGEST = 100_000
_COLUMNS = (Column("line", "JSON", least=10, most=4_000, fill=True),)
_TONES: dict[str, Tone] = {"text": "", "number": "low", "word": "accent"}


class _Lines(ListSource):
    """Lines in their own order, whatever is asked."""

    async def sort(self, order: object) -> None:
        """Lines of JSON have one order."""


def _paint(_column: Column, value: object, _row: Row) -> Cell:
    assert isinstance(value, Line)
    key, shown, kind, is_open = value.key, value.value, value.kind, value.is_open
    depth = len(value.path)
    sign = "  " if is_open is None else ("▾ " if is_open else "▸ ")
    spans: list[Span] = [("  " * min(depth, 30) + sign, "faint")]
    if key:
        spans.append((f"{calm(visible(key))}  ", "faint"))
    if kind in ("list", "object"):
        spans.append((calm(visible(shown)), "faint" if is_open is not False else ""))
    else:
        spans.append((calm(visible(shown)), _TONES[kind]))
    return Cell(spans=tuple(spans))


class JsonView(Grid):
    """Shows a value as lines that fold."""

    COMMAND_MESSAGES = (*JSON, *Grid.COMMAND_MESSAGES)
    HELP_TITLE = "In the JSON"
    BINDINGS = Command.bindings(*JSON)

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(_paint, id=id, selectable=False)
        self._tree = JsonTree({})
        self._paths: list[Path] = []
        self._words = ""
        self._lines_source = _Lines(_COLUMNS)

    async def show_value(self, value: Any) -> None:
        """Show this value; what was open stays open where it is the same."""
        if value == self._tree.value and self.source is not None:
            return
        self._tree = JsonTree(value)
        await self.show(self._lines_source)
        await self._again()

    async def _again(self, path: Path | None = None) -> None:
        lines = self._tree.lines()
        self._paths = [line.path for line in lines]
        self._lines_source.replace(
            Row(
                str(line.path),
                (line,),
            )
            for line in lines
        )
        await self.refresh_rows()
        if path is not None and path in self._paths:
            await self.ready()
            self.move_to(self._paths.index(path))

    @property
    def path(self) -> Path:
        """Where the cursor is."""
        row = self.cursor_row
        return next((path for path in self._paths if row and str(path) == row.key), ())

    def _do(self, path: Path) -> None:
        self.run_worker(self._again(path), group="json", exclusive=True)

    def action_open_row(self) -> None:
        """Open or fold what is under the cursor; show a value whole that has no parts."""
        path = self.path
        if not isinstance(self._tree.at(path), (dict, list)):
            from tui.ui.widgets.dialogs import Page

            whole = visible_lines(self._tree.text_at(path)[:_LONGEST])
            title = text(calm(visible(path_text(path))), "bold")
            self.app.push_screen(Page([title, gap(), text(whole)]))
            return
        self._tree.set_open(path, not self._tree.is_open(path))
        self._do(path)

    def action_cursor_right(self) -> None:
        """Open what is under the cursor."""
        path = self.path
        if isinstance(self._tree.at(path), (dict, list)):
            self._tree.set_open(path, True)
            self._do(path)

    def action_cursor_left(self) -> None:
        """Fold what is under the cursor; go to what it belongs to where it is folded."""
        path = self.path
        if self._tree.is_open(path):
            self._tree.set_open(path, False)
        else:
            path = path[:-1]
        self._do(path)

    def action_fold_all_command(self) -> None:
        """Fold all, or open all below the cursor where it is folded."""
        path = self.path
        self._tree.open_below(path, is_open=not self._tree.is_open(path))
        self._do(path)

    def action_copy_text(self) -> None:
        """Copy the value under the cursor."""
        value = self._tree.at(self.path)
        written = self._tree.text_at(self.path)
        self._copy(visible_lines(written) if isinstance(value, str) else written, "the value")
        self.notify("Copied the value.", timeout=2, markup=False)

    def action_copy_path_command(self) -> None:
        """Copy where the cursor is."""
        self._copy(path_text(self.path), "the path")
        self.notify("Copied the path.", timeout=2, markup=False)

    def action_find_json_command(self) -> None:
        """Ask for words, and go to the next place that has them."""
        self.run_worker(self._ask_words(), group="json", exclusive=True)

    async def _ask_words(self) -> None:
        from tui.ui.widgets.dialogs import AskLine

        words = await self.app.push_screen_wait(AskLine("Find in the JSON", value=self._words))
        if words:
            self._words = words
            await self._find(back=False)

    def action_next_found_command(self) -> None:
        """Go to the next place of the words."""
        self.run_worker(self._find(back=False), group="json", exclusive=True)

    def action_previous_found_command(self) -> None:
        """Go to the place of the words before."""
        self.run_worker(self._find(back=True), group="json", exclusive=True)

    async def _find(self, *, back: bool) -> None:
        if not self._words:
            await self._ask_words()
            return
        tree, words = self._tree, self._words
        path = await asyncio.to_thread(tree.find, words, self.path, back=back)
        if path is None:
            self.notify(f"Nowhere: {visible(words)}", timeout=3, markup=False)
            return
        tree.reveal(path)
        await self._again(path)
