"""`m365d-tui token`: sign in and show what the token says and allows; never the token."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from tui.cli.context import open_session, run_async
from tui.cli.output import cell_text, say, write_json, write_table

if TYPE_CHECKING:
    from tui.auth.session import Session, Token


def configure(parser: argparse.ArgumentParser, command: str) -> None:
    """Arguments."""
    del command
    parser.add_argument("--json", action="store_true", help="one object")
    parser.add_argument(
        "--resource",
        choices=("graph", "classic", "endpoint"),
        help="what the token is for (what the profile's api says)",
    )
    parser.epilog = (
        "The token is decoded and not verified, and it is never printed.\n\n"
        "examples:\n"
        "  m365d-tui token\n"
        "  m365d-tui token --json | jq .permissions"
    )


def run(args: argparse.Namespace, command: str) -> int:
    """Sign in and show."""
    del command
    return run_async(_show(args))


async def _show(args: argparse.Namespace) -> int:
    async with open_session(args) as session:
        token = await _token(session, args.resource)
        if args.json:
            write_json(_object(session, token))
        else:
            _print(session, token)
    return 0


async def _token(session: Session, resource: str | None) -> Token:
    """The token asked for; for `api = "auto"` Graph's where it allows anything, else classic."""
    from tui.auth.audience import OF_ONE_RESOURCE
    from tui.auth.claims import allowed, features
    from tui.errors import SignInProblem

    api = session.profile.api
    if resource is not None or api != "auto":
        return await session.token(resource or api)
    try:
        token = await session.token("graph")
    except SignInProblem as problem:
        if problem.code not in OF_ONE_RESOURCE:
            raise
        return await session.token("classic")
    if any(allowed(token.claims, feature) for feature in features("graph")):
        return token
    try:
        classic = await session.token("classic")
    except SignInProblem:
        return token
    return classic if any(allowed(classic.claims, one) for one in features("classic")) else token


def _object(session: Session, token: Token) -> dict[str, object]:
    from tui.auth import claims as reading

    profile, claims = session.profile, token.claims
    permissions = [
        {
            "feature": feature.name,
            "any_of": list(feature.any_of),
            "granted": None if claims is None else reading.allowed(claims, feature),
            "by": reading.granted_by(claims, feature) or None if claims else None,
            "how_to_grant": None
            if reading.allowed(claims, feature)
            else reading.how_to_grant(feature, claims),
        }
        for feature in reading.features(token.resource)
    ]
    return {
        "profile": profile.name,
        "tenant_id": profile.tenant_id,
        "client_id": profile.client_id,
        "authority": profile.cloud.authority,
        "resource": token.resource,
        "resource_uri": profile.cloud.resource_uri(token.resource),
        "secret_source": session.secret_source,
        "verified": False,
        "issued": token.issued,
        "expires": token.expires,
        "seconds_left": max(0, int((token.expires - session.now()).total_seconds())),
        "clock_skew_seconds": session.skew,
        "claims": None if claims is None else dict(claims.raw),
        "permissions": permissions,
        "unneeded": list(reading.unneeded(claims, token.resource)) if claims else [],
    }


def _print(session: Session, token: Token) -> None:
    from tui.auth import claims as reading
    from tui.auth.clock import span_words

    claims = token.claims
    left = int((token.expires - session.now()).total_seconds())
    sign = "+" if session.skew > 0 else "-"
    skew = f", the server's clock is {sign}{span_words(abs(session.skew))}" if session.skew else ""
    print(
        f"{token.resource} token, {left // 60}:{left % 60:02d} left, "
        f"until {token.expires:%Y-%m-%d %H:%M:%S} UTC{skew}"
    )
    print()
    rows: list[tuple[object, ...]] = []
    for feature in reading.features(token.resource):
        if claims is None:
            rows.append(("?", feature.name, feature.any_of[0], "the token cannot be read"))
        elif by := reading.granted_by(claims, feature):
            rows.append(("✓", feature.name, by, "granted"))
        else:
            rows.append(("✗", feature.name, feature.any_of[0], "missing"))
    if claims is not None:
        rows += [
            ("!", "–", role, "granted, and nothing here needs it")
            for role in reading.unneeded(claims, token.resource)
        ]
    write_table(("", "FEATURE", "PERMISSION", ""), rows)
    if claims is None:
        return
    print()
    listed = [name for _, names in reading.grouped(claims) for name in names]
    write_table(
        ("CLAIM", "VALUE", "MEANING"),
        [
            (name, cell_text(claims.raw[name]), reading.claim_meaning(name, claims.raw[name]))
            for name in listed
        ],
    )
    print()
    print("decoded, not verified")
    for notice in session.notices:
        say(notice)
    for feature in reading.missing(claims, token.resource):
        say(f"{feature.name}: {reading.how_to_grant(feature, claims)}")
