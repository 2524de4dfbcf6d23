"""Commands of one incident's tabs, beyond those it shares with the queue."""

from __future__ import annotations

from textual_enhanced.commands import Command


class StepLeft(Command):
    """Go to the alert before on the timeline"""

    COMMAND = "Earlier alert"
    BINDING_KEY = ("left, k, up", "←→")
    FOOTER_TEXT = "step"


class StepRight(Command):
    """Go to the next alert on the timeline"""

    COMMAND = "Later alert"
    BINDING_KEY = "right, j, down"
    FOOTER_TEXT = "step"


class FirstAlert(Command):
    """Go to the first alert"""

    BINDING_KEY = "g, home"


class LastAlert(Command):
    """Go to the last alert"""

    BINDING_KEY = "G, end"


class ZoomIn(Command):
    """Spread the timeline around the chosen alert"""

    BINDING_KEY = ("plus", "+-")
    FOOTER_TEXT = "zoom"


class ZoomOut(Command):
    """Draw the timeline together"""

    BINDING_KEY = ("minus", "-")
    FOOTER_TEXT = "out"


class OpenAlert(Command):
    """Open the chosen alert"""

    BINDING_KEY = ("enter", "Enter")
    FOOTER_TEXT = "alert"


TIMELINE: tuple[type[Command], ...] = (
    StepLeft,
    StepRight,
    FirstAlert,
    LastAlert,
    ZoomIn,
    ZoomOut,
    OpenAlert,
)
"""The commands of the timeline."""
