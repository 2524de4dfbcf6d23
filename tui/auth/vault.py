"""Where secrets rest: keyring, environment, command, prompt."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import PurePath
from typing import TypeVar, cast

from msgspec import Struct

from tui.auth.credentials import AskSecret
from tui.auth.profiles import Profile
from tui.auth.secret import Secret
from tui.errors import SignInProblem

__all__ = [
    "ENTRIES",
    "AskSecret",
    "FoundSecret",
    "describe_secret",
    "find_secret",
    "in_daemon_thread",
    "remove_secret",
    "step_label",
    "store_secret",
]

T = TypeVar("T")

_WITH_SECRET = frozenset({"keyring", "env", "command", "prompt"})
_COMMAND_LIMIT = 30.0


class FoundSecret(Struct, frozen=True):
    """A secret and where it came from."""

    secret: Secret
    source: str
    """"Secret Service", "environment variable M365D_CLIENT_SECRET", "prompt"."""


def _what(profile: Profile) -> str:
    return f"Signing in to {profile.name} failed"


async def find_secret(profile: Profile, ask: AskSecret | None = None) -> FoundSecret:
    """The secret of a profile, from where its `credential` says.

    Args:
        profile: Whose secret.
        ask: Asks a person; None where there is nobody to ask.

    Raises:
        SignInProblem: There is none, it cannot be read, or the kind is not supported.
    """
    if profile.given_secret is not None:
        return FoundSecret(profile.given_secret, "the embedded tenant")
    kind = profile.credential
    if kind == "keyring":
        return await _from_keyring(profile)
    if kind == "env":
        return _from_environment(profile, os.environ)
    if kind == "command":
        return await _from_command(profile)
    if kind == "prompt":
        return await _from_prompt(profile, ask)
    raise SignInProblem(
        _what(profile),
        f"credential '{kind}' has no client secret",
        f"Those that have one are {', '.join(sorted(_WITH_SECRET))}; edit profile {profile.name}.",
    )


def step_label(profile: Profile) -> str:
    """What is being done while `find_secret` runs."""
    return {
        "keyring": "secret from the keyring",
        "env": "secret from the environment",
        "command": f"secret from {_program(profile)}",
        "prompt": "secret from you",
    }.get(profile.credential, "secret")


def describe_secret(profile: Profile) -> str:
    """Where a profile's secret rests, in a few words; nothing is opened for it."""
    if profile.is_demo:
        return ""
    return {
        "keyring": "secret in the keyring",
        "env": "secret in the environment",
        "command": f"secret from {_program(profile)}",
        "prompt": "asks each time",
        "certificate": "certificate",
        "federated": "federated token",
        "managed-identity": "managed identity",
        "device-code": "device code",
        "token-file": "token file",
        "azure-cli": "Azure CLI",
    }.get(profile.credential, profile.credential)


def _program(profile: Profile) -> str:
    return PurePath(profile.secret_command[0]).name if profile.secret_command else "a command"


