"""Views and facets of the queue: ways to narrow it without typing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace
from textual import on

from tui.errors import Problem
from tui.incidents.columns import MOST_URGENT_FIRST
from tui.text import visible
from tui.ui import words
from tui.ui.alert_blocks import source_words
from tui.ui.page import Choice
from tui.ui.screens.edit_actions import EditActions
from tui.ui.screens.view_list import ViewList
from tui.ui.views import KEYS, View
from tui.ui.widgets.dialogs import AskLine, Choose
from tui.ui.widgets.filter_bar import FilterBar
from tui.ui.widgets.grid import Grid
from tui.ui.widgets.grid_messages import ColumnsChanged, SortChanged

if TYPE_CHECKING:
    from tui.incidents.facets import FacetValue

_FACETS = {
    "sev": "severity",
    "status": "status",
    "assigned": "owner",
    "tactic": "tactic",
    "source": "source",
}
_MOST_VALUES = 6


_OR = re.compile(r"(^|\s)or(\s|$)", re.IGNORECASE)


def narrowed(text: str, term: str) -> str:
    """A filter and one more term that must hold."""
    text = text.strip()
    return f"({text}) {term}" if _OR.search(text) else f"{text} {term}".strip()


class QueueViews(EditActions):
    """The commands that choose what part of the queue is shown."""

    def action_facets_command(self) -> None:
        """Show how the incidents divide, and narrow to a part of them."""
        self._ask(self._facets())

    async def _facets(self) -> None:
        bar = self.query_one(FilterBar)
        try:
            found = await self.workspace.queue.facets(bar.text)
        except Problem as problem:
            self.m365d.report(problem)
            return
        choices = [
            Choice(value.term, self._facet_spans(name, at, value))
            for name, values in found.items()
            for at, value in enumerate(values[:_MOST_VALUES])
        ]
        if not choices:
            self.notify("There is nothing to divide: no incident passes the filter.", markup=False)
            return
        term = await self.app.push_screen_wait(
            Choose("What these incidents are", choices, note="Enter narrows the queue to one part.")
        )
        if term is not None:
            bar.put(narrowed(bar.text, term))

    def _facet_spans(self, name: str, at: int, value: FacetValue) -> tuple[tuple[str, str], ...]:
        said, tone = visible(value.value) or "nobody", ""
        if name == "sev":
            sign = words.severity(value.value)
            said, tone = f"{sign.glyph} {sign.word}", sign.tone
        elif name == "status":
            state = words.status(value.value)
            said, tone = f"{state.glyph} {state.word}", state.tone
        elif name == "assigned":
            said, tone = words.owner(value.value or None, self.workspace.me)
            said = "nobody" if said == "–" else said
        elif name == "tactic":
            said = words.tactic(value.value)
        elif name == "source":
            said = source_words(value.value)
        label = _FACETS.get(name, name) if at == 0 else ""
        return (
            (f"{label:<10}", "faint"),
            (f"{said[:34]:<36}", tone),
            (f"{value.count:>7,}", "faint"),
        )

    def action_handover_command(self) -> None:
        """Write the shift's handover, since this sign-in."""
        self._ask(self._handover())

    async def _handover(self) -> None:
        from tui.incidents.handover import gather, to_markdown
        from tui.ui.screens.paper import Paper

        since = self.workspace.since
        try:
            page = await gather(self.workspace.queue, since)
        except Problem as problem:
            self.m365d.report(problem)
            return
        name = f"handover-{since.astimezone():%Y-%m-%d-%H%M}.md"
        title = f"Handover since {since.astimezone():%H:%M}"
        self.app.push_screen(Paper(title, to_markdown(page), name))

    # Views.

    view: View = View("", "")
    """The view that is shown; without a name, none is."""

    def action_views_command(self) -> None:
        """Show a saved view, or save, prefer or forget one."""
        self._ask(self._views())

    async def _views(self) -> None:
        bar, kept = self.query_one(FilterBar), self.m365d.views
        views, default = kept.all(), kept.default
        answer = await self.app.push_screen_wait(
            ViewList(
                views,
                default=default.name if default else "",
                current=self.view.name,
                filtered=bool(bar.text),
            )
        )
        if answer is None:
            return
        what, _, at = answer.partition(" ")
        one = views[int(at)] if at and int(at) >= 0 else None
        if what == "save":
            await self._save_view()
        elif what == "default":
            kept.make_default(one.name if one else "")
            shown = f"“{visible(one.name)}”" if one else "The whole queue"
            self.notify(f"{shown} is shown first from now on.", markup=False)
        elif what == "drop" and one is not None:
            kept.drop(one.name)
            self.notify(f"“{visible(one.name)}” is forgotten.", markup=False)
        else:
            await self.show_view(one or kept.plain)

    async def _save_view(self) -> None:
        bar, grid = self.query_one(FilterBar), self.query_one(Grid)
        name = await self.app.push_screen_wait(
            AskLine(
                "Save this view as",
                note=f"Filter: {visible(bar.text)}",
                value=visible(self.view.name),
                replace=True,
            )
        )
        if not name:
            return
        order = tuple(grid.source.order) if grid.source is not None else ()
        self.view = View(name, bar.text, order, grid.arrangement)
        self.m365d.views.save(self.view)
        names = [one.name for one in self.m365d.views.all()]
        at = names.index(name)
        key = f"; {KEYS[at]} shows it" if at < len(KEYS) else ""
        self.notify(f"Saved{key}.", markup=False)
        self.tell_state()

    async def action_view_command(self, at: int) -> None:
        """Show the view of a digit."""
        kept = self.m365d.views.all()
        if at < len(kept):
            await self.show_view(kept[at])

    async def show_view(self, view: View) -> None:
        """Filter, order and columns as the view says."""
        self.view = view
        self.query_one(FilterBar).put(view.filter)
        await self._look_as(view)
        self.tell_state()

    async def leave_view(self) -> None:
        """The filter was taken away: the whole queue, as it was left."""
        if self.view.name:
            self.view = self.m365d.views.plain
            await self._look_as(self.view)

    async def _look_as(self, view: View) -> None:
        grid, plain = self.query_one(Grid), self.m365d.views.plain
        grid.arrange_as(view.columns or plain.columns)
        order = view.order or plain.order or MOST_URGENT_FIRST
        if grid.source is not None and tuple(grid.source.order) != order:
            await grid.sort_by(order)

    @on(ColumnsChanged)
    def _columns_changed(self, event: ColumnsChanged) -> None:
        self._keep_view(columns=event.placed)

    @on(SortChanged)
    def _order_changed(self, event: SortChanged) -> None:
        if event.order != (self.view.order or self.m365d.views.plain.order or MOST_URGENT_FIRST):
            self._keep_view(order=event.order)

    def _keep_view(self, **parts: Any) -> None:
        """What was arranged by hand stays with the view that is shown."""
        self.view = replace(self.view, **parts)
        self.m365d.views.save(self.view)

    def tell_state(self) -> None:
        """Say anew what is shown."""
