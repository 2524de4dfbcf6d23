"""The saved views as a list: shown, saved, made the first, forgotten."""

from __future__ import annotations

from collections.abc import Sequence

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.events import Key
from textual.widgets import OptionList

from tui.text import visible
from tui.ui.page import Choice, line, text
from tui.ui.views import KEYS, View
from tui.ui.widgets.dialogs import Dialog
from tui.ui.widgets.pick_list import PickList
from tui.ui.widgets.sheet import Sheet

SAVE = "save"
"""The answer: what is shown now shall be saved under a name."""
WHOLE = "whole"
"""The answer: the queue without a view."""


class ViewList(Dialog):
    """Lists views. Answers `show N`, `drop N`, `default N`, `save`, `whole` or None.

    Args:
        views: The saved views.
        default: The name of the view that is shown first.
        current: The name of the view that is shown.
        filtered: Whether there is a filter to save.
    """

    BINDINGS = [
        Binding("s", "answer('save')"),
        Binding("d", "answer('default')"),
        Binding("x,delete", "answer('drop')"),
    ]
    YIELDING = "PickList"
    DEFAULT_CSS = "ViewList > .dialog { width: 76; }"

    def __init__(
        self, views: Sequence[View], *, default: str, current: str, filtered: bool
    ) -> None:
        super().__init__()
        self._views = tuple(views)
        self._default, self._current, self._filtered = default, current, filtered

    def compose(self) -> ComposeResult:
        """Title, list, keys."""
        first = "" if self._default else "● "
        choices = [
            Choice(
                WHOLE, (("0  ", "accent"), (f"{first:<2}", "good"), ("the whole queue", "")), "0"
            )
        ]
        for at, one in enumerate(self._views):
            key = KEYS[at] if at < len(KEYS) else ""
            choices.append(
                Choice(
                    str(at),
                    (
                        (f"{key:<3}", "accent"),
                        ("● " if one.name == self._default else "  ", "good"),
                        (f"{visible(one.name)[:30]:<32}", ""),
                        (visible(one.filter), "faint"),
                    ),
                    key,
                )
            )
        keys = [("d", " shows it first ●   "), ("x", " forgets it   ")]
        if self._filtered:
            keys.insert(0, ("s", " saves what is shown   "))
        spans = [
            (said, tone)
            for key, words in keys
            for said, tone in ((key, "accent"), (words, "faint"))
        ]
        with Vertical(classes="dialog"):
            yield Sheet(
                [
                    text("Views", "bold"),
                    text("A view keeps filter, order and columns; its digit shows it.", "faint"),
                ]
            )
            yield PickList(choices)
            yield Sheet(
                [
                    line(*spans),
                    line(
                        ("Enter", "accent"),
                        (" shows it   ", "faint"),
                        ("Esc", "accent"),
                        (" closes", "faint"),
                    ),
                ]
            )

    def on_mount(self) -> None:
        """The cursor starts on the view that is shown."""
        names = [one.name for one in self._views]
        picks = self.query_one(PickList)
        picks.highlighted = names.index(self._current) + 1 if self._current in names else 0
        picks.focus()

    @on(OptionList.OptionSelected)
    def _taken(self, event: OptionList.OptionSelected) -> None:
        chosen = event.option.id
        self.dismiss(WHOLE if chosen == WHOLE else f"show {chosen}")

    def on_key(self, event: Key) -> None:
        """Digits show."""
        if event.character and (picked := self.query_one(PickList).pick_by_key(event.character)):
            event.stop()
            self.dismiss(WHOLE if picked == WHOLE else f"show {picked}")

    def action_answer(self, what: str) -> None:
        """A letter was pressed for the view under the cursor."""
        at = (self.query_one(PickList).highlighted or 0) - 1
        if what == SAVE:
            if self._filtered:
                self.dismiss(SAVE)
        elif at >= 0 or what == "default":
            self.dismiss(f"{what} {at}")
