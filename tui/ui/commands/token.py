"""Commands of the token panel."""

from __future__ import annotations

from textual_enhanced.commands import Command


class RenewToken(Command):
    """Get a new token now"""

    COMMAND = "Renew the token"
    BINDING_KEY = "r"
    FOOTER_TEXT = "renew"


class DecodeAnother(Command):
    """Decode another token, offline; it is neither sent nor kept"""

    COMMAND = "Decode another token"
    BINDING_KEY = "d"
    FOOTER_TEXT = "decode another"


class CopyClaim(Command):
    """Copy the value under the cursor"""

    COMMAND = "Copy the claim"
    BINDING_KEY = "y"
    FOOTER_TEXT = "copy"


class Verify(Command):
    """Check the signature with the tenant's published keys; only keys are fetched"""

    COMMAND = "Verify the signature"
    BINDING_KEY = "v"
    FOOTER_TEXT = "verify"


class MoveToGraph(Command):
    """Compare what both APIs say, and move the profile to Microsoft Graph"""

    COMMAND = "Move to Graph"
    BINDING_KEY = "M"
    FOOTER_TEXT = "move to Graph"


class SignOutHere(Command):
    """Drop the token and return to the sign-in screen"""

    COMMAND = "Sign out of this tenant"
    BINDING_KEY = "S"
    FOOTER_TEXT = "sign out"


class CopyToken(Command):
    """Copy the token itself; asks first, for whoever holds it may do what it allows"""

    COMMAND = "Copy the token itself"
    BINDING_KEY = ("ctrl+y", "^y")


class CopyClaims(Command):
    """Copy all claims as JSON; the token itself is not among them"""

    COMMAND = "Copy all claims"
    BINDING_KEY = "Y"
    FOOTER_TEXT = "copy all"


class NextToken(Command):
    """Show the token of the next service: Graph, classic, Endpoint"""

    COMMAND = "Next token"
    BINDING_KEY = ("right_square_bracket", "]")
    FOOTER_TEXT = "next token"


class SignInAgain(Command):
    """Try to sign in again"""

    COMMAND = "Sign in again"
    BINDING_KEY = "R"
    FOOTER_TEXT = "sign in again"
