"""The token: how long it lasts, what it may do, who it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from textual.widget import Widget
from textual_enhanced.commands import Command

from tui.auth.clock import span_words
from tui.errors import Problem
from tui.text import visible
from tui.ui import words
from tui.ui.commands import common
from tui.ui.commands import sign_in as sign_in_commands
from tui.ui.commands import token as commands
from tui.ui.page import Block, Span, line, text
from tui.ui.retirement import days_left
from tui.ui.screens.token_page import TokenPage
from tui.ui.token_rows import RESOURCE_NAMES, TokenRows
from tui.ui.widgets.dialogs import Confirm
from tui.ui.widgets.pick_list import PickList
from tui.ui.widgets.sheet import Sheet

if TYPE_CHECKING:
    from tui.auth.claims import Claims
    from tui.auth.profiles import Profile
    from tui.auth.session import Session, Token

_FULL, _EMPTY = "█", "░"
_SIGNS = {"valid": ("◆", "good"), "renewing": ("◇", "warn"), "expired": ("✗", "bad")}


class TokenScreen(TokenPage):
    """The token panel."""

    PLACE = "token"
    HELP = """
    What the token says of itself, decoded and not verified: it is a matter between the
    authority and the service; v checks the signature all the same. Permissions are held
    against what each feature needs; Enter on a missing one tells how to grant it. Each service
    has a token of its own: ] shows the next. The token is kept in memory only and never shown.
    """
    COMMAND_MESSAGES = (
        commands.RenewToken,
        commands.NextToken,
        commands.Verify,
        commands.DecodeAnother,
        commands.CopyClaim,
        commands.CopyClaims,
        sign_in_commands.ConsentLink,
        commands.MoveToGraph,
        commands.SignInAgain,
        commands.SignOutHere,
        commands.CopyToken,
    )
    FOOTER = (
        commands.RenewToken,
        commands.SignInAgain,
        commands.NextToken,
        commands.Verify,
        commands.DecodeAnother,
        commands.CopyClaim,
        commands.MoveToGraph,
        sign_in_commands.ConsentLink,
        common.SwitchTenant,
        common.Back,
    )
    BINDINGS = Command.bindings(*COMMAND_MESSAGES)
    DEFAULT_CSS = """
    TokenScreen {
        #life { margin: 1 3 0 3; }
        #facts { height: 1fr; margin: 1 1 0 1; }
        &.-low #life { margin: 0 3; }
        &.-low #facts { margin: 0 1; }
    }
    """

    def compose_body(self) -> Iterable[Widget]:
        """Life, facts, and what happened in this run."""
        yield Sheet(id="life")
        yield PickList(id="facts")

    def on_mount(self) -> None:
        """Show what there is, and follow the session."""
        self._resource = self.workspace.resource
        self._shown: tuple[str, bool] | None = None
        self._unsubscribe: Callable[[], None] | None = None
        self.joined()
        self.query_one(PickList).focus()
        self.set_interval(1.0, self._tick)

    def joined(self) -> None:
        """Follow the session, once there is one."""
        if self.workspace.session is not None and self._unsubscribe is None:
            self._resource = self.workspace.resource
            self._unsubscribe = self.workspace.session.subscribe(self._changed)
        self._changed()

    def on_unmount(self) -> None:
        """Follow no longer."""
        if self._unsubscribe is not None:
            self._unsubscribe()

    def on_resize(self) -> None:
        """Other widths, other columns."""
        self.set_class(self.size.height < 30, "-low")
        self.list_facts()

    @property
    def _session(self) -> Session | None:
        return self.workspace.session

    @property
    def _token(self) -> Token | None:
        return self._session.current(self._resource) if self._session else None

    @property
    def claims(self) -> Claims | None:
        """Those of the token at hand."""
        return self._token.claims if self._token else None

    @property
    def service(self) -> str:
        """Whose token is shown."""
        return self._resource

    def _changed(self) -> None:
        if self.is_mounted:
            self._check = None
            self.list_facts()
            self.refresh_bindings()

    def _tick(self) -> None:
        self.query_one("#life", Sheet).show(self._life_blocks())

    def _service_spans(self) -> list[Span]:
        """The services side by side, each with the state of its token."""
        session = self._session
        spans: list[Span] = []
        for resource, name in RESOURCE_NAMES.items():
            glyph, tone = _SIGNS.get(session.state(resource) if session else "", ("·", "faint"))
            here = resource == self._resource
            spans += [(f"{glyph} ", tone), (f"{name}   ", "bold" if here else "faint")]
        return spans

    def _life_blocks(self) -> list[Block]:
        session, token = self._session, self._token
        if session is None:
            problem = self.workspace.problem
            said = "signing in…" if self.workspace.joining else "the queue comes from the cache"
            blocks = [line(("✗ offline", "warnbold"), (f"   {said}", "faint"))]
            if problem is not None:
                blocks.append(text(visible(str(problem)), "bad"))
            return [*blocks, line(("R", "accent"), (" signs in", "faint"))]
        state = session.state(self._resource)
        if token is None:
            asked = state == "renewing"
            return [
                line(*self._service_spans()),
                line(("on its way…" if asked else "no token for this service was needed yet", "")),
                line() if asked else line(("r", "accent"), (" asks for one", "faint")),
            ]
        left = token.expires - session.now()
        life = max((token.expires - token.issued).total_seconds(), 1.0)
        share = min(1.0, max(0.0, left.total_seconds() / life))
        tone = "good" if state == "valid" else "warn" if state == "renewing" else "bad"
        sign = "+" if session.skew > 0 else "−"
        skew = f", server's clock {sign}{span_words(abs(session.skew))}" if session.skew else ""
        issued = f"   issued {words.clock(token.issued)}{skew}"
        width = max(10, min(60, self.size.width - 8 - len(issued)))
        filled = round(share * width)
        renewal = {
            "valid": f"renews by itself at {token.renew_at.astimezone():%H:%M}",
            "renewing": "being renewed…",
        }.get(state, "ended; r gets a new one")
        return [
            line(*self._service_spans()),
            line(
                (words.span(left), f"{tone}bold"),
                (f"  until {words.clock(token.expires)}   {renewal}", "faint"),
            ),
            line(
                (_FULL * filled, tone),
                (_EMPTY * (width - filled), "faint"),
                (issued, "faint"),
            ),
            *self._end_blocks(),
        ]

    def _end_blocks(self) -> list[Block]:
        """How long the classic API still serves, where it is in use."""
        if not self.workspace.is_classic:
            return []
        days = days_left(self.m365d.now().date())
        said = f"The classic API ends on 2027-02-01, in {days} days   "
        return [
            line(
                (said if days > 0 else "The classic API ended on 2027-02-01   ", "warn"),
                ("M", "accent"),
                (" moves to Graph", "faint"),
            )
        ]

    def list_facts(self) -> None:
        """Permissions, claims, signature, what is good to know, and this run."""
        if not self.is_mounted:
            return
        self._tick()
        token, session = self._token, self._session
        made = TokenRows(self.size.width - 8)
        if token is not None and token.claims is None:
            made.line(("This token is opaque: only the service can read it.", "warn"))
        if token is not None and token.doubt:
            made.line((f"! The service may refuse this token: {visible(token.doubt)}.", "warn"))
        if token is not None and token.claims is not None:
            made.permissions(token.claims, self._resource)
            made.claims(token.claims, self.workspace.tenant)
            made.signature(self._check, pending=self._checking)
        made.notices(self.workspace.notices)
        if session is not None:
            made.history(session.secret_source, list(session.history))
        shown = (self._resource, token is None)
        self.show_rows(made, anew=shown != self._shown)
        self._shown = shown

    def verifiable(self) -> tuple[str, Profile] | None:
        """By the keys of the profile's tenant."""
        token = self._token
        return None if token is None else (token.value.reveal(), self.workspace.profile)

    def action_renew_token_command(self) -> None:
        """A new token now."""
        if self._session is not None:
            self.run_worker(self._renew(self._session), group="renew", exclusive=True)

    async def _renew(self, session: Session) -> None:
        try:
            await session.token(self._resource, renew=True)
        except Problem as problem:
            self.m365d.report(problem, rest_at="This run, below, tells the rest: Enter on it.")

    async def action_sign_in_again_command(self) -> None:
        """Sign in with the queue on screen."""
        await self.m365d.switch_tenant(self.workspace.profile)

    def action_sign_out_here_command(self) -> None:
        """Drop the token and return to the sign-in screen."""
        # By the application: this screen goes with the tenant, and its work with it.
        self.app.run_worker(self.m365d.action_sign_out(), group="sign-out", exclusive=True)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Commands that make sense now."""
        if not self.is_mounted or self.shown_workspace is None:
            return True
        offline = self._session is None
        if action == "sign_in_again_command":
            return offline and not self.workspace.joining
        if action == "move_to_graph_command":
            return not offline and self.workspace.is_classic
        if action in (
            "renew_token_command",
            "copy_claims_command",
            "copy_token_command",
            "verify_command",
            "next_token_command",
        ):
            return not offline
        return True

    def action_next_token_command(self) -> None:
        """The token of the next service."""
        known = list(RESOURCE_NAMES)
        self._resource = known[(known.index(self._resource) + 1) % len(known)]
        self._changed()

    def action_consent_link_command(self) -> None:
        """Make the admin consent link, and understand what comes back from it."""
        from tui.ui.screens.consent import ConsentDialog

        self.app.push_screen(ConsentDialog(self.workspace.profile))

    def action_move_to_graph_command(self) -> None:
        """Compare both APIs, then switch the profile."""
        from tui.ui.screens.migrate import MigrateScreen

        self.app.push_screen(MigrateScreen())

    def action_copy_token_command(self) -> None:
        """Copy the token itself, after a question that says what it is."""
        if self._token is not None:
            self.run_worker(self._copy_token(self._token), group="copy", exclusive=True)

    async def _copy_token(self, token: Token) -> None:
        answer = await self.app.push_screen_wait(
            Confirm(
                "Copy the token itself?",
                [
                    text(
                        "Whoever holds it may do all that is listed here until "
                        f"{words.clock(token.expires)}, from anywhere, without the secret, and "
                        "nobody can take it back. The clipboard is read by other programs, and "
                        "kept by some. For a ticket, copy the claims instead (Y)."
                    )
                ],
                yes="copy it",
                no="leave it",
            )
        )
        if answer == "yes":
            self.app.copy_to_clipboard(token.value.reveal())
            self.notify("The token is on the clipboard.", severity="warning", markup=False)

    def action_decode_another_command(self) -> None:
        """Ask for a token and show its claims."""
        from tui.ui.screens.decoded import decode_another

        self.run_worker(decode_another(self.m365d), group="decode", exclusive=True)
