"""The Hunting place: an editor of queries over the rows they give."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from textual import on
from textual.containers import Vertical, VerticalScroll
from textual.events import Resize, ScreenResume
from textual.widget import Widget
from textual.widgets import Input
from textual_enhanced.commands import Command

from tui.errors import Forbidden, Problem, QueryProblem
from tui.text import calm, visible
from tui.ui.commands import common
from tui.ui.commands import editor as editor_commands
from tui.ui.commands import grid as grid_commands
from tui.ui.commands import hunting as commands
from tui.ui.hunting_tab import (
    QueryTab,
    first_words,
    missing_role,
    range_words,
    rule_words,
    sort_words,
)
from tui.ui.problems import problem_blocks
from tui.ui.screens.hunting_results import ResultGrid, bars_of, paint_result
from tui.ui.screens.hunting_running import QueryRuns
from tui.ui.widgets.cell_strip import CellStrip
from tui.ui.widgets.completion_list import CompletionList
from tui.ui.widgets.find_bar import FindBar
from tui.ui.widgets.grid import Grid
from tui.ui.widgets.hint_line import HintLine
from tui.ui.widgets.hunting_lines import RuleLine, TabLine
from tui.ui.widgets.sheet import Block, Sheet, Span, text

if TYPE_CHECKING:
    pass

_TICK = 0.2
_WORDS = 600
"""Characters of what the service says that are shown."""
_TINY = 14
"""Lines below which editor and rows do not both fit."""
_RESULT_ACTIONS = frozenset(
    {
        "only_this_command",
        "not_this_command",
        "hunt_on_cell_command",
        "filter_results_command",
        "export_results_command",
        "draw_chart_command",
        "copy_plain_command",
    }
)


def _failure(problem: Problem) -> list[Block]:
    step = "F5 tries again." if not isinstance(problem, Forbidden) else ""
    return problem_blocks(problem, next_step=step)


class HuntingScreen(QueryRuns):
    """Advanced hunting."""

    PLACE = "hunting"
    HELP = """
    Blank lines part queries; the bar marks the one that runs. A selection runs alone.
    Results: S sorts by the column of the cursor, / filters, Enter opens the whole row.
    Value keys (= ! h y) act on the cell under the cursor. What is typed is kept at once.
    """
    COMMAND_MESSAGES = (
        *commands.EVERYTHING,
        editor_commands.TakeFix,
        editor_commands.ShowTables,
        editor_commands.LearnTables,
    )
    FOOTER = (
        commands.RunQuery,
        common.ExplainThis,
        editor_commands.TakeFix,
        commands.ToResults,
        commands.ToEditor,
        commands.FilterResults,
        commands.DrawChart,
        commands.ExportResults,
        commands.HuntOnCell,
        commands.OnlyThis,
        commands.NotThis,
        grid_commands.CopyText,
        commands.ShowHistory,
        commands.ShowLibrary,
        commands.ChooseRange,
        commands.NewTab,
        editor_commands.FormatQuery,
        editor_commands.ShowTables,
        common.Back,
    )
    BINDINGS = Command.bindings(*COMMAND_MESSAGES)
    DEFAULT_CSS = """
    HuntingScreen {
        #editors { height: 8; }
        #editors > QueryEditor { height: 1fr; }
        #fault { height: auto; max-height: 7; padding: 0 2; margin-top: 1; display: none; }
        #fault.-shown { display: block; }
                #find, #find:focus {
            display: none; height: 1; border: none; padding: 0 2; background: $surface;
        }
        #find.-shown { display: block; }
        #rows { height: 1fr; margin-top: 1; }
        #state { height: 1fr; padding: 1 2; display: none; }
        &.-without-rows #rows { display: none; }
        &.-without-rows #state { display: block; }
        &.-without-rows #strip { display: none; }
        &.-low TabLine { margin: 0; }
        &.-low #rows { margin: 0; }
        &.-low #fault { margin: 0; max-height: 5; }
        &.-low #state { padding: 0 2; }
        &.-low #strip { height: 2; }
        &.-tiny #strip { display: none; }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self._unlisten: Callable[[], None] | None = None
        self._shown: object = None

    def compose_body(self) -> Iterable[Widget]:
        """Tabs, editor, rule, rows, strip."""
        yield TabLine(id="tabs")
        yield Vertical(id="editors")
        yield FindBar(id="find-text")
        yield HintLine(id="hint")
        yield Sheet(id="fault")
        yield RuleLine(id="rule")
        yield Input(id="find", placeholder='words   Column:word   -word   "a phrase"')
        yield ResultGrid(paint_result, cursor_type="cell", id="rows")
        with VerticalScroll(id="state", can_focus=False):
            yield Sheet(id="words")
        yield CellStrip(id="strip")
        yield CompletionList(id="completion")

    async def on_mount(self) -> None:
        """Bring back the tabs of the last time; the cursor stands in the editor."""
        from tui.hunting.scratch import Scratch
        from tui.ui.warm_up import warm_up_hunting

        # Behind the first frame: together they would hold the loop for twice as long.
        self.call_after_refresh(
            self.run_worker, warm_up_hunting, thread=True, group="warm-up", exit_on_error=False
        )
        self.notebook = self.workspace.notebook(memory=self.m365d.no_cache)
        self.scratch = Scratch()
        self.joined()
        await self._restore()
        self.run_worker(self._sweep(), group="sweep", exit_on_error=False)
        for note in self.notebook.notes:
            self.notify(visible(note), severity="warning", markup=False)
        self.set_interval(_TICK, self._tick)
        await self.begin_learning()

    def joined(self) -> None:
        """Hear of the service's waits, once there is a connection."""
        connection = self.workspace.connection
        if connection is not None and self._unlisten is None:
            self._unlisten = connection.transport.listen(self._waits)

    async def _sweep(self) -> None:
        """Make the place for answers; what a crash left there goes."""
        try:
            await asyncio.to_thread(lambda: self.scratch.path)
        except OSError as fault:
            self.log.warning(f"no scratch directory: {fault.strerror}")

    def on_unmount(self) -> None:
        """Keep what was typed, stop what runs, and leave nothing behind."""
        if self._unlisten is not None:
            self._unlisten()
        for tab in self._tabs:
            tab.close()
        if self._unsaved:
            self._save_now(*self._drafts())
        self.scratch.close()

    @on(ScreenResume)
    def _resumed(self) -> None:
        self.learn_again()
        if self._tabs:
            self._tell()

    # What is shown.

    async def _show_rows(self) -> None:
        tab = self.tab
        if tab.source is not None and tab.source is not self._shown:
            self._shown = tab.source
            bars = await bars_of(tab)
            if tab is self.tab and tab.source is self._shown:
                await self.query_one("#rows", Grid).show(tab.source, at=tab.row, bars=bars)

    def tell_tabs(self) -> None:
        """The tabs, and at their right the mode of the keys, the range and the quota."""
        tab = self.tab
        connection = self.workspace.connection
        left = connection.quota("hunting") if connection is not None else None
        right: list[Span] = [(range_words(tab.timespan), "faint")]
        if tab.editor.mode_words:
            right.insert(0, (f"{tab.editor.mode_words}   ", "accentbold"))
        if left is not None:
            right.append((f"   quota {left}", "faint" if left.left else "warn"))
        names = [calm(visible(one.name)) + (" ◐" if one.run else "") for one in self._tabs]
        self.query_one(TabLine).show(names, self._active, right)

    def _tell(self) -> None:
        tab = self.tab
        self.tell_tabs()
        rule = self.query_one(RuleLine)
        rule.show(rule_words(tab, time.monotonic()), sort_words(tab))
        self._tell_fault(tab)
        blocks = self._state(tab)
        self.set_class(bool(blocks), "-without-rows")
        if blocks:
            self.query_one("#words", Sheet).show(blocks)
        self.tell_cell()

    def _tell_fault(self, tab: QueryTab) -> None:
        fault: list[Block] = []
        problem = tab.problem
        if isinstance(problem, QueryProblem):
            place = f"line {problem.line}" if problem.line else ""
            if place and problem.column:
                place += f", column {problem.column}"
            words = visible((problem.why or problem.what)[:_WORDS])
            if place:
                # Said in front, as the editor counts; the service counts the query alone, from 0.
                words = re.sub(r"\.?\s*\[line:position=\d+:\d+\]", "", words)
            fault = [text(f"✗ {place + ': ' if place else ''}{words}", "bad")]
            if problem.remedy:
                fault.append(text(visible(problem.remedy), "faint", indent=2))
        elif problem is not None and tab.result is not None and tab.run is None:
            fault = _failure(problem)
        sheet = self.query_one("#fault", Sheet)
        sheet.show(fault)
        sheet.set_class(bool(fault), "-shown")

    def _state(self, tab: QueryTab) -> list[Block]:
        """What stands instead of rows; empty where there are rows to show."""
        problem = tab.problem
        failed = problem is not None and not isinstance(problem, QueryProblem)
        if problem is not None and failed and tab.run is None and tab.result is None:
            return _failure(problem)
        if tab.result is not None:
            if tab.source is not None and not tab.source.shown:
                grid = self.query_one("#rows", Grid)
                if tab.source.filter_text:
                    grid.say("Nothing matches the filter.", "Esc takes it away.")
                elif problem is not None:
                    grid.say("No rows.", "Nothing met the query that ran before.")
                else:
                    grid.say("No rows.", "The query ran; nothing met it in this time range.")
            return []
        if tab.run is not None:
            return [text("The rows appear here.", "faint")]
        if isinstance(problem, QueryProblem):
            return [text("The service refused the query; its words stand above.", "faint")]
        return missing_role(self.workspace) or first_words()

    # Room.

    def on_resize(self, event: Resize) -> None:
        """Few lines: no air between the parts."""
        self.set_class(event.size.height < 30, "-low")
        self.set_class(event.size.height < _TINY, "-tiny")
        if self._tabs:
            self._fit()

    def _fit(self) -> None:
        """The editor is as tall as its text, within reason: the rest is for the rows."""
        height = self.size.height
        if height < _TINY:
            # One part at a time is all there is room for.
            self.query_one("#editors").styles.height = max(1, height - 6) if self._in_editor else 1
            return
        wanted = self.tab.editor.shown_lines + 1
        most = max(4, height * 2 // 5)
        least = min(6 if height >= 30 else 4, most)
        self.query_one("#editors").styles.height = max(least, min(wanted, most))

    def on_descendant_focus(self) -> None:
        """In a very low terminal the part with the focus takes the room."""
        if self._tabs and self.size.height < _TINY:
            self._fit()

    # Focus.

    def action_to_results(self) -> None:
        """The rows take the focus, where there are any."""
        if not self.has_class("-without-rows"):
            self.query_one("#rows", Grid).focus()

    def action_to_editor(self) -> None:
        """The editor takes the focus."""
        self.tab.editor.focus()

    async def action_back_command(self) -> None:
        """The first that applies: cancel, stop an export, drop a selection, a find, leave."""
        tab = self.tab
        grid = self.query_one("#rows", Grid)
        if self.focused is self.query_one("#find"):
            self.leave_find()
        elif self.leave_finding():
            pass
        elif tab.run is not None:
            tab.run.cancel()
        elif self.stop_export():
            pass
        elif self._in_editor and not tab.editor.selection.is_empty:
            tab.editor.move_cursor(tab.editor.cursor_location)
        elif not self._in_editor and grid.clear_selection():
            pass
        elif not self._in_editor and tab.source is not None and tab.source.filter_text:
            self.drop_find()
        elif tab.problem is not None and tab.result is not None:
            tab.problem = None
            tab.editor.clear_fault()
            self._tell()
        elif self._in_editor and tab.editor.STAYS:
            # Escape is pressed by habit where keys have modes; F6 leaves.
            pass
        elif self._in_editor and not self.has_class("-without-rows"):
            self.action_to_results()
        elif self._in_editor and tab.editor.text.strip():
            # One Escape too many must not carry the typing on into another place's keys.
            self.set_focus(None)
        else:
            await super().action_back_command()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What acts on rows is offered where rows are."""
        if action in _RESULT_ACTIONS and self._tabs:
            return self.tab.source is not None and not self.has_class("-without-rows")
        if action == "take_fix_command" and self._tabs:
            # In the editor it is the editor's own.
            return not self._in_editor and self.tab.editor.check_action(action, parameters)
        return super().check_action(action, parameters)
