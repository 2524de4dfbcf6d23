"""One row of a result, whole: every column with its value."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterable, Mapping

from textual.content import Content
from textual.widget import Widget
from textual.widgets import OptionList
from textual.widgets.option_list import Option
from textual_enhanced.commands import Command

from tui.errors import Problem
from tui.rows import Column
from tui.text import calm, visible, visible_lines
from tui.ui.commands import hunting as commands
from tui.ui.screens.base import FramedScreen
from tui.ui.widgets.grid_cells import local_text, shown_text
from tui.ui.widgets.pick_list import PickList
from tui.ui.widgets.sheet import STYLES, Sheet, line

Fetch = Callable[[int], Awaitable[tuple[int, Mapping[str, object]] | None]]
"""Gives the row at a place of the view: its number in the answer and its values."""

_LONGEST = 100_000


class RecordScreen(FramedScreen):
    """All columns of a row, one below the other; the rows around it a key away.

    Args:
        fetch: Gives the rows of the view by their place.
        index: The row to begin with.
        count: How many rows the view has.
        columns: The columns by title.
        column: Title of the column to begin at.
        watch: Told of the place whenever another row is shown.
    """

    PLACE = "hunting"
    HELP = """
    Every column of one row. Dynamic values and JSON within text are spread over lines.
    Times are shown local with UTC beside them, exactly as the service wrote them.
    """
    COMMAND_MESSAGES = commands.RECORD
    FOOTER = commands.RECORD
    BINDINGS = Command.bindings(*commands.RECORD)
    DEFAULT_CSS = """
    RecordScreen {
        #title { height: auto; margin: 1 1 1 2; }
        PickList { height: 1fr; padding: 0 1; }
    }
    """

    def __init__(
        self,
        fetch: Fetch,
        index: int,
        count: int,
        columns: Mapping[str, Column],
        column: str | None = None,
        watch: Callable[[int], None] | None = None,
    ) -> None:
        super().__init__()
        self._fetch = fetch
        self._index = index
        self._count = count
        self._columns = columns
        self._column = column
        self._watch = watch
        self._row: Mapping[str, object] = {}

    def compose_body(self) -> Iterable[Widget]:
        """Which row, and its fields."""
        yield Sheet(id="title")
        yield PickList(id="fields")

    async def on_mount(self) -> None:
        """Show the row."""
        self.query_one(PickList).focus()
        await self._show(self._index, self._column)

    async def _show(self, index: int, column: str | None) -> None:
        try:
            found = await self._fetch(index)
        except Problem as problem:
            self.m365d.report(problem)
            return
        if found is None:
            return
        self._index = index
        number, self._row = found
        self.query_one("#title", Sheet).show(
            [
                line(
                    (f"Row {index + 1:,}", "bold"),
                    (f" of {self._count:,}", "faint"),
                    ("" if number == index else f"   row {number + 1:,} of the answer", "faint"),
                )
            ]
        )
        fields = self.query_one(PickList)
        width = max(map(len, self._row), default=0)
        fields.clear_options()
        fields.add_options(
            Option(self._field(name, value, min(width, 32)), id=str(at))
            for at, (name, value) in enumerate(self._row.items())
        )
        names = list(self._row)
        fields.highlighted = names.index(column) if column in names else 0
        if self._watch is not None:
            self._watch(index)

    def _field(self, name: str, value: object, width: int) -> Content:
        title = visible(name)
        head = title.ljust(width) + "  "
        parts = written(self._columns.get(name), value)
        pieces: list[tuple[str, str]] = [(head, STYLES["faint"])]
        for at, (words, tone) in enumerate(parts):
            if at == 0 and "\n" in words:
                words = "\n  " + words.replace("\n", "\n  ")
            pieces.append((words, STYLES[tone]))
        return Content.assemble(*pieces)

    @property
    def _field_name(self) -> str | None:
        place = self.query_one(PickList).highlighted
        names = list(self._row)
        return names[place] if place is not None and place < len(names) else None

    async def action_next_row_command(self) -> None:
        """The next row, at the same column."""
        if self._index + 1 < self._count:
            await self._show(self._index + 1, self._field_name)

    async def action_previous_row_command(self) -> None:
        """The row before, at the same column."""
        if self._index > 0:
            await self._show(self._index - 1, self._field_name)

    def action_copy_field_command(self) -> None:
        """Copy the value, whole and displayable."""
        name = self._field_name
        if name is not None:
            self.app.copy_to_clipboard(copied(self._row[name]))
            self.notify(f"Copied {visible(name)}", markup=False, timeout=3)

    def action_copy_record_command(self) -> None:
        """Copy the row as JSON."""
        record = {visible(name): _jsonable(value) for name, value in self._row.items()}
        self.app.copy_to_clipboard(json.dumps(record, ensure_ascii=False, indent=1))
        self.notify("Copied the row as JSON", markup=False, timeout=3)

    def action_close_record_command(self) -> None:
        """Back to the rows."""
        self.dismiss()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Enter leaves, as it came."""
        event.stop()
        self.dismiss()


def written(column: Column | None, value: object) -> list[tuple[str, str]]:
    """A value as the inspector writes it: displayable pieces with their tones."""
    if value is None:
        return [("–", "faint")]
    if isinstance(value, str) and column is not None and column.kind == "time":
        here = local_text(value[:60])
        return [(visible(here), ""), (f"   {visible(value)}" if here != value else "", "faint")]
    if isinstance(value, str):
        text = value[:_LONGEST]
        content = _content(text)
        if content is not None:
            return [(calm(visible_lines(content)), "")]
        cut = f"\n… {len(value) - _LONGEST:,} more characters" if len(value) > _LONGEST else ""
        return [(calm(visible_lines(text)) or "(empty)", "" if text else "faint"), (cut, "faint")]
    return [(visible(shown_text(column or Column("", ""), value)), "")]


def _content(text: str) -> str | None:
    """JSON spread over lines, where a text is an object or a list of it."""
    if text[:1] not in "{[" or len(text) >= _LONGEST:
        return None
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not value or not isinstance(value, (dict, list)):
        return None
    return json.dumps(value, ensure_ascii=False, indent=2)


def copied(value: object) -> str:
    """A value for the clipboard: displayable, whole, in several lines where it has them."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return visible_lines(str(value))


def _jsonable(value: object) -> object:
    return visible_lines(value) if isinstance(value, str) else value


__all__ = ["RecordScreen", "copied", "written"]
