"""The header: product, tenant, places and clock, in one calm line."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from textual.app import ComposeResult, RenderResult
from textual.containers import Horizontal
from textual.content import Content
from textual.style import Style
from textual.widget import Widget

from tui.text import visible
from tui.ui.page import STYLES
from tui.ui.widgets.token_clock import TokenClock

if TYPE_CHECKING:
    from tui.ui.host import OfTenant

PLACES = (("incidents", "1", "Incidents"), ("hunting", "2", "Hunting"), ("token", "3", "Token"))
"""The three places: mode, key and name."""


class _Tenant(Widget):
    DEFAULT_CSS = """
    _Tenant { width: auto; max-width: 40%; height: 1; text-wrap: nowrap; text-overflow: ellipsis; }
    """

    def render(self) -> RenderResult:
        workspace = cast("OfTenant", self.screen).shown_workspace
        if workspace is None:
            return Content.styled("m365d", STYLES["faint"])
        parts = [("m365d  ", STYLES["faint"]), (visible(workspace.tenant), STYLES["bold"])]
        if workspace.note:
            parts.append((f"  {visible(workspace.note)}", STYLES["warn"]))
        return Content.assemble(*parts)


class _Places(Widget):
    auto_links = False
    DEFAULT_CSS = "_Places { width: 1fr; height: 1; text-align: center; }"

    def __init__(self, place: str) -> None:
        super().__init__()
        self._place = place

    @property
    def _roomy(self) -> bool:
        return self.size.width >= 35

    def render(self) -> RenderResult:
        parts: list[Content] = []
        for mode, key, name in PLACES:
            here = mode == self._place
            part = Content.assemble(
                (key, STYLES["accent" if here else "faint"]),
                (" ", ""),
                (
                    name if self._roomy or here else "",
                    "bold underline $foreground" if here else STYLES["faint"],
                ),
            )
            parts.append(part.stylize(Style.from_meta({"@click": f"app.go('{mode}')"})))
        gap = "   " if self._roomy else " "
        return Content(gap).join(parts)


class HeaderLine(Horizontal):
    """The first line of every place."""

    DEFAULT_CSS = """
    HeaderLine {
        dock: top;
        height: 1;
        padding: 0 1;
        background: $surface;
    }
    """

    def __init__(self, place: str) -> None:
        super().__init__()
        self._place = place

    def compose(self) -> ComposeResult:
        """Tenant at the left, places in the middle, clock at the right."""
        yield _Tenant()
        yield _Places(self._place)
        yield TokenClock()

    def tenant_changed(self) -> None:
        """Say the tenant anew."""
        self.query_one(_Tenant).refresh(layout=True)
