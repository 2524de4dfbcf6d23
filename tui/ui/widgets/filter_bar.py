"""The line above a table: what is filtered for, what that means, and how much there is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from rich.cells import cell_len
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.events import Resize
from textual.message import Message
from textual.widgets import Input, Label

from tui.text import visible
from tui.ui.page import Span, line
from tui.ui.widgets.sheet import Sheet

_MOST_HINTS = 8
_ROOMY = 100
"""Columns from which the meaning stands beside the filter."""


class Suggested(Protocol):
    """Something that can stand at the cursor."""

    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...
    @property
    def text(self) -> str: ...
    @property
    def note(self) -> str: ...
    @property
    def cursor(self) -> int: ...


Suggest = Callable[[str, int], Sequence[Suggested]]
"""From a text and the cursor in it to what could stand there."""


class FilterBar(Vertical):
    """`/` and the filter's text; its meaning in words; a state at the right.

    Below, while it is typed in: what could stand at the cursor, and what is wrong.
    """

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
            width: 52;
            max-width: 60%;
            text-align: right;
            color: $text-muted;
            text-style: none;
        }
        &.-narrow #meaning { display: none; }
        &.-narrow #state { width: 36; }
        #below-filter { height: 1; margin-left: 2; }
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

    KEY_WORDS = (("Enter", "to the rows"), ("Tab", "completes"), ("F1", "what it can say"))
    BINDINGS = [
        Binding("escape", "leave", show=False),
        Binding("down", "done", show=False),
        Binding("tab", "take", show=False, priority=True),
    ]

    suggest: Suggest | None = None
    """Where suggestions come from; None where there are none."""

    def __init__(self) -> None:
        super().__init__()
        self._fault: list[Span] = []
        self._hints: Sequence[Suggested] = ()
        self._meaning = ""

    def on_resize(self, event: Resize) -> None:
        """Where there is little room the meaning stands below, while it is typed."""
        self.set_class(event.size.width < _ROOMY, "-narrow")
        self._tell_below()

    def compose(self) -> ComposeResult:
        """The line, and one below where there is something to say."""
        with Horizontal():
            yield Label("/")
            yield Input(placeholder="words  sev:high  status:active  assigned:me", id="filter")
            yield Label("", id="meaning", markup=False)
            yield Label("", id="state", markup=False)
        yield Sheet(id="below-filter")

    @property
    def input(self) -> Input:
        """The field."""
        return self.query_one("#filter", Input)

    @property
    def text(self) -> str:
        """What stands in the field."""
        return self.input.value

    def ask(self) -> None:
        """Start typing."""
        self.input.focus()
        self.input.action_end()

    def put(self, text: str) -> None:
        """Filter for this text."""
        self.input.value = text
        self.input.cursor_position = len(text) if self.input.has_focus else 0

    def say(self, meaning: str) -> None:
        """What the filter means, in words."""
        self._fault = []
        self._meaning = visible(meaning)
        self.query_one("#meaning", Label).update(self._meaning)
        self._tell_below()

    def fault(self, words: str, column: int | None = None) -> None:
        """What is wrong with the filter, and where."""
        self._fault = []
        if column is not None:
            self._fault.append((" " * max(0, column - 1) + "↑ ", "bad"))
        self._fault.append((visible(words), "bad"))
        self._tell_below()

    def state(self, words: str) -> None:
        """How many rows, and how fresh."""
        self.query_one("#state", Label).update(visible(words), layout=False)

    def clear(self) -> bool:
        """Take the filter away; tells whether there was one."""
        had = bool(self.input.value)
        self.input.value = ""
        return had

    def _look_for_hints(self) -> None:
        field = self.input
        self._hints = ()
        if self.suggest is not None and field.has_focus:
            self._hints = self.suggest(field.value, field.cursor_position)[:_MOST_HINTS]
        self._tell_below()

    def _tell_below(self) -> None:
        parts: list[Span] = []
        if self._hints:
            note = f"  {visible(self._hints[0].note)}" if self._hints[0].note else ""
            taking: list[Span] = [("  Tab", "accent"), (" takes the first", "faint")]
            room = self.size.width - 4 - sum(cell_len(words) for words, _ in taking)
            for at, hint in enumerate(self._hints):
                words = f"{visible(hint.text)}  "
                room -= cell_len(words)
                if at and room < 3:
                    parts.append(("…", "faint"))
                    break
                parts.append((words, "accent" if at == 0 else "faint"))
            parts += [*taking, (note, "faint")] if len(note) <= room else taking
        # A half-typed value is no fault yet; its completions say what it can become.
        shown = parts or self._fault
        if not shown and self._meaning and self.has_class("-narrow") and self.input.has_focus:
            shown = [(self._meaning, "faint")]
        self.query_one("#below-filter", Sheet).show([line(*shown)] if shown else [])

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self._look_for_hints()
        self.post_message(self.Changed(event.value))

    def on_descendant_focus(self) -> None:
        """Say what can be typed."""
        self._look_for_hints()

    @on(Input.Blurred)
    def _blurred(self) -> None:
        self._hints = ()
        self._tell_below()

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(self.Left(cleared=False))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Tab takes a suggestion only where there is one to take."""
        if action == "take":
            return bool(self._hints) and self.input.has_focus
        return True

    def action_take(self) -> None:
        """Put the first suggestion in its place."""
        hint = self._hints[0]
        field = self.input
        field.value = field.value[: hint.start] + hint.text + field.value[hint.end :]
        field.cursor_position = hint.cursor

    def action_done(self) -> None:
        """Into the table."""
        self.post_message(self.Left(cleared=False))

    def action_leave(self) -> None:
        """Escape: back to the table; a filter stays until Escape is pressed there."""
        self.post_message(self.Left(cleared=False))
