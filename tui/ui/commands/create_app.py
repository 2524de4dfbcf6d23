"""Commands of the screen that tells how to register the app."""

from __future__ import annotations

from textual_enhanced.commands import Command


class CheckStep(Command):
    """Check the step under the cursor off, or on again"""

    COMMAND = "Check the step"
    BINDING_KEY = ("enter", "Enter")
    FOOTER_TEXT = "check off"


class NextForm(Command):
    """Show the steps, the same as az commands, or as a fragment of the app's manifest"""

    COMMAND = "Next form"
    BINDING_KEY = ("right_square_bracket, tab", "]")
    FOOTER_TEXT = "next form"


class ToggleRead(Command):
    """The app shall read incidents and alerts, or not"""

    COMMAND = "Toggle read"
    BINDING_KEY = "r"


class ToggleWrite(Command):
    """The app shall change incidents and alerts, or not"""

    COMMAND = "Toggle write"
    BINDING_KEY = "w"


class ToggleHunt(Command):
    """The app shall run hunting queries, or not"""

    COMMAND = "Toggle hunt"
    BINDING_KEY = "h"


class ToggleAct(Command):
    """The app shall act on devices, or not"""

    COMMAND = "Toggle act"
    BINDING_KEY = "a"


class OtherApi(Command):
    """Over Microsoft Graph, or over the classic API that ends on 2027-02-01"""

    COMMAND = "Other API"
    BINDING_KEY = "c"
    FOOTER_TEXT = "other API"


class ForPartners(Command):
    """For this tenant only, or for customers' tenants that consent to it"""

    COMMAND = "For partners"
    BINDING_KEY = "p"
    FOOTER_TEXT = "partners"


class CopyStep(Command):
    """Copy what the step under the cursor needs"""

    COMMAND = "Copy the step"
    BINDING_KEY = "y"
    FOOTER_TEXT = "copy"


class CopyForm(Command):
    """Copy all steps, or the whole text of the form"""

    COMMAND = "Copy the whole form"
    BINDING_KEY = "Y"
    FOOTER_TEXT = "copy all"


class MakeProfile(Command):
    """Fill in the form of a new profile"""

    COMMAND = "Make the profile"
    BINDING_KEY = "n"
    FOOTER_TEXT = "make the profile"
