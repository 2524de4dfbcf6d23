"""A profile as a short form: who signs in where, and where the secret rests."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, cast

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Input, Label, Select

from tui.errors import Problem
from tui.text import visible
from tui.ui.page import line, text
from tui.ui.problems import problem_blocks
from tui.ui.widgets.dialogs import Dialog
from tui.ui.widgets.sheet import Sheet

if TYPE_CHECKING:
    from tui.auth.profiles import Profile
    from tui.config import ProfileSettings, Settings
    from tui.config.settings import Api

_CREDENTIALS = (
    ("keyring: in this machine's keyring", "keyring"),
    ("env: M365D_CLIENT_SECRET or AZURE_CLIENT_SECRET", "env"),
    ("prompt: ask each time", "prompt"),
)
_CLOUDS = (("global", "global"), ("gcc", "gcc"), ("gcc-high", "gcc-high"), ("dod", "dod"))
_APIS = (
    ("auto: Graph where the app has its roles", "auto"),
    ("graph: Microsoft Graph security", "graph"),
    ("classic: ends on 2027-02-01", "classic"),
)


class ProfileForm(Dialog):
    """Make or change a profile. Answers its name, or None."""

    BINDINGS = [Binding("ctrl+s", "save", "save", priority=True)]
    DEFAULT_CSS = """
    ProfileForm {
        & > .dialog { width: 76; }
        Horizontal { height: 1; margin-top: 1; }
        Label { width: 15; color: $text-muted; }
        Input, Input:focus { width: 1fr; margin: 0; }
        Select { width: 1fr; height: 1; }
        SelectCurrent, SelectCurrent:focus { border: none; height: 1; padding: 0 1;
                                             background: $panel; }
        Select:focus > SelectCurrent { border: none; background: $block-cursor-background; }
        #said { margin-top: 1; }
    }
    """

    def __init__(self, profile: Profile | None, settings: Settings) -> None:
        super().__init__()
        self._profile = profile
        self._settings = settings

    def compose(self) -> ComposeResult:
        """The fields."""
        given = self._profile
        with VerticalScroll(classes="dialog", can_focus=False):
            yield Sheet(
                [text(f"Profile {visible(given.name)}" if given else "New profile", "bold")]
            )
            for name, label, value, hint in (
                ("name", "Name", given.name if given else "", "contoso"),
                ("tenant", "Tenant ID", given.tenant_id if given else "", "GUID or domain"),
                ("client", "Client ID", given.client_id if given else "", "GUID of the app"),
            ):
                with Horizontal():
                    yield Label(label)
                    yield Input(
                        value, placeholder=hint, id=name, disabled=bool(given) and name == "name"
                    )
            for name, label, options, value in (
                ("api", "API", _APIS, given.api if given else "auto"),
                ("cloud", "Cloud", _CLOUDS, given.cloud.name if given else "global"),
                (
                    "credential",
                    "Secret",
                    _CREDENTIALS,
                    given.credential if given else "keyring",
                ),
            ):
                listed = list(options)
                if value not in [option for _, option in listed]:
                    listed.append((visible(value), value))
                with Horizontal():
                    yield Label(label)
                    yield Select(listed, value=value, allow_blank=False, id=name, compact=True)
            with Horizontal():
                yield Label("Secret's value")
                yield Input(
                    "", password=True, placeholder="for the keyring; empty leaves it", id="secret"
                )
            yield Sheet(id="said")
            yield Sheet(
                [
                    line(),
                    line(
                        ("Ctrl+S", "accent"),
                        (" saves   ", "faint"),
                        ("Tab", "accent"),
                        (" next field   ", "faint"),
                        ("Esc", "accent"),
                        (" cancels", "faint"),
                    ),
                ]
            )

    def on_mount(self) -> None:
        """Typing starts in the first open field."""
        self.query_one("#tenant" if self._profile else "#name", Input).focus()

    @on(Input.Submitted)
    def _next(self) -> None:
        self.focus_next()

    def _value(self, name: str) -> str:
        return self.query_one(f"#{name}", Input).value.strip()

    def _picked(self, name: str) -> str:
        return str(self.query_one(f"#{name}", Select).value)

    def _filled(self, name: str, tenant: str, client: str) -> ProfileSettings:
        """The profile as the form says it; what the form does not show stays as it was."""
        from tui.config import ProfileSettings

        former = self._settings.profiles[name] if self._profile else None
        profile = former or ProfileSettings(name=name, tenant_id=tenant, client_id=client)
        own_hosts = former is not None and not isinstance(former.cloud, str)
        return replace(
            profile,
            tenant_id=tenant,
            client_id=client,
            api=cast("Api", self._picked("api")),
            cloud=profile.cloud if own_hosts else self._picked("cloud"),
            credential=self._picked("credential"),
        )

    def action_save(self) -> None:
        """Check, write, store."""
        self.run_worker(self._save(), exclusive=True)

    async def _save(self) -> None:
        from tui.auth.profiles import add_profile, profiles_of
        from tui.auth.secret import Secret
        from tui.auth.vault import store_secret
        from tui.config import load_settings

        said = self.query_one("#said", Sheet)
        name, tenant, client = self._value("name"), self._value("tenant"), self._value("client")
        missing = [
            label
            for label, value in (("name", name), ("tenant ID", tenant), ("client ID", client))
            if not value
        ]
        if missing:
            said.show([text(f"Still needed: {', '.join(missing)}.", "warn")])
            return
        try:
            add_profile(
                self._settings,
                self._filled(name, tenant, client),
                replace=self._profile is not None,
            )
            secret = self._value("secret")
            if secret:
                profile = profiles_of(load_settings(self._settings.path))[name]
                await asyncio.to_thread(store_secret, profile, Secret(secret))
        except Problem as problem:
            said.show(problem_blocks(problem))
            return
        self.dismiss(name)
