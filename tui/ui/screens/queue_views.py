"""Views and facets of the queue: ways to narrow it without typing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.errors import Problem
from tui.text import visible
from tui.ui import views, words
from tui.ui.page import Choice
from tui.ui.screens.edit_actions import EditActions
from tui.ui.widgets.dialogs import AskLine, Choose
from tui.ui.widgets.filter_bar import FilterBar
from tui.ui.widgets.grid import Grid

if TYPE_CHECKING:
    from tui.incidents.facets import FacetValue

_FACETS = {
    "sev": "severity",
    "status": "status",
    "assigned": "owner",
    "tactic": "tactic",
    "source": "source",
}
_SAVE = "\0save"
_MOST_VALUES = 6


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
            bar.put(f"{bar.text} {term}".strip())

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

    def action_views_command(self) -> None:
        """Choose a saved view, or save this one."""
        self._ask(self._views())

    async def _views(self) -> None:
        bar = self.query_one(FilterBar)
        kept = self.m365d.views.all()
        choices = [
            Choice(
                str(at),
                (
                    (f"{views.KEYS[at] if at < len(views.KEYS) else ' '}  ", "accent"),
                    (f"{visible(one.name)[:36]:<38}", ""),
                    (visible(one.filter), "faint"),
                ),
                views.KEYS[at] if at < len(views.KEYS) else "",
            )
            for at, one in enumerate(kept)
        ]
        if bar.text:
            choices.append(Choice(_SAVE, (("+  save this view as…", "accent"),)))
        chosen = await self.app.push_screen_wait(
            Choose("Views", choices, note="A digit shows its view at once, here and in the queue.")
        )
        if chosen == _SAVE:
            name = await self.app.push_screen_wait(
                AskLine("Save this view as", note=f"Filter: {visible(bar.text)}")
            )
            if name:
                source = self.query_one(Grid).source
                order = tuple(source.order) if source is not None else ()
                self.m365d.views.save(views.View(name, bar.text, order))
        elif chosen is not None:
            await self.show_view(kept[int(chosen)])

    async def action_view_command(self, at: int) -> None:
        """Show the view of a digit."""
        kept = self.m365d.views.all()
        if at < len(kept):
            await self.show_view(kept[at])

    async def show_view(self, view: views.View) -> None:
        """Filter and order as the view says."""
        self.query_one(FilterBar).put(view.filter)
        if view.order:
            await self.query_one(Grid).sort_by(view.order)
