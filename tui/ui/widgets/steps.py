"""The steps of a longer work, with their time, as they pass."""

from __future__ import annotations

from textual.app import RenderResult
from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget

from tui.text import visible
from tui.ui.page import STYLES

_GLYPHS = {"running": ("◐", "accent"), "done": ("✓", "good"), "failed": ("✗", "bad")}


class Steps(Widget):
    """One line a step: its state by glyph, its words, its seconds at the right."""

    DEFAULT_CSS = "Steps { height: auto; width: 1fr; }"

    def __init__(self) -> None:
        super().__init__()
        self._steps: dict[str, tuple[str, str, float | None]] = {}

    def clear(self) -> None:
        """Begin anew."""
        self._steps.clear()
        self.refresh(layout=True)

    def tell(self, label: str, state: str, seconds: float | None = None, key: str = "") -> None:
        """A step began or ended; reports under one key replace each other."""
        self._steps[key or label] = (visible(label), state, seconds)
        self.refresh(layout=True)

    def fail_running(self) -> None:
        """Whatever still runs has come to no end of its own."""
        for key, (label, state, seconds) in self._steps.items():
            if state == "running":
                self._steps[key] = (label, "failed", seconds)
        self.refresh(layout=True)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """A line a step."""
        return len(self._steps)

    def render(self) -> RenderResult:
        """The lines."""
        width = self.size.width
        lines = []
        for label, state, seconds in self._steps.values():
            glyph, tone = _GLYPHS.get(state, ("·", "faint"))
            took = f"{seconds:.2f} s" if seconds is not None else ""
            room = max(4, width - 3 - len(took) - 1)
            words = Content.styled(label, STYLES["" if state == "running" else "faint"])
            lines.append(
                Content.assemble(
                    (f"{glyph}  ", STYLES[tone]),
                    words.truncate(room, ellipsis=True, pad=True),
                    (f" {took}", STYLES["faint"]),
                )
            )
        return Content("\n").join(lines)
