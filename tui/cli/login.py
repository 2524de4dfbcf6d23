"""`m365d-tui login` and `logout`: the secret of a profile, into the keyring and out of it."""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tui.cli.context import read_hidden, read_settings
from tui.cli.output import say
from tui.config.schema import GUID_PATTERN
from tui.errors import UsageProblem

if TYPE_CHECKING:
    from tui.auth.profiles import Profile

_LARGEST = 64_000


def configure(parser: argparse.ArgumentParser, command: str) -> None:
    """Arguments of both commands; a secret is never one."""
    if command == "login":
        parser.epilog = (
            "The secret is read from a prompt, or from standard input that is no terminal.\n\n"
            "examples:\n"
            "  m365d-tui login --profile contoso\n"
            "  pass show m365d | m365d-tui login --profile contoso"
        )
        return
    parser.add_argument(
        "--purge",
        action="store_true",
        help="remove the tenant's caches, and history, drafts and logs, as well",
    )
    parser.epilog = "example:\n  m365d-tui logout --profile contoso --purge"


def run(args: argparse.Namespace, command: str) -> int:
    """Store or remove."""
    if args.demo:
        raise UsageProblem("The embedded tenant keeps no secret", remedy="Leave --demo out.")
    from tui.auth.profiles import profile_named

    profile = profile_named(read_settings(args), args.profile)
    return _login(profile) if command == "login" else _logout(profile, purge=args.purge)


def _read_secret(profile: Profile) -> str:
    if sys.stdin is not None and sys.stdin.isatty():
        return read_hidden(f"Client secret of {profile.name}").strip("\r\n")
    if sys.stdin is None:
        return ""
    try:
        value = sys.stdin.read(_LARGEST + 1)
    except UnicodeError:
        raise UsageProblem(
            "Standard input is no text", remedy="Give the secret as UTF-8."
        ) from None
    if len(value) > _LARGEST:
        raise UsageProblem("Standard input is longer than any secret")
    return value.rstrip("\r\n")


def _login(profile: Profile) -> int:
    from tui.auth.secret import Secret
    from tui.auth.vault import describe_secret, store_secret

    if profile.credential != "keyring":
        raise UsageProblem(
            f"Profile {profile.name} does not read the keyring",
            f"its credential is '{profile.credential}' ({describe_secret(profile)})",
            'Set credential = "keyring", or leave it as it is: there is nothing to store.',
        )
    value = _read_secret(profile)
    if not value.strip():
        raise UsageProblem("No secret was given", remedy="Nothing was stored.")
    if not value.isprintable():
        raise UsageProblem(
            "This is no client secret",
            "it holds line breaks or control characters",
            "Copy the secret's value alone. Nothing was stored.",
        )
    if re.match(GUID_PATTERN, value):
        say("This looks like the secret's ID; what signs in is its value.")
    where = store_secret(profile, Secret(value))
    say(f"The secret of {profile.name} is stored in {where} as {profile.keyring_user}.")
    say(f"Try it with `m365d-tui token --profile {profile.name}`.")
    return 0


def _logout(profile: Profile, *, purge: bool) -> int:
    from tui.auth.vault import remove_secret

    if purge:
        for path in _purge(profile):
            say(f"Removed {path}")
    if profile.credential == "keyring":
        gone = remove_secret(profile)
        say(
            f"The secret of {profile.name} is removed from the keyring."
            if gone
            else f"The keyring held no secret of {profile.name}."
        )
    elif not purge:
        say(f"Profile {profile.name} keeps no secret here: nothing to remove.")
    return 0


def _purge(profile: Profile) -> list[Path]:
    """Remove the tenant's caches, and history, drafts, logs and scratch, which are the user's.

    Returns:
        What was there.
    """
    import shutil

    from tui.config import app_paths
    from tui.incidents.cache import path_for

    paths = app_paths()
    removed: list[Path] = []
    try:
        for api in ("graph", "classic"):
            cache = path_for(profile, paths.cache_dir, api)
            # Beside it lie its journal, and copies that were set aside.
            for path in sorted(cache.parent.glob(f"{cache.stem}*")) if cache else ():
                path.unlink()
                removed.append(path)
        for folder in (paths.state_dir, paths.log_dir, paths.temp_dir):
            if folder.is_dir() and folder not in paths.config_file.parents:
                shutil.rmtree(folder)
                removed.append(folder)
    except OSError as error:
        raise UsageProblem(
            "Not everything was removed",
            f"{error.filename}: {(error.strerror or 'refused').lower()}",
            "Close other windows of this program and try again.",
        ) from None
    return removed