async def in_daemon_thread(work: Callable[[], T]) -> T:
    """Do work in a thread that does not hold up the exit of a cancelled caller."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()

    def settle(value: T | None, error: Exception | None) -> None:
        if future.done():
            return
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(cast("T", value))

    def run() -> None:
        value: T | None = None
        caught: Exception | None = None
        try:
            value = work()
        except Exception as error:
            caught = error
        with suppress(RuntimeError):  # The loop has closed meanwhile: nobody waits.
            loop.call_soon_threadsafe(settle, value, caught)

    threading.Thread(target=run, name="vault", daemon=True).start()
    return await future


async def _from_keyring(profile: Profile) -> FoundSecret:
    from tui.auth.keychain import read

    value, backend = await in_daemon_thread(lambda: read(profile))
    if value is None:
        raise SignInProblem(
            _what(profile),
            f"{backend} holds no secret for {profile.keyring_user}",
            f"Store it with `m365d-tui login --profile {profile.argument}`.",
        )
    return FoundSecret(Secret(value), backend)


ENTRIES = {"keyring": "", "certificate": "certificate", "device-code": "user"}
"""Kinds of credential that keep something in the keyring, and which entry it is."""


def store_secret(profile: Profile, secret: Secret) -> str:
    """Keep a profile's secret in the system's keyring; blocks as long as the keyring does.

    That is the client secret, or for a certificate its key's pass phrase.

    Returns:
        The keyring's name.

    Raises:
        SignInProblem: There is no keyring, or it did not take the secret; nothing was stored.
    """
    from tui.auth.keychain import write

    return write(profile, secret.reveal(), ENTRIES.get(profile.credential, ""))


def remove_secret(profile: Profile) -> bool:
    """Remove what a profile keeps in the system's keyring; blocks likewise.

    Returns:
        Whether there was anything.

    Raises:
        SignInProblem: There is no keyring, or it refused.
    """
    from tui.auth.keychain import delete

    return delete(profile, ENTRIES.get(profile.credential, ""))


def _from_environment(profile: Profile, environ: Mapping[str, str]) -> FoundSecret:
    def found(name: str) -> FoundSecret:
        # A file's last line break comes along where a variable is set from it.
        secret = environ[name].strip("\r\n")
        if not secret.isprintable():
            raise SignInProblem(
                _what(profile),
                f"{name} holds what no secret holds: line breaks, controls or bytes that are "
                "no UTF-8",
                f"Set {name} to the secret's value alone.",
            )
        return FoundSecret(Secret(secret), f"environment variable {name}")

    if environ.get("M365D_CLIENT_SECRET", "").strip():
        return found("M365D_CLIENT_SECRET")
    value = environ.get("AZURE_CLIENT_SECRET", "").strip()
    other = environ.get("AZURE_CLIENT_ID", "")
    if value and (not other or other.lower() == profile.client_id.lower()):
        return found("AZURE_CLIENT_SECRET")
    if value:
        raise SignInProblem(
            _what(profile),
            "AZURE_CLIENT_SECRET is set, but AZURE_CLIENT_ID names another application than "
            f"profile {profile.name}",
            "Set M365D_CLIENT_SECRET.",
        )
    raise SignInProblem(
        _what(profile),
        "neither M365D_CLIENT_SECRET nor AZURE_CLIENT_SECRET is set",
        "Set M365D_CLIENT_SECRET to the secret's value.",
    )


async def _from_prompt(profile: Profile, ask: AskSecret | None) -> FoundSecret:
    if ask is None:
        raise SignInProblem(
            _what(profile),
            "its secret is asked for each time, and there is no terminal to ask at",
            "Run it in a terminal, or use credential env, command or keyring.",
        )
    secret = await ask(profile, f"Client secret of {profile.name}")
    if secret is None or not secret:
        raise SignInProblem(_what(profile), "no secret was given", "Try again and type it.")
    return FoundSecret(secret, "prompt")


async def _from_command(profile: Profile) -> FoundSecret:
    program = _program(profile)

    def failed(why: str, remedy: str) -> SignInProblem:
        return SignInProblem(_what(profile), f"secret_command {program} {why}", remedy)

    from tui.auth.process import ToolFault, run_tool

    try:
        value = (await run_tool(profile.secret_command, limit=_COMMAND_LIMIT)).text
    except ToolFault as fault:
        complaint = f": {fault.complaint}" if fault.complaint else ""
        why, remedy = {
            "missing": (
                "was not found",
                "Give its whole path, or put it on PATH; no shell runs it.",
            ),
            "refused": ("could not be started", "Check that it may be executed."),
            "slow": (
                f"did not end within {_COMMAND_LIMIT:.0f} s",
                "Run it by hand: it may be waiting for you to unlock its vault.",
            ),
            "failed": (f"ended with {fault.code}{complaint}", "Run it by hand."),
            "large": ("printed more than a secret", "It must print the secret and nothing else."),
        }.get(fault.kind, ("printed no text", "It must print the secret as UTF-8."))
        raise failed(why, remedy) from None
    value = value.removesuffix("\n").removesuffix("\r")
    if not value:
        raise failed("printed nothing", "It must print the secret.")
    if "\n" in value or "\0" in value:
        raise failed("printed several lines", "It must print the secret and nothing else.")
    return FoundSecret(Secret(value), program)
