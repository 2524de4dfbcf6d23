"""The pass phrase of a certificate's key: environment, keyring, a person."""

from __future__ import annotations

import os
from dataclasses import dataclass

from tui.auth.credentials import Context
from tui.auth.profiles import Profile
from tui.auth.secret import Secret
from tui.errors import SignInProblem

ENTRY = "certificate"
"""Which of a profile's keyring entries it is."""


@dataclass(frozen=True, slots=True)
class PassPhrase:
    """A pass phrase and where it came from."""

    secret: Secret
    source: str


def from_environment(profile: Profile) -> PassPhrase | None:
    """`M365D_CERTIFICATE_PASSWORD`, or Azure's where that means the same application."""
    if value := os.environ.get("M365D_CERTIFICATE_PASSWORD"):
        return PassPhrase(Secret(value), "environment variable M365D_CERTIFICATE_PASSWORD")
    other = os.environ.get("AZURE_CLIENT_ID", "")
    value = os.environ.get("AZURE_CLIENT_CERTIFICATE_PASSWORD")
    if value and (not other or other.lower() == profile.client_id.lower()):
        return PassPhrase(Secret(value), "environment variable AZURE_CLIENT_CERTIFICATE_PASSWORD")
    return None


async def find_pass_phrase(context: Context) -> PassPhrase:
    """The pass phrase, from the first place that has one.

    Raises:
        SignInProblem: There is none, and nobody to ask.
    """
    profile = context.profile
    if found := from_environment(profile):
        return found
    from tui.auth.keychain import read
    from tui.auth.vault import in_daemon_thread

    why = ""
    try:
        value, backend = await in_daemon_thread(lambda: read(profile, ENTRY))
        if value is not None:
            return PassPhrase(Secret(value), backend)
        why = f"{backend} holds none"
    except SignInProblem as problem:
        why = problem.why
    if context.ask is None:
        raise context.problem(
            f"the certificate's key has a pass phrase, {why}, and there is no terminal to ask at",
            f"Store it with `m365d-tui login --profile {profile.argument}`, or set "
            "M365D_CERTIFICATE_PASSWORD.",
        )
    secret = await context.ask(profile, f"Pass phrase of the certificate of {profile.name}")
    if secret is None or not secret:
        raise context.problem("no pass phrase was given", "Try again and type it.")
    return PassPhrase(secret, "prompt")
