"""Another token, decoded on this machine: what it says, and whether it would do here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from textual.widget import Widget
from textual_enhanced.commands import Command

from tui.auth import claims as claims_of
from tui.text import visible
from tui.ui.commands import common
from tui.ui.commands import token as commands
from tui.ui.page import Block, line
from tui.ui.screens.token_page import TokenPage
from tui.ui.token_rows import RESOURCE_NAMES, TokenRows, lifetime
from tui.ui.widgets.dialogs import AskLine
from tui.ui.widgets.pick_list import PickList
from tui.ui.widgets.sheet import Sheet

if TYPE_CHECKING:
    from tui.auth.claims import Claims
    from tui.auth.profiles import Profile
    from tui.ui.host import Host

_LARGEST = 1_000_000


async def decode_another(app: Host) -> None:
    """Ask for a token, or the file that holds one, and show what it says."""
    typed = await app.push_screen_wait(
        AskLine(
            "Decode a token",
            note="Paste it, or type the path of its file. It is decoded on this machine, and "
            "neither sent nor kept.",
            placeholder="eyJ…  or  Latest-token.txt",
            password=True,
            fault_of=_fault_of,
        )
    )
    if typed is not None and (found := _decoded(typed)) is not None:
        app.push_screen(DecodedScreen(*found))


def _decoded(typed: str) -> tuple[str, Claims] | None:
    """A token and what it says; None where this is none."""
    try:
        value = _text_of(typed)
        return value, claims_of.decode(value)
    except (ValueError, OSError):
        return None


def _fault_of(typed: str) -> str:
    if _decoded(typed) is not None:
        return ""
    return (
        "That is no token that can be decoded: a JWT has three parts, and a file must hold it "
        "and nothing else."
    )


def _text_of(typed: str) -> str:
    from pathlib import Path

    from tui.auth.given import token_text

    data = typed.strip().removeprefix("Bearer ").encode()
    if typed.count(".") < 2 or len(typed) < 200:
        path = Path(typed.strip()).expanduser()
        if path.is_file():
            with path.open("rb") as stream:
                data = stream.read(_LARGEST)
    return token_text(data)


class DecodedScreen(TokenPage):
    """A token that was pasted. It is forgotten when the screen is left.

    Args:
        value: The token.
        claims: What it says.
    """

    HELP = """
    What this token says, decoded and not verified. Its permissions are held against what this
    program does with the service it is for: that is the guide's check whether the roles claim
    has what you need. v checks the signature with the published keys of its tenant; only keys
    are fetched. The token is forgotten when you leave.
    """
    COMMAND_MESSAGES = (
        commands.Verify,
        commands.CopyClaim,
        commands.CopyClaims,
    )
    FOOTER = (*COMMAND_MESSAGES, common.Back)
    BINDINGS = Command.bindings(*COMMAND_MESSAGES)
    DEFAULT_CSS = """
    DecodedScreen { #life { margin: 1 3 0 3; } #facts { height: 1fr; margin: 1 1 0 1; } }
    DecodedScreen.-low { #life { margin: 0 3; } #facts { margin: 0 1; } }
    """

    def __init__(self, value: str, claims: Claims) -> None:
        super().__init__()
        self._value = value
        self._claims = claims

    @property
    def claims(self) -> Claims | None:
        """What it says."""
        return self._claims

    @property
    def service(self) -> str:
        """For which of the services it is, in whatever cloud."""
        from tui.auth.audience import service_of
        from tui.auth.clouds import CLOUDS

        here = self.shown_workspace
        clouds = [*CLOUDS.values(), *([here.profile.cloud] if here is not None else [])]
        found = (service_of(self._claims, cloud) for cloud in clouds)
        return next((one for one in found if one), "")

    def compose_body(self) -> Iterable[Widget]:
        """Whose it is and how long it lasts, then the facts."""
        yield Sheet(id="life")
        yield PickList(id="facts")

    def on_mount(self) -> None:
        """Show it."""
        self.list_facts()
        self.query_one(PickList).focus()
        self.set_interval(1.0, self._tell_life)

    def on_resize(self) -> None:
        """Other widths, other columns."""
        self.set_class(self.size.height < 30, "-low")
        self.list_facts()

    def _tell_life(self) -> None:
        claims = self._claims
        words, tone = lifetime(claims, self.m365d.now())
        who = claims.user_name if claims.is_user else claims.app_name or claims.client_id
        kind = "on behalf of a user" if claims.is_user else "of an application"
        blocks: list[Block] = [
            line(
                ("Another token ", "bold"),
                (f"{kind}: {visible(who) or 'it does not say which'}", ""),
            ),
            line((words, tone)),
        ]
        service = RESOURCE_NAMES.get(self.service)
        foreign = f"for another service, {visible(claims.audience) or 'unnamed'}: refused here"
        blocks.append(line((f"for {service}", "faint") if service else (foreign, "warn")))
        here = self.shown_workspace
        if here is not None and claims.tenant_id:
            token = here.session.current(here.resource) if here.session else None
            own = token.claims.tenant_id if token is not None and token.claims else ""
            if own and own.lower() != claims.tenant_id.lower():
                blocks.append(
                    line(
                        (f"of another tenant than {visible(here.tenant)}: ", "warn"),
                        (visible(claims.tenant_id), "warn"),
                    )
                )
        self.query_one("#life", Sheet).show(blocks)

    def list_facts(self) -> None:
        """Permissions, claims, signature."""
        if not self.is_mounted:
            return
        self._tell_life()
        made = TokenRows(self.size.width - 8)
        made.permissions(self._claims, self.service)
        made.claims(self._claims, "")
        made.signature(self._check, pending=self._checking)
        self.show_rows(made)

    def verifiable(self) -> tuple[str, Profile] | None:
        """By the keys of the token's own tenant, at the authority of the profile in use."""
        import re

        from tui.auth.clouds import CLOUDS
        from tui.auth.profiles import Profile
        from tui.config.schema import GUID_PATTERN

        tenant = self._claims.tenant_id
        if not re.fullmatch(GUID_PATTERN, tenant):
            return None
        here = self.shown_workspace
        if here is not None:
            return self._value, replace(here.profile, tenant_id=tenant)
        us = self._claims.issuer.startswith("https://login.microsoftonline.us/")
        cloud = CLOUDS["gcc-high" if us else "global"]
        return self._value, Profile("decoded", tenant, self._claims.client_id, cloud=cloud)
