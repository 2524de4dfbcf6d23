"""The application: its places, its theme, and what holds between them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any, ClassVar

from textual.binding import Binding
from textual.events import Event, Key, Paste
from textual.filter import LineFilter
from textual.message import Message
from textual.notifications import Notification
from textual.screen import Screen
from textual.widget import AwaitMount
from textual.worker import WorkerFailed
from textual_enhanced.commands import Command

from tui.errors import Problem
from tui.text import visible
from tui.ui.commands import common
from tui.ui.commands.provider import ScreenCommands
from tui.ui.drafts import Drafts
from tui.ui.endings import end_by_signals
from tui.ui.key_gate import KeyGate
from tui.ui.keys import keymap_of
from tui.ui.no_controls import NoControls
from tui.ui.places import Places
from tui.ui.problems import brief, sentence
from tui.ui.tenants import asking_workspace
from tui.ui.theme import DARK, THEMES
from tui.ui.views import Views
from tui.ui.widgets.key_line import key_name

if TYPE_CHECKING:
    from textual.binding import BindingType

    from tui.auth.profiles import DemoLauncher
    from tui.auth.session import Session
    from tui.config import Settings
    from tui.ui.workspace import Workspace

_NO_CONTROLS = NoControls()
_WARM_UP_AFTER = 0.3
"""Seconds after the start, so that loading takes nothing from the first frame."""

_MOST_DEFECTS = 50
"""Errors of this program after which a run is not worth going on with."""

_RENEWAL_PAUSE = 30.0
"""Seconds between two attempts to renew a token."""

_log = logging.getLogger("tui.ui")


def _sign_in() -> Screen[Any]:
    from tui.ui.screens.sign_in import SignInScreen

    return SignInScreen()


class M365dApp(Places):
    """m365d-tui.

    Args:
        settings: The settings file, read and checked.
        profile_name: The profile to preselect; the default one unless given.
        demo: Starts the embedded tenant; None where it is not to be had.
        use_demo: Preselect the embedded tenant.
        no_cache: Keep everything in memory.
        now: The clock; for pictures at a fixed time.
    """

    TITLE = "m365d-tui"
    ENABLE_COMMAND_PALETTE = True
    COMMANDS = {ScreenCommands}
    MODES = {"sign-in": _sign_in}
    DEFAULT_MODE = "sign-in"
    BINDINGS: ClassVar[list[BindingType]] = Command.bindings(
        common.GoToIncidents,
        common.GoToHunting,
        common.GoToToken,
        common.SwitchTenant,
        common.Commands,
        common.Quit,
    )
    CSS = """
    * { scrollbar-size-vertical: 1; }
    Toast {
        width: 60; max-width: 90%; padding: 0 1; margin: 0 1 1 0;
        background: $surface; border-left: outer $accent;
    }
    Toast.-error { border-left: outer $error; }
    Toast.-warning { border-left: outer $warning; }
    Tooltip { background: $surface; }
    CommandPalette { background: $background 60%; }
    CommandPalette > Vertical { width: 70; max-width: 96%; background: $surface; }
    CommandPalette #--input { border: none; padding: 1 1 0 1; }
    CommandPalette OptionList { background: $surface; border: none; }
    """

    def __init__(
        self,
        settings: Settings,
        *,
        profile_name: str | None = None,
        demo: DemoLauncher | None = None,
        use_demo: bool = False,
        no_cache: bool = False,
        now: Callable[[], datetime] | None = None,
    ) -> None:
        super().__init__()
        self.settings = settings
        self.profile_name = profile_name
        self.demo = demo
        self.use_demo = use_demo
        self.no_cache = no_cache
        self.fixed_now = now
        self.drafts = Drafts(on_disk=not (no_cache or use_demo))
        """Comments begun and not sent."""
        self.views = Views(on_disk=not (no_cache or use_demo))
        self.defects: list[BaseException] = []
        """Errors of this program in this run; each is in the log of defects too."""
        self._said: dict[str, Notification] = {}
        """Problems by what failed, each as it was last said."""
        self.workspace = None
        self.steps_done = set()
        self.gate = KeyGate(self, super().on_event)
        for theme in THEMES:
            self.register_theme(theme)
        wanted = settings.ui.theme
        self.theme = wanted if wanted in self.available_themes else DARK.name
        self.set_keymap(keymap_of(settings.keys, settings.ui.editor_keys))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Ctrl+P is the editor's own where it has the keys of emacs; the palette is on Alt+X."""
        if action == "command_palette" and getattr(self.focused, "HAS_EMACS_KEYS", False):
            return False
        return super().check_action(action, parameters)

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Textual's own, and one that lets no control character through."""
        return (*super().get_line_filters(), _NO_CONTROLS)

    def get_key_display(self, binding: Binding) -> str:
        """A key as the footer and the help write it."""
        return binding.key_display or key_name(binding.key)

    def now(self) -> datetime:
        """The time, by the server's clock where one is known."""
        if self.fixed_now is not None:
            return self.fixed_now()
        if self.workspace is not None and self.workspace.session is not None:
            return self.workspace.session.now()
        return datetime.now(UTC)

    def on_mount(self) -> None:
        """Renew tokens as they need it; say what a setting got wrong, where one did."""
        if not self.is_headless:
            end_by_signals(self)
        self._renew_after = 0.0
        self.set_timer(_WARM_UP_AFTER, self._warm_up)
        self.set_interval(5.0, self._renew_tokens)
        self.set_interval(2.0, self.settings_watch.look)
        wanted = self.settings.ui.theme
        if wanted and wanted not in self.available_themes:
            self.notify(
                f"There is no theme '{visible(wanted)}'; {DARK.name} is used. "
                "The palette (Ctrl+P) lists them.",
                severity="warning",
                markup=False,
            )

    def _warm_up(self) -> None:
        from tui.ui.commands.known import unknown_names
        from tui.ui.warm_up import warm_up

        if self.settings.keys:
            for said in unknown_names(self.settings.keys):
                self.notify(visible(said), severity="warning", timeout=12, markup=False)

        self.run_worker(warm_up, thread=True, group="warm-up", exit_on_error=False)

    def _renew_tokens(self) -> None:
        """Renew by itself every token whose time has come; a failure is tried again later."""
        if monotonic() < self._renew_after:
            return
        for workspace in self.tenants:
            session = workspace.session
            for resource in session.resources() if session else ():
                token = session.current(resource) if session else None
                if session and token is not None and session.now() >= token.renew_at:
                    self._renew_after = monotonic() + _RENEWAL_PAUSE
                    self.run_worker(
                        self._renew(workspace, session, resource),
                        group=f"renew-{workspace.tenant}-{resource}",
                    )

    async def _renew(self, workspace: Workspace, session: Session, resource: str) -> None:
        try:
            await session.token(resource)
        except Problem as problem:
            if workspace is self.workspace and session.state(resource) == "expired":
                self.report(problem, rest_at="Token (3) tells the rest, under This run.")

    def last_profile(self) -> str | None:
        """The profile that signed in last on this machine."""
        from tui.ui.remembered import recall

        return recall("profile")

    def remember_profile(self, name: str) -> None:
        """Preselect this profile next time."""
        from tui.auth.profiles import profiles_of

        if name in profiles_of(self.settings) and not self.no_cache:
            from tui.ui.remembered import remember

            remember("profile", name)

    def me(self) -> str | None:
        """Who works here: `me` of the settings, or what was answered when last asked."""
        from tui.ui.remembered import recall

        return self.settings.ui.me or recall("me")

    def remember_me(self, name: str) -> None:
        """The answer to "who are you"."""
        from tui.ui.remembered import remember

        if self.workspace is not None:
            self.workspace.queue.me = name
            if not (self.no_cache or self.workspace.profile.is_demo):
                remember("me", name)

    def push_screen(self, *args: Any, **keywords: Any) -> Any:
        """As Textual's; a tenant that has left the front opens nothing over another's."""
        if self._is_behind():
            if keywords.get("wait_for_dismiss"):
                raise asyncio.CancelledError  # In a worker, which ends with this.
            return AwaitMount(self.screen, [])
        return super().push_screen(*args, **keywords)

    async def _may_leave(self, verb: str, workspaces: Sequence[Workspace]) -> bool:
        """Ask where edits are not delivered; those in a cache file survive either way."""
        waiting = [
            edit
            for workspace in workspaces
            for edit in await workspace.queue.outbox()
            if edit.state != "confirmed"
        ]
        if not waiting:
            return True
        from tui.ui.page import text
        from tui.ui.widgets.dialogs import Confirm
        from tui.ui.words import counted

        kept = (
            "They are lost: this queue lives in memory only."
            if self.no_cache or any(one.profile.is_demo for one in workspaces)
            else "They are kept, and sent when you sign in again."
        )
        answer = await self.push_screen_wait(
            Confirm(
                f"{counted(len(waiting), 'edit')} not delivered yet",
                [text(kept)],
                yes=verb.lower(),
                no="stay",
            )
        )
        return answer == "yes"

    async def action_quit(self) -> None:
        """Leave; ask only when an edit is undelivered."""
        self.run_worker(self._quit(), exclusive=True, group="quit", exit_on_error=False)

    async def _quit(self) -> None:
        try:
            if not await self._may_leave("Quit", list(self.tenants)):
                return
        except Problem as problem:
            _log.warning("outbox unreadable at quit: %s", problem)
        self.exit(0)

    async def on_unmount(self) -> None:
        """Close what is open."""
        await self.tenants.close_all()
        self.workspace = None

    def action_change_theme(self) -> None:
        """List the themes."""
        self.search_themes()

    def action_save_picture(self) -> None:
        """Save this screen as SVG where pictures usually go, and say where."""
        from platformdirs import user_pictures_path

        folder = user_pictures_path()
        path = self.save_screenshot(path=str(folder if folder.is_dir() else Path.home()))
        self.notify(f"Saved {visible(path)}", markup=False)

    def report(self, problem: Problem, *, rest_at: str = "") -> None:
        """Say a problem that has no place of its own on the screen.

        What fails again takes the place of what was said of it before.

        Args:
            rest_at: Where all of it stands; it is said in brief then.
        """
        asking = asking_workspace() if self._is_behind() else None
        whose = f"{visible(asking.tenant)}: " if asking is not None else ""
        key = whose + problem.what
        if (former := self._said.get(key)) is not None:
            self._unnotify(former)
        self._said[key] = Notification(
            whose + (f"{brief(problem)}. {rest_at}" if rest_at else sentence(problem)),
            severity="error",
            timeout=15,
            markup=False,
        )
        self._notifications.add(self._said[key])
        self._refresh_notifications()

    def report_defect(self, error: BaseException) -> None:
        """An error of this program: log it whole, say it in a sentence, go on.

        One that comes again and again ends the program after all, in a sentence too.
        """
        from tui.ui.defects import log_defect

        self.defects.append(error)
        where = log_defect(error)
        if len(self.defects) >= _MOST_DEFECTS:
            self.exit(
                1,
                return_code=1,
                message=f"m365d-tui ended: too many errors inside it. Details are in {where}.",
            )
            return
        self.notify(
            f"Something went wrong inside this program; it goes on. Details are in {where}.",
            severity="error",
            timeout=15,
            markup=False,
        )

    def hold(self, error: Exception) -> None:
        """The edge of the program: no error of a widget or worker leaves it as a traceback."""
        if self._exit or not self.is_running:
            _log.debug("while ending: %r", error)
            return
        cause = error.error if isinstance(error, WorkerFailed) else error
        if isinstance(cause, Problem):
            self.report(cause)
        else:
            self.report_defect(cause)

    async def on_event(self, event: Event) -> None:
        """Keys pass the gate; all else goes its way."""
        if isinstance(event, (Key, Paste)) and not event.is_forwarded:
            await self.gate.take(event)
        else:
            await super().on_event(event)

    async def _dispatch_message(self, message: Message) -> None:
        try:
            await super()._dispatch_message(message)
        except Exception as error:
            self.hold(error)

    def _handle_exception(self, error: Exception) -> None:
        self.hold(error)
