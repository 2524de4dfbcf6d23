"""A query picked from a list by some of its words, the one under the cursor shown below it."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.widgets import Input, OptionList

from tui.text import calm, visible
from tui.ui.page import Choice
from tui.ui.widgets.pick_dialog import PickDialog
from tui.ui.widgets.pick_list import PickList
from tui.ui.widgets.sheet import Block, Sheet, Span, line, text

_LINES = 8
"""Lines shown of the query under the cursor."""


class QueryPicker(PickDialog):
    """Enter answers the query's place in the list; other keys a blank and a verb too.

    Subclasses name the list, its keys and its queries.
    """

    DEFAULT_CSS = """
    QueryPicker {
        & > .dialog { width: 100; }
        #whole { height: 11; max-height: 40vh; }
        PickList { height: auto; max-height: 14; margin: 0; }
    }
    """
    YIELDING = "PickList"
    BINDINGS = [Binding("f5", "answer(' run')", show=False, priority=True)]

    HEADING: ClassVar[str]
    WORDS: ClassVar[str]
    """What the field asks for."""
    KEYS: ClassVar[tuple[tuple[str, str], ...]]
    """Keys besides Enter and Esc, with what they do."""

    def compose(self) -> ComposeResult:
        """A field for words, the list, the query under the cursor, the keys."""
        with Vertical(classes="dialog"):
            yield Sheet([text(self.HEADING, "bold")])
            yield Input(placeholder=self.WORDS)
            yield PickList()
            yield Sheet(id="whole")
            if faults := self.faults():
                yield Sheet(faults)
            keys: list[Span] = []
            for key, does in (("Enter", "into the editor"), *self.KEYS, ("Esc", "leaves")):
                keys += [(key, "accent"), (f" {does}   ", "faint")]
            yield Sheet([line(*keys)])

    def faults(self) -> list[Block]:
        """What could not be read of the list."""
        return []

    @abstractmethod
    def choices(self, wanted: str) -> Sequence[Choice]:
        """The queries that hold all of the words, by their places in the list."""

    @abstractmethod
    def query_at(self, place: int) -> tuple[str, str]:
        """A query, and what is to be said above it; empty for nothing."""

    def offer(self, wanted: str) -> None:
        """The queries that hold all of the words."""
        choices = self.choices(wanted)
        self.query_one(PickList).offer(choices)
        if not choices:
            self.query_one("#whole", Sheet).show(
                [line(), text("No query has these words.", "faint")]
            )

    @on(OptionList.OptionHighlighted)
    def _moved(self, event: OptionList.OptionHighlighted) -> None:
        query, note = self.query_at(int(event.option.id or 0))
        first, *more = query.strip().splitlines()[: _LINES + 1] or [""]
        shown = [first, *more][:_LINES]
        if len(more) == _LINES:
            shown[-1] = "…"
        rows = [line(), *(line((calm(visible(each)), "")) for each in shown), line()]
        if note:
            rows.insert(1, line((note, "accent")))
        self.query_one("#whole", Sheet).show(rows)

    def action_answer(self, verb: str) -> None:
        """Answer the query under the cursor, and what shall be done with it."""
        picks = self.query_one(PickList)
        if picks.highlighted is not None and picks.option_count:
            self.dismiss(f"{picks.get_option_at_index(picks.highlighted).id}{verb}")
