"""Fields of a form: a row with its label and mark, and a field that picks one of a few."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult, RenderResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.content import Content
from textual.events import Click
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Label

from tui.ui.page import STYLES, Choice
from tui.ui.widgets.dialogs import Choose

Option = tuple[str, str]
"""A value and what it means, in a few words."""

_MARKS = {
    "good": ("✓", "good"),
    "bad": ("✗", "bad"),
    "busy": ("◐", "accent"),
    "warn": ("!", "warn"),
}


class PickField(Widget, can_focus=True):
    """One of a few values: left and right change it, Enter lists them all."""

    DEFAULT_CSS = """
    PickField {
        height: 1;
        width: 1fr;
        padding: 0 1;
        background: $panel;
        text-wrap: nowrap;
        text-overflow: ellipsis;
        &:focus { background: $block-cursor-background; }
    }
    """
    BINDINGS = [
        Binding("left", "step(-1)", show=False),
        Binding("right", "step(1)", show=False),
        Binding("enter,space", "list", show=False),
    ]

    class Changed(Message):
        """Another value was picked."""

        def __init__(self, field: PickField) -> None:
            super().__init__()
            self.field = field

        @property
        def control(self) -> PickField:
            """The field."""
            return self.field

    def __init__(self, title: str, options: Sequence[Option], value: str, *, id: str) -> None:
        super().__init__(id=id)
        self._title = title
        self._options = tuple(options)
        self.value = value
        """What is picked."""

    def _pick(self, value: str) -> None:
        if value != self.value:
            self.value = value
            self.refresh()
            self.post_message(self.Changed(self))

    def action_step(self, by: int) -> None:
        """The next value, or the one before."""
        values = [value for value, _ in self._options]
        at = values.index(self.value) if self.value in values else 0
        self._pick(values[(at + by) % len(values)])

    def action_list(self) -> None:
        """Pick from the whole list."""
        wide = max(len(value) for value, _ in self._options) + 3
        choices = [
            Choice(value or "\0", ((value.ljust(wide) or " " * wide, ""), (words, "faint")))
            for value, words in self._options
        ]
        self.app.push_screen(
            Choose(self._title, choices, current=self.value or "\0"),
            lambda picked: self._pick(picked.strip("\0")) if picked is not None else None,
        )

    def on_click(self, event: Click) -> None:
        """A click lists them."""
        event.stop()
        self.focus()
        self.action_list()

    def render(self) -> RenderResult:
        """The value, what it means, and a sign that there are others."""
        words = dict(self._options).get(self.value, "")
        room = max(4, self.size.width - 2)
        shown = Content.assemble(
            (self.value, STYLES[""]),
            ("  " if self.value and words else "", ""),
            (words, STYLES["faint"]),
        )
        return Content.assemble(
            shown.truncate(room, ellipsis=True, pad=True), (" ▾", STYLES["accent"])
        )


class _Mark(Widget):
    """One glyph; it changes with every key and must not lay the form out anew."""

    DEFAULT_CSS = "_Mark { width: 2; height: 1; margin-left: 1; }"

    def __init__(self) -> None:
        super().__init__()
        self.state = ""

    def render(self) -> RenderResult:
        glyph, tone = _MARKS.get(self.state, ("", ""))
        return Content.styled(glyph, STYLES[tone])


class FormRow(Horizontal):
    """A label, a field, and a mark that says whether what stands there is right."""

    DEFAULT_CSS = """
    FormRow {
        height: 1;
        & > .form-label { width: 15; color: $text-muted; }
        Input, Input:focus { width: 1fr; margin: 0; }
        Input:focus { background: $block-cursor-background; }
    }
    """

    def __init__(self, label: str, field: Widget) -> None:
        super().__init__(id=f"row-{field.id}")
        self._label = label
        self._field = field

    def compose(self) -> ComposeResult:
        """Label, field, mark."""
        yield Label(self._label, classes="form-label", markup=False)
        yield self._field
        yield _Mark()

    def call(self, label: str) -> None:
        """What stands in the field is called this from now on."""
        if label != self._label:
            self._label = label
            self.query_one(".form-label", Label).update(label)

    def mark(self, state: str) -> None:
        """Show `good`, `bad`, `warn`, `busy`, or nothing."""
        mark = self.query_one(_Mark)
        if mark.state != state:
            mark.state = state
            mark.refresh()
