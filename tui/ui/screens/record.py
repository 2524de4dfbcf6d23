"""One row of a result, whole: every column with its value."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterable, Mapping

from rich.cells import cell_len, set_cell_size
from textual import on
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option
from textual_enhanced.commands import Command

from tui.errors import Problem
from tui.rows import Column
from tui.text import calm, visible, visible_lines
from tui.ui.commands import hunting as commands
from tui.ui.screens.base import FramedScreen
from tui.ui.widgets.grid_cells import cut_text, local_text, shown_text
from tui.ui.widgets.pick_list import PickList
from tui.ui.widgets.sheet import STYLES, Sheet, line

Fetch = Callable[[int], Awaitable[tuple[int, Mapping[str, object]] | None]]
"""Gives the row at a place of the view: its number in the answer and its values."""

_LONGEST = 20_000
"""Characters of a value that are written out; a copy has all of them."""
_MOST_LINES = 300
_DEFANGED = frozenset({"ip", "url", "mailbox"})


class RecordScreen(FramedScreen):
    """All columns of a row, one below the other; the rows around it a key away.

    Args:
        fetch: Gives the rows of the view by their place.
        index: The row to begin with.
        count: How many rows the view has.
        columns: The columns by title.
        column: Title of the column to begin at.
        watch: Told of the place whenever another row is shown.
        hunt: Told the title of a column whose value is to be hunted on, after leaving.
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
        #words, #words:focus {
            display: none; height: 1; border: none; padding: 0 2; margin: 0 0 1 0;
            background: $surface;
        }
        #words.-shown { display: block; }
        PickList { height: 1fr; padding: 0 1; text-wrap: nowrap; }
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
        hunt: Callable[[str], object] | None = None,
    ) -> None:
        super().__init__()
        self._fetch = fetch
        self._index = index
        self._count = count
        self._columns = columns
        self._column = column
        self._watch = watch
        self._hunt = hunt
        self._row: Mapping[str, object] = {}
        self._names: list[str] = []
        self._words = ""

    def compose_body(self) -> Iterable[Widget]:
        """Which row, and its fields."""
        yield Sheet(id="title")
        yield Input(id="words", placeholder="words of a column or a value")
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
        self._list(column)
        if self._watch is not None:
            self._watch(index)

    def _list(self, column: str | None) -> None:
        """List the fields that hold the words looked for, with the cursor on one of them."""
        fields = self.query_one(PickList)
        terms = self._words.casefold().split()
        self._names = [
            name
            for name, value in self._row.items()
            if not terms or all(term in f"{name} {value}".casefold() for term in terms)
        ]
        room = max(20, self.size.width - 9)
        width = min(max((cell_len(visible(name)) for name in self._row), default=0), room // 2)
        fields.clear_options()
        fields.add_options(
            Option(self._field(name, self._row[name], width, room), id=str(at))
            for at, name in enumerate(self._names)
        )
        if self._names:
            fields.highlighted = self._names.index(column) if column in self._names else 0

    def _field(self, name: str, value: object, width: int, room: int) -> Content:
        title = calm(visible(name))
        if cell_len(title) > width:
            title = set_cell_size(title, width - 1) + "…"
        pieces: list[tuple[str, str]] = [(set_cell_size(title, width) + "  ", STYLES["faint"])]
        beside = room - width - 2
        for at, (words, tone) in enumerate(written(self._columns.get(name), value)):
            if at == 0 and "\n" in words:
                words = "\n" + "\n".join(wrapped(words, room - 2))
                words = words.replace("\n", "\n  ")
            elif at == 0:
                words = ("\n" + " " * (width + 2)).join(wrapped(words, beside))
            elif words and len(pieces[-1][0]) + len(words) > beside and "\n" not in words:
                words = "\n" + " " * (width + 2) + words.lstrip()
            pieces.append((words, STYLES[tone]))
        return Content.assemble(*pieces)

    @property
    def _field_name(self) -> str | None:
        place = self.query_one(PickList).highlighted
        return self._names[place] if place is not None and place < len(self._names) else None

    def on_resize(self) -> None:
        """Other room for the values."""
        if self._row:
            self._list(self._field_name)

    # Looking for a field.

    def action_find_field_command(self) -> None:
        """Type words that the column or its value holds."""
        words = self.query_one("#words", Input)
        words.add_class("-shown")
        words.focus()

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        column = self._field_name
        self._words = event.value
        self._list(column)

    @on(Input.Submitted)
    def _found(self, event: Input.Submitted) -> None:
        event.stop()
        self._leave_words()

    def _leave_words(self) -> None:
        words = self.query_one("#words", Input)
        words.set_class(bool(words.value), "-shown")
        self.query_one(PickList).focus()

    async def action_next_row_command(self) -> None:
        """The next row, at the same column."""
        if self._index + 1 < self._count:
            await self._show(self._index + 1, self._field_name)

    async def action_previous_row_command(self) -> None:
        """The row before, at the same column."""
        if self._index > 0:
            await self._show(self._index - 1, self._field_name)

    def action_copy_field_command(self) -> None:
        """Copy the value, whole and displayable; an address, URL or mail defanged."""
        name = self._field_name
        if name is not None:
            plain = copied(self._row[name])
            text = defanged_cell(name, plain, self._row)
            self.app.copy_to_clipboard(text)
            said = ", defanged" if text != plain else ""
            self.notify(f"Copied {calm(visible(name))}{said}", markup=False, timeout=3)

    def action_copy_record_command(self) -> None:
        """Copy the row as JSON."""
        record = {visible(name): _jsonable(value) for name, value in self._row.items()}
        self.app.copy_to_clipboard(json.dumps(record, ensure_ascii=False, indent=1))
        self.notify("Copied the row as JSON", markup=False, timeout=3)

    def action_hunt_on_field_command(self) -> None:
        """Back to the rows, and hunt on the entity that this field names."""
        name = self._field_name
        if name is not None:
            self.dismiss()
            if self._hunt is not None:
                self._hunt(name)

    def action_close_record_command(self) -> None:
        """Drop the words looked for, else go back to the rows."""
        words = self.query_one("#words", Input)
        if words.value:
            words.value = ""
            self._leave_words()
        elif words.has_focus:
            self._leave_words()
        else:
            self.dismiss()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Enter leaves, as it came."""
        event.stop()
        if self._names:
            self.dismiss()


def wrapped(text: str, room: int) -> list[str]:
    """Displayable text in lines of so many cells, broken at blanks where there are any near."""
    lines: list[str] = []
    for piece in text.split("\n"):
        rest = piece
        if len(lines) > _MOST_LINES:
            lines.append("… more lines; y copies all")
            break
        while rest:
            kept, _ = cut_text(rest, max(2, room))
            if len(kept) < len(rest):
                blank = kept.rfind(" ", len(kept) * 2 // 3)
                if blank > 0 and rest[len(kept)] != " ":
                    kept = kept[: blank + 1]
            kept = kept or rest[:1]
            lines.append(kept)
            rest = rest[len(kept) :]
        if not piece:
            lines.append("")
    return lines


def written(column: Column | None, value: object) -> list[tuple[str, str]]:
    """A value as the inspector writes it: displayable pieces with their tones."""
    if value is None:
        return [("–", "faint")]
    if isinstance(value, str) and column is not None and column.kind == "time":
        here = local_text(value[:60])
        return [(visible(here), ""), (f"   {visible(value)}" if here != value else "", "faint")]
    if isinstance(value, str):
        content = _content(value) or value
        left = len(content) - _LONGEST
        shown = calm(visible_lines(content[:_LONGEST]))
        cut = f"\n… {left:,} more characters; y copies all" if left > 0 else ""
        return [(shown or "(empty)", "" if value else "faint"), (cut, "faint")]
    return [(visible(shown_text(column or Column("", ""), value)), "")]


def _content(text: str) -> str | None:
    """JSON spread over lines, where a text is an object or a list of it."""
    if text[:1] not in ("{", "[") or len(text) >= _LONGEST:
        return None
    try:
        value = json.loads(text)
        if not value or not isinstance(value, (dict, list)):
            return None
        return json.dumps(value, ensure_ascii=False, indent=2)
    except (ValueError, RecursionError):
        # What can be read may still be too deep to be written.
        return None


def copied(value: object) -> str:
    """A value for the clipboard: displayable, whole, in several lines where it has them."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return visible_lines(str(value))


def defanged_cell(title: str, text: str, row: Mapping[str, object]) -> str:
    """A copied value so that nothing follows it by accident, where its column names an address."""
    from tui.hunting.cells import evidence_of
    from tui.incidents.defang import defanged

    entity = evidence_of(title, text, row)
    return defanged(text) if entity is not None and entity.kind in _DEFANGED else text


def _jsonable(value: object) -> object:
    return visible_lines(value) if isinstance(value, str) else value


__all__ = ["RecordScreen", "copied", "defanged_cell", "written"]
