"""What can be done with the rows of a query: filtered, opened, hunted on, drawn."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from textual import on
from textual.widgets import Input

from tui.errors import Problem, UsageProblem
from tui.rows import Column, Row
from tui.text import calm, visible
from tui.ui.hunting_tab import QueryTab
from tui.ui.page import Choice
from tui.ui.screens.hunting_export import ResultExport
from tui.ui.widgets.bars import number_words
from tui.ui.widgets.cell_strip import CellStrip
from tui.ui.widgets.grid import Cell, Grid, copied_text, paint_value
from tui.ui.widgets.grid_cells import local_text
from tui.ui.widgets.grid_messages import Copied, RowHighlighted, RowOpened, SortChanged
from tui.ui.widgets.sheet import Span

if TYPE_CHECKING:
    from tui.hunting.notebook import Notebook
    from tui.hunting.scratch import Scratch
    from tui.hunting.source import Distinct

_TO_SECONDS = len("2026-11-24 05:22:07")
_TO_MILLISECONDS = len("2026-11-24 05:22:07.113")
_STRIP = 2000
"""Characters of a value that the strip begins with."""
_SETTLED = 0.12
"""Seconds that the cursor rests on a column before its values are counted."""
_ACTIONS = (("h", "hunt on it"), ("=", "only this"), ("!", "not this"), ("y", "copy"))


def paint_result(column: Column, value: object, row: Row) -> Cell:
    """A cell of a result: times and dynamic values stand back."""
    if isinstance(value, str) and column.kind == "time":
        shown = local_text(value)
        # Milliseconds here, all digits below the table.
        return Cell(shown[:_TO_MILLISECONDS] if shown != value else value, "faint")
    cell = paint_value(column, value, row)
    if value is not None and column.kind in ("dynamic", "span"):
        return Cell(cell.text, "faint")
    return cell


def _ends(column: Column, found: Distinct) -> list[tuple[str, str]]:
    if column.kind == "time":
        first, last = (local_text(str(one)) for one in (found.least, found.most))
        return [("first", first[:_TO_SECONDS]), ("last", last[:_TO_SECONDS])]
    ends = [
        ("from", copied_text(column, found.least)), ("to", copied_text(column, found.most))
    ]  # fmt: skip
    if found.median is not None and found.count > 2:
        ends.append(("median", number_words(found.median)))
    if found.total is not None:
        ends.append(("sum", number_words(found.total)))
    return ends


def spread_words(column: Column, found: Distinct) -> list[Span]:
    """How the values of a column are spread: how many, from where to where, which often."""
    said: list[Span] = [(f"{found.count:,} distinct", "faint")]
    if found.empty:
        said.append((f"   {found.empty:,} without a value", "faint"))
    if found.count > 1 and found.least is not None:
        for name, text in _ends(column, found):
            said += [(f"   {name} ", "faint"), (calm(visible(text)), "")]
    if found.count > 1 and found.top[0][1] == 1:
        said.append(("   every value once", "faint"))
    elif found.count > 1:
        shown = (
            (calm(_beginning(column, value, 40))[:40] or "(empty)", number)
            for value, number in found.top
        )
        said += [(f"   {text} ×{number:,}", "faint") for text, number in shown]
    return said


def _beginning(column: Column, value: object, length: int) -> str:
    """A value as it is copied, of a long text only the first characters."""
    return copied_text(column, value[:length] if isinstance(value, str) else value)


class ResultGrid(Grid):
    """The rows of a query: what could be followed by accident is copied defanged."""

    def _copy_cell(self, column: Column, row: Row) -> None:
        from tui.ui.screens.record import defanged_cell

        plain = copied_text(column, self.cursor_value)
        titles = (measure.column.title for measure in self._columns.measures)
        text = defanged_cell(column.title, plain, dict(zip(titles, row.values, strict=False)))
        self._copy(text, "the cell" if text == plain else "it defanged; Y copies it as it is")

    def copy_plain(self) -> None:
        """Copy the cell under the cursor as it is."""
        if self._cursor_row is not None and self.cursor_column is not None:
            super()._copy_cell(self.cursor_column, self._cursor_row)


async def bars_of(tab: QueryTab) -> tuple[str | None, float]:
    """The column of a result that has bars beside its counts, and the largest of them."""
    from tui.hunting.counted import counted_column

    source, result = tab.source, tab.result
    if source is None or result is None or result.count < 2:
        return None, 0.0
    column = await asyncio.to_thread(counted_column, source.columns, result.query)
    if column is None:
        return None, 0.0
    try:
        found = await source.extent(column.key)
    except Problem:
        found = None
    if found is None or found[0] < 0 or found[1] <= 0:
        return None, 0.0
    return column.key, found[1]


class ResultActions(ResultExport):
    """The half of the Hunting screen that deals with rows."""

    notebook: Notebook
    scratch: Scratch

    def _changed(self) -> None:
        raise NotImplementedError

    async def open_query(
        self, query: str, name: str, *, run: bool = False, timespan: str | None = None
    ) -> None:
        """Open a query in a tab."""
        raise NotImplementedError

    @property
    def _rows(self) -> ResultGrid:
        return self.query_one("#rows", ResultGrid)

    # The strip.

    @on(RowHighlighted)
    def _highlighted(self, event: RowHighlighted) -> None:
        event.stop()
        if event.row is not None:
            self.tab.row = event.row.key
        self.tell_cell()

    @on(SortChanged)
    def _sorted(self, event: SortChanged) -> None:
        event.stop()
        self._tell()

    @on(Copied)
    def _copied(self, event: Copied) -> None:
        event.stop()
        self.notify(f"Copied {event.what}", markup=False, timeout=3)

    def tell_cell(self) -> None:
        """Show the cell under the cursor; count its column's values when the cursor rests."""
        grid, strip = self._rows, self.query_one(CellStrip)
        column, source = grid.cursor_column, self.tab.source
        if column is None or source is None or grid.cursor_row is None:
            strip.show((), ())
            strip.spread(())
            return
        raw = grid.cursor_value
        value = _beginning(column, raw, _STRIP)
        whole: list[Span] = []
        if isinstance(raw, str) and column.kind == "time" and (here := local_text(raw)) != raw:
            whole.append((f"   {value}", "faint"))
            value = here
        said = calm(value) if value else ("nothing" if raw is None else "empty")
        tone = "bold" if value else "faint"
        title = calm(visible(column.title))
        strip.show([(title, "faint"), ("  ", ""), (said, tone), *whole], _ACTIONS)
        state = (id(source), column.key, source.filter_text)
        if state != getattr(self, "_counted", None):
            self._counted = state
            strip.spread(())
            self.run_worker(self._spread(column), group="spread", exclusive=True)

    async def _spread(self, column: Column) -> None:
        await asyncio.sleep(_SETTLED)
        source = self.tab.source
        if source is None:
            return
        try:
            found = await source.distinct(column.key, 8)
        except Problem:
            return
        said = spread_words(column, found)
        self.query_one(CellStrip).spread(said)

    # Filter.

    def action_filter_results_command(self) -> None:
        """Type what rows shall hold."""
        find = self.query_one("#find", Input)
        find.add_class("-shown")
        find.focus()

    @on(Input.Changed, "#find")
    def _find_typed(self, event: Input.Changed) -> None:
        event.stop()
        self.run_worker(self._find(event.value), group="find", exclusive=True)

    @on(Input.Submitted, "#find")
    def _find_done(self, event: Input.Submitted) -> None:
        event.stop()
        self.leave_find()

    async def _find(self, wanted: str) -> None:
        source = self.tab.source
        if source is None or source.filter_text == wanted:
            return
        try:
            await self._rows.filter(wanted)
        except UsageProblem as problem:
            self.notify(visible(str(problem)), severity="warning", markup=False)
        self._tell()

    def leave_find(self) -> None:
        """Back to the rows; the line stays while it filters."""
        find = self.query_one("#find", Input)
        find.set_class(bool(find.value), "-shown")
        self._rows.focus()

    def drop_find(self) -> None:
        """All rows again."""
        find = self.query_one("#find", Input)
        find.remove_class("-shown")
        if find.value:
            find.value = ""
        else:
            self.run_worker(self._find(""), group="find", exclusive=True)

    # A cell.

    async def _record(self) -> Mapping[str, object]:
        row, result = self._rows.cursor_row, self.tab.result
        if row is None or result is None:
            return {}
        return await result.row(int(row.key))

    def _condition(self, *, wanted: bool) -> None:
        from tui.hunting.cells import condition

        grid = self._rows
        column = grid.cursor_column
        if column is None or grid.cursor_row is None:
            return
        stage = condition(column.title, column.kind, grid.cursor_value, wanted=wanted)
        self.tab.editor.append(stage)
        self.notify(f"Added to the query: {visible(stage)[:120]}   F5 runs it.", markup=False)

    def action_only_this_command(self) -> None:
        """Keep only rows with this value."""
        self._condition(wanted=True)

    def action_not_this_command(self) -> None:
        """Leave out rows with this value."""
        self._condition(wanted=False)

    def action_copy_plain_command(self) -> None:
        """Copy the cell as it is."""
        self._rows.copy_plain()

    def action_hunt_on_cell_command(self) -> None:
        """Ask about the entity that the cell names."""
        self.run_worker(self._hunt_on_cell(), group="dialog", exclusive=True)

    async def _hunt_on_cell(self) -> None:
        column = self._rows.cursor_column
        if column is not None:
            await self._hunt_on(column.title)

    async def _hunt_on(self, title: str) -> None:
        from tui.hunting.cells import evidence_of
        from tui.hunting.pivots import pivots
        from tui.ui.widgets.dialogs import Choose

        record = await self._record()
        entity = evidence_of(title, record.get(title), record)
        found = pivots(entity, _time_of(record), now=self.m365d.now()) if entity else []
        if entity is None or not found:
            self.notify(
                "This value names no device, account, file, address or mail. "
                "= and ! narrow the query by it.",
                timeout=5,
                markup=False,
            )
            return
        shown = calm(visible(entity.title))[:48]
        picked: str | None = "0"
        if len(found) > 1:
            picked = await self.app.push_screen_wait(
                Choose(
                    f"Hunt on {shown}",
                    [Choice(str(at), ((one.name, ""),)) for at, one in enumerate(found)],
                )
            )
        if picked is not None:
            pivot = found[int(picked)]
            await self.open_query(
                pivot.query, f"{shown}: {pivot.name}", run=True, timespan=pivot.timespan
            )

    # A row.

    @on(RowOpened)
    def _opened(self, event: RowOpened) -> None:
        event.stop()
        self.run_worker(self._inspect(event.column), group="dialog", exclusive=True)

    async def _inspect(self, column: Column | None) -> None:
        from tui.ui.screens.record import RecordScreen

        grid, result, source = self._rows, self.tab.result, self.tab.source
        if result is None or source is None:
            return

        async def fetch(index: int) -> tuple[int, Mapping[str, object]] | None:
            rows = await source.window(index, index + 1)
            if not rows:
                return None
            number = int(rows[0].key)
            return number, await result.row(number)

        await self.app.push_screen_wait(
            RecordScreen(
                fetch,
                grid.cursor_index,
                source.shown,
                {one.title: one for one in result.columns},
                column.title if column else None,
                grid.move_to,
                lambda title: self.run_worker(self._hunt_on(title), group="dialog", exclusive=True),
            )
        )

    # The chart.

    def action_draw_chart_command(self) -> None:
        """Draw the rows, under their filter and order."""
        from tui.ui.screens.chart import ChartScreen

        tab = self.tab
        if tab.source is not None and tab.result is not None:
            self.app.push_screen(
                ChartScreen(tab.source, tab.result.query, self._rows.cursor_column)
            )


def _time_of(record: Mapping[str, object]) -> datetime | None:
    for name in ("Timestamp", "TimeGenerated"):
        text = record.get(name)
        if isinstance(text, str):
            try:
                moment = datetime.fromisoformat(text[:19])
            except ValueError:
                continue
            return moment.replace(tzinfo=UTC)
    return None
