"""`m365d-tui profiles import`: profiles from what other programs are set up with.

Sources: Azure's `AZURE_*` variables, and `msticpyconfig.yaml` (MSTICPy's pages msticpyconfig
and DataProv-MSDefender). A secret is never copied: it stays where it is, or is asked for.
"""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING

from msgspec.structs import replace

from tui.cli.context import file_name, settings_to_change
from tui.cli.output import say
from tui.config.schema import CLOUD_NAMES
from tui.errors import UsageProblem

if TYPE_CHECKING:
    from tui.config import EngineSettings, ProfileSettings
    from tui.config.outline import Node

_LARGEST = 1_000_000
_PROVIDERS = ("MicrosoftDefender", "M365D", "M365DGraph", "MDATPApp", "MDE")
"""Sections of `DataProviders` that sign in to Defender; `-NAME` behind one is an instance."""


def configure(parser: argparse.ArgumentParser, command: str) -> None:
    """Arguments."""
    del command
    parser.add_argument("name", metavar="NAME", nargs="?", help="name of the new profile")
    parser.add_argument(
        "--msticpy",
        metavar="FILE",
        nargs="?",
        type=file_name,
        const=Path(),
        help="read msticpyconfig.yaml instead of the AZURE_* variables (where MSTICPy looks)",
    )
    parser.add_argument("--default", action="store_true", help="make it the default profile")
    parser.epilog = (
        "Secrets are not copied: one in the environment or in a key vault stays there, and for\n"
        "one that the file itself holds `m365d-tui login` asks.\n\n"
        "examples:\n"
        "  AZURE_TENANT_ID=… AZURE_CLIENT_ID=… m365d-tui profiles import contoso\n"
        "  m365d-tui profiles import --msticpy\n"
        "  m365d-tui profiles import contoso --msticpy ~/work/msticpyconfig.yaml"
    )


@dataclass(frozen=True, slots=True)
class Found:
    """A profile to make, and what to tell of its secret."""

    profile: ProfileSettings
    note: str = ""


def run(args: argparse.Namespace, command: str) -> int:
    """Import."""
    del command
    if args.msticpy is not None:
        found = list(from_msticpy(*_read(args.msticpy, os.environ), args.name))
    elif args.name is None:
        raise UsageProblem(
            "The new profile has no name", remedy="Give NAME, or --msticpy for MSTICPy's settings."
        )
    else:
        found = [from_environment(args.name, os.environ)]
    from tui.auth.profiles import add_profile

    settings = settings_to_change(args)
    for one in found:
        if one.profile.name in settings.profiles:
            raise UsageProblem(
                f"There is a profile '{one.profile.name}' already",
                remedy="Remove it first, or give another NAME. Nothing was imported.",
            )
    for number, one in enumerate(found):
        name = one.profile.name
        file = add_profile(settings, one.profile, default=args.default and number == 0)
        settings = settings_to_change(args)
        say(f"Profile {name} is in {file}, with credential {one.profile.credential}.")
        if one.note:
            say(one.note)
        if one.profile.credential == "keyring":
            say(f"Store its secret with `m365d-tui login --profile {quote(name)}`.")
    return 0


def from_environment(name: str, environ: Mapping[str, str]) -> Found:
    """The profile that the `AZURE_*` variables describe.

    Raises:
        UsageProblem: They name no tenant or application, or no known authority.
    """
    from tui.config import ProfileSettings

    def value(key: str) -> str:
        return environ.get(key, "").strip()

    tenant, client = value("AZURE_TENANT_ID"), value("AZURE_CLIENT_ID")
    if not tenant or not client:
        missing = "AZURE_CLIENT_ID" if tenant else "AZURE_TENANT_ID"
        file = next(_usual_places(environ), None)
        hint = f"Or read {file} with `m365d-tui profiles import --msticpy`." if file else ""
        raise UsageProblem("There is nothing to import", f"{missing} is not set", hint)
    host = value("AZURE_AUTHORITY_HOST").rstrip("/").removeprefix("https://").lower()
    clouds = {"": "global", "login.microsoftonline.com": "global",
              "login.microsoftonline.us": "gcc-high"}  # fmt: skip
    if host not in clouds:
        raise UsageProblem(
            "The authority is not known",
            f"AZURE_AUTHORITY_HOST is {host}",
            "Make the profile by hand, with a table of hosts.",
        )
    profile = ProfileSettings(name, tenant, client, cloud=clouds[host], credential="env")
    if value("AZURE_CLIENT_SECRET"):
        return Found(profile, "Its secret stays in AZURE_CLIENT_SECRET: it was not copied.")
    if path := value("AZURE_CLIENT_CERTIFICATE_PATH"):
        certificate = Path(path).expanduser().absolute()
        return Found(replace(profile, credential="certificate", certificate_path=certificate))
    if value("AZURE_FEDERATED_TOKEN_FILE"):
        return Found(replace(profile, credential="federated"))
    return Found(replace(profile, credential="keyring"))


def _usual_places(environ: Mapping[str, str]) -> Iterator[Path]:
    """Where MSTICPy looks for its settings, the first of them that are there."""
    named = environ.get("MSTICPYCONFIG", "").strip()
    file = "msticpyconfig.yaml"
    from tui.config import at_home

    for path in (Path(named) if named else None, Path(file), at_home(Path("~/.msticpy") / file)):
        if path is not None and path.is_file():
            yield path


