"""Sign-in: one list, one Enter; what happens is said as it happens."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from textual import on
from textual.containers import Vertical, VerticalScroll
from textual.widget import Widget
from textual.widgets import OptionList, Rule
from textual_enhanced.commands import Command

from tui.auth.profiles import Profile
from tui.errors import Problem, SignInProblem
from tui.text import visible
from tui.ui.claim_rows import shortened
from tui.ui.commands import common
from tui.ui.commands import sign_in as commands
from tui.ui.commands import token as token_commands
from tui.ui.page import Block, Choice, line, text
from tui.ui.profile_words import credential_words, place_of
from tui.ui.refusals import CONSENT_CODES, code_blocks, key_block, refusal_blocks, ticket
from tui.ui.screens.profile_actions import DEMO, GUIDE, NEW, ProfileActions
from tui.ui.widgets.pick_list import PickList
from tui.ui.widgets.sheet import Sheet
from tui.ui.widgets.steps import Steps
from tui.ui.workspace import has_cache, open_offline, sign_in

if TYPE_CHECKING:
    from tui.api.transport import Wait
    from tui.auth.credentials import DeviceCode
    from tui.auth.secret import Secret
    from tui.auth.session import Step

_IN_FILES = ("certificate", "token-file", "federated", "device-code")
"""Credentials that say more of themselves after a look."""
_BY_SECRET = ("keyring", "env", "command", "prompt")
"""Credentials in whose stead a secret can be typed."""


class SignInScreen(ProfileActions):
    """Choose a profile and press Enter: that is the whole sign-in."""

    HELP = """
    Choose a profile and press Enter. The secret is read from where the profile keeps it
    (the keyring, the environment, a command, or your keyboard); the token lives in memory
    only. The demo tenant is embedded in this program: no account, no network.
    """
    COMMAND_MESSAGES = (
        commands.SignIn,
        commands.NewProfile,
        commands.EditProfile,
        commands.TypeSecret,
        commands.CopyCode,
        commands.CopyAddress,
        commands.ConsentLink,
        commands.StoreSecret,
        commands.RemoveProfile,
        commands.Guide,
        commands.Demo,
        commands.WorkOffline,
        token_commands.DecodeAnother,
    )
    FOOTER = (
        commands.SignIn,
        commands.CopyCode,
        commands.CopyAddress,
        commands.WorkOffline,
        commands.TypeSecret,
        commands.NewProfile,
        commands.EditProfile,
        commands.StoreSecret,
        commands.ConsentLink,
        commands.Guide,
        commands.Demo,
        common.Quit,
    )
    BINDINGS = Command.bindings(*COMMAND_MESSAGES)
    DEFAULT_CSS = """
    SignInScreen {
        align: center middle;
        #page { width: 72; max-width: 100%; height: auto; max-height: 100%; padding: 0 2; }
        #page > Sheet { margin-left: 2; }
        #page > Vertical { height: auto; }
        PickList { margin: 1 0; }
        Rule { color: $border; margin: 1 2; display: none; }
        Rule.-shown { display: block; }
        Steps { margin: 0 2; }
        #outcome { margin: 1 0 0 2; }
    }
    """

    def compose_body(self) -> Iterable[Widget]:
        """Name, profiles, steps, outcome."""
        with VerticalScroll(id="page", can_focus=False):
            yield Sheet(
                [
                    line(("m365d", "bold"), ("-tui", "faint")),
                    line(("Incidents and hunting of Microsoft Defender XDR", "faint")),
                ]
            )
            yield PickList(id="profiles")
            with Vertical():
                yield Rule()
                yield Steps()
                yield Sheet(id="outcome")

    def on_mount(self) -> None:
        """List the profiles, the last one used under the cursor."""
        self._failed_offline = self._failed_typed = False
        self._code: DeviceCode | None = None
        self._given: Secret | None = None
        self._problem: Problem | None = None
        self._problem_time = self.m365d.now()
        self._described: dict[str, str] = {}
        self._list_profiles()
        if any(one.credential in _IN_FILES for one in self._profiles().values()):
            self.run_worker(self._describe(), group="describe")
        self.query_one(PickList).focus()
        self.set_interval(1.0, self._tell_code)

    def begin_anew(self) -> None:
        """Back from a workspace: nothing of the last sign-in is shown."""
        self._failed_offline = self._failed_typed = False
        self._clear()
        self._list_profiles(self._chosen())

    async def _describe(self) -> None:
        """Say what takes a look into files: the days a certificate has left, and the like."""
        from tui.auth.ways import describe_fully

        for name, profile in self._profiles().items():
            if profile.credential in _IN_FILES:
                self._described[name] = await describe_fully(profile)
        here = self._chosen()
        self._list_profiles(here)

    @property
    def _busy(self) -> bool:
        return any(worker.group == "sign-in" and not worker.is_finished for worker in self.workers)

    def _list_profiles(self, here: str | None = None) -> None:
        profiles = self._profiles()
        names = [visible(name) for name in profiles]
        places = [shortened(visible(place_of(profile)), 28) for profile in profiles.values()]
        first = min(20, max([len(name) for name in names] + [6])) + 3
        second = max([len(place) for place in places] + [18]) + 3
        choices = [
            Choice(
                name,
                (
                    (shown.ljust(first), "bold"),
                    (place.ljust(second), "faint"),
                    credential_words(self.m365d, profiles[name], self._described.get(name, "")),
                ),
            )
            for name, shown, place in zip(profiles, names, places, strict=True)
        ]
        if self.m365d.demo is not None:
            choices.append(
                Choice(
                    DEMO,
                    (
                        ("demo".ljust(first if profiles else 19), "bold"),
                        ("embedded tenant, no account", "faint"),
                    ),
                )
            )
        if not profiles:
            choices += [
                Choice(NEW, (("create a profile", "bold"), ("   for a tenant of yours", "faint"))),
                Choice(
                    GUIDE,
                    (
                        ("create the app", "bold"),
                        ("     in Microsoft Entra, step by step", "faint"),
                    ),
                ),
            ]
        wanted = here or (DEMO if self.m365d.use_demo else self.m365d.profile_name)
        self.query_one(PickList).offer(
            choices, wanted or self.m365d.last_profile() or self.m365d.settings.default_profile
        )
        if not profiles:
            self._say([text("Nothing is set up yet: choose one of these.", "faint")])

    def _clear(self) -> None:
        self._problem = self._code = None
        self.query_one(Steps).clear()
        self._say([])
        self.query_one(Rule).set_class(False, "-shown")

    def _say(self, blocks: list[Block]) -> None:
        self.query_one("#outcome", Sheet).show(blocks)

    def relist(self) -> None:
        """List the profiles of the settings as they are now."""
        self._clear()
        self._list_profiles()
        self._busy_over()

    @on(OptionList.OptionSelected)
    def action_sign_in_command(self) -> None:
        """Sign in with what is under the cursor."""
        chosen = self._chosen()
        if chosen == NEW:
            self.action_new_profile_command()
        elif chosen == GUIDE:
            self.action_guide_command()
        elif chosen is not None:
            self._start(chosen)

    def begin(self, chosen: str, *, secret: Secret | None = None) -> None:
        """Sign in with what was just made or changed, and tell what it still lacks."""
        self._start(chosen, secret=secret, is_new=True)

    def action_demo_command(self) -> None:
        """Sign in to the embedded tenant."""
        if self.m365d.demo is not None:
            self._start(DEMO)

    def action_type_secret_command(self) -> None:
        """Sign in with a secret that is typed now."""
        if (chosen := self._here()) is not None:
            self._start(chosen, typed=True)

    def _start(
        self,
        chosen: str,
        *,
        typed: bool = False,
        secret: Secret | None = None,
        is_new: bool = False,
    ) -> None:
        self._clear()
        self.query_one(Rule).set_class(True, "-shown")
        self._given = secret
        self.run_worker(self._sign_in(chosen, typed, is_new), exclusive=True, group="sign-in")

    async def _secret(self, profile: Profile, question: str) -> Secret | None:
        """The secret that was typed in the form a moment ago, else one that is typed now."""
        given, self._given = self._given, None
        return given if given is not None else await self._ask(profile, question)

    async def action_back_command(self) -> None:
        """Stop signing in."""
        if self._busy:
            self.workers.cancel_group(self, "sign-in")
            self._clear()
            self._say([text("Stopped. Nothing was changed.", "faint")])
            self._busy_over()

    def _busy_over(self) -> None:
        self.query_one(PickList).focus()

    async def _profile(self, chosen: str) -> Profile:
        if chosen != DEMO:
            return self._profiles()[chosen]
        demo = self.m365d.demo
        assert demo is not None
        return await asyncio.to_thread(demo.start)

    async def _sign_in(self, chosen: str, typed: bool, is_new: bool) -> None:
        app = self.m365d
        try:
            profile = await self._profile(chosen)
            if typed:
                profile = replace(profile, credential="prompt")
            workspace = await sign_in(
                profile,
                ask=self._secret,
                on_step=self._step,
                show_code=self._show_code,
                on_wait=self._waits,
                memory=app.no_cache or profile.is_demo,
                me=profile.analyst or app.me(),
                now=app.fixed_now,
            )
        except Problem as problem:
            self._failed(problem)
            return
        steps = self.query_one(Steps)
        cached = await workspace.queue.total()
        steps.tell(
            f"queue: {cached:,} cached, fetching what changed"
            if cached
            else "queue: fetching the first page",
            "running",
        )
        app.remember_profile(chosen)
        if is_new:
            from tui.ui.screens.missing_roles import MissingRoles, lacking

            if lacks := lacking(workspace):
                await app.push_screen_wait(MissingRoles(workspace, lacks))
        await app.enter(workspace)

    def _failed(self, problem: Problem) -> None:
        chosen = self._here()
        refused = isinstance(problem, SignInProblem) and chosen is not None
        self._failed_offline = has_cache(problem) and chosen is not None
        self._problem = problem
        self._problem_time = self.m365d.now()
        self.query_one(Steps).fail_running()
        profile = self._profiles().get(chosen or "")
        self._failed_typed = refused and profile is not None and profile.credential in _BY_SECRET
        keys = [("Enter", "tries again")]
        if self._failed_offline:
            keys.append(("o", "opens the cached queue"))
        if refused:
            keys.append(("e", "corrects the profile"))
        if self._failed_typed:
            keys.append(("p", "types the secret"))
        if problem.code in CONSENT_CODES and chosen is not None:
            keys.append(("l", "consent link"))
        if problem.code or problem.request_id:
            keys.append(("y", "copies this for a ticket"))
        self._say([*refusal_blocks(problem, profile), key_block(keys)])
        self.refresh_bindings()
        self._busy_over()
        # Where the screen is low, what to do next must not lie below its edge.
        self.call_after_refresh(self.query_one("#page").scroll_end, animate=False)

    def _step(self, step: Step) -> None:
        self.query_one(Steps).tell(step.label, step.state, step.seconds, step.key)

    def _show_code(self, code: DeviceCode) -> None:
        """A user signs in elsewhere: show the code until it has served."""
        self._code = code if code.state == "waiting" else None
        self._tell_code()
        self.refresh_bindings()

    def _tell_code(self) -> None:
        code = self._code
        if code is None:
            return
        self._say(code_blocks(code, code.expires - self.m365d.now()))

    def action_copy_code_command(self) -> None:
        """Copy the device code, or what support needs of a refusal."""
        if self._code is not None:
            self.app.copy_to_clipboard(visible(self._code.user_code))
            self.notify("The code is copied.", timeout=2, markup=False)
        elif self._problem is not None:
            self.app.copy_to_clipboard(ticket(self._problem, self._problem_time))
            self.notify("Copied: what failed, code, IDs and time.", timeout=3, markup=False)

    def action_copy_address_command(self) -> None:
        """Copy the address where the device code is typed."""
        if self._code is not None:
            self.app.copy_to_clipboard(visible(self._code.address))
            self.notify("The address is copied.", timeout=2, markup=False)

    def _waits(self, wait: Wait) -> None:
        if self.m365d.workspace is not None or not self.is_attached:
            return  # Signed in: the places tell of waits from then on.
        self._say([text(f"{visible(str(wait))}. Esc stops.", "warn")] if wait.seconds >= 1 else [])

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Commands that make sense now."""
        if not self.is_mounted:
            return True
        here = self._here()
        allowed = {
            "edit_profile_command": here is not None,
            "store_secret_command": here is not None,
            "remove_profile_command": here is not None,
            "consent_link_command": here is not None,
            "copy_code_command": self._code is not None or self._problem is not None,
            "copy_address_command": self._code is not None,
            "type_secret_command": self._failed_typed and here is not None,
            "work_offline_command": self._failed_offline,
            "demo_command": self.m365d.demo is not None,
        }
        return allowed.get(action, True)

    def action_work_offline_command(self) -> None:
        """Open the cached queue of the profile."""
        if (chosen := self._here()) is not None:
            self.run_worker(self._offline(chosen), exclusive=True, group="sign-in")

    async def _offline(self, chosen: str) -> None:
        try:
            workspace = await open_offline(self._profiles()[chosen], me=self.m365d.me())
        except Problem as problem:
            self._failed(problem)
            return
        await self.m365d.enter(workspace)

    def action_guide_command(self) -> None:
        """Tell how to register the app, as a checklist."""
        from tui.ui.screens.create_app import CreateAppScreen

        self.app.push_screen(CreateAppScreen())

    def action_decode_another_command(self) -> None:
        """Ask for a token and show what it says; nobody needs to be signed in."""
        from tui.ui.screens.decoded import decode_another

        self.run_worker(decode_another(self.m365d), group="decode", exclusive=True)

    def action_consent_link_command(self) -> None:
        """Make the admin consent link, and understand what comes back from it."""
        if (here := self._here()) is not None:
            from tui.ui.screens.consent import ConsentDialog

            self.app.push_screen(ConsentDialog(self._profiles()[here]))
