"""Commands of one incident's tabs, beyond those it shares with the queue."""

from __future__ import annotations

from textual_enhanced.commands import Command


class StepLeft(Command):
    """Go to the alert before on the timeline"""

    COMMAND = "Earlier alert"
    BINDING_KEY = ("left", "←→")
    FOOTER_TEXT = "step"


class StepRight(Command):
    """Go to the next alert on the timeline"""

    COMMAND = "Later alert"
    BINDING_KEY = "right"
    FOOTER_TEXT = "step"


class LaneUp(Command):
    """Go to the nearest alert of the lane above"""

    COMMAND = "Lane above"
    BINDING_KEY = ("up, k", "↑↓")
    FOOTER_TEXT = "lane"


class LaneDown(Command):
    """Go to the nearest alert of the lane below"""

    COMMAND = "Lane below"
    BINDING_KEY = "down, j"
    FOOTER_TEXT = "lane"


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


class ZoomToAll(Command):
    """Show the whole time of the incident again"""

    COMMAND = "Whole timeline"
    BINDING_KEY = "0"
    FOOTER_TEXT = "all"


class SkipIdle(Command):
    """Leave long pauses out of the timeline, or put them back"""

    COMMAND = "Leave pauses out"
    BINDING_KEY = "z"
    FOOTER_TEXT = "pauses"


class OpenAlert(Command):
    """Open the chosen alert"""

    BINDING_KEY = ("enter", "Enter")
    FOOTER_TEXT = "alert"


class FindJson(Command):
    """Find words in the keys and values"""

    COMMAND = "Find in the JSON"
    BINDING_KEY = ("slash", "/")
    FOOTER_TEXT = "find"


class NextFound(Command):
    """Go to the next place of the words"""

    COMMAND = "Next place found"
    BINDING_KEY = "n"
    FOOTER_TEXT = "next"


class PreviousFound(Command):
    """Go to the place of the words before"""

    COMMAND = "Place found before"
    BINDING_KEY = "N"
    FOOTER_TEXT = "before"


class FoldAll(Command):
    """Open or fold all below the cursor"""

    COMMAND = "Fold or open all"
    BINDING_KEY = "z"
    FOOTER_TEXT = "fold all"


class CopyPath(Command):
    """Copy where the value stands, as alerts[0].evidence[3].fileDetails.sha256"""

    COMMAND = "Copy the path"
    BINDING_KEY = "Y"
    FOOTER_TEXT = "path"


JSON: tuple[type[Command], ...] = (FindJson, NextFound, PreviousFound, FoldAll, CopyPath)
"""The commands of the JSON tab."""

TIMELINE: tuple[type[Command], ...] = (
    StepLeft,
    StepRight,
    LaneUp,
    LaneDown,
    FirstAlert,
    LastAlert,
    ZoomIn,
    ZoomOut,
    ZoomToAll,
    SkipIdle,
    OpenAlert,
)
"""The commands of the timeline."""
