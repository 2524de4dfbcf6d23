"""The token: how long it lasts, what it may do, who it is."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING

from textual import on
from textual.widget import Widget
from textual.widgets import OptionList
from textual.widgets.option_list import Option
from textual_enhanced.commands import Command

from tui.auth import claims as claims_of
from tui.errors import Problem
from tui.text import visible
from tui.ui import words
from tui.ui.claim_rows import claim_rows, value_words
from tui.ui.commands import common
from tui.ui.commands import token as commands
from tui.ui.page import Block, Span, field, gap, line, styled, text
from tui.ui.screens.base import FramedScreen
from tui.ui.widgets.dialogs import AskLine, Page
from tui.ui.widgets.pick_list import PickList
from tui.ui.widgets.sheet import Sheet

if TYPE_CHECKING:
    from tui.auth.session import Session, Token

_FULL, _EMPTY = "█", "░"
_RESOURCE_NAMES = {
    "graph": "Microsoft Graph",
    "classic": "Defender XDR, classic",
    "endpoint": "Defender for Endpoint",
}


class TokenScreen(FramedScreen):
    """The token panel."""

    PLACE = "token"
    HELP = """
    What the token says of itself, decoded and not verified: it is a matter between the
    authority and the service. Permissions are held against what each feature needs; Enter on
    a missing one tells how to grant it. The token is kept in memory only and never shown.
    """
    COMMAND_MESSAGES = (
        commands.RenewToken,
        commands.DecodeAnother,
        commands.CopyClaim,
        commands.CopyClaims,
        commands.ConsentLink,
        commands.NextToken,
        commands.SignInAgain,
    )
    FOOTER = (
        commands.RenewToken,
        commands.SignInAgain,
        commands.DecodeAnother,
        commands.CopyClaim,
        commands.CopyClaims,
        commands.ConsentLink,
        commands.NextToken,
        common.SwitchTenant,
        common.Back,
    )
    BINDINGS = Command.bindings(*COMMAND_MESSAGES)
    DEFAULT_CSS = """
    TokenScreen {
        #life { margin: 1 3 0 3; }
        #facts { height: 1fr; margin: 0 1; }
    }
    """

    def compose_body(self) -> Iterable[Widget]:
        """Life, facts, and what happened in this run."""
        yield Sheet(id="life")
        yield PickList(id="facts")

    def on_mount(self) -> None:
        """Show what there is, and follow the session."""
        self._resource = self.workspace.resource
        self._values: dict[str, str] = {}
        self._unsubscribe = None
        if self.workspace.session is not None:
            self._unsubscribe = self.workspace.session.subscribe(self._changed)
        self._changed()
        self.query_one(PickList).focus()
        self.set_interval(1.0, self._tick)

    def on_unmount(self) -> None:
        """Follow no longer."""
        if self._unsubscribe is not None:
            self._unsubscribe()

    def on_resize(self) -> None:
        """Other widths, other columns."""
        self._list_facts()

    @property
    def _session(self) -> Session | None:
        return self.workspace.session

    @property
    def _token(self) -> Token | None:
        return self._session.current(self._resource) if self._session else None

    def _changed(self) -> None:
        self._tick()
        self._list_facts()
        self.refresh_bindings()

    def _tick(self) -> None:
        self.query_one("#life", Sheet).show(self._life_blocks())

    def _life_blocks(self) -> list[Block]:
        session, token = self._session, self._token
        if session is None:
            return [
                line(("✗ offline", "warnbold"), ("   the queue comes from the cache", "faint")),
                line(("R", "accent"), (" signs in", "faint")),
            ]
        state = session.state(self._resource)
        service = _RESOURCE_NAMES.get(self._resource, self._resource)
        if token is None:
            said = "on its way…" if state == "renewing" else "none yet"
            return [line((f"{service}: {said}", "faint"))]
        now = session.now()
        left = token.expires - now
        life = max((token.expires - token.issued).total_seconds(), 1.0)
        share = min(1.0, max(0.0, left.total_seconds() / life))
        tone = "good" if state == "valid" else "warn" if state == "renewing" else "bad"
        width = max(10, min(60, self.size.width - 54))
        filled = round(share * width)
        renewal = {
            "valid": f"renews by itself at {token.renew_at.astimezone():%H:%M}",
            "renewing": "being renewed…",
        }.get(state, "ended; r gets a new one")
        skew = f", server's clock {session.skew:+.1f} s" if session.skew else ""
        head: tuple[Span, ...] = (
            (words.span(left), f"{tone}bold"),
            (f"  until {words.clock(token.expires)}   {renewal}   ", "faint"),
            (service, "faint"),
        )
        return [
            line(*head),
            line(
                (_FULL * filled, tone),
                (_EMPTY * (width - filled), "faint"),
                (f"   issued {words.clock(token.issued)}{skew}", "faint"),
            ),
        ]

    def _list_facts(self) -> None:
        token = self._token
        claims = token.claims if token else None
        rows: list[tuple[str, tuple[Span, ...]]] = [("", ()), ("", (("What it may do", "bold"),))]
        self._values = {}
        if token is not None and claims is None:
            rows.append(("", (("This token is opaque: only the service can read it.", "warn"),)))
        for at, feature in enumerate(claims_of.features(self._resource) if claims else ()):
            held = claims_of.granted_by(claims, feature) if claims else ""
            needed = held or feature.any_of[0]
            self._values[f"feature {at}"] = needed
            if held:
                rows.append(
                    (
                        f"feature {at}",
                        (("✓  ", "good"), (f"{feature.name:<35}", ""), (needed, "faint")),
                    )
                )
            else:
                rows.append(
                    (
                        f"feature {at}",
                        (
                            ("✗  ", "bad"),
                            (f"{feature.name:<35}", ""),
                            (f"{needed:<32}", "faint"),
                            ("missing", "bad"),
                            ("   Enter: how to grant it", "faint"),
                        ),
                    )
                )
        for name in claims_of.unneeded(claims, self._resource) if claims else ():
            self._values[f"spare {name}"] = visible(name)
            rows.append(
                (
                    f"spare {name}",
                    (
                        ("!  ", "warn"),
                        (f"{'–':<35}", "faint"),
                        (f"{visible(name):<32}", "faint"),
                        ("granted, and nothing here needs it", "warn"),
                    ),
                )
            )
        if claims is not None:
            tenant = self.workspace.tenant
            for name, spans in claim_rows(claims, tenant, self.size.width - 8):
                rows.append((name, spans))
                if name:
                    self._values[name] = value_words(claims.raw[name])
            rows += [
                ("", ()),
                (
                    "",
                    (
                        ("decoded, not verified", "warn"),
                        ("   only the service can tell whether it is genuine", "faint"),
                    ),
                ),
            ]
        for notice in self.workspace.notices:
            if notice is self.workspace.notices[0]:
                rows += [("", ()), ("", (("Good to know", "bold"),))]
            name = f"notice {notice}"
            self._values[name] = visible(notice)
            rows.append((name, (("!  ", "warn"), (visible(notice), ""))))
        rows += self._run_rows()
        picks = self.query_one(PickList)
        former = self._row_here()
        picks.clear_options()
        picks.add_options(
            Option(styled(spans or ((" ", ""),)), id=name or None, disabled=not name)
            for name, spans in rows
        )
        ids = [name for name, _ in rows]
        wanted = former if former in ids else next((name for name in ids if name), None)
        picks.highlighted = ids.index(wanted) if wanted is not None else None

    def _run_rows(self) -> list[tuple[str, tuple[Span, ...]]]:
        session = self._session
        if session is None:
            return []
        rows: list[tuple[str, tuple[Span, ...]]] = [("", ()), ("", (("This run", "bold"),))]
        if session.secret_source:
            rows.append(
                ("", ((f"the secret came from {visible(session.secret_source)}", "faint"),))
            )
        for event in list(session.history)[-20:]:
            rows.append(
                (
                    "",
                    (
                        (f"{words.clock(event.time)}  ", "faint"),
                        (visible(event.text), "bad" if event.failed else "faint"),
                    ),
                )
            )
        return rows

    def _row_here(self) -> str | None:
        picks = self.query_one(PickList)
        if picks.highlighted is None:
            return None
        return picks.get_option_at_index(picks.highlighted).id

    @on(OptionList.OptionSelected)
    def _chosen(self) -> None:
        self.action_explain_this_command()

    def action_explain_this_command(self) -> None:
        """How to grant the permission here, or what the claim says."""
        row, token = self._row_here(), self._token
        claims = token.claims if token else None
        if row is not None and row.startswith("notice "):
            self.app.push_screen(Page([text(self._values[row])]))
            return
        if row is None or claims is None:
            return
        if row.startswith("feature "):
            feature = claims_of.features(self._resource)[int(row.removeprefix("feature "))]
            held = claims_of.granted_by(claims, feature)
            said = f"Granted by {held}." if held else claims_of.how_to_grant(feature, claims)
            names = ", ".join(feature.any_of)
            self.app.push_screen(
                Page(
                    [
                        text(feature.name, "bold"),
                        gap(),
                        field("Needs one of", (names, "")),
                        gap(),
                        text(visible(said)),
                    ]
                )
            )
        elif not row.startswith("spare "):
            meaning = claims_of.claim_meaning(row, claims.raw.get(row)) or "Nobody documents it."
            self.app.push_screen(
                Page(
                    [
                        text(visible(row), "bold"),
                        gap(),
                        text(self._values.get(row, "")),
                        gap(),
                        text(visible(meaning), "faint"),
                    ]
                )
            )

    def action_renew_token_command(self) -> None:
        """A new token now."""
        if self._session is not None:
            self.run_worker(self._renew(self._session), exclusive=True)

    async def _renew(self, session: Session) -> None:
        try:
            await session.token(self._resource, renew=True)
        except Problem as problem:
            self.m365d.report(problem)

    async def action_sign_in_again_command(self) -> None:
        """Back to the sign-in screen."""
        await self.m365d.action_sign_out()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Commands that make sense now."""
        if not self.is_mounted or self.m365d.workspace is None:
            return True
        offline = self._session is None
        if action == "sign_in_again_command":
            return offline
        if action in ("renew_token_command", "copy_claims_command"):
            return not offline
        if action == "next_token_command":
            return self._session is not None and len(self._session.resources()) > 1
        return True

    def action_next_token_command(self) -> None:
        """The token of the next service."""
        if self._session is None:
            return
        known = sorted(self._session.resources())
        if self._resource in known:
            self._resource = known[(known.index(self._resource) + 1) % len(known)]
            self._changed()

    def action_copy_claim_command(self) -> None:
        """Copy the value here."""
        value = self._values.get(self._row_here() or "")
        if value:
            self.app.copy_to_clipboard(value)
            self.notify("Copied.", timeout=2, markup=False)

    def action_copy_claims_command(self) -> None:
        """Copy the claims as JSON."""
        token = self._token
        if token is not None and token.claims is not None:
            self.app.copy_to_clipboard(json.dumps(dict(token.claims.raw), indent=2))
            self.notify("All claims copied as JSON.", timeout=3, markup=False)

    def action_consent_link_command(self) -> None:
        """Copy the admin consent link."""
        profile = self.workspace.profile
        link = (
            f"{profile.cloud.authority}/{profile.tenant_id}/adminconsent"
            f"?client_id={profile.client_id}"
        )
        self.app.copy_to_clipboard(link)
        self.notify(
            f"Copied, for an administrator of the tenant: {visible(link)}", markup=False, timeout=10
        )

    def action_decode_another_command(self) -> None:
        """Ask for a token and show its claims."""
        self.run_worker(self._decode(), exclusive=True)

    async def _decode(self) -> None:
        pasted = await self.app.push_screen_wait(
            AskLine(
                "Decode a token",
                note="Paste it here. It is decoded on this machine, and neither sent nor kept.",
                password=True,
            )
        )
        if pasted is None:
            return
        try:
            claims = claims_of.decode(pasted)
        except ValueError:
            self.notify(
                "That is no token that can be decoded (a JWT has three parts).",
                severity="warning",
                markup=False,
            )
            return
        blocks: list[Block] = [text("Another token: decoded, not verified", "warnbold")]
        for _, spans in claim_rows(claims, "", 70):
            blocks.append(line(*spans) if spans else gap())
        self.app.push_screen(Page(blocks))
