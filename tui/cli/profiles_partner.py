"""`m365d-tui profiles consent|migrate`."""

from __future__ import annotations

import argparse
import re
from shlex import quote
from typing import TYPE_CHECKING

from tui.cli.context import open_session, read_settings, run_async, whole_number
from tui.cli.output import say, write_json, write_table
from tui.errors import Forbidden, UsageProblem

if TYPE_CHECKING:
    from tui.api.migration import Comparison
    from tui.auth.consent import ConsentAnswer
    from tui.auth.profiles import Profile
    from tui.config import Settings

_EXAMPLES = {
    "profiles consent": "  m365d-tui profiles consent --profile contoso\n"
    "  m365d-tui profiles consent --answer 'https://portal.azure.com/?admin_consent=True&…'",
    "profiles migrate": "  m365d-tui profiles migrate contoso --check\n"
    "  m365d-tui profiles migrate contoso",
}


def configure(parser: argparse.ArgumentParser, command: str) -> None:
    """Arguments of both commands."""
    add = parser.add_argument
    if command == "profiles consent":
        add("--form", choices=("v1", "v2"), default="v2", help="which of the two links (v2)")
        add("--resource", choices=("graph", "classic", "endpoint"), default="graph",
            help="which API's permissions (v2 only; graph)")  # fmt: skip
        add("--redirect", metavar="URL", help="where the browser ends (https://portal.azure.com)")
        add("--listen", metavar="PORT", nargs="?", type=whole_number, const=0,
            help="wait here for the answer (the app must list http://localhost)")  # fmt: skip
        add("--answer", metavar="URL", help="explain the address where a browser ended")
    else:
        add("name", metavar="NAME", nargs="?", help="the profile to move to Microsoft Graph")
        add("--check", action="store_true", help="look only, change nothing")
        add("--json", action="store_true", help="one object")
    parser.epilog = f"example:\n{_EXAMPLES[command]}"


def run(args: argparse.Namespace, command: str) -> int:
    """Make a link, or move."""
    if command == "profiles consent":
        return _consent(args)
    if args.name:
        args.profile = args.name
    return run_async(_migrate(args))


def _consent(args: argparse.Namespace) -> int:
    from tui.auth.consent import DEFAULT_REDIRECT, consent_link, parse_consent_redirect
    from tui.auth.profiles import profile_named

    if args.answer is not None:
        return _told(parse_consent_redirect(args.answer))
    profile = profile_named(read_settings(args), args.profile)
    if args.listen is not None:
        if not 0 <= args.listen <= 65535:
            raise UsageProblem(f"There is no port {args.listen}", remedy="Ports are 0 to 65535.")
        return _told(run_async(_caught(profile, args.listen, args.resource)))
    redirect = DEFAULT_REDIRECT if args.redirect is None else args.redirect
    if not re.fullmatch(
        r"https://[^\s/?#@]+([/?#]\S*)?|http://(localhost|127\.0\.0\.1)([:/]\S*)?", redirect
    ):
        raise UsageProblem(
            f"'{redirect[:200]}' is no address that a browser can be sent to",
            remedy="Give one of the app's redirect URIs: https://…, or http://localhost.",
        )
    print(consent_link(profile, args.form, resource=args.resource, redirect=redirect))
    return 0


async def _caught(profile: Profile, port: int, resource: str) -> ConsentAnswer:
    from tui.auth.consent import ConsentCatcher, consent_link

    async with ConsentCatcher(port) as catcher:
        link = consent_link(
            profile, resource=resource, redirect=catcher.redirect, state=catcher.state
        )
        print(link, flush=True)
        say("Open it in a browser on this machine; Ctrl+C ends the wait.")
        return await catcher.answer()


def _told(answer: ConsentAnswer) -> int:
    if not answer.granted:
        raise Forbidden(
            "Consent was not granted",
            ": ".join(part for part in (answer.error, answer.why) if part),
            "Ask an administrator of the tenant to open the link.",
        )
    print(f"consent granted{f' by tenant {answer.tenant}' if answer.tenant else ''}")
    return 0


