"""`m365d-tui demo serve|credentials`: the embedded tenant for other programs."""

from __future__ import annotations

import argparse

from tui.cli.context import seconds, whole_number
from tui.errors import UsageProblem

_MOST_INCIDENTS = 1_000_000


def configure(parser: argparse.ArgumentParser, command: str) -> None:
    """Arguments of both commands."""
    if command == "demo credentials":
        parser.add_argument("--json", action="store_true", help="a list of objects")
        parser.epilog = "example:\n  m365d-tui demo credentials --json"
        return
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
    parser.add_argument(
        "--port", type=whole_number, default=0, help="port to listen on (a free one)"
    )
    parser.add_argument("--tls", action="store_true", help="https with a certificate made for it")
    parser.add_argument("--unlimited", action="store_true", help="lift the quotas")
    parser.add_argument(
        "--time-limit", type=seconds, default=180.0, metavar="S", help="seconds of a query (180)"
    )
    parser.add_argument(
        "--incidents", type=whole_number, default=300, metavar="N", help="length of the queue (300)"
    )
    parser.add_argument("--seed", type=whole_number, metavar="N", help="another month of noise")
    parser.epilog = (
        "example:\n"
        "  m365d-tui demo serve --port 8765\n"
        "  curl -d grant_type=client_credentials … http://127.0.0.1:8765/TENANT/oauth2/token\n\n"
        "With --tls, trust the certificate that it shows:\n"
        "  openssl s_client -connect 127.0.0.1:8765 </dev/null | openssl x509 > demo.pem\n\n"
        "It ends on SIGTERM or Ctrl+C. `m365d-tui demo credentials` shows who can sign in."
    )


def run(args: argparse.Namespace, command: str) -> int:
    """Serve, or list the credentials."""
    return _credentials(args) if command == "demo credentials" else _serve(args)


def _credentials(args: argparse.Namespace) -> int:
    from tui.cli.output import write_json, write_table
    from tui.demo.identity import applications

    apps = applications()
    if args.json:
        write_json(
            [
                {
                    "name": app.name,
                    "tenant_id": app.tenant_id,
                    "client_id": app.client_id,
                    "client_secret": app.client_secret,
                    "roles": list(app.roles),
                }
                for app in apps
            ]
        )
        return 0
    write_table(
        ("NAME", "TENANT ID", "CLIENT ID", "CLIENT SECRET", "ROLES"),
        [
            (app.name, app.tenant_id, app.client_id, app.client_secret, " ".join(app.roles))
            for app in apps
        ],
    )
    return 0


def _serve(args: argparse.Namespace) -> int:
    if not 0 <= args.port <= 65535:
        raise UsageProblem(f"There is no port {args.port}", remedy="Ports are 0 to 65535.")
    if not args.host.strip():
        raise UsageProblem(
            "--host names no address", remedy="127.0.0.1 is this machine, 0.0.0.0 all its networks."
        )
    if not args.time_limit > 0:
        raise UsageProblem("A query needs time", remedy="Give --time-limit more than 0 seconds.")
    if args.incidents < 0:
        raise UsageProblem("A queue has no negative length", remedy="Give --incidents 0 or more.")
    if args.incidents > _MOST_INCIDENTS:
        raise UsageProblem(
            "The queue would be too long", remedy=f"Give --incidents {_MOST_INCIDENTS} at most."
        )
    from tui.demo.options import Options
    from tui.demo.server import DemoTenant

    chosen = {} if args.seed is None else {"seed": args.seed}
    options = Options(
        host=args.host,
        port=args.port,
        tls=args.tls,
        unlimited=args.unlimited,
        time_limit=args.time_limit,
        incidents=args.incidents,
        **chosen,
    )
    try:
        DemoTenant(options).serve_forever()
    except OSError as error:
        why = (error.strerror or "the address cannot be used").lower()
        raise UsageProblem(
            f"Cannot listen on {args.host} port {args.port}",
            why,
            "Choose another --port or --host.",
        ) from None
    return 0
