"""`m365d-tui login` and `logout`: the secret of a profile, into the keyring and out of it."""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tui.cli.context import open_session, read_hidden, read_settings, run_async
from tui.cli.output import say
from tui.config.schema import GUID_PATTERN
from tui.errors import UsageProblem

if TYPE_CHECKING:
    from tui.auth.profiles import Profile

_LARGEST = 64_000
_STORED = {
    "keyring": ("Client secret", "secret"),
    "certificate": ("Pass phrase", "pass phrase"),
}
"""What `login` stores for a kind of credential: its name at the prompt, and in a sentence."""
_KEPT = {"keyring": "secret", "certificate": "pass phrase", "device-code": "sign-in"}
"""What `logout` removes likewise."""


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
    from tui.auth.profiles import profile_named, profiles_of

    settings = read_settings(args)
    table = settings.profiles.get(args.profile or settings.default_profile or "")
    if command == "login" and table and table.tenants and table.credential in _STORED:
        # The secret is the app's: which of its tenants is named makes no difference.
        every = profiles_of(settings).values()
        return _login(next(one for one in every if one.table == table.name), args)
    profile = profile_named(settings, args.profile)
    return _login(profile, args) if command == "login" else _logout(profile, purge=args.purge)


def _read_secret(profile: Profile, name: str) -> str:
    if sys.stdin is not None and sys.stdin.isatty():
        return read_hidden(f"{name} of {profile.name}").strip("\r\n")
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


def _login(profile: Profile, args: argparse.Namespace) -> int:
    from tui.auth.secret import Secret, fault_of_typed
    from tui.auth.vault import describe_secret, store_secret

    if profile.credential == "device-code":
        return _by_device_code(args)
    if profile.credential not in _STORED:
        raise UsageProblem(
            f"Profile {profile.name} does not read the keyring",
            f"its credential is '{profile.credential}' ({describe_secret(profile)})",
            'Set credential = "keyring", or leave it as it is: there is nothing to store.',
        )
    name, entry = _STORED[profile.credential]
    value = _read_secret(profile, name)
    if not value.strip():
        raise UsageProblem(f"No {name.lower()} was given", remedy="Nothing was stored.")
    if fault := fault_of_typed(value):
        raise UsageProblem(
            f"This is no {name.lower()}",
            fault,
            "Copy the value alone. Nothing was stored.",
        )
    if re.fullmatch(GUID_PATTERN, value):
        say("This looks like the secret's ID; what signs in is its value.")
    where = store_secret(profile, Secret(value))
    say(f"The {entry} of {profile.name} is stored in {where} as {_entry(profile)}.")
    say(f"Try it with `m365d-tui token --profile {profile.argument}`.")
    return 0


def _entry(profile: Profile) -> str:
    from tui.auth.keychain import entry_user
    from tui.auth.vault import ENTRIES

    return entry_user(profile, ENTRIES[profile.credential])


def _by_device_code(args: argparse.Namespace) -> int:
    """Sign in as a user now, so that later commands find the refresh token."""

    async def sign_in() -> str:
        async with open_session(args, always_show_code=True) as session:
            api = session.profile.api
            token = await session.token("graph" if api == "auto" else api, renew=True)
            return token.claims.user_name if token.claims else ""

    user = run_async(sign_in())
    say(f"Signed in{f' as {user}' if user else ''}; {args.profile or 'the profile'} stays so.")
    return 0


def _logout(profile: Profile, *, purge: bool) -> int:
    from tui.auth.vault import ENTRIES, remove_secret

    if purge:
        for path in _purge(profile):
            say(f"Removed {path}")
    if profile.credential in ENTRIES:
        gone = remove_secret(profile)
        entry = _KEPT[profile.credential]
        say(
            f"The {entry} of {profile.name} is removed from the keyring."
            if gone
            else f"The keyring held no {entry} of {profile.name}."
        )
        if gone and profile.home_tenant and entry != "sign-in":
            say(f"It was the one {entry} of the app, for all its tenants.")
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
