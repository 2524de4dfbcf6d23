"""What can be done to a profile on the sign-in screen: made, changed, removed, secret stored."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from tui.auth.profiles import Profile, profiles_of
from tui.errors import Problem, UsageProblem
from tui.text import visible
from tui.ui.page import text
from tui.ui.screens.base import FramedScreen
from tui.ui.widgets.pick_list import PickList

if TYPE_CHECKING:
    from tui.auth.secret import Secret

DEMO = "\0demo"
"""The embedded tenant's place in the list; no profile can have this name."""


class ProfileActions(FramedScreen):
    """The commands about profiles, for the screen that lists them."""

    def relist(self) -> None:
        """The settings have changed: list the profiles anew."""
        raise NotImplementedError

    def _profiles(self) -> dict[str, Profile]:
        return profiles_of(self.m365d.settings)

    def _chosen(self) -> str | None:
        picks = self.query_one(PickList)
        if picks.highlighted is None:
            return None
        return picks.get_option_at_index(picks.highlighted).id

    async def _ask(self, profile: Profile, question: str) -> Secret | None:
        from tui.auth.secret import Secret
        from tui.ui.widgets.dialogs import AskLine

        answer = await self.app.push_screen_wait(
            AskLine(
                visible(question),
                note=f"{visible(profile.place)}, client ID {visible(profile.client_id)}",
                password=True,
            )
        )
        return Secret(answer) if answer else None

    def action_new_profile_command(self) -> None:
        """Ask for a profile and write it to the settings."""
        self.run_worker(self._edit(None), group="edit", exclusive=True)

    def action_edit_profile_command(self) -> None:
        """Change the profile under the cursor."""
        chosen = self._chosen()
        if chosen is not None and "/" in chosen:
            self.m365d.report(
                UsageProblem(
                    f"{chosen} is one of several tenants of a profile",
                    remedy="Change it in the settings file; `m365d-tui config path` says where.",
                )
            )
        elif chosen is not None and chosen != DEMO:
            self.run_worker(self._edit(self._profiles()[chosen]), group="edit", exclusive=True)

    async def _edit(self, profile: Profile | None) -> None:
        from tui.ui.screens.profile_form import ProfileForm

        name = await self.app.push_screen_wait(ProfileForm(profile, self.m365d.settings))
        if name is None:
            return
        self._reload(name)

    def _reload(self, highlighted: str | None = None) -> None:
        from tui.config import load_settings

        try:
            self.m365d.settings = load_settings(self.m365d.settings.path)
        except UsageProblem as problem:
            self.m365d.report(problem)
            return
        self.m365d.profile_name, self.m365d.use_demo = highlighted, False
        self.relist()

    def action_store_secret_command(self) -> None:
        """Ask for the secret and store it."""
        chosen = self._chosen()
        if chosen is not None and chosen != DEMO:
            self.run_worker(self._store(self._profiles()[chosen]), group="edit", exclusive=True)

    async def _store(self, profile: Profile) -> None:
        from tui.auth.vault import store_secret

        question = f"Client secret of {profile.name}, for this machine's keyring"
        secret = await self._ask(profile, question)
        if secret is None:
            return
        try:
            await asyncio.to_thread(store_secret, profile, secret)
        except Problem as problem:
            self.m365d.report(problem)
            return
        self.notify("The secret is stored.", markup=False)

    def action_remove_profile_command(self) -> None:
        """Ask, then remove the profile from the settings."""
        chosen = self._chosen()
        if chosen is not None and chosen != DEMO:
            self.run_worker(self._remove(self._profiles()[chosen]), group="edit", exclusive=True)

    async def _remove(self, profile: Profile) -> None:
        from tui.auth.profiles import remove_profile
        from tui.ui.widgets.dialogs import Confirm

        answer = await self.app.push_screen_wait(
            Confirm(
                f"Remove the profile {visible(profile.name)}?",
                [text("Its secret stays in the keyring until `m365d-tui logout`.", "faint")],
                yes="remove",
                no="keep",
            )
        )
        if answer != "yes":
            return
        try:
            remove_profile(self.m365d.settings, profile.name)
        except Problem as problem:
            self.m365d.report(problem)
            return
        self._reload()
