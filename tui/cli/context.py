"""From arguments to settings, profile, session and services, for every command."""

from __future__ import annotations

import argparse
import sys
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Timer
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from tui.cli.output import say
from tui.errors import UsageProblem

if TYPE_CHECKING:
    from tui.api.service import Connection
    from tui.api.transport import Wait
    from tui.auth.credentials import DeviceCode
    from tui.auth.profiles import DemoLauncher, Profile
    from tui.auth.secret import Secret
    from tui.auth.session import Session
    from tui.config import Settings
    from tui.demo.options import Options
    from tui.demo.server import DemoTenant

T = TypeVar("T")

_WARM_AFTER = 1.5
"""Seconds after which the embedded tenant loads its hunting engine, if nobody hunted before."""

WAIT_LIMIT = 90.0
"""Seconds that a command waits for a throttled service, unless `--wait`."""


def whole_number(text: str) -> int:
    """A whole number of the command line.

    Raises:
        ArgumentTypeError: It is none.
    """
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text[:40]}' is no whole number") from None


def seconds(text: str) -> float:
    """A number of seconds of the command line.

    Raises:
        ArgumentTypeError: It is none.
    """
    try:
        return float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text[:40]}' is no number of seconds") from None


def file_name(text: str) -> Path:
    """A file that the command line names.

    Raises:
        ArgumentTypeError: The name is empty.
    """
    if not text:
        raise argparse.ArgumentTypeError("it names no file")
    return Path(text)


def add_global_options(parser: argparse.ArgumentParser) -> None:
    """The options that may stand before or after any command."""
    group = parser.add_argument_group("general")
    group.add_argument("--demo", action="store_true", help="use the embedded tenant, no account")
    group.add_argument("--profile", metavar="NAME", help="sign in with this profile")
    group.add_argument("--config", metavar="FILE", type=file_name, help="use this settings file")
    group.add_argument("--no-cache", action="store_true", help="keep everything in memory")
    group.add_argument("--log", metavar="FILE", type=file_name, help="write what happens to a file")
    group.add_argument("--version", action="store_true", help="say the version and end")


def add_wait_option(parser: argparse.ArgumentParser) -> None:
    """`--wait`, for commands that talk to a service."""
    parser.add_argument(
        "--wait",
        action="store_true",
        help=f"wait for a throttled service as long as it takes (else {WAIT_LIMIT:.0f} s in all)",
    )


def read_settings(args: argparse.Namespace) -> Settings:
    """The settings file in force.

    Raises:
        UsageProblem: It is faulty.
    """
    from tui.config import load_settings

    return load_settings(args.config)


def settings_to_change(args: argparse.Namespace) -> Settings:
    """The settings file in force; a file named with `--config` may still have to be made.

    Raises:
        UsageProblem: It is faulty.
    """
    from tui.config import Settings, config_path

    file = config_path(args.config)
    return read_settings(args) if file.exists() else Settings(path=file)


