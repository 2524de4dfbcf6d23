"""Tables and their columns, to search, to put into the query, to look into."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.events import Key
from textual.widgets import Input, OptionList

from tui.kql import docs, schema
from tui.kql.completion_match import match
from tui.ui.page import Choice, Span
from tui.ui.widgets.dialogs import Dialog
from tui.ui.widgets.pick_list import PickList
from tui.ui.widgets.sheet import Sheet, line

_MOST = 300


class SchemaList(Dialog):
    """Answers `insert NAME` or `preview TABLE`; None where it was only looked at."""

    DEFAULT_CSS = """
    SchemaList {
        align: left middle;
        & > .dialog { width: 62; height: 100%; max-height: 100%; padding: 0 2; }
        & > .dialog Input, & > .dialog Input:focus { margin: 0 0 1 0; }
        PickList { height: 1fr; max-height: 100%; margin: 0; }
    }
    """
    BINDINGS = [
        Binding("right,space", "open(True)", show=False),
        Binding("left", "open(False)", show=False),
        Binding("p", "preview", show=False),
        Binding("slash", "search", show=False),
    ]

    def __init__(self, wanted: str = "") -> None:
        super().__init__()
        self._open: set[str] = set()
        self._words = ""
        if wanted in schema.known():
            self._open.add(wanted)
        self._wanted = wanted

    def compose(self) -> ComposeResult:
        """A field for words, the list, the keys."""
        with Vertical(classes="dialog"):
            yield Sheet([line(("Tables and columns", "bold"))])
            yield Input(placeholder="/ searches tables and columns")
            yield PickList()
            yield Sheet(id="about")
            yield Sheet(
                [line(("Enter", "accent"), (" puts it in  ", "faint"), ("p", "accent"),
                      (" ten rows  ", "faint"), ("→", "accent"), (" columns  ", "faint"),
                      ("/", "accent"), (" search", "faint"))]
            )  # fmt: skip

    def on_mount(self) -> None:
        """The list takes the keys; the table of the query is open."""
        self._offer(self._wanted)
        picks = self.query_one(PickList)
        picks.focus()
        if self._open:
            self.call_after_refresh(picks.scroll_to_highlight, top=True)

    def _offer(self, at: str | None = None) -> None:
        choices: list[Choice] = []
        for name, table in schema.known().items():
            columns = list(table.columns)
            shown = name in self._open
            if self._words:
                fitting = [one for one in columns if match(self._words, one.name)]
                if not match(self._words, name):
                    if not fitting:
                        continue
                    columns, shown = fitting, True
            mark = "▾ " if shown else "▸ "
            choices.append(Choice(name, ((mark, "faint"), (name, "bold"))))
            if shown:
                for column in columns:
                    spans: tuple[Span, ...] = (
                        (f"    {column.name:<36.36} ", ""),
                        (column.type, "faint"),
                    )
                    choices.append(Choice(f"{name} {column.name}", spans))
            if len(choices) > _MOST:
                break
        self.query_one(PickList).offer(choices, at)
        self._about()

    def _current(self) -> tuple[str, str]:
        picks = self.query_one(PickList)
        if picks.highlighted is None or not picks.option_count:
            return "", ""
        table, _, column = (picks.get_option_at_index(picks.highlighted).id or "").partition(" ")
        return table, column

    def _about(self) -> None:
        table, column = self._current()
        words = docs.summary("col", column) if column else docs.summary("table", table)
        self.query_one("#about", Sheet).show([line((words, "faint"))])

    @on(OptionList.OptionHighlighted)
    def _moved(self) -> None:
        self._about()

    @on(OptionList.OptionSelected)
    def _taken(self) -> None:
        table, column = self._current()
        self.dismiss(f"insert {column or table}")

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        self._words = event.value.strip()
        self._offer()

    @on(Input.Submitted)
    def _searched(self) -> None:
        self.query_one(PickList).focus()

    def on_key(self, event: Key) -> None:
        """Down leaves the field for the list; Escape too, where something was typed."""
        field = self.query_one(Input)
        if field.has_focus and event.key in ("down", "escape"):
            event.stop()
            event.prevent_default()
            if event.key == "escape":
                field.value = ""
            self.query_one(PickList).focus()

    def action_search(self) -> None:
        """To the field."""
        self.query_one(Input).focus()

    def action_open(self, wanted: bool) -> None:
        """Show or hide the columns of a table."""
        table, _ = self._current()
        if table:
            (self._open.add if wanted else self._open.discard)(table)
            self._offer(table)

    def action_preview(self) -> None:
        """Look at ten rows of the table."""
        table, _ = self._current()
        if table:
            self.dismiss(f"preview {table}")
