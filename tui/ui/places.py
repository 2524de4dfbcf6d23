"""The frame's ways: from place to place, from tenant to tenant, and back to the sign-in."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from textual.screen import Screen

from tui.errors import Problem
from tui.text import visible
from tui.ui.host import Host
from tui.ui.settings_watch import SettingsWatch
from tui.ui.tenants import Tenants, asking_workspace
from tui.ui.workspace import open_offline

if TYPE_CHECKING:
    from tui.api.records import Evidence, Incident
    from tui.auth.profiles import Profile
    from tui.auth.secret import Secret
    from tui.ui.workspace import Workspace


def _incidents() -> Screen[Any]:
    from tui.ui.screens.incidents import IncidentsScreen

    return IncidentsScreen()


def _hunting() -> Screen[Any]:
    from tui.ui.screens.hunting import HuntingScreen

    return HuntingScreen()


def _token() -> Screen[Any]:
    from tui.ui.screens.token import TokenScreen

    return TokenScreen()


class Places(Host):
    """The application's part that moves about."""

    PLACES: ClassVar[dict[str, Callable[[], Screen[Any]]]] = {
        "incidents": _incidents,
        "hunting": _hunting,
        "token": _token,
    }
    """Every tenant has its own screens of these; see `tenants`."""

    def __init__(self) -> None:
        super().__init__()
        self.tenants = Tenants(self, self.PLACES)
        """The tenants that are open."""
        self.settings_watch = SettingsWatch(self)

    @abstractmethod
    async def _may_leave(self, verb: str, workspaces: Sequence[Workspace]) -> bool:
        """Ask where edits of these tenants are not delivered."""

    async def enter(self, workspace: Workspace) -> None:
        """Signed in: show the queue."""
        await self.tenants.enter(workspace)

    def show_incident(self, incident_id: str) -> None:
        """Show an incident over what is shown."""
        from tui.ui.screens.incident import IncidentScreen

        self.push_screen(IncidentScreen(incident_id))

    def show_entity(self, incident: Incident, entity: Evidence) -> None:
        """Show the page of an entity that an incident names."""
        from tui.ui.screens.entity import EntityScreen

        self.push_screen(EntityScreen(incident, entity))

    async def hunt(self, query: str, name: str, timespan: str | None = None) -> None:
        """Open Hunting with a query, in a tab of this name, and run it."""
        from tui.ui.screens.hunting import HuntingScreen

        if self._is_behind():
            return
        await self.action_go("hunting")
        if isinstance(self.screen, HuntingScreen):
            await self.screen.open_query(query, name, run=True, timespan=timespan)

    def _is_behind(self) -> bool:
        """Whether what runs now belongs to a tenant that is not in front (any more)."""
        asking = asking_workspace()
        return asking is not None and asking is not self.workspace

    def _place(self) -> str:
        return self.current_mode.partition("#")[0]

    async def action_go(self, mode: str) -> None:
        """Show one of the places."""
        tenant = self.tenants.front
        if tenant is None:
            self.bell()
        elif self._place() != mode and not self._is_behind():
            tenant.came_from.append(self._place())
            await self.switch_mode(tenant.mode(mode))

    async def go_back(self) -> None:
        """Show the place that was shown before this one; the queue where none is known."""
        tenant = self.tenants.front
        if tenant is None:
            return
        former = tenant.came_from.pop() if tenant.came_from else "incidents"
        if former != self._place() and former in self.PLACES:
            await self.switch_mode(tenant.mode(former))

    async def action_sign_out(self) -> None:
        """Drop the token and return to the sign-in screen."""
        workspace = self.workspace
        if workspace is None or not await self._may_leave("Sign out", [workspace]):
            return
        from tui.ui.screens.sign_in import SignInScreen

        await self.switch_mode("sign-in")
        self.workspace = None
        if isinstance(self.screen, SignInScreen):
            self.screen.begin_anew()
        await self.tenants.close(workspace)

    def action_switch_tenant(self) -> None:
        """List profiles and tenants, and bring one to the front."""
        if self.workspace is not None:
            from tui.ui.screens.tenant_choice import choose_tenant

            self.run_worker(choose_tenant(self), group="tenant", exclusive=True)

    def open_workspaces(self) -> list[Workspace]:
        """The tenants that are open, the one that was in front last at the end."""
        return list(self.tenants)

    async def switch_tenant(self, profile: Profile) -> None:
        """Bring the tenant of a profile to the front, with its cached queue."""
        try:
            await self.tenants.switch(profile)
        except Problem as problem:
            self.report(problem)

    def reopen(self, former: Workspace, profile: Profile) -> None:
        """Sign in anew after a profile was changed; the cache and what waits in it stay."""
        # By the application: the screens that asked for it go with the former workspace.
        self.run_worker(self._reopen(former, profile), group="reopen", exclusive=True)

    async def _reopen(self, former: Workspace, profile: Profile) -> None:
        workspace = await open_offline(
            profile, me=profile.analyst or self.me(), memory=self.no_cache or profile.is_demo
        )
        front = former is self.workspace
        await self.tenants.enter(workspace)
        if former.profile.name != profile.name:
            await self.tenants.close(former)
        if front:
            await self.switch_tenant(profile)

    def reload_settings(self) -> bool:
        """Read the settings file again; False where it has a fault, which is said."""
        from tui.config import load_settings

        try:
            self.settings = load_settings(self.settings.path)
        except Problem as problem:
            self.report(problem)
            return False
        self.settings_watch.seen()
        return True

    async def ask_secret(self, profile: Profile, question: str) -> Secret | None:
        """Ask the person at the keyboard for a profile's secret."""
        from tui.auth.secret import Secret, fault_of_typed
        from tui.ui.widgets.dialogs import AskLine

        def fault_of(typed: str) -> str:
            fault = fault_of_typed(typed)
            return fault and f"This is not the secret's value: {fault}."

        note = f"{visible(profile.place)}, client ID {visible(profile.client_id)}"
        answer = await self.push_screen_wait(
            AskLine(visible(question), note=note, password=True, fault_of=fault_of)
        )
        return Secret(answer) if answer else None
