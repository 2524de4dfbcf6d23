"""The tenants that are open at once, each with screens of its own, and the one in front."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from textual._context import active_message_pump
from textual.screen import Screen
from textual.widget import Widget
from textual.worker import NoActiveWorker, Worker, get_current_worker

from tui.errors import Problem
from tui.ui.workspace import Workspace, open_offline

if TYPE_CHECKING:
    from tui.auth.credentials import DeviceCode
    from tui.auth.profiles import Profile
    from tui.auth.secret import Secret
    from tui.ui.host import Host

_MOST = 8
"""Tenants that stay open; the one that was in front longest ago is closed for another."""

_log = logging.getLogger("tui.ui")


@dataclass
class OpenTenant:
    """A tenant, its number among the modes, and the way back through its places."""

    workspace: Workspace
    number: int
    came_from: deque[str] = field(default_factory=lambda: deque(maxlen=20))
    joins: Worker[None] | None = None

    def mode(self, place: str) -> str:
        """The name of the mode that shows a place of this tenant."""
        return f"{place}#{self.number}"


class Tenants:
    """Opens, shows and closes tenants for one application.

    Args:
        app: The application.
        places: Makes the screens of a tenant: incidents, hunting, token.
    """

    def __init__(self, app: Host, places: Mapping[str, Callable[[], Screen[Any]]]) -> None:
        self._app = app
        self._places = places
        self._numbers = 0
        self._open: list[OpenTenant] = []
        """The one that was in front last stands last."""

    def __iter__(self) -> Iterator[Workspace]:
        return iter([one.workspace for one in self._open])

    @property
    def front(self) -> OpenTenant | None:
        """The tenant on screen; None on the sign-in screen."""
        shown = self._app.workspace
        return next((one for one in self._open if one.workspace is shown), None)

    def find(self, name: str) -> Workspace | None:
        """The open tenant of a profile."""
        return next(
            (one.workspace for one in self._open if one.workspace.profile.name == name), None
        )

    async def enter(self, workspace: Workspace) -> None:
        """Show a tenant; one of the same profile that is open already gives way to it."""
        former = self.find(workspace.profile.name)
        tenant = next((one for one in self._open if one.workspace is workspace), None)
        if tenant is None:
            tenant = self._add(workspace)
        self._open.remove(tenant)
        self._open.append(tenant)
        self._app.workspace = workspace
        self._app.clear_notifications()
        await self._app.switch_mode(tenant.mode("incidents"))
        if former is not None and former is not workspace:
            await self.close(former)
        # What lives in memory alone would be lost, with edits that wait in it.
        kept = [one for one in self._open[:-1] if one.workspace.queue.cache.path is not None]
        for one in kept[: max(0, len(self._open) - _MOST)]:
            await self.close(one.workspace)

    def _add(self, workspace: Workspace) -> OpenTenant:
        self._numbers += 1
        tenant = OpenTenant(workspace, self._numbers)
        self._open.append(tenant)
        for place in self._places:
            self._app.add_mode(tenant.mode(place), self._places[place])
        return tenant

    async def close(self, workspace: Workspace) -> None:
        """End a tenant that is not in front: its screens, its token, its cache's thread."""
        tenant = next((one for one in self._open if one.workspace is workspace), None)
        if tenant is None:
            return
        self._open.remove(tenant)
        if tenant.joins is not None:
            tenant.joins.cancel()
        for place in self._places:
            await self._app.remove_mode(tenant.mode(place))
        await workspace.close()

    async def close_all(self) -> None:
        """The program ends: its screens go with it."""
        for tenant in self._open:
            await tenant.workspace.close()
        self._open.clear()

    async def switch(self, profile: Profile) -> None:
        """Bring a tenant to the front: its cached queue at once, its connection as it comes.

        Raises:
            Problem: Its cache cannot be read.
        """
        workspace = self.find(profile.name)
        if workspace is None:
            memory = self._app.no_cache or profile.is_demo
            workspace = await open_offline(
                profile, me=profile.analyst or self._app.me(), memory=memory
            )
        await self.enter(workspace)
        if workspace.connection is None and not workspace.joining:
            tenant = self.front
            assert tenant is not None
            tenant.joins = self._app.run_worker(
                self._join(workspace), group=f"join-{tenant.number}", exit_on_error=False
            )

    async def _join(self, workspace: Workspace) -> None:
        app = self._app

        async def ask(profile: Profile, question: str) -> Secret | None:
            # Only who looks at this tenant is asked for its secret.
            return await app.ask_secret(profile, question) if self._shows(workspace) else None

        try:
            await workspace.join(
                ask=ask,
                on_step=lambda _: None,
                show_code=lambda code: self._show_code(workspace, code),
                on_wait=lambda _: None,
                now=app.fixed_now,
            )
        except Problem as problem:
            _log.info("not signed in: %s", problem.code or type(problem).__name__)
            if self._shows(workspace):
                app.report(problem)
            return
        app.remember_profile(workspace.profile.name)

    def _shows(self, workspace: Workspace) -> bool:
        return self._app.workspace is workspace

    def _show_code(self, workspace: Workspace, code: DeviceCode) -> None:
        from tui.ui.widgets.device_code import DeviceCodeDialog

        for screen in self._app.screen_stack:
            if isinstance(screen, DeviceCodeDialog):
                screen.dismiss(None)
        if code.state != "waiting" or not self._shows(workspace):
            return
        tenant = self.front

        def stopped(answer: str | None) -> None:
            if answer == "stop" and tenant is not None and tenant.joins is not None:
                tenant.joins.cancel()

        self._app.push_screen(
            DeviceCodeDialog(code, workspace.tenant, workspace.queue.now), stopped
        )


def asking_workspace() -> Workspace | None:
    """The workspace of the screen whose work runs now; None where it belongs to no tenant."""
    node: object = active_message_pump.get(None)
    if not isinstance(node, Widget):
        # Workers run in the application's name; what they work for is their node.
        try:
            node = get_current_worker().node
        except NoActiveWorker:
            return None
    if not isinstance(node, Widget):
        return None
    owners = (getattr(one, "own_workspace", None) for one in node.ancestors_with_self)
    return next((one for one in owners if one is not None), None)
