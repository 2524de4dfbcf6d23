"""Questions about many incidents at once: what a change will do, and which to take back."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll

from tui.rows import Column, Row
from tui.ui.list_source import ListSource
from tui.ui.page import Block, Span, gap, line, text
from tui.ui.widgets.dialogs import Dialog
from tui.ui.widgets.grid import Grid
from tui.ui.widgets.sheet import Sheet


class Preview(Dialog):
    """Shows what a change will do. Answers `yes` or None."""

    BINDINGS = [
        Binding("y,enter", "answer", "change them"),
        Binding("n", "cancel", "leave them"),
        Binding("j,down", "scroll('down')", show=False),
        Binding("k,up", "scroll('up')", show=False),
    ]
    YIELDING = "VerticalScroll"
    DEFAULT_CSS = "Preview > .dialog { width: 76; & > VerticalScroll { height: auto; } }"

    def __init__(
        self, title: str, blocks: Sequence[Block], named: Sequence[Block], *, yes: str
    ) -> None:
        super().__init__()
        self._title, self._yes = title, yes
        self._blocks, self._named = tuple(blocks), tuple(named)

    def compose(self) -> ComposeResult:
        """What changes, whose, and the two keys."""
        with Vertical(classes="dialog"):
            yield Sheet([text(self._title, "bold"), gap(), *self._blocks])
            with VerticalScroll(can_focus=True):
                yield Sheet(self._named)
            yield Sheet(
                [
                    gap(),
                    line(
                        ("y", "accent"),
                        (f" {self._yes}   ", "faint"),
                        ("n", "accent"),
                        (" leaves them as they are   ", "faint"),
                        ("j k", "accent"),
                        (" scroll", "faint"),
                    ),
                ]
            )

    def action_answer(self) -> None:
        """Do it."""
        self.dismiss("yes")

    def action_scroll(self, where: str) -> None:
        """See more of them."""
        scroll = self.query_one(VerticalScroll)
        (scroll.scroll_down if where == "down" else scroll.scroll_up)(animate=False)


class ChooseSome(Dialog):
    """Choose some of a list, or all of it. Answers `yes` with `chosen`, or None."""

    BINDINGS = [Binding("enter", "answer", "take", priority=True)]
    YIELDING = "Grid"
    DEFAULT_CSS = "ChooseSome > .dialog { width: 76; }"
    COLUMNS = (
        Column("id", "ID", pinned=True, least=4, most=12),
        Column("name", "Name", fill=True, least=16, most=400),
    )

    def __init__(
        self, title: str, note: str, rows: Sequence[tuple[str, str]], *, verb: str
    ) -> None:
        super().__init__()
        self._title, self._note, self._verb = title, note, verb
        self._rows = tuple(rows)
        self.chosen: list[str] = []
        """Keys of the rows that were chosen; all where none was."""

    def compose(self) -> ComposeResult:
        """Title, list, keys."""
        keys: list[Span] = [
            ("Enter", "accent"),
            (f" {self._verb} all, or those chosen   ", "faint"),
            ("space", "accent"),
            (" chooses   ", "faint"),
            ("Esc", "accent"),
            (" cancels", "faint"),
        ]
        with Vertical(classes="dialog"):
            yield Sheet([text(self._title, "bold"), text(self._note, "faint"), gap()])
            grid = Grid(id="some")
            grid.styles.height = min(len(self._rows) + 1, 15)
            yield grid
            yield Sheet([gap(), line(*keys)])

    async def on_mount(self) -> None:
        """List them."""
        grid = self.query_one(Grid)
        rows = [Row(key, (key, name)) for key, name in self._rows]
        await grid.show(ListSource(self.COLUMNS, rows))
        grid.focus()

    def action_answer(self) -> None:
        """Take them."""
        selected = self.query_one(Grid).selected
        self.chosen = [key for key, _ in self._rows if not selected or key in selected]
        self.dismiss("yes")
