"""Commands that work everywhere."""

from __future__ import annotations

from textual_enhanced.commands import Command


class GoToIncidents(Command):
    """Show the incident queue"""

    BINDING_KEY = "1, f2"
    ACTION = "app.go('incidents')"
    FOOTER_TEXT = "incidents"


class GoToHunting(Command):
    """Show advanced hunting"""

    BINDING_KEY = "2, f3"
    ACTION = "app.go('hunting')"
    FOOTER_TEXT = "hunting"


class GoToToken(Command):
    """Show the token: its claims, what it may do and how long it lasts"""

    BINDING_KEY = "3, f4"
    ACTION = "app.go('token')"
    FOOTER_TEXT = "token"


class SwitchTenant(Command):
    """Switch to another tenant: its queue, its token and its name come together"""

    COMMAND = "Switch tenant"
    BINDING_KEY = "T, f10"
    ACTION = "app.switch_tenant"
    FOOTER_TEXT = "tenant"


class Help(Command):
    """Show the keys of this screen and what they do"""

    BINDING_KEY = ("question_mark", "?")
    FOOTER_TEXT = "help"
    SHOW_IN_FOOTER = True


class ExplainThis(Command):
    """Explain what is under the cursor"""

    COMMAND = "Explain what is under the cursor"
    BINDING_KEY = "f1"
    FOOTER_TEXT = "what is this"


class Back(Command):
    """Close what is open here, or go back"""

    BINDING_KEY = ("escape", "Esc")
    FOOTER_TEXT = "back"


class Commands(Command):
    """Find a command by its name and run it"""

    COMMAND = "Command palette"
    BINDING_KEY = ("ctrl+p", "^p")
    ACTION = "app.command_palette"
    FOOTER_TEXT = "commands"


class ChangeTheme(Command):
    """Choose another theme"""

    COMMAND = "Change the theme"
    ACTION = "app.change_theme"


class SaveScreenshot(Command):
    """Save a picture of this screen as SVG"""

    COMMAND = "Save a screenshot"
    ACTION = "app.save_picture"


class SignOut(Command):
    """Drop the token and return to the sign-in screen"""

    COMMAND = "Sign out"
    ACTION = "app.sign_out"


class Quit(Command):
    """Leave the program; asks only when an edit is not delivered yet"""

    COMMAND = "Quit"
    BINDING_KEY = "q, ctrl+q"
    ACTION = "app.quit"
    FOOTER_TEXT = "quit"


EVERYWHERE: tuple[type[Command], ...] = (
    GoToIncidents,
    GoToHunting,
    GoToToken,
    SwitchTenant,
    Help,
    ExplainThis,
    Commands,
    ChangeTheme,
    SaveScreenshot,
    SignOut,
    Quit,
)
"""Every command of the frame, in the order of the help."""
