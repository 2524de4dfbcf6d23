"""What an app that was just set up may not do yet, and how that is granted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll

from tui.auth import claims as claims_of
from tui.text import visible
from tui.ui.page import Block, gap, line, text
from tui.ui.permissions import needed_name
from tui.ui.refusals import key_block
from tui.ui.widgets.dialogs import Dialog
from tui.ui.widgets.sheet import Sheet

if TYPE_CHECKING:
    from tui.auth.claims import Claims, Feature
    from tui.ui.workspace import Workspace


def lacking(workspace: Workspace) -> tuple[Feature, ...]:
    """What the service in use would let this program do and the token does not."""
    claims = _claims(workspace)
    return claims_of.missing(claims, workspace.resource) if claims is not None else ()


def _claims(workspace: Workspace) -> Claims | None:
    token = workspace.session.current(workspace.resource) if workspace.session else None
    return token.claims if token else None


class MissingRoles(Dialog):
    """Tells what is missing; Enter goes on to the queue all the same."""

    BINDINGS = [
        Binding("enter", "cancel", "go on"),
        Binding("l", "consent", "consent link"),
        Binding("y", "copy", "copy"),
    ]
    DEFAULT_CSS = "MissingRoles { & > .dialog { width: 84; } }"

    def __init__(self, workspace: Workspace, lacks: Sequence[Feature]) -> None:
        super().__init__()
        self._profile = workspace.profile
        self._claims = _claims(workspace)
        self._lacks = tuple(lacks)

    def compose(self) -> ComposeResult:
        """The features, how to grant them, the keys."""
        blocks: list[Block] = [
            text(
                f"Signed in to {visible(self._profile.name)}; the app may not do everything", "bold"
            ),
            gap(),
        ]
        blocks += [
            line(
                ("✗  ", "bad"),
                (f"{one.name:<28}", ""),
                (needed_name(one, self._claims), "accent"),
            )
            for one in self._lacks
        ]
        blocks += [
            gap(),
            text("Each you want is granted like this; the rest works without it.", "faint"),
            text(visible(claims_of.how_to_grant(self._lacks[0], self._claims))),
        ]
        with Vertical(classes="dialog"):
            with VerticalScroll(can_focus=True):
                yield Sheet(blocks)
            yield Sheet(
                [
                    gap(),
                    key_block(
                        [("Enter", "goes on"), ("y", "copies the names"), ("l", "consent link")]
                    ),
                ]
            )

    def action_copy(self) -> None:
        """Copy the names of the permissions."""
        names = [needed_name(one, self._claims) for one in self._lacks]
        self.app.copy_to_clipboard("\n".join(names))
        self.notify("Copied.", timeout=2, markup=False)

    def action_consent(self) -> None:
        """Make the consent link."""
        from tui.ui.screens.consent import ConsentDialog

        self.app.push_screen(ConsentDialog(self._profile))
