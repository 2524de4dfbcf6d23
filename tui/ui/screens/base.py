"""The frame that every place stands in: header line, content, footer line."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, ClassVar, cast

from textual import on
from textual.app import ComposeResult
from textual.events import Mount, Unmount
from textual.message import Message
from textual.screen import Screen
from textual.widget import Widget
from textual_enhanced.commands import Command

from tui.text import visible
from tui.ui.commands import common
from tui.ui.widgets.header_line import HeaderLine
from tui.ui.widgets.key_line import KeyLine

if TYPE_CHECKING:
    from textual.notifications import SeverityLevel

    from tui.ui.host import Host
    from tui.ui.workspace import Workspace

_GLANCE, _GLANCE_SECONDS = 60, 3.0
"""Characters of a notice that is read at a glance, and how long it then stays."""


class FramedScreen(Screen[None]):
    """A screen of the program: it has a footer, a help text and commands.

    Subclasses list their commands in `COMMAND_MESSAGES` (bindings, help and palette come
    from there), the footer's in `FOOTER`, and yield their widgets from `compose_body`.
    """

    PLACE: ClassVar[str] = ""
    """The place it belongs to; empty for screens without a header."""
    FOOTER: ClassVar[tuple[type[Command], ...]] = ()
    COMMAND_MESSAGES: tuple[type[Command], ...] = ()
    HELP: ClassVar[str | None] = None

    BINDINGS = Command.bindings(common.Help, common.Back, common.ExplainThis)

    DEFAULT_CSS = """
    FramedScreen { layout: vertical; background: $background; }
    """

    @property
    def m365d(self) -> Host:
        """The application, by its own type."""
        return cast("Host", self.app)

    _own_workspace: Workspace | None = None
    _unjoin: Callable[[], None] | None = None

    @property
    def workspace(self) -> Workspace:
        """What this screen shows; the same one for as long as the screen lives.

        Another tenant has screens of its own: work that this screen has begun never reaches
        the tenant that has come to the front meanwhile.

        Raises:
            RuntimeError: Nobody is signed in; only the sign-in screen may then be shown.
        """
        if self._own_workspace is None:
            self._own_workspace = self.m365d.workspace
        if self._own_workspace is None:
            raise RuntimeError("no workspace")
        return self._own_workspace

    @property
    def own_workspace(self) -> Workspace | None:
        """What this screen belongs to; None where it belongs to no tenant (yet)."""
        return self._own_workspace

    @property
    def shown_workspace(self) -> Workspace | None:
        """As `workspace`; None where nobody is signed in."""
        return self._own_workspace or self.m365d.workspace

    @on(Mount)
    def _follow_tenant(self) -> None:
        if self.PLACE and self.shown_workspace is not None:
            self._unjoin = self.workspace.subscribe(self._joined)

    @on(Unmount)
    def _leave_tenant(self) -> None:
        if self._unjoin is not None:
            self._unjoin()

    def _joined(self) -> None:
        for header in self.query(HeaderLine):
            header.tenant_changed()
        self.refresh_bindings()
        self.joined()

    def joined(self) -> None:
        """The tenant was signed in to after its cached queue was shown, or that failed."""

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = True,
    ) -> None:
        """As Textual's; what is read at a glance goes soon, a tenant not in front is named."""
        if timeout is None and severity == "information" and len(message) <= _GLANCE:
            timeout = _GLANCE_SECONDS
        own = self._own_workspace
        if own is not None and own is not self.m365d.workspace:
            message = f"{visible(own.tenant)}: {message}"
            markup = False
        super().notify(message, title=title, severity=severity, timeout=timeout, markup=markup)

    def compose_body(self) -> Iterable[Widget]:
        """The widgets between header and footer."""
        return ()

    def compose(self) -> ComposeResult:
        """The frame around the body."""
        if self.PLACE:
            yield HeaderLine(self.PLACE)
        yield from self.compose_body()
        yield KeyLine((*self.FOOTER, common.Help))

    def action_help_command(self) -> None:
        """Show the help of this screen."""
        from tui.ui.screens.help import HelpScreen

        self.app.push_screen(HelpScreen(self))

    def action_explain_this_command(self) -> None:
        """Explain what is under the cursor; the help where a screen has nothing better."""
        self.action_help_command()

    async def action_back_command(self) -> None:
        """Go back to the screen below, or to the place that was shown before."""
        if len(self.app.screen_stack) > 1:
            self.app.pop_screen()
        else:
            await self.m365d.go_back()

    async def _dispatch_message(self, message: Message) -> None:
        # An error in a handler must not end the screen's own loop of messages.
        try:
            await super()._dispatch_message(message)
        except Exception as error:
            self.m365d.hold(error)
