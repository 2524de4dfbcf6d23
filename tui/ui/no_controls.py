"""The last line of defence: whatever a widget draws, no control character reaches the terminal.

Service text is made displayable where it is shown. What is not shown but typed may hold
controls all the same: text from the clipboard, or a value that a person edits as it is.
"""

from __future__ import annotations

import re

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

_ACTING = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


class NoControls(LineFilter):
    """Leaves out of every line what acts on a terminal; all of it has no width."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """See `LineFilter.apply`."""
        if all(segment.control or segment.text.isprintable() for segment in segments):
            return segments
        return [
            segment
            if segment.control or segment.text.isprintable()
            else Segment(_ACTING.sub("", segment.text), segment.style)
            for segment in segments
        ]
