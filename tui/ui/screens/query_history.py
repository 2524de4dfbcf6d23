"""The queries that ran, to look through and take up again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.widgets import Input, OptionList

from tui.text import calm, visible
from tui.ui import words
from tui.ui.page import Choice
from tui.ui.widgets.pick_dialog import PickDialog
from tui.ui.widgets.pick_list import PickList
from tui.ui.widgets.sheet import Sheet, Span, line, text

if TYPE_CHECKING:
    from tui.hunting.notebook import HistoryEntry

_SHOWN = 200
_LINES = 8
"""Lines shown of the query under the cursor."""


class HistoryDialog(PickDialog):
    """Type words to find a query; Enter answers its place in the list, other keys a verb too."""

    DEFAULT_CSS = """
    HistoryDialog {
        & > .dialog { width: 100; }
        #whole { height: 10; max-height: 40vh; }
        PickList { height: auto; max-height: 16; margin: 0; }
    }
    """

    YIELDING = "PickList"
    BINDINGS = [
        Binding("f5", "answer(' run')", show=False, priority=True),
        Binding("ctrl+s", "answer(' save')", show=False, priority=True),
    ]

    def __init__(self, entries: Sequence[HistoryEntry], now: datetime) -> None:
        super().__init__()
        self._entries = tuple(entries)
        self._now = now

    def compose(self) -> ComposeResult:
        """A field for words, the list, the query under the cursor."""
        with Vertical(classes="dialog"):
            yield Sheet([text("What ran before", "bold")])
            yield Input(placeholder="words of the query")
            yield PickList()
            yield Sheet(id="whole")
            yield Sheet(
                [line(("Enter", "accent"), (" into the editor   ", "faint"),
                      ("F5", "accent"), (" runs it   ", "faint"),
                      ("^s", "accent"), (" saves it   ", "faint"),
                      ("Esc", "accent"), (" leaves", "faint"))]
            )  # fmt: skip

    def offer(self, wanted: str) -> None:
        """The queries that hold all of the words."""
        terms = wanted.casefold().split()
        choices = [
            Choice(str(at), self._spans(entry))
            for at, entry in enumerate(self._entries)
            if all(term in entry.query.casefold() for term in terms)
        ]
        self.query_one(PickList).offer(choices[:_SHOWN])

    def _spans(self, entry: HistoryEntry) -> tuple[Span, ...]:
        flat = calm(visible(" ".join(entry.query.split())))[:100]
        if entry.rows is None:
            result = entry.failure or "failed"
        else:
            result = words.counted(entry.rows, "row")
        age = words.age(entry.at, self._now)
        return ((f"{age:>4}  ", "faint"), (f"{visible(result)[:14]:>14}  ", "faint"), (flat, ""))

    def action_answer(self, verb: str) -> None:
        """Answer the entry under the cursor, and what shall be done with it."""
        picks = self.query_one(PickList)
        if picks.highlighted is not None and picks.option_count:
            self.dismiss(f"{picks.get_option_at_index(picks.highlighted).id}{verb}")

    @on(OptionList.OptionHighlighted)
    def _moved(self, event: OptionList.OptionHighlighted) -> None:
        entry = self._entries[int(event.option.id or 0)]
        first, *more = entry.query.strip().splitlines()[: _LINES + 1] or [""]
        shown = [first, *more][:_LINES]
        if len(more) == _LINES:
            shown[-1] = "…"
        rows = [line(), *(line((calm(visible(each)), "")) for each in shown), line()]
        self.query_one("#whole", Sheet).show(rows)
