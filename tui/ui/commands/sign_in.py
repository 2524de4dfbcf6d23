"""Commands of the sign-in screen."""

from __future__ import annotations

from textual_enhanced.commands import Command


class SignIn(Command):
    """Sign in with the profile under the cursor"""

    COMMAND = "Sign in"
    BINDING_KEY = ("enter", "Enter")
    FOOTER_TEXT = "sign in"
    SHOW_IN_FOOTER = True


class NewProfile(Command):
    """Make a profile for a tenant"""

    COMMAND = "New profile"
    BINDING_KEY = "n"
    FOOTER_TEXT = "new profile"


class StoreSecret(Command):
    """Store the client secret of the profile under the cursor in the keyring"""

    COMMAND = "Store the secret"
    BINDING_KEY = "s"
    FOOTER_TEXT = "store secret"


class TypeSecret(Command):
    """Sign in with a secret typed now, wherever the profile keeps its own"""

    COMMAND = "Type the secret"
    BINDING_KEY = "p"
    FOOTER_TEXT = "type the secret"


class CopyCode(Command):
    """Copy the device code; or the code, the IDs and the time of a refusal, for a ticket"""

    COMMAND = "Copy the code or the IDs"
    BINDING_KEY = "y"
    FOOTER_TEXT = "copy"


class CopyAddress(Command):
    """Copy the address where the device code is typed"""

    COMMAND = "Copy the address"
    BINDING_KEY = "a"
    FOOTER_TEXT = "copy the address"


class ConsentLink(Command):
    """Make the link by which an administrator grants the app consent, and read its answer"""

    COMMAND = "Consent link"
    BINDING_KEY = "l"
    FOOTER_TEXT = "consent link"


class EditProfile(Command):
    """Change the profile under the cursor"""

    COMMAND = "Edit the profile"
    BINDING_KEY = "e"
    FOOTER_TEXT = "edit"


class RemoveProfile(Command):
    """Remove the profile under the cursor; asks first"""

    COMMAND = "Remove the profile"
    BINDING_KEY = "delete"
    FOOTER_TEXT = "remove"


class Guide(Command):
    """Register the application in Microsoft Entra: a checklist, as commands, as a manifest"""

    COMMAND = "Create the app"
    BINDING_KEY = "g"
    FOOTER_TEXT = "create the app"


class Demo(Command):
    """Sign in to the embedded demo tenant"""

    COMMAND = "Demo tenant"
    BINDING_KEY = "D"
    FOOTER_TEXT = "demo"


class WorkOffline(Command):
    """Open the cached queue of the profile under the cursor without signing in"""

    COMMAND = "Open the cached queue"
    BINDING_KEY = "o"
    FOOTER_TEXT = "cached queue"
