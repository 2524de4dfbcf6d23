"""Commands of the screen that moves a profile to Microsoft Graph."""

from __future__ import annotations

from textual_enhanced.commands import Command


class SwitchToGraph(Command):
    """Move the profile: its settings change, and its cache is taken along"""

    COMMAND = "Move the profile"
    BINDING_KEY = ("enter", "Enter")
    FOOTER_TEXT = "move the profile"


class CompareAgain(Command):
    """Ask both APIs again"""

    COMMAND = "Compare again"
    BINDING_KEY = "R"
    FOOTER_TEXT = "compare again"


class CopyRoles(Command):
    """Copy the names of the roles that are to be granted"""

    COMMAND = "Copy the roles"
    BINDING_KEY = "y"
    FOOTER_TEXT = "copy the roles"


class RolesConsent(Command):
    """Make the link by which an administrator grants them"""

    COMMAND = "Consent link for the roles"
    BINDING_KEY = "l"
    FOOTER_TEXT = "consent link"
