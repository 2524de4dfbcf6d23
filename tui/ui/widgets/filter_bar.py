"""The line above a table: what is filtered for, what that means, and how much there is."""

from __future__ import annotations

from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widgets import Input, Label

from tui.text import visible
from tui.ui.page import Span, line
from tui.ui.widgets.sheet import Sheet


class FilterBar(Vertical):
    """`/` and the filter's text; its meaning in words; a state at the right."""

    DEFAULT_CSS = """
    FilterBar {
        height: auto;
        margin: 1 1 0 1;
        & > Horizontal { height: 1; }
        Label { width: 2; color: $accent; text-style: bold; }
        Input, Input:focus {
            width: 1fr;
            min-width: 16;
            height: 1;
            border: none;
            padding: 0;
            background: transparent;
            background-tint: transparent;
        }
        #meaning {
            width: auto;
            max-width: 40%;
            margin: 0 3 0 1;
            color: $text-muted;
            text-style: none;
        }
        #state {
            width: 46;
            max-width: 60%;
            text-align: right;
            color: $text-muted;
            text-style: none;
        }
        #fault { display: none; margin-left: 2; }
        #fault.-shown { display: block; }
    }
    """

    @dataclass
    class Changed(Message):
        """Another text is filtered for."""

        text: str

    @dataclass
    class Left(Message):
        """Enter or Escape: the table shall have the focus."""

        cleared: bool

    BINDINGS = [Binding("escape", "leave", show=False), Binding("down", "done", show=False)]

    def compose(self) -> ComposeResult:
        """The line, and a second one where something is wrong."""
        with Horizontal():
            yield Label("/")
            yield Input(placeholder="words  sev:high  status:active  assigned:me", id="filter")
            yield Label("", id="meaning", markup=False)
            yield Label("", id="state", markup=False)
        yield Sheet(id="fault")

    @property
    def input(self) -> Input:
        """The field."""
        return self.query_one("#filter", Input)

    def ask(self) -> None:
        """Start typing."""
        self.input.focus()
        self.input.action_end()

    def say(self, meaning: str) -> None:
        """What the filter means, in words."""
        self._fault([])
        self.query_one("#meaning", Label).update(visible(meaning))

    def fault(self, words: str, column: int | None = None) -> None:
        """What is wrong with the filter, and where."""
        parts: list[Span] = []
        if column is not None:
            parts.append((" " * max(0, column - 1) + "↑ ", "bad"))
        self._fault([*parts, (visible(words), "bad")])

    def _fault(self, parts: list[Span]) -> None:
        sheet = self.query_one("#fault", Sheet)
        sheet.show([line(*parts)] if parts else [])
        sheet.set_class(bool(parts), "-shown")

    def state(self, words: str) -> None:
        """How many rows, and how fresh."""
        self.query_one("#state", Label).update(visible(words), layout=False)

    def clear(self) -> bool:
        """Take the filter away; tells whether there was one."""
        had = bool(self.input.value)
        self.input.value = ""
        return had

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(self.Changed(event.value))

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(self.Left(cleared=False))

    def action_done(self) -> None:
        """Into the table."""
        self.post_message(self.Left(cleared=False))

    def action_leave(self) -> None:
        """Escape: back to the table; a filter stays until Escape is pressed there."""
        self.post_message(self.Left(cleared=False))
