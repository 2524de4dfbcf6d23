"""Saved queries and those the program brings along: found by words, taken up, asked for values."""

from __future__ import annotations

from collections.abc import Sequence

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.widgets import Input, OptionList

from tui.errors import UsageProblem
from tui.hunting.saved import SavedQuery, fitting
from tui.text import calm, visible
from tui.ui.page import Choice
from tui.ui.widgets.pick_dialog import PickDialog
from tui.ui.widgets.pick_list import PickList
from tui.ui.widgets.sheet import Sheet, Span, line, text

_LINES = 8
"""Lines shown of the query under the cursor."""


class LibraryDialog(PickDialog):
    """Type words to find a query; Enter answers its place in the list, F5 that and ` run`."""

    DEFAULT_CSS = """
    LibraryDialog {
        & > .dialog { width: 100; }
        #whole { height: 11; max-height: 40vh; }
        PickList { height: auto; max-height: 14; margin: 0; }
    }
    """
    YIELDING = "PickList"
    BINDINGS = [
        Binding("f5", "run", show=False, priority=True),
        Binding("ctrl+d,delete", "remove", show=False, priority=True),
    ]

    def __init__(self, queries: Sequence[SavedQuery], faults: Sequence[UsageProblem]) -> None:
        super().__init__()
        self._queries = tuple(queries)
        self._faults = tuple(faults)

    def compose(self) -> ComposeResult:
        """A field for words, the list, the query under the cursor."""
        with Vertical(classes="dialog"):
            yield Sheet([text("Saved queries", "bold")])
            yield Input(placeholder="words of a name or a query")
            yield PickList()
            yield Sheet(id="whole")
            yield Sheet([text(visible(str(one)), "warn") for one in self._faults[:3]])
            yield Sheet(
                [line(("Enter", "accent"), (" into the editor   ", "faint"),
                      ("F5", "accent"), (" runs it   ", "faint"),
                      ("Del", "accent"), (" removes yours   ", "faint"),
                      ("Esc", "accent"), (" leaves", "faint"))]
            )  # fmt: skip

    def offer(self, wanted: str) -> None:
        """The queries that hold all of the words."""
        places = {id(one): at for at, one in enumerate(self._queries)}
        found = fitting(self._queries, wanted)
        width = min(40, max((len(visible(one.name)) for one in found), default=0))
        choices = [Choice(str(places[id(one)]), _spans(one, width)) for one in found]
        self.query_one(PickList).offer(choices)
        if not choices:
            self.query_one("#whole", Sheet).show(
                [line(), text("No query has these words.", "faint")]
            )

    @on(OptionList.OptionHighlighted)
    def _moved(self, event: OptionList.OptionHighlighted) -> None:
        one = self._queries[int(event.option.id or 0)]
        first, *more = one.query.strip().splitlines()[: _LINES + 1] or [""]
        shown = [first, *more][:_LINES]
        if len(more) == _LINES:
            shown[-1] = "…"
        asked = ", ".join(each.name for each in one.parameters)
        rows = [line(), *(line((calm(visible(each)), "")) for each in shown), line()]
        if asked:
            rows.insert(1, line((f"asks for {asked}", "accent")))
        self.query_one("#whole", Sheet).show(rows)

    def _answer(self, verb: str) -> None:
        picks = self.query_one(PickList)
        if picks.highlighted is not None and picks.option_count:
            self.dismiss(f"{picks.get_option_at_index(picks.highlighted).id}{verb}")

    def action_run(self) -> None:
        """Take it up and run it."""
        self._answer(" run")

    def action_remove(self) -> None:
        """Ask to remove it."""
        self._answer(" remove")


def _spans(one: SavedQuery, width: int) -> tuple[Span, ...]:
    name = calm(visible(one.name))[:width]
    yours = one.path is not None
    return (
        (f"{name:<{width}}  ", ""),
        ("yours  " if yours else "", "accent"),
        (calm(visible(one.about))[:60], "faint"),
    )
