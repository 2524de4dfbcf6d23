"""A profile as a form that checks while it is filled in."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.events import DescendantFocus
from textual.widget import Widget
from textual.widgets import Input

from tui.errors import Problem
from tui.text import visible
from tui.ui import profile_draft as drafts
from tui.ui.form_words import LABELS, OPTIONS, PLACEHOLDERS, help_of, secret_label
from tui.ui.page import Block, line, text
from tui.ui.problems import problem_blocks
from tui.ui.widgets.dialogs import Dialog
from tui.ui.widgets.form_fields import FormRow, PickField
from tui.ui.widgets.masked import MaskedInput
from tui.ui.widgets.sheet import Sheet

if TYPE_CHECKING:
    from textual.timer import Timer

    from tui.auth.profiles import Profile
    from tui.auth.secret import Secret
    from tui.config import ProfileSettings, Settings

_LOOK_AFTER = 0.4
"""Seconds without a key until the authority is asked whether the tenant exists."""


class ProfileForm(Dialog):
    """Make or change a profile. Answers its name once it is written, or None.

    Args:
        settings: What the file says now; it is changed when the form is saved.
        former: The profile to change; None makes a new one.
        draft: What stood in a form that was left, to go on with.
    """

    BINDINGS = [
        Binding("ctrl+s", "save(True)", "save and sign in", priority=True),
        Binding("ctrl+o", "save(False)", "save", priority=True),
        Binding("down", "app.focus_next", show=False),
        Binding("up", "app.focus_previous", show=False),
    ]
    DEFAULT_CSS = """
    ProfileForm {
        & > .dialog { width: 84; }
        #fields { height: auto; max-height: 100%; scrollbar-gutter: stable; }
        #said { height: auto; min-height: 2; max-height: 7; margin-top: 1; }
        #heading { margin-bottom: 1; }
        &.-low > .dialog { padding: 0 2; max-height: 100%; }
        &.-low #heading { margin: 0; }
    }
    """

    def __init__(
        self,
        settings: Settings,
        former: ProfileSettings | None = None,
        *,
        draft: drafts.Values | None = None,
    ) -> None:
        super().__init__()
        self._settings = settings
        self._former = former
        self.values = drafts.values_of(former) | dict(draft or {})
        """What stands in the fields."""
        self.secret: Secret | None = None
        """What was typed as the secret, once it is saved."""
        self.signs_in = False
        """Whether to sign in with what was saved."""
        self._checked = False
        self._tenant: tuple[str, str] = ("", "")
        self._asked: tuple[str, ...] = ()
        self._insists = False
        self._saving = False
        self._look: Timer | None = None

    @property
    def _is_new(self) -> bool:
        return self._former is None

    def compose(self) -> ComposeResult:
        """The fields, what there is to say about them, and the keys."""
        former = self._former
        with Vertical(classes="dialog"):
            yield Sheet(
                [text(f"Profile {visible(former.name)}" if former else "New profile", "bold")],
                id="heading",
            )
            with VerticalScroll(id="fields", can_focus=False):
                for name in drafts.FIELDS:
                    yield FormRow(LABELS[name], self._field(name))
            yield Sheet(id="said")
            yield Sheet(
                [
                    line(
                        ("Ctrl+S", "accent"),
                        (" saves and signs in   ", "faint"),
                        ("Ctrl+O", "accent"),
                        (" saves   ", "faint"),
                        ("Esc", "accent"),
                        (" leaves a draft" if self._is_new else " leaves", "faint"),
                    )
                ]
            )

    def _field(self, name: str) -> Widget:
        if name in OPTIONS:
            options = list(OPTIONS[name])
            value = self.values[name]
            if value not in dict(options):
                options.append((value, ""))
            return PickField(LABELS[name].strip(), options, value, id=name)
        return (MaskedInput if name == "secret" else Input)(
            self.values[name],
            placeholder=PLACEHOLDERS.get(name, ""),
            disabled=name == "name" and not self._is_new,
            select_on_focus=False,
            id=name,
        )

    def on_mount(self) -> None:
        """Typing starts in the first open field."""
        self._arrange()
        self.query_one("#name" if self._is_new else "#tenant_id", Input).focus()

    def on_resize(self) -> None:
        """A low terminal has no lines to waste."""
        self.set_class(self.size.height < 30, "-low")

    # What is typed, and what is wrong with it.

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        self._changed(str(event.input.id), event.value)

    @on(PickField.Changed)
    def _picked(self, event: PickField.Changed) -> None:
        self._changed(str(event.field.id), event.field.value)

    @on(Input.Submitted)
    def _next(self) -> None:
        self.focus_next()

    @on(DescendantFocus)
    def _elsewhere(self) -> None:
        self._tell()

    def _changed(self, name: str, value: str) -> None:
        if self.values[name] == value:
            return
        self.values[name] = value
        self._insists = False
        if name in ("cloud", "credential"):
            self._arrange()
        self._check()

    def _arrange(self) -> None:
        shown = drafts.shown(self.values)
        for name in drafts.FIELDS:
            self.query_one(f"#row-{name}", FormRow).display = name in shown
        self.query_one("#row-secret", FormRow).call(secret_label(self.values))
        self._check()

    @property
    def _faults(self) -> dict[str, str]:
        taken = [] if self._former else self._settings.profiles
        found = drafts.faults_of(self.values, taken)
        if self._checked:
            for name in drafts.needed(self.values, is_new=self._is_new):
                if not self.values[name].strip():
                    found[name] = f"Still needed. {help_of(name, self.values)}"
        return found

    def _check(self) -> None:
        if not self.is_mounted:
            return
        faults = self._faults
        address = self._address(faults)
        if address != self._asked:
            self.workers.cancel_group(self, "tenant")
            if self._look is not None:
                self._look.stop()
            self._asked, self._tenant = address, ("", "")
            if address:
                self._tenant = ("busy", "")
                self._look = self.set_timer(_LOOK_AFTER, self._look_for_tenant)
        for name in drafts.shown(self.values):
            filled = bool(self.values[name].strip()) and name not in OPTIONS
            mark = "bad" if name in faults else "good" if filled else ""
            if name == "tenant_id" and mark == "good":
                mark = self._tenant[0]
            self.query_one(f"#row-{name}", FormRow).mark(mark)
        self._tell()

    def _address(self, faults: dict[str, str]) -> tuple[str, ...]:
        """What decides whether the tenant exists; empty while that is not worth asking."""
        asked = ("tenant_id", "cloud", *drafts.HOSTS)
        filled = self.values["tenant_id"].strip() and (
            self.values["cloud"] != drafts.CUSTOM or self.values["authority"].strip()
        )
        if not filled or any(name in faults for name in asked):
            return ()
        return tuple(self.values[name].strip() for name in asked)

    def _look_for_tenant(self) -> None:
        self.run_worker(self._find_tenant(self._asked), group="tenant", exclusive=True)

    async def _find_tenant(self, address: tuple[str, ...]) -> None:
        from tui.auth.profiles import profile_from
        from tui.auth.signature import tenant_exists

        tenant = visible(address[0])
        try:
            profile = profile_from(drafts.settings_of(self.values, self._former))
            guid = await tenant_exists(profile)
        except Problem as problem:
            found = ("warn", f"Not checked: {visible(problem.why)}.")
        else:
            host = visible(profile.cloud.authority_host)
            found = ("good", f"{host} knows it" + (f" as {guid}." if guid != tenant else "."))
            if not guid:
                found = ("bad", f"{host} knows no tenant {tenant}.")
        if address == self._asked:
            self._tenant = found
            self._check()

    def _here(self) -> str:
        return str(self.focused.id) if self.focused is not None else ""

    def _tell(self) -> None:
        """About the field with the cursor: what is wrong with it, else what it is."""
        name = self._here()
        if name not in drafts.FIELDS or self._saving:
            return
        blocks: list[Block] = []
        if fault := self._faults.get(name):
            blocks.append(text(visible(fault), "bad"))
        elif name == "tenant_id" and self._tenant[1]:
            tone = {"good": "good", "bad": "bad"}.get(self._tenant[0], "warn")
            blocks.append(text(self._tenant[1], tone))
        elif said := help_of(name, self.values):
            blocks.append(text(said, "faint"))
        self._say(blocks)

    def _say(self, blocks: list[Block]) -> None:
        self.query_one("#said", Sheet).show(blocks)

    # Saving.

    def action_save(self, signs_in: bool) -> None:
        """Check, store the secret, write the profile."""
        if self._saving:
            return
        self.signs_in, self._checked = signs_in, True
        # Not by the messages of what was typed: the last of them may still be on its way.
        for field in (*self.query(Input), *self.query(PickField)):
            self._changed(str(field.id), field.value)
        self._check()
        faults = self._faults
        wrong = next((name for name in drafts.shown(self.values) if name in faults), None)
        if wrong is None and self._tenant[0] == "bad" and not self._insists:
            self._insists, wrong = True, "tenant_id"
        if wrong is not None:
            self.query_one(f"#{wrong}").focus()
            self._tell()
            if self._insists:
                self._say(
                    [
                        text(self._tenant[1], "bad"),
                        text("Correct it, or save once more to keep it all the same.", "faint"),
                    ]
                )
            return
        self._saving = True
        self.run_worker(self._save(), group="save", exclusive=True)

    async def _save(self) -> None:
        from tui.auth.secret import Secret

        typed = self.values["secret"] if "secret" in drafts.shown(self.values) else ""
        secret = Secret(typed.strip()) if typed.strip() else None
        try:
            await self._write(drafts.settings_of(self.values, self._former), secret)
        except Problem as problem:
            self._say(
                [
                    *problem_blocks(problem),
                    text("Nothing was written; what you typed is still here.", "faint", indent=2),
                ]
            )
            return
        finally:
            self._saving = False
        self.secret = secret
        self.dismiss(self.values["name"].strip())

    async def _write(self, made: ProfileSettings, secret: Secret | None) -> None:
        """Write profile and secret, or neither."""
        from tui.auth.profiles import add_profile, profile_from
        from tui.auth.vault import remove_secret, store_secret

        profile = profile_from(made)
        keeps = secret is not None and made.credential in drafts.KEEPS_SECRET
        if keeps and secret is not None:
            self._say([text("Storing the secret…", "faint")])
            await asyncio.to_thread(store_secret, profile, secret)
        try:
            add_profile(self._settings, made, replace=not self._is_new)
        except Problem:
            if keeps and self._is_new and not self._shared(profile):
                await asyncio.to_thread(remove_secret, profile)
            raise

    def _shared(self, profile: Profile) -> bool:
        """Whether another profile uses the same entry of the keyring."""
        from tui.auth.profiles import profiles_of

        return any(
            one.keyring_user == profile.keyring_user for one in profiles_of(self._settings).values()
        )
