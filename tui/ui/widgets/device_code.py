"""A device code over the queue: a tenant that is switched to may want one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical

from tui.text import visible
from tui.ui.page import gap, text
from tui.ui.refusals import code_blocks
from tui.ui.widgets.dialogs import Dialog
from tui.ui.widgets.sheet import Sheet

if TYPE_CHECKING:
    from tui.auth.credentials import DeviceCode


class DeviceCodeDialog(Dialog):
    """The code until it has served. Answers `stop` where it was left."""

    BINDINGS = [
        Binding("escape", "stop", "stop"),
        Binding("y", "copy_code", "copy the code"),
        Binding("a", "copy_address", "copy the address"),
    ]

    def __init__(self, code: DeviceCode, tenant: str, now: Callable[[], datetime]) -> None:
        super().__init__()
        self._code = code
        self._tenant = tenant
        self._now = now

    def compose(self) -> ComposeResult:
        """The code."""
        with Vertical(classes="dialog"):
            yield Sheet()

    def on_mount(self) -> None:
        """Count down."""
        self._tell()
        self.set_interval(1.0, self._tell)

    def _tell(self) -> None:
        self.query_one(Sheet).show(
            [
                text(f"Sign in to {visible(self._tenant)}", "bold"),
                gap(),
                *code_blocks(self._code, self._code.expires - self._now()),
            ]
        )

    def action_copy_code(self) -> None:
        """Copy the code."""
        self.app.copy_to_clipboard(visible(self._code.user_code))
        self.notify("The code is copied.", timeout=2, markup=False)

    def action_copy_address(self) -> None:
        """Copy the address."""
        self.app.copy_to_clipboard(visible(self._code.address))
        self.notify("The address is copied.", timeout=2, markup=False)

    def action_stop(self) -> None:
        """Sign in no longer; the cached queue stays."""
        self.dismiss("stop")
