"""A question answered by typing some of a name: a field that narrows the list below it."""

from __future__ import annotations

from textual import on
from textual.binding import Binding
from textual.widgets import Input, OptionList

from tui.ui.widgets.dialogs import Dialog
from tui.ui.widgets.pick_list import PickList


class PickDialog(Dialog):
    """Answers the ID of the choice under the cursor; the keys stay in the field.

    Subclasses compose one `Input` and one `PickList`, and fill the list in `offer`.
    """

    BINDINGS = [
        Binding("down,ctrl+n", "move(1)", show=False),
        Binding("up,ctrl+r", "move(-1)", show=False),
    ]

    def on_mount(self) -> None:
        """Typing narrows at once."""
        self.query_one(PickList).can_focus = False
        self.query_one(Input).focus()
        self.offer("")

    def offer(self, wanted: str) -> None:
        """Fill the list with what fits the words typed."""
        raise NotImplementedError

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        self.offer(event.value)

    def action_move(self, step: int) -> None:
        """To the next or the former choice."""
        picks = self.query_one(PickList)
        if step > 0:
            picks.action_cursor_down()
        else:
            picks.action_cursor_up()

    @on(Input.Submitted)
    def _taken(self) -> None:
        picks = self.query_one(PickList)
        if picks.highlighted is not None:
            self.dismiss(picks.get_option_at_index(picks.highlighted).id)

    @on(OptionList.OptionSelected)
    def _clicked(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(event.option.id)