def _read(given: Path, environ: Mapping[str, str]) -> tuple[Node, Path]:
    from tui.config import at_home
    from tui.config.outline import read_outline

    path = next(_usual_places(environ), None) if given == Path() else at_home(given)
    if path is None:
        raise UsageProblem(
            "There are no settings of MSTICPy",
            "neither MSTICPYCONFIG nor this folder nor ~/.msticpy has msticpyconfig.yaml",
            "Name the file: --msticpy FILE.",
        )
    try:
        with path.open("rb") as stream:
            raw = stream.read(_LARGEST + 1)
        if len(raw) > _LARGEST:
            raise ValueError("it is larger than a megabyte")
        return read_outline(raw.decode("utf-8-sig")), path
    except OSError as error:
        why = (error.strerror or "refused").lower()
    except UnicodeDecodeError:
        why = "it is no text in UTF-8"
    except ValueError as error:
        why = str(error)
    raise UsageProblem(f"{path} cannot be read", why, "Check --msticpy.")


def from_msticpy(settings: Node, path: Path, name: str | None) -> Iterator[Found]:
    """The profiles that settings of MSTICPy describe: one for each instance of Defender's.

    Args:
        settings: The whole file.
        path: The file, to be named.
        name: Of the profile, where there is one instance; else the instances' own names.

    Raises:
        UsageProblem: They describe none, or several and one name was given.
    """
    sections: dict[tuple[str, str], tuple[str, Node]] = {}
    for section, value in settings.node("DataProviders").values.items():
        provider, _, instance = section.partition("-")
        arguments = settings.node("DataProviders", section, "Args")
        if provider not in _PROVIDERS or isinstance(value, str) or not arguments.text("TenantId"):
            continue
        key = arguments.text("TenantId").lower(), arguments.text("ClientId").lower()
        sections.setdefault(key, (_named(instance) or "defender", arguments))
    if not sections:
        raise UsageProblem(
            "There is nothing to import",
            f"{path} has no section of {', '.join(_PROVIDERS[:-1])} or {_PROVIDERS[-1]} with a "
            "TenantId under DataProviders",
            "Check the file, or give another with --msticpy FILE.",
        )
    if name is not None and len(sections) > 1:
        known = ", ".join(own for own, _ in sections.values())
        raise UsageProblem(
            f"There are {len(sections)} profiles in {path}: {known}",
            remedy="Leave NAME out: they are imported under these names.",
        )
    taken: set[str] = set()
    for own, arguments in sections.values():
        chosen = name or own
        while chosen in taken:
            chosen += "-2"
        taken.add(chosen)
        yield _profile(chosen, arguments, settings, path)


def _named(instance: str) -> str:
    return re.sub(r"[^\w .@-]", "-", instance).strip(" -.")[:60]


def _profile(name: str, arguments: Node, settings: Node, path: Path) -> Found:
    from tui.config import ProfileSettings

    cloud = arguments.text("Cloud").lower() or settings.node("Azure").text("cloud").lower()
    tenant = arguments.text("TenantId")
    profile = ProfileSettings(
        name,
        tenant,
        arguments.text("ClientId"),
        cloud=cloud if cloud in CLOUD_NAMES else {"usgov": "gcc-high"}.get(cloud, "global"),
        engines=_engines(settings, tenant),
    )
    secret = arguments.values.get("ClientSecret", "")
    if isinstance(secret, str):
        if secret:
            line = arguments.lines["ClientSecret"]
            return Found(
                profile,
                f"{path}:{line} holds the secret as plain text: it was not copied. Take it out "
                "there once it is stored.",
            )
        if certificate := arguments.text("Certificate"):
            where = Path(certificate).expanduser().absolute()
            return Found(replace(profile, credential="certificate", certificate_path=where))
        return Found(profile)
    if variable := secret.text("EnvironmentVar"):
        if variable in ("M365D_CLIENT_SECRET", "AZURE_CLIENT_SECRET"):
            return Found(replace(profile, credential="env"))
        command = ("printenv", variable)
        return Found(
            replace(profile, credential="command", secret_command=command),
            f"Its secret stays in the environment variable {variable}: it was not copied.",
        )
    if "KeyVault" in secret.values:
        return _of_vault(profile, secret.text("KeyVault"), settings, path)
    return Found(profile)


def _of_vault(profile: ProfileSettings, value: str, settings: Node, path: Path) -> Found:
    """A secret of Azure Key Vault, got by `az`: `SECRET`, `VAULT/SECRET`, or MSTICPy's own name."""
    vault, _, secret = value.rpartition("/")
    vault = vault or settings.node("KeyVault").text("VaultName")
    if not secret or not re.fullmatch(r"[\w-]+", secret) or not re.fullmatch(r"[\w-]+", vault):
        return Found(
            profile, f"{path} does not say which secret of which vault it is: it is asked for."
        )
    command = ("az", "keyvault", "secret", "show", "--vault-name", vault, "--name", secret,
               "--query", "value", "-o", "tsv")  # fmt: skip
    return Found(
        replace(profile, credential="command", secret_command=command),
        f"Its secret stays in the key vault {vault}: `az` fetches it at each sign-in.",
    )


def _engines(settings: Node, tenant: str) -> dict[str, EngineSettings]:
    """The tenant's workspaces of Sentinel, where the same queries run."""
    from tui.config import EngineSettings
    from tui.config.schema import GUID_PATTERN

    found: dict[str, EngineSettings] = {}
    workspaces = settings.node("AzureSentinel", "Workspaces")
    for name in workspaces.values:
        one = workspaces.node(name)
        workspace = one.text("WorkspaceId")
        if one.text("TenantId").lower() == tenant.lower() and re.fullmatch(GUID_PATTERN, workspace):
            own = _named(name) or "workspace"
            known = {each.workspace for each in found.values()}
            if workspace not in known:
                found[own] = EngineSettings(own, "log-analytics", workspace=workspace)
    return found
