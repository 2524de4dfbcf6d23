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


class CopyClaims(Command):
    """Copy all claims as JSON; the token itself is never copied"""

    COMMAND = "Copy all claims"
    BINDING_KEY = "Y"
    FOOTER_TEXT = "copy all"


class ConsentLink(Command):
    """Copy the link by which an administrator grants the app consent in a tenant"""

    COMMAND = "Consent link"
    BINDING_KEY = "l"
    FOOTER_TEXT = "consent link"


class NextToken(Command):
    """Show the token of the next service that was asked for one"""

    COMMAND = "Next token"
    BINDING_KEY = ("right_square_bracket", "]")
    FOOTER_TEXT = "next token"


class SignInAgain(Command):
    """Try to sign in again"""

    COMMAND = "Sign in again"
    BINDING_KEY = "R"
    FOOTER_TEXT = "sign in again"
