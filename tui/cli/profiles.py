"""`m365d-tui profiles list|add|remove`."""

from __future__ import annotations

import argparse
import sys
from shlex import quote
from typing import TYPE_CHECKING

from tui.cli.context import file_name, read_settings, settings_to_change
from tui.cli.output import say, write_json, write_table
from tui.config.hosts import REGIONS
from tui.config.schema import CLOUD_NAMES, CREDENTIAL_KINDS
from tui.errors import UsageProblem

if TYPE_CHECKING:
    from tui.config import Settings

_HOSTS = ("classic", "graph", "endpoint", "portal")


def configure(parser: argparse.ArgumentParser, command: str) -> None:
    """Arguments of the three commands."""
    if command == "profiles list":
        parser.add_argument("--json", action="store_true", help="a list of objects")
        parser.epilog = "example:\n  m365d-tui profiles list"
        return
    parser.add_argument("name", metavar="NAME", help="name of the profile")
    if command == "profiles remove":
        parser.epilog = "example:\n  m365d-tui profiles remove contoso"
        return
    add = parser.add_argument
    add("--tenant-id", metavar="ID", help="directory (tenant) ID: a GUID or a domain")
    add("--client-id", metavar="ID", help="application (client) ID")
    add("--api", choices=("auto", "graph", "classic"), help="which API (auto)")
    add("--cloud", choices=CLOUD_NAMES, help="which cloud (global)")
    add("--token-endpoint", choices=("v1", "v2"), help="which endpoint (v2)")
    add("--credential", choices=CREDENTIAL_KINDS, help="how it signs in (keyring)")
    add("--secret-command", nargs="+", metavar="ARG", help="a command that prints the secret")
    add("--certificate-path", metavar="FILE", type=file_name, help="certificate and key")
    add("--token-file", metavar="FILE", type=file_name, help="a file that holds a token")
    add("--home-tenant", metavar="ID", help="where the app is registered, if elsewhere")
    add("--region", choices=REGIONS, help="region of the classic API's host")
    add("--authority", metavar="URL", help="token host of a cloud of your own")
    for name in _HOSTS:
        add(f"--{name}", metavar="URL", help=f"its {name} host")
    add("--default", action="store_true", help="make it the default profile")
    parser.epilog = (
        "What is needed and not given is asked for at a terminal. The secret is no option:\n"
        "`m365d-tui login` reads it from a prompt or from standard input.\n\n"
        "example:\n"
        "  m365d-tui profiles add contoso --tenant-id contoso.onmicrosoft.com \\\n"
        "      --client-id 00000000-0000-0000-0000-000000000000\n"
        "  m365d-tui login --profile contoso\n\n"
        "PROFILE/TENANT adds a tenant to a profile, for one app that many tenants consented to:\n"
        "  m365d-tui profiles add partner/fabrikam --tenant-id fabrikam.onmicrosoft.com"
    )


def run(args: argparse.Namespace, command: str) -> int:
    """List, add or remove."""
    if command == "profiles list":
        return _list(args)
    return _add(args) if command == "profiles add" else _remove(args)


def _list(args: argparse.Namespace) -> int:
    from tui.auth.profiles import profiles_of
    from tui.auth.vault import describe_secret

    settings = read_settings(args)
    profiles = profiles_of(settings)
    if args.json:
        write_json(
            [
                {
                    "name": one.name,
                    "default": one.name == settings.default_profile,
                    "tenant_id": one.tenant_id,
                    "client_id": one.client_id,
                    "cloud": one.cloud.name,
                    "authority": one.cloud.authority,
                    "api": one.api,
                    "token_endpoint": one.token_endpoint,
                    "credential": one.credential,
                }
                for one in profiles.values()
            ]
        )
        return 0
    if not profiles:
        say("There is no profile yet. Make one with `m365d-tui profiles add NAME`.")
        return 0
    write_table(
        ("NAME", "TENANT", "CLIENT ID", "HOSTS", "API", "SECRET"),
        [
            (
                f"{one.name} (default)" if one.name == settings.default_profile else one.name,
                one.tenant_id,
                one.client_id,
                one.cloud.authority_host if one.cloud.is_custom else one.cloud.name,
                one.api,
                describe_secret(one),
            )
            for one in profiles.values()
        ],
    )
    return 0


