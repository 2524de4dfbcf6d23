"""The frame that every place stands in: header line, content, footer line."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar, cast

from textual.app import ComposeResult
from textual.message import Message
from textual.screen import Screen
from textual.widget import Widget
from textual_enhanced.commands import Command

from tui.ui.commands import common
from tui.ui.widgets.header_line import HeaderLine
from tui.ui.widgets.key_line import KeyLine

if TYPE_CHECKING:
    from tui.ui.host import Host
    from tui.ui.workspace import Workspace


class FramedScreen(Screen[None]):
    """A screen of the program: it has a footer, a help text and commands.

    Subclasses list their commands in `COMMAND_MESSAGES` (bindings, help and palette come
    from there), the footer's in `FOOTER`, and yield their widgets from `compose_body`.
    """

    PLACE: ClassVar[str] = ""
    """The place it belongs to; empty for screens without a header."""
    FOOTER: ClassVar[tuple[type[Command], ...]] = ()
    COMMAND_MESSAGES: ClassVar[tuple[type[Command], ...]] = ()
    HELP: ClassVar[str | None] = None

    BINDINGS = Command.bindings(common.Help, common.Back, common.ExplainThis)

    DEFAULT_CSS = """
    FramedScreen { layout: vertical; background: $background; }
    """

    @property
    def m365d(self) -> Host:
        """The application, by its own type."""
        return cast("Host", self.app)

    @property
    def workspace(self) -> Workspace:
        """What is signed in to.

        Raises:
            RuntimeError: Nobody is signed in; only the sign-in screen may then be shown.
        """
        workspace = self.m365d.workspace
        if workspace is None:
            raise RuntimeError("no workspace")
        return workspace

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
