"""Admin consent: the link in its forms, and what an administrator's browser brought back."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.events import Paste
from textual.widgets import Input, OptionList

from tui.errors import Problem
from tui.text import visible
from tui.ui.page import Block, Choice, gap, line, spans, text
from tui.ui.problems import problem_blocks
from tui.ui.refusals import key_block
from tui.ui.widgets.dialogs import AskLine, Dialog
from tui.ui.widgets.pick_list import PickList
from tui.ui.widgets.sheet import Sheet

if TYPE_CHECKING:
    from tui.auth.consent import ConsentAnswer, ConsentCatcher
    from tui.auth.profiles import Profile
    from tui.ui.host import Host

_RESOURCES = ("graph", "classic", "endpoint")
_NAMES = {
    "graph": "Microsoft Graph",
    "classic": "the classic API",
    "endpoint": "Defender for Endpoint",
}
_ERRORS = {
    "access_denied": "The administrator declined, or is none: it takes a Global or Application "
    "Administrator of the tenant.",
    "consent_required": "Nobody decided yet: the page was closed before Accept.",
    "interaction_required": "The sign-in was not finished in the browser.",
    "invalid_client": "The application does not exist, or does not list this redirect.",
    "unauthorized_client": "The application is not open to other tenants: its registration must "
    "allow accounts in any organizational directory.",
    "invalid_request": "The link was changed on its way: copy it again.",
    "temporarily_unavailable": "The authority is busy: open the link again in a minute.",
    "server_error": "The authority failed: open the link again.",
}


class ConsentDialog(Dialog):
    """Copy a link, then see what came of it. Answers the tenant that consented, or None.

    Args:
        profile: Whose application.
    """

    BINDINGS = [
        Binding("left", "resource(-1)", show=False),
        Binding("right", "resource(1)", show=False),
        Binding("y", "copy", "copy", show=False),
        Binding("a", "add", "add the customer", show=False),
    ]
    DEFAULT_CSS = """
    ConsentDialog {
        & > .dialog { width: 100; max-height: 96%; }
        PickList { height: auto; margin: 1 0 0 0; }
        VerticalScroll { height: auto; max-height: 12; }
    }
    """

    def __init__(self, profile: Profile) -> None:
        super().__init__()
        self._profile = profile
        self._resource = "graph"
        self._answer: ConsentAnswer | None = None
        self._catcher: ConsentCatcher | None = None

    @property
    def _host(self) -> Host:
        return cast("Host", self.app)

    def compose(self) -> ComposeResult:
        """The links, a field for what came back, and what that means."""
        with Vertical(classes="dialog"):
            yield Sheet(
                [
                    text(f"Admin consent for the app of {visible(self._profile.name)}", "bold"),
                    text(
                        "An administrator of the tenant opens one of these in a browser.", "faint"
                    ),
                ]
            )
            yield PickList(id="links")
            yield Sheet(id="link")
            yield Input(placeholder="paste the address where the browser ended", id="ended")
            with VerticalScroll(can_focus=False):
                yield Sheet(id="said")
            yield Sheet(id="keys")

    def on_mount(self) -> None:
        """The second form is under the cursor: it asks for the least."""
        self._list("v2")
        self.query_one(PickList).focus()
        self._tell_keys()

    def _list(self, here: str) -> None:
        name = _NAMES[self._resource]
        rows = (
            ("v2", "one API   ", f"/adminconsent: {name}; ← → other APIs"),
            ("v1", "whole app ", "prompt=consent: all that the registration lists"),
            ("catch", "caught    ", f"{name}; the answer comes back to this machine"),
        )
        self.query_one(PickList).offer(
            [
                Choice(form, ((form_name, "bold"), (words, "faint")))
                for form, form_name, words in rows
            ],
            here,
        )

    def _form(self) -> str:
        picks = self.query_one(PickList)
        return str(picks.get_option_at_index(picks.highlighted or 0).id)

    def _link(self) -> str:
        from tui.auth.consent import consent_link

        form = self._form()
        if form == "v1":
            return consent_link(self._profile, "v1")
        if form == "catch" and self._catcher is not None:
            return consent_link(
                self._profile,
                resource=self._resource,
                redirect=self._catcher.redirect,
                state=self._catcher.state,
            )
        return consent_link(self._profile, resource=self._resource)

    def action_resource(self, by: int) -> None:
        """The permissions of another API."""
        at = _RESOURCES.index(self._resource)
        self._resource = _RESOURCES[(at + by) % len(_RESOURCES)]
        self._list(self._form())
        self._tell_link()

    @on(OptionList.OptionHighlighted)
    def _tell_link(self) -> None:
        if not self.is_mounted:
            return
        try:
            link = self._link()
        except Problem as problem:
            self.query_one("#link", Sheet).show(problem_blocks(problem))
            return
        catching = self._form() == "catch"
        blocks: list[Block] = [text(visible(link), "accent")]
        if catching and self._catcher is None:
            blocks = [
                text(
                    "Enter opens a port of this machine, copies a link that leads back to it, and "
                    "waits. The registration must list http://localhost as a redirect URI.",
                    "faint",
                )
            ]
        self.query_one("#link", Sheet).show(blocks)

    @on(OptionList.OptionSelected)
    def action_copy(self) -> None:
        """Copy the link under the cursor; for the third, begin to wait for its answer."""
        if self._form() == "catch" and self._catcher is None:
            self.run_worker(self._catch(), group="catch", exclusive=True)
            return
        try:
            link = self._link()
        except Problem:
            return  # It stands there already.
        self.app.copy_to_clipboard(link)
        self.notify("The link is copied.", timeout=2, markup=False)

    async def _catch(self) -> None:
        from tui.auth.consent import ConsentCatcher

        try:
            async with ConsentCatcher() as catcher:
                self._catcher = catcher
                self._tell_link()
                self.action_copy()
                self._say([line(("◐ ", "accent"), (f"waiting at {catcher.redirect}", "faint"))])
                self._answered(await catcher.answer())
        except Problem as problem:
            self._say(problem_blocks(problem))
        finally:
            self._catcher = None

    # What came back.

    def on_paste(self, event: Paste) -> None:
        """A paste is the address where the browser ended, wherever the cursor is."""
        if not isinstance(self.focused, Input):
            event.stop()
            field = self.query_one("#ended", Input)
            field.value = event.text.strip().split("\n")[0]
            field.focus()
            self._read(field.value)

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        self._read(event.value)

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        # A paste into the field is read at once; half an address is no fault yet.
        if "admin_consent=" in event.value or "error=" in event.value:
            self._read(event.value)
        elif self._catcher is None:
            self._answer = None  # What stands below is of another address.
            self._say([])

    def _read(self, address: str) -> None:
        from tui.auth.consent import parse_consent_redirect

        if not address.strip():
            return
        self._answer = None
        try:
            self._answered(parse_consent_redirect(address))
        except Problem as problem:
            self._say(problem_blocks(problem))

    def _answered(self, answer: ConsentAnswer) -> None:
        self._answer = answer
        if not answer.granted:
            said = _ERRORS.get(answer.error.lower(), "The authority gives no more than this.")
            self._say(
                [
                    spans(("✗ not granted: ", "badbold"), (visible(answer.error), "bad")),
                    *([text(visible(answer.why), indent=2)] if answer.why else []),
                    text(said, "bold", indent=2),
                ]
            )
            return
        blocks: list[Block] = [
            spans(
                ("✓ consent granted", "goodbold"),
                (f" by tenant {answer.tenant}" if answer.tenant else "", "good"),
            )
        ]
        if not answer.tenant:
            blocks.append(text("The first form does not say by which tenant.", "faint", indent=2))
        elif answer.tenant == self._profile.tenant_id.lower():
            blocks.append(text("That is this profile's own tenant: sign in.", "faint", indent=2))
        elif (known := self._known(answer.tenant)) is not None:
            blocks.append(text(f"That is {visible(known)}: sign in.", "faint", indent=2))
        else:
            blocks.append(
                spans(("a", "accent"), (" adds this customer to the profile", "faint"), indent=2)
            )
        self._say(blocks)
        self.query_one(PickList).focus()

    def _known(self, tenant: str) -> str | None:
        from tui.auth.profiles import profiles_of

        return next(
            (
                one.name
                for one in profiles_of(self._host.settings).values()
                if one.tenant_id.lower() == tenant and one.client_id == self._profile.client_id
            ),
            None,
        )

    def _say(self, blocks: list[Block]) -> None:
        self.query_one("#said", Sheet).show([gap(), *blocks] if blocks else [])

    def _tell_keys(self) -> None:
        keys = [("Enter", "copies the link"), ("Tab", "to the field"), ("Esc", "closes")]
        self.query_one("#keys", Sheet).show([gap(), key_block(keys)])

    def action_add(self) -> None:
        """Add the tenant that consented to the profile, as one of its customers."""
        answer = self._answer
        if answer is None or not answer.granted or not answer.tenant:
            return
        if self._profile.is_demo or self._known(answer.tenant) is not None:
            return
        self.run_worker(self._add(answer.tenant), group="add", exclusive=True)

    async def _add(self, tenant: str) -> None:
        from tui.auth.profiles import add_tenant

        name = await self.app.push_screen_wait(
            AskLine(
                "What is this customer called?", note=f"Tenant {tenant}", placeholder="fabrikam"
            )
        )
        if not name:
            return
        try:
            add_tenant(self._host.settings, f"{self._profile.table}/{name}", tenant)
        except Problem as problem:
            self._say(problem_blocks(problem))
            return
        self._host.reload_settings()
        self._say(
            [
                line(
                    ("✓ ", "good"),
                    (f"{self._profile.table}/{visible(name)} is in the list", "good"),
                )
            ]
        )
