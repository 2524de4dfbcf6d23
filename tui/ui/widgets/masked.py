"""A field for what must not be seen."""

from __future__ import annotations

from typing import Any

from textual.widgets import Input


class MaskedInput(Input):
    """Shows dots for what is typed, and gives it to no clipboard.

    Clipboards are read by other programs and kept by some, and this program's own is pasted
    from in any of its fields.
    """

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        super().__init__(*arguments, **{**keywords, "password": True})

    def action_copy(self) -> None:
        """Say that it is not copied."""
        self.app.notify("What is typed here is not copied.", timeout=3)

    def action_cut(self) -> None:
        """Delete what is selected, and copy nothing."""
        self.delete_selection()
