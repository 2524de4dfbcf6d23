"""Notices that the settings file was changed by somebody else, and asks what to do."""

from __future__ import annotations

import asyncio
from dataclasses import fields, replace
from typing import TYPE_CHECKING

from tui.errors import Problem
from tui.text import visible
from tui.ui.page import text
from tui.ui.problems import sentence

if TYPE_CHECKING:
    from pathlib import Path

    from tui.auth.profiles import Profile
    from tui.ui.host import Host
    from tui.ui.workspace import Workspace

_Stamp = tuple[int, int] | None
_WORDS = {
    "tenant_id": "tenant",
    "client_id": "application",
    "cloud": "hosts",
    "api": "API",
    "token_endpoint": "token endpoint",
    "home_tenant": "home tenant",
}


class SettingsWatch:
    """Looks at the file from time to time.

    What is signed in goes on as it is until a person decides: an edited file must not move a
    session to another tenant by itself.
    """

    def __init__(self, app: Host) -> None:
        self._app = app
        self._stamp: _Stamp = None
        self._known = False
        self._looking = False
        self._faulty = False

    def _path(self) -> Path:
        from tui.config import config_path

        return self._app.settings.path or config_path()

    def seen(self) -> None:
        """What stands in the file now was read."""
        self._stamp, self._known = _stamp(self._path()), True

    async def look(self) -> None:
        """Look once; does nothing while the last look still asks."""
        if self._looking:
            return
        stamp = await asyncio.to_thread(_stamp, self._path())
        if not self._known:
            self._stamp, self._known = stamp, True
        if stamp == self._stamp:
            return
        self._stamp = stamp
        self._looking = True
        self._app.run_worker(self._changed(), group="settings", exit_on_error=False)

    async def _changed(self) -> None:
        from tui.config import load_settings

        app = self._app
        try:
            if self._stamp is None:
                self._tell_fault(f"The settings file {visible(str(self._path()))} is gone.")
                return
            try:
                settings = await asyncio.to_thread(load_settings, app.settings.path)
            except Problem as problem:
                self._tell_fault(sentence(problem))
                return
            if self._faulty:
                self._faulty = False
                app.notify("The settings can be read again.", timeout=5, markup=False)
            app.settings = settings
            self._relist()
            await self.check_front()
        finally:
            self._looking = False

    def _tell_fault(self, words: str) -> None:
        self._faulty = True
        self._app.notify(
            f"{words} What was read before goes on.",
            severity="warning",
            timeout=15,
            markup=False,
        )

    def _relist(self) -> None:
        from tui.ui.screens.profile_actions import ProfileActions

        # The form of a profile may stand over the list.
        for screen in self._app.screen_stack:
            if isinstance(screen, ProfileActions):
                screen.relist()

    async def check_front(self) -> None:
        """Ask about the tenant in front where its profile is no longer what it was."""
        workspace = self._app.workspace
        if workspace is None or workspace.profile.is_demo:
            return
        from tui.auth.profiles import profiles_of

        profiles = profiles_of(self._app.settings)
        former = workspace.profile
        now = profiles.get(former.name)
        if now is None:
            await self._gone(workspace, _renamed(former, profiles))
        elif changed := _differences(former, now):
            if now == workspace.declined:
                return
            answer = await self._ask(
                f"The profile {visible(former.name)} was changed in the settings",
                f"Changed: {', '.join(changed)}. You are still signed in as before.",
                "sign in anew with it",
                "stay as it was",
            )
            if answer:
                self._app.reopen(workspace, now)
            else:
                workspace.declined = now

    async def _gone(self, workspace: Workspace, renamed: Profile | None) -> None:
        name = visible(workspace.profile.name)
        if renamed is not None:
            # The same tenant, app and credential: only the name is another.
            workspace.profile = renamed
            self._app.notify(
                f"The profile {name} is now called {visible(renamed.name)}.", markup=False
            )
            self._app.remember_profile(renamed.name)
            workspace.changed()
            return
        if workspace.declined is workspace.profile:
            return
        answer = await self._ask(
            f"The profile {name} is no longer in the settings",
            "You are still signed in. Edits that wait stay in the cache either way; a profile of "
            "the same tenant finds them again.",
            "sign out",
            "stay until I leave",
        )
        if answer:
            await self._app.action_sign_out()
        else:
            workspace.declined = workspace.profile

    async def _ask(self, title: str, words: str, yes: str, no: str) -> bool:
        from tui.ui.widgets.dialogs import Confirm

        answer = await self._app.push_screen_wait(Confirm(title, [text(words)], yes=yes, no=no))
        return answer == "yes"


def _stamp(path: Path) -> _Stamp:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size


def _differences(one: Profile, other: Profile) -> list[str]:
    """What differs, in words; what has no effect on a session is left out."""
    return [
        _WORDS.get(each.name, each.name.replace("_", " "))
        for each in fields(one)
        if each.compare
        and each.name not in ("name", "engines", "analyst")
        and getattr(one, each.name) != getattr(other, each.name)
    ]


def _renamed(former: Profile, profiles: dict[str, Profile]) -> Profile | None:
    alike = [one for one in profiles.values() if replace(one, name=former.name) == former]
    return alike[0] if len(alike) == 1 else None
