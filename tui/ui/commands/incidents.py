"""Commands of the queue and of one incident."""

from __future__ import annotations

from textual_enhanced.commands import Command


class OpenIncident(Command):
    """Open the incident under the cursor"""

    COMMAND = "Open the incident"
    BINDING_KEY = ("enter", "Enter")
    FOOTER_TEXT = "open"


class SetStatus(Command):
    """Set the status: active, working, closed"""

    COMMAND = "Set the status"
    BINDING_KEY = "s"
    FOOTER_TEXT = "status"


class Assign(Command):
    """Assign to yourself, to somebody else, or to nobody"""

    BINDING_KEY = "a"
    FOOTER_TEXT = "assign"


class Classify(Command):
    """Set the classification and its determination"""

    BINDING_KEY = "c"
    FOOTER_TEXT = "classify"


class EditTags(Command):
    """Add or remove tags"""

    COMMAND = "Edit the tags"
    BINDING_KEY = "t"
    FOOTER_TEXT = "tag"


class WriteComment(Command):
    """Write a comment"""

    COMMAND = "Comment"
    BINDING_KEY = "m"
    FOOTER_TEXT = "comment"


class SetSeverity(Command):
    """Set the severity (Microsoft Graph alone can)"""

    COMMAND = "Set the severity"
    BINDING_KEY = "e"
    FOOTER_TEXT = "severity"


class Rename(Command):
    """Give the incident another name (Microsoft Graph alone can)"""

    COMMAND = "Rename the incident"
    BINDING_KEY = "N"
    FOOTER_TEXT = "rename"


class CloseAs(Command):
    """Close with a classification and its determination, in one edit"""

    COMMAND = "Close as…"
    BINDING_KEY = "X"
    FOOTER_TEXT = "close as"


class Templates(Command):
    """Sets of edits from the settings, made together after a preview"""

    COMMAND = "Templates"
    ACTION = "templates_command"
    BINDING_KEY = "M"
    FOOTER_TEXT = "templates"


class Undo(Command):
    """Undo the last edit, or that of the selected: former values are sent; comments stay"""

    BINDING_KEY = "u"
    FOOTER_TEXT = "undo"


class Redo(Command):
    """Make the edit that was undone last again"""

    BINDING_KEY = ("ctrl+r", "^r")
    FOOTER_TEXT = "redo"


class ShowOutbox(Command):
    """Show edits that are not delivered, to send them again or drop them"""

    COMMAND = "Undelivered edits"
    BINDING_KEY = "U"
    FOOTER_TEXT = "undelivered"


class HuntEntity(Command):
    """Open Hunting with a query about an entity, around the time of its alert"""

    COMMAND = "Hunt on an entity"
    BINDING_KEY = "h"
    FOOTER_TEXT = "hunt"


class Filter(Command):
    """Filter the queue: words, sev:high,medium  status:active  assigned:me  -tag:test"""

    COMMAND = "Filter"
    BINDING_KEY = ("slash", "/")
    FOOTER_TEXT = "filter"


class ShowFacets(Command):
    """How these incidents divide by severity, status, owner, tactic and source; narrow to one"""

    COMMAND = "Facets"
    ACTION = "facets_command"
    BINDING_KEY = "F"
    FOOTER_TEXT = "facets"


class ShowViews(Command):
    """Saved views: filter and order under a name and a digit"""

    COMMAND = "Views"
    ACTION = "views_command"
    BINDING_KEY = "V"
    FOOTER_TEXT = "views"


class OtherIncidents(Command):
    """Other incidents with the entity under the cursor, from the cache"""

    COMMAND = "Other incidents with it"
    BINDING_KEY = "x"
    FOOTER_TEXT = "others with it"


class ShowHandover(Command):
    """The shift's handover: what you took, changed and closed, what waits, what arrived unread"""

    COMMAND = "Handover"
    ACTION = "handover_command"
    BINDING_KEY = "H"
    FOOTER_TEXT = "handover"


class WriteReport(Command):
    """The incident as a report: Markdown, or HTML to print"""

    COMMAND = "Report"
    ACTION = "report_command"
    BINDING_KEY = "w"
    FOOTER_TEXT = "report"


class Refresh(Command):
    """Fetch what changed from the service"""

    BINDING_KEY = "R"
    FOOTER_TEXT = "refresh"


class OpenInPortal(Command):
    """Open it in the Defender portal and copy the link"""

    COMMAND = "Open in the portal"
    BINDING_KEY = "o"
    FOOTER_TEXT = "portal"


class NextTab(Command):
    """The next tab"""

    COMMAND = "Next tab"
    BINDING_KEY = ("right_square_bracket", "]")
    FOOTER_TEXT = "next tab"


class PreviousTab(Command):
    """The tab before"""

    COMMAND = "Previous tab"
    BINDING_KEY = ("left_square_bracket", "[ ]")
    FOOTER_TEXT = "tabs"


class Copy(Command):
    """Copy what is under the cursor"""

    BINDING_KEY = "y"
    FOOTER_TEXT = "copy"


class CopyRaw(Command):
    """Copy the value under the cursor as it is, ready to be followed"""

    COMMAND = "Copy as it is"
    BINDING_KEY = "Y"
    FOOTER_TEXT = "copy raw"


class LookUp(Command):
    """Look the entity up elsewhere, in a service of your settings"""

    COMMAND = "Look it up elsewhere"
    BINDING_KEY = "l"
    FOOTER_TEXT = "look up"


class NextEntry(Command):
    """Show the next one of its list"""

    COMMAND = "Next"
    BINDING_KEY = ("right_square_bracket, n", "]")
    FOOTER_TEXT = "next"


class PreviousEntry(Command):
    """Show the one before in its list"""

    COMMAND = "Before"
    BINDING_KEY = ("left_square_bracket, p", "[ ]")
    FOOTER_TEXT = "others"


RARE_EDITS: tuple[type[Command], ...] = (SetSeverity, Rename)
"""Edits that not every dialect of the service can make."""

MORE_EDITS: tuple[type[Command], ...] = (CloseAs, Templates)
"""Edits of several fields at once."""

EDITS: tuple[type[Command], ...] = (SetStatus, Assign, Classify, EditTags, WriteComment)
"""The edits, in the order of the footer."""


def template_command(at: int, name: str, key: str, words: str) -> type[Command]:
    """The command of a template of the settings.

    Args:
        at: Its place among the templates.
        name: Its name, displayable.
        key: The key that begins it, as Textual names it; empty where it has none.
        words: What it does, displayable.
    """
    parts: dict[str, object] = {
        "__doc__": f"Template: {words}",
        "COMMAND": f"Template: {name}",
        "ACTION": f"template_command({at})",
        "FOOTER_TEXT": name,
        "BINDING_KEY": key or None,
    }
    return type(f"Template{at}", (Command,), parts)