def _needed(given: str | None, option: str, question: str) -> str:
    if given:
        return given.strip()
    if not (sys.stdin and sys.stdin.isatty()):
        raise UsageProblem(f"{option} is missing", remedy=f"Give {option}: {question}.")
    sys.stderr.write(f"{question}: ")
    sys.stderr.flush()
    value = sys.stdin.readline().strip()
    if not value:
        raise UsageProblem(f"No {question.lower()} was given", remedy="Nothing was changed.")
    return value


def _add(args: argparse.Namespace) -> int:
    from tui.auth.profiles import add_profile
    from tui.config import HostTable, ProfileSettings
    from tui.config.schema import WITHOUT_CLIENT

    settings = settings_to_change(args)
    table, slash, label = args.name.partition("/")
    if slash and table in settings.profiles:
        return _add_tenant(args, settings)
    hosts = {name: getattr(args, name) for name in _HOSTS}
    if args.authority is None and any(hosts.values()):
        raise UsageProblem("--authority is missing", remedy="Hosts of your own need it.")
    if args.name in settings.profiles:
        raise UsageProblem(
            f"There is a profile '{args.name}' already", remedy="Choose another name."
        )
    tenant = _needed(args.tenant_id, "--tenant-id", "Directory (tenant) ID")
    client = args.client_id or ""
    credential = args.credential or "keyring"
    if credential not in WITHOUT_CLIENT:
        client = _needed(args.client_id, "--client-id", "Application (client) ID")
    profile = ProfileSettings(
        name=table,
        tenant_id="" if slash else tenant,
        tenants={label: tenant} if slash else {},
        client_id=client,
        api=args.api or "auto",
        cloud=HostTable(authority=args.authority, **hosts)
        if args.authority
        else args.cloud or "global",
        token_endpoint=args.token_endpoint or "v2",
        credential=credential,
        secret_command=tuple(args.secret_command or ()),
        certificate_path=args.certificate_path,
        token_file=args.token_file,
        home_tenant=args.home_tenant,
        region=args.region,
    )
    file = add_profile(settings, profile, default=args.default)
    say(f"Profile {args.name} is in {file}.")
    if credential == "keyring":
        say(f"Store its secret with `m365d-tui login --profile {quote(args.name)}`.")
    return 0


_OF_THE_APP = (
    "client_id", "api", "cloud", "token_endpoint", "credential", "secret_command",
    "certificate_path", "token_file", "home_tenant", "region", "authority", *_HOSTS,
)  # fmt: skip


def _add_tenant(args: argparse.Namespace, settings: Settings) -> int:
    """One more tenant for a profile that is there: only the tenant is its own."""
    from tui.auth.profiles import add_tenant

    table = args.name.partition("/")[0]
    for name in _OF_THE_APP:
        if getattr(args, name) is not None:
            raise UsageProblem(
                f"--{name.replace('_', '-')} is that of profile {table}, which is there already",
                remedy="Give --tenant-id alone, or choose another name.",
            )
    tenant = _needed(args.tenant_id, "--tenant-id", "Directory (tenant) ID")
    file = add_tenant(settings, args.name, tenant, default=args.default)
    say(f"Profile {args.name} is in {file}; it signs in as {table} does.")
    return 0


def _remove(args: argparse.Namespace) -> int:
    from tui.auth.profiles import profile_named, remove_profile

    settings = read_settings(args)
    table = settings.profiles.get(args.name)
    kind = table.credential if table else profile_named(settings, args.name).credential
    file = remove_profile(settings, args.name)
    tenants = f", with its {len(table.tenants)} tenants" if table and table.tenants else ""
    say(f"Profile {args.name} is gone from {file}{tenants}.")
    if kind == "keyring":
        say(
            "Its secret stays in the keyring where one was stored; "
            "`m365d-tui logout` removes it while the profile is there."
        )
    return 0
