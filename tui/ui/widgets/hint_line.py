"""The line below the editor: a function's arguments, or what is wrong at the cursor."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.app import RenderResult
from textual.widget import Widget

from tui.text import visible
from tui.ui.page import Span, styled

if TYPE_CHECKING:
    from tui.kql.completion import Signature
    from tui.kql.diagnostics import Diagnostic

_TONES = {"error": "bad", "warning": "warn", "hint": "faint"}
_MARKS = {"error": "✗ ", "warning": "? ", "hint": "· "}


class HintLine(Widget):
    """One line of words; empty where there is nothing to say."""

    DEFAULT_CSS = """
    HintLine { height: 1; padding: 0 1 0 2; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._spans: tuple[Span, ...] = ()

    @property
    def words(self) -> str:
        """What it says."""
        return "".join(text for text, _ in self._spans)

    def show(self, spans: Sequence[Span]) -> None:
        """Say this."""
        if tuple(spans) != self._spans:
            self._spans = tuple(spans)
            self.refresh()

    def render(self) -> RenderResult:
        """The line, cut with … where it is too long."""
        return styled(self._spans).truncate(max(1, self.size.width), ellipsis=True)


def signature_spans(found: Signature) -> list[Span]:
    """A function with its arguments, the one being typed in bold."""
    spans: list[Span] = [(visible(found.name), "accent"), ("(", "faint")]
    for at, parameter in enumerate(found.parameters):
        if at:
            spans.append((", ", "faint"))
        spans.append((visible(parameter), "bold" if at == found.at else "faint"))
    spans.append((")", "faint"))
    if found.summary:
        spans.append((f"   {found.summary}", "faint"))
    return spans


def remark_spans(found: Diagnostic, line: int | None) -> list[Span]:
    """A remark, its line where that is another than the cursor's, and the key that fixes it."""
    spans: list[Span] = [(_MARKS[found.level], _TONES[found.level])]
    if line is not None:
        spans.append((f"line {line}: ", "faint"))
    spans.append((visible(found.message), _TONES[found.level]))
    if found.fix:
        shown = visible(found.fix)
        if f" {shown}?" in visible(found.message):
            offer = "yes"
        else:
            offer = found.offer or f"puts {shown if len(shown) <= 40 else 'it'}"
        spans += [("   F9", "accentbold"), (f" {offer}", "faint")]
    return spans
