"""What can be done to a profile on the sign-in screen: made, changed, removed, secret stored."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from tui.auth.profiles import Profile, profiles_of
from tui.errors import Problem
from tui.text import visible
from tui.ui.page import text
from tui.ui.screens.base import FramedScreen
from tui.ui.widgets.pick_list import PickList

if TYPE_CHECKING:
    from tui.auth.secret import Secret
    from tui.config import ProfileSettings

DEMO, NEW, GUIDE = "\0demo", "\0new", "\0guide"
"""Places in the list of the embedded tenant and of a first start's two other choices; no
profile can have these names."""


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
        return await self.m365d.ask_secret(profile, question)

    def _here(self) -> str | None:
        """The profile under the cursor; None where the cursor is on something else."""
        chosen = self._chosen()
        return None if chosen is None or chosen.startswith("\0") else chosen

    def action_new_profile_command(self) -> None:
        """Ask for a profile, write it to the settings, and sign in with it."""
        self.run_worker(self._edit(None), group="edit", exclusive=True)

    def action_edit_profile_command(self) -> None:
        """Change the profile under the cursor."""
        if (here := self._here()) is not None:
            former = self.m365d.settings.profiles[self._profiles()[here].table]
            self.run_worker(self._edit(former), group="edit", exclusive=True)

    async def _edit(self, former: ProfileSettings | None) -> None:
        from tui.ui.screens.profile_form import ProfileForm

        form = ProfileForm(
            self.m365d.settings, former, draft=None if former else self.m365d.profile_draft
        )
        name = await self.app.push_screen_wait(form)
        if former is None:
            # Not the secret: what is typed into a masked field is not kept.
            self.m365d.profile_draft = None if name else dict(form.values) | {"secret": ""}
        if name is None:
            return
        self._reload(name)
        names = [one for one in self._profiles() if one.partition("/")[0] == name]
        if form.signs_in and len(names) == 1:
            self.begin(names[0], secret=form.secret)

    def begin(self, chosen: str, *, secret: Secret | None = None) -> None:
        """Sign in with what was just made or changed; `secret` was typed in its form."""
        raise NotImplementedError

    def _reload(self, highlighted: str | None = None) -> None:
        if self.m365d.reload_settings():
            self.m365d.profile_name, self.m365d.use_demo = highlighted, False
            self.relist()

    def action_store_secret_command(self) -> None:
        """Ask for the secret and store it."""
        if (chosen := self._here()) is not None:
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
        if (chosen := self._here()) is not None:
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