async def _migrate(args: argparse.Namespace) -> int:
    settings = None if args.demo else read_settings(args)
    tenants = () if settings is None else _tenants(settings, args.profile)
    if not tenants:
        return await _migrate_one(args, settings)
    found = {name: await _compared(args, name) for name in tenants}
    if args.json:
        write_json([{"profile": name, **_object(one)} for name, (_, one) in found.items()])
    refused = [name for name, (_, one) in found.items() if not one.ready]
    for name, (profile, one) in found.items():
        if not args.json:
            say(f"{name}:")
            _print(one)
        if not one.ready:
            _how_to_grant(profile, one)
    table = args.profile
    if refused:
        raise Forbidden(
            f"{table} stays as it is",
            f"Graph does not give all of what classic does for {', '.join(refused)}",
            "Grant what is missing and try again: the API is one setting for all its tenants.",
        )
    if args.check:
        say(f"{table} is ready for Microsoft Graph with all its tenants; nothing was changed.")
        return 0
    assert settings is not None
    return await _switch(args, settings, [profile for profile, _ in found.values()])


def _tenants(settings: Settings, name: str | None) -> tuple[str, ...]:
    """The profiles of a table that is for several tenants, where it is named as a whole."""
    from tui.auth.profiles import profiles_of

    table = settings.profiles.get(name or "")
    if table is None or not table.tenants:
        return ()
    return tuple(each.name for each in profiles_of(settings).values() if each.table == table.name)


async def _compared(args: argparse.Namespace, name: str) -> tuple[Profile, Comparison]:
    from tui.api.migration import compare

    async with open_session(argparse.Namespace(**vars(args) | {"profile": name})) as session:
        return session.profile, await compare(session)


async def _migrate_one(args: argparse.Namespace, settings: Settings | None) -> int:
    profile, found = await _compared(args, args.profile)
    if args.json:
        write_json(_object(found))
    else:
        _print(found)
    if not found.ready:
        _how_to_grant(profile, found)
        raise Forbidden(
            f"{profile.name} stays as it is",
            str(found.refusal) if found.refusal else "Graph does not give all of what classic does",
            "Grant what is missing and try again.",
        )
    if args.check or settings is None:
        say(f"{profile.name} is ready for Microsoft Graph; nothing was changed.")
        return 0
    if "/" in profile.name:
        raise UsageProblem(
            f"{profile.name} is ready for Microsoft Graph, and was not switched alone",
            f"the API is one setting for all tenants of {profile.table}",
            f"Move them together: `m365d-tui profiles migrate {quote(profile.table)}`.",
        )
    return await _switch(args, settings, [profile])


async def _switch(args: argparse.Namespace, settings: Settings, profiles: list[Profile]) -> int:
    """Write the API down, then take over what is cached: the other order could lose edits."""
    import asyncio

    from tui.auth.profiles import change_profile
    from tui.config import app_paths
    from tui.incidents.carrying import carry_over

    table = profiles[0].table
    if profiles[0].api == "graph":
        say(f"{table} is on Microsoft Graph already.")
    else:
        file = change_profile(settings, profiles[0].name, "api", "graph")
        say(f'{table} uses Microsoft Graph from now on (api = "graph" in {file}).')
    for profile in () if args.no_cache else profiles:
        moved = await asyncio.to_thread(carry_over, profile, app_paths().cache_dir)
        if moved.incidents or moved.edits:
            count = moved.edits
            edits = "one edit that is" if count == 1 else f"{count or 'no'} edits that are"
            say(f"The cached queue of {profile.name} goes along, with {edits} not delivered.")
        if moved.left:
            say(f"Another window is delivering {moved.left} of {profile.name} at this moment.")
    return 0


def _how_to_grant(profile: Profile, found: Comparison) -> None:
    from tui.auth.claims import how_to_grant
    from tui.auth.consent import consent_link

    for feature in found.missing:
        say(f"{feature.name}: {how_to_grant(feature)}")
    if found.missing and profile.client_id:
        say(f"Then have an administrator open {consent_link(profile)}")


def _object(found: Comparison) -> dict[str, object]:
    return {
        "ready": found.ready,
        "refusal": str(found.refusal) if found.refusal else None,
        "missing": [one.any_of[0] for one in found.missing],
        "listed": found.listed,
        "compared": found.compared,
        "only_classic": list(found.only_classic),
        "only_graph": list(found.only_graph),
        "differing": list(found.differing),
        "probe": found.probe,
    }


def _print(found: Comparison) -> None:
    none = "none" if found.listed else "not compared"
    rows: list[tuple[object, ...]] = [
        ("token for Graph", "none" if found.refusal else "ok"),
        ("roles to grant", ", ".join(one.any_of[0] for one in found.missing) or "none"),
        ("incidents in both", found.compared if found.listed else "not compared"),
        ("in classic only", ", ".join(found.only_classic) or none),
        ("in Graph only", ", ".join(found.only_graph) or none),
        ("fields that differ", "; ".join(found.differing[:5]) or none),
        ("probe query", found.probe),
    ]
    write_table(("WHAT", "FOUND"), rows)
