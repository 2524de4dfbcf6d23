"""Move a profile to Microsoft Graph: what it would allow, whether it says the same, the move."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from textual.containers import VerticalScroll
from textual.widget import Widget
from textual_enhanced.commands import Command

from tui.errors import Problem
from tui.text import visible
from tui.ui.commands import common
from tui.ui.commands import migrate as commands
from tui.ui.page import Block, field, gap, line, spans, text
from tui.ui.problems import problem_blocks
from tui.ui.refusals import key_block
from tui.ui.retirement import days_left
from tui.ui.screens.base import FramedScreen
from tui.ui.widgets.sheet import Sheet

if TYPE_CHECKING:
    from tui.api.migration import Comparison
    from tui.auth.profiles import Profile

_WAIT = 10.0
"""Seconds that edits on their way are given to arrive before the move."""


class MigrateScreen(FramedScreen):
    """Reads with both APIs, lays the answers side by side, and switches when told to."""

    PLACE = "token"
    HELP = """
    The same credential is tried for Microsoft Graph; both lists of incidents and one query's
    answers are laid side by side. Nothing is written until Enter. The move changes one line of
    the settings file; cached queue, views, undelivered edits and history are taken along.
    """
    COMMAND_MESSAGES = (
        commands.SwitchToGraph,
        commands.CompareAgain,
        commands.CopyRoles,
        commands.RolesConsent,
    )
    FOOTER = (*COMMAND_MESSAGES, common.Back)
    BINDINGS = Command.bindings(*COMMAND_MESSAGES)
    DEFAULT_CSS = """
    MigrateScreen VerticalScroll { margin: 1 3; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._found: Comparison | None = None
        self._problem: Problem | None = None
        self._busy = ""

    def compose_body(self) -> Iterable[Widget]:
        """One page."""
        with VerticalScroll(can_focus=True):
            yield Sheet(id="page")

    def on_mount(self) -> None:
        """Compare at once."""
        self.query_one(VerticalScroll).focus()
        self.action_compare_again_command()

    def action_compare_again_command(self) -> None:
        """Ask both APIs."""
        self.run_worker(self._compare(), group="compare", exclusive=True)

    async def _compare(self) -> None:
        from tui.api.migration import compare

        session = self.workspace.session
        if session is None:
            return
        self._found = self._problem = None
        self._show("asking both APIs for a token, the newest incidents and one query…")
        try:
            self._found = await compare(session)
        except Problem as problem:
            self._problem = problem
        self._show("")

    def _show(self, busy: str) -> None:
        self._busy = busy
        self.query_one("#page", Sheet).show(self._blocks())
        self.refresh_bindings()

    def _blocks(self) -> list[Block]:
        profile = self.workspace.profile
        days = days_left(self.m365d.now().date())
        when = f"in {days} days" if days > 0 else f"{-days} days ago"
        blocks: list[Block] = [
            text(f"Move {visible(profile.name)} to Microsoft Graph", "bold"),
            spans(
                ("The classic APIs end on 2027-02-01", ""),
                (f", {when}.", "warnbold" if days < 120 else "warn"),
            ),
            gap(),
        ]
        if self._busy:
            blocks.append(line(("◐  ", "accent"), (self._busy, "faint")))
        if self._problem is not None:
            blocks += [
                *problem_blocks(self._problem),
                text("There is nothing to compare with.", "faint"),
            ]
        if self._found is not None:
            blocks += self._found_blocks(self._found, profile)
        return blocks

    def _found_blocks(self, found: Comparison, profile: Profile) -> list[Block]:
        def fact(good: bool | None, label: str, words: str) -> Block:
            glyph, tone = {True: ("✓ ", "good"), False: ("✗ ", "bad"), None: ("· ", "faint")}[good]
            return field(label, (glyph, tone), (visible(words), ""), margin=22)

        missing = ", ".join(one.any_of[0] for one in found.missing)
        told = found.refusal is None
        blocks = [
            fact(told, "Token for Graph", "given to the same credential" if told else "refused"),
            fact(not found.missing, "Roles to grant", missing or "none"),
        ]
        if told and found.listed:
            both = f"{found.compared} of the newest are in both"
            strays = [f"{one} in classic only" for one in found.only_classic]
            strays += [f"{one} in Graph only" for one in found.only_graph]
            alike = "the same" if found.compared else "not compared"
            blocks += [
                fact(bool(found.compared) or None, "Incidents", both),
                fact(not found.only_classic, "Lost or new", ", ".join(strays) or "none"),
                fact(not found.differing, "Fields", "; ".join(found.differing[:5]) or alike),
            ]
        elif told:
            blocks.append(fact(None, "Incidents", "not compared: the roles are missing"))
        if told:
            blocks.append(
                fact(
                    {"same": True, "differs": False}.get(found.probe),
                    "A probe query",
                    {"same": "the same answer", "differs": "another answer"}.get(
                        found.probe, found.probe
                    ),
                )
            )
        blocks.append(gap())
        if found.refusal is not None:
            blocks += problem_blocks(found.refusal)
        if found.missing:
            from tui.auth.claims import how_to_grant

            blocks += [
                text("Each is granted like this:", "faint"),
                text(visible(how_to_grant(found.missing[0])), ""),
                gap(),
                key_block([("y", "copies the names"), ("l", "consent link"), ("R", "tries again")]),
            ]
        if profile.is_demo:
            blocks.append(text("The demo tenant has no profile that could be switched.", "faint"))
        elif profile.api == "graph":
            blocks.append(text("The profile is on Microsoft Graph already.", "faint"))
        elif found.ready:
            blocks += [
                text("Nothing is lost by the move.", "good"),
                text(
                    'It writes api = "graph" into the profile and signs in anew. The cached '
                    "queue, its marks, views, undelivered edits and history are taken along.",
                    "faint",
                ),
                gap(),
                key_block([("Enter", "moves the profile"), ("Esc", "leaves it as it is")]),
            ]
        else:
            blocks.append(text("The profile stays as it is until Graph gives all of it.", "warn"))
        return blocks

    def _can_move(self) -> bool:
        profile = self.workspace.profile
        ready = self._found is not None and self._found.ready
        return ready and not self._busy and not profile.is_demo and profile.api != "graph"

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Commands that make sense now."""
        if not self.is_mounted or self.shown_workspace is None:
            return True
        if action == "switch_to_graph_command":
            return self._can_move()
        if action in ("copy_roles_command", "roles_consent_command"):
            return self._found is not None and bool(self._found.missing)
        return True

    def action_copy_roles_command(self) -> None:
        """Copy the names of the roles to grant."""
        if self._found is not None:
            self.app.copy_to_clipboard("\n".join(one.any_of[0] for one in self._found.missing))
            self.notify("Copied.", timeout=2, markup=False)

    def action_roles_consent_command(self) -> None:
        """Make the consent link."""
        from tui.ui.screens.consent import ConsentDialog

        self.app.push_screen(ConsentDialog(self.workspace.profile))

    def action_switch_to_graph_command(self) -> None:
        """Change the profile and take everything along."""
        if self._can_move():
            self.run_worker(self._move(), group="move", exclusive=True)

    async def _move(self) -> None:
        from tui.auth.profiles import change_profile, profiles_of

        workspace, host = self.workspace, self.m365d
        name, table = workspace.profile.name, workspace.profile.table
        self._show("taking the queue along…")
        try:
            await self._settled()
            await asyncio.to_thread(change_profile, host.settings, name, "api", "graph")
            if not host.reload_settings():
                return
            moved = [one for one in profiles_of(host.settings).values() if one.table == table]
            await self._take_along(moved)
        except Problem as problem:
            self._problem = problem
            self._show("")
            return
        host.reopen(workspace, profiles_of(host.settings)[name])
        self.app.notify(
            f"{visible(table)} uses Microsoft Graph from now on.", timeout=6, markup=False
        )

    async def _settled(self) -> None:
        """Give what is on its way the time to arrive; what waits for longer is taken along."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_WAIT):
                await self.workspace.queue.delivered()

    async def _take_along(self, profiles: Sequence[Profile]) -> None:
        """The caches of all tenants of the profile: its settings are one table."""
        from tui.config import app_paths
        from tui.incidents.carrying import carry_over

        if self.m365d.no_cache:
            return
        for profile in profiles:
            found = await asyncio.to_thread(carry_over, profile, app_paths().cache_dir)
            if found.left:
                self.app.notify(
                    f"Another window is delivering {found.left} of {visible(profile.name)} at "
                    "this moment, over the classic API.",
                    markup=False,
                )