def run_async(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end; Ctrl+C cancels it and leaves by `KeyboardInterrupt`."""
    import asyncio

    return asyncio.run(work)


def read_hidden(question: str) -> str:
    """Read a line that is not shown; Ctrl+C leaves by `KeyboardInterrupt` even inside a loop."""
    import getpass
    import signal

    from tui.text import visible

    # asyncio's own handler would only cancel a task, and the terminal would stay mute.
    former = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return getpass.getpass(f"{visible(question)}: ", stream=sys.stderr)
    except EOFError:
        return ""
    finally:
        signal.signal(signal.SIGINT, former)


async def ask_at_terminal(_profile: Profile, question: str) -> Secret | None:
    """Ask for a secret where somebody sits at a terminal; None where nothing is typed."""
    from tui.auth.secret import Secret

    value = read_hidden(question)
    return Secret(value) if value else None


class Launcher:
    """Starts the embedded tenant in a thread of its own.

    Args:
        options: How the tenant is to be; as by default unless given.
    """

    def __init__(self, options: Options | None = None) -> None:
        self._options = options
        self._tenant: DemoTenant | None = None
        self._warming: Timer | None = None
        self._profile: Profile | None = None

    def start(self) -> Profile:
        """Start the tenant unless it runs, and return the profile that signs in there."""
        if self._profile is not None:
            return self._profile
        from tui.auth.clouds import custom_cloud
        from tui.auth.profiles import Profile
        from tui.auth.secret import Secret
        from tui.config import HostTable
        from tui.demo.identity import ANALYST, applications
        from tui.demo.options import Options
        from tui.demo.server import DemoTenant

        tenant = DemoTenant(self._options or Options())
        try:
            origin = tenant.start()
        except (OSError, RuntimeError):
            raise UsageProblem(
                "The embedded tenant did not start",
                "no socket could be opened on 127.0.0.1",
                "Check whether programs may listen on this machine.",
            ) from None
        self._tenant = tenant
        self._warming = Timer(_WARM_AFTER, tenant.warm)
        self._warming.daemon = True
        self._warming.start()
        app = applications()[0]
        self._profile = Profile(
            name="demo",
            tenant_id=app.tenant_id,
            client_id=app.client_id,
            cloud=custom_cloud(HostTable(authority=origin)),
            credential="prompt",
            is_demo=True,
            analyst=ANALYST,
            given_secret=Secret(app.client_secret),
        )
        return self._profile

    def stop(self) -> None:
        """Stop the tenant if it runs."""
        tenant, self._tenant, self._profile = self._tenant, None, None
        if self._warming is not None:
            self._warming.cancel()
        if tenant is not None:
            tenant.stop()


def demo_launcher() -> DemoLauncher:
    """The launcher that the screens are given."""
    return Launcher()


@contextmanager
def chosen_profile(args: argparse.Namespace) -> Iterator[Profile]:
    """The profile that the arguments name; with `--demo` the embedded tenant runs meanwhile.

    Raises:
        UsageProblem: There is no such profile, or the settings are faulty.
    """
    if args.demo:
        launcher = Launcher()
        try:
            yield launcher.start()
        finally:
            launcher.stop()
        return
    from tui.auth.profiles import profile_named

    settings = read_settings(args)
    yield replace(profile_named(settings, args.profile), analyst=settings.ui.me)


def show_code_at_terminal(code: DeviceCode) -> None:
    """Tell on standard error where to sign in and with which code, and what came of it."""
    from tui.text import visible

    if code.state == "waiting":
        say(
            f"Open {visible(code.address)} in a browser and type {visible(code.user_code)} "
            f"(until {code.expires:%H:%M} UTC)."
        )
    elif code.state == "done":
        say("Signed in.")


@asynccontextmanager
async def open_session(
    args: argparse.Namespace, *, always_show_code: bool = False
) -> AsyncIterator[Session]:
    """A session for the profile that the arguments name; nothing is asked of it yet.

    Args:
        always_show_code: Show a device code although nobody sits at a terminal.

    Raises:
        UsageProblem: There is no such profile, or the settings are faulty.
    """
    from tui.auth.session import Session

    ask = ask_at_terminal if sys.stdin is not None and sys.stdin.isatty() else None
    shown = always_show_code or sys.stderr.isatty()
    with chosen_profile(args) as profile:
        session = Session(profile, ask=ask, show_code=show_code_at_terminal if shown else None)
        try:
            yield session
        finally:
            await session.close()


def _tell_wait(wait: Wait) -> None:
    if wait.seconds >= 1:
        say(str(wait))


@asynccontextmanager
async def open_connection(
    args: argparse.Namespace, use: Literal["incidents", "hunting"]
) -> AsyncIterator[Connection]:
    """The services of the profile that the arguments name, signed in.

    `args.wait` (see `add_wait_option`) lifts the limit of waiting. Notices of the connection
    that are about what is used are said on standard error.

    Raises:
        Problem: Whatever keeps us from signing in.
    """
    from tui.api.service import connect

    limit = None if getattr(args, "wait", False) else WAIT_LIMIT
    async with open_session(args) as session:
        connection = await connect(session, on_wait=_tell_wait, wait_limit=limit)
        try:
            about = [said for place, said in connection.told if place in (use, "both")]
            for notice in (*session.notices, *about):
                say(notice)
            yield connection
        finally:
            await connection.close()


def analyst_of(connection: Connection) -> str | None:
    """Who `assigned:me` is: whom the settings name, else the user of the token, if there is one."""
    if connection.session.profile.analyst:
        return connection.session.profile.analyst
    token = connection.session.current(connection.dialect)
    claims = token.claims if token is not None else None
    return claims.user_name or None if claims is not None and claims.is_user else None
