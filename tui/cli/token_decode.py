"""`m365d-tui token decode`: read any token, offline; ask the tenant's keys only when told to."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tui.cli.context import chosen_profile, run_async
from tui.cli.output import cell_text, say, write_json, write_table
from tui.config import at_home
from tui.errors import Forbidden, UsageProblem

if TYPE_CHECKING:
    from tui.auth.claims import Claims
    from tui.auth.signature import SignatureCheck

_LARGEST = 1_000_000


def configure(parser: argparse.ArgumentParser, command: str) -> None:
    """Arguments; a token is never one."""
    del command
    parser.add_argument(
        "file", metavar="FILE", nargs="?", default="-", help="file that holds it (standard input)"
    )
    parser.add_argument("--json", action="store_true", help="one object")
    parser.add_argument(
        "--need",
        metavar="ROLE",
        action="append",
        default=[],
        help="end with 4 unless the token carries this permission; may be given again",
    )
    parser.add_argument(
        "--verify",
        action="store_true",
        help="check the signature by the keys that the profile's tenant publishes",
    )
    parser.epilog = (
        "Nothing is sent anywhere, unless --verify: then keys are fetched, and no token sent.\n\n"
        "examples:\n"
        "  m365d-tui token decode Latest-token.txt\n"
        "  pbpaste | m365d-tui token decode --need Incident.Read.All"
    )


def run(args: argparse.Namespace, command: str) -> int:
    """Read, show, and check what is asked for."""
    del command
    from tui.auth.claims import decode

    value = _token(args.file)
    try:
        claims = decode(value)
    except ValueError:
        raise UsageProblem(
            "This is no token",
            "what was given is no JWT",
            "Give the access token alone, or the token endpoint's whole answer.",
        ) from None
    check = _verified(args, value) if args.verify else None
    if args.json:
        write_json(_object(claims, check))
    else:
        _print(claims, check)
    held = {name.lower() for name in (*claims.roles, *claims.scopes)}
    lacking = [role for role in args.need if role.lower() not in held]
    if lacking:
        raise Forbidden(
            "The token does not allow what is needed",
            f"it lacks {', '.join(lacking)}",
            "Add the permission, grant admin consent, and get a new token.",
        )
    return 0


def _token(name: str) -> str:
    from tui.auth.given import token_text

    if name == "-":
        if sys.stdin is not None and sys.stdin.isatty():
            say("Paste the token, then press Enter and Ctrl+D.")
        return token_text(_piped())
    try:
        with at_home(Path(name)).open("rb") as stream:
            return token_text(stream.read(_LARGEST))
    except OSError as error:
        why = (error.strerror or "it cannot be read").lower()
        raise UsageProblem(f"{name} cannot be read", why, "Check the path.") from None


def _piped() -> bytes:
    """Standard input as it comes: it need not be text."""
    if sys.stdin is None:
        return b""
    stream = getattr(sys.stdin, "buffer", None)
    if stream is None:
        return sys.stdin.read(_LARGEST).encode("utf-8", "replace")
    found: bytes = stream.read(_LARGEST)
    return found


def _verified(args: argparse.Namespace, value: str) -> SignatureCheck:
    from tui.auth.signature import verify_signature

    with chosen_profile(args) as profile:
        return run_async(verify_signature(value, profile))


def _service(claims: Claims) -> str:
    from tui.auth.audience import service_of
    from tui.auth.clouds import CLOUDS

    found = (service_of(claims, cloud) for cloud in CLOUDS.values())
    return next((one for one in found if one), "")


def _object(claims: Claims, check: SignatureCheck | None) -> dict[str, object]:
    from tui.auth import claims as reading

    service = _service(claims)
    return {
        "verified": check is not None and check.verdict == "verified",
        "signature": None if check is None else {"verdict": check.verdict, "found": check.words},
        "resource": service or None,
        "audience": claims.audience,
        "tenant_id": claims.tenant_id,
        "client_id": claims.client_id,
        "issued": claims.issued,
        "expires": claims.expires,
        "claims": dict(claims.raw),
        "permissions": [
            {
                "feature": one.name,
                "any_of": list(one.any_of),
                "granted": reading.allowed(claims, one),
            }
            for one in reading.features(service)
        ],
        "unneeded": list(reading.unneeded(claims, service)) if service else [],
    }


def _print(claims: Claims, check: SignatureCheck | None) -> None:
    from datetime import UTC, datetime

    from tui.auth import claims as reading

    service = _service(claims)
    if claims.expires is not None:
        left = int((claims.expires - datetime.now(UTC)).total_seconds())
        state = f"{left // 60} min left" if left > 0 else f"ended {-left // 60} min ago"
        print(f"{service or 'other'} token, {state}, until {claims.expires:%Y-%m-%d %H:%M:%S} UTC")
        print()
    listed = [name for _, names in reading.grouped(claims) for name in names]
    write_table(
        ("CLAIM", "VALUE", "MEANING"),
        [
            (name, cell_text(claims.raw[name]), reading.claim_meaning(name, claims.raw[name]))
            for name in listed
        ],
    )
    if service:
        print()
        rows = []
        for feature in reading.features(service):
            by = reading.granted_by(claims, feature)
            rows.append(("✓" if by else "✗", feature.name, by or feature.any_of[0]))
        write_table(("", "FEATURE", "PERMISSION"), rows)
    print()
    print("decoded, not verified" if check is None else "decoded")
    if check is not None:
        print(f"signature {check.verdict}: {check.words}")
