"""The token clock: how long the token lasts, at the top right of every screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from textual.app import RenderResult
from textual.binding import Binding
from textual.content import Content
from textual.events import Click
from textual.widget import Widget

from tui.ui import words
from tui.ui.page import STYLES

if TYPE_CHECKING:
    from tui.ui.host import OfTenant


class TokenClock(Widget):
    """Minutes left, with the state by shape and colour; Enter opens the token panel."""

    DEFAULT_CSS = """
    TokenClock {
        width: auto;
        min-width: 8;
        height: 1;
        text-align: right;
        color: $text-muted;
        &:focus { text-style: reverse; }
    }
    """
    BINDINGS = [Binding("enter", "app.go('token')", "token", show=False)]
    can_focus = True

    def on_mount(self) -> None:
        """Tick once a second."""
        self._shown = ""
        self.set_interval(1.0, self._tick)

    def _tick(self) -> None:
        face = self.face()
        text = "".join(part for part, _ in face)
        if text != self._shown:
            grew = len(text) != len(self._shown)
            self._shown = text
            self.refresh(layout=grew)

    def on_click(self, event: Click) -> None:
        """A click is Enter."""
        event.stop()
        self.call_later(self.run_action, "app.go('token')")

    def face(self) -> list[tuple[str, str]]:
        """What the clock says, as spans."""
        workspace = cast("OfTenant", self.screen).shown_workspace
        if workspace is None:
            return [("✗ ", "faint"), ("signed out", "faint")]
        state, left = workspace.token_state()
        if state == "renewing":
            return [("◇ ", "warn"), (words.span(left) if left else "renewing", "faint")]
        if state == "valid" and left is not None:
            return [("◆ ", "good"), (words.span(left), "faint")]
        if state == "expired":
            return [("✗ ", "bad"), ("token ended", "bad")]
        if workspace.joining:
            return [("◇ ", "warn"), ("signing in", "faint")]
        return [("✗ ", "warn"), ("offline", "warn")]

    def render(self) -> RenderResult:
        """The face."""
        return Content.assemble(*((part, STYLES[tone]) for part, tone in self.face()))
