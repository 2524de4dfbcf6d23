"""The tabs of the Hunting editor: opened, closed, renamed, and kept as they are typed."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from textual import on

from tui.errors import QueryProblem
from tui.kql.habits import Habits
from tui.ui.hunting_tab import RANGES, QueryTab, range_words
from tui.ui.page import Choice
from tui.ui.screens.hunting_results import ResultActions
from tui.ui.widgets.hunting_lines import TabLine
from tui.ui.widgets.query_editor import QueryEditor

_SAVE_AFTER = 0.4
"""Seconds from a key to the draft on disk."""


class EditorTabs(ResultActions):
    """The part of the Hunting screen that deals with its tabs."""

    def __init__(self) -> None:
        super().__init__()
        self._tabs: list[QueryTab] = []
        self._active = 0
        self._made = 0
        self.habits = Habits()
        self._unsaved = False
        self._ready = asyncio.Event()

    def action_run_query_command(self) -> None:
        """Run the query of the tab in front."""
        raise NotImplementedError

    async def _show_rows(self) -> None:
        raise NotImplementedError

    def _fit(self) -> None:
        raise NotImplementedError

    async def _restore(self) -> None:
        """Bring back the tabs of the last time."""
        drafts = await asyncio.to_thread(self.notebook.drafts)
        for draft in drafts.tabs:
            await self._add_tab(draft.name, draft.text, draft.cursor, draft.timespan)
        if not self._tabs:
            await self._add_tab()
        await self._activate(max(0, min(drafts.active, len(self._tabs) - 1)))
        self._ready.set()

    @property
    def _in_editor(self) -> bool:
        return self.focused is self.tab.editor

    # Tabs.

    @property
    def tab(self) -> QueryTab:
        """The tab in front."""
        return self._tabs[self._active]

    async def _add_tab(
        self,
        name: str = "",
        text: str = "",
        cursor: tuple[int, int] = (0, 0),
        timespan: str | None = None,
    ) -> QueryTab:
        self._made += 1
        taken = {tab.name for tab in self._tabs}
        number = len(self._tabs) + 1
        while not name or (name in taken and name == f"query {number - 1}"):
            name = f"query {number}"
            number += 1
        editor = self._new_editor(text)
        editor.display = False
        tab = QueryTab(name, editor, timespan)
        self._tabs.append(tab)
        await self.query_one("#editors").mount(editor)
        editor.move_cursor(cursor)
        return tab

    def _new_editor(self, text: str) -> QueryEditor:
        options: dict[str, Any] = {"habits": self.habits, "id": f"editor-{self._made}"}
        keys = self.m365d.settings.ui.editor_keys
        if keys == "emacs":
            from tui.ui.widgets.emacs_editor import EmacsEditor

            return EmacsEditor(text, **options)
        if keys == "vi":
            from tui.ui.widgets.vi_editor import ViEditor

            return ViEditor(text, **options)
        return QueryEditor(text, **options)

    async def _activate(self, index: int, *, focus: bool = True) -> None:
        self._active = index
        for place, tab in enumerate(self._tabs):
            tab.editor.display = place == index
        if focus:
            self.tab.editor.focus()
        self._fit()
        await self._show_rows()
        self._tell()

    async def open_query(
        self, query: str, name: str, *, run: bool = False, timespan: str | None = None
    ) -> None:
        """Open a query in a tab of this name, and run it if asked to.

        A tab that holds this very text already comes to the front; an empty one is used.
        """
        await self._ready.wait()
        same = next((tab for tab in self._tabs if tab.editor.text.strip() == query.strip()), None)
        if same is None and not self.tab.editor.text.strip() and self.tab.run is None:
            same = self.tab
            same.editor.load_text(query)
        if same is None:
            same = await self._add_tab(name, query)
        same.name = name
        if timespan is not None:
            same.timespan = timespan
        await self._activate(self._tabs.index(same))
        self._changed()
        if run and same.run is None:
            self.action_run_query_command()

    async def action_new_tab_command(self) -> None:
        """Another tab, empty."""
        await self._add_tab()
        await self._activate(len(self._tabs) - 1)
        self._changed()

    async def action_next_tab_command(self) -> None:
        """The tab at the right, then the first."""
        await self._activate((self._active + 1) % len(self._tabs), focus=self._in_editor)

    async def action_previous_tab_command(self) -> None:
        """The tab at the left, then the last."""
        await self._activate((self._active - 1) % len(self._tabs), focus=self._in_editor)

    async def action_close_tab_command(self) -> None:
        """Close the tab in front; there is always one."""
        tab = self._tabs.pop(self._active)
        if not self._tabs:
            await self._add_tab()
        await self._activate(min(self._active, len(self._tabs) - 1))
        tab.close()
        await tab.editor.remove()
        self._changed()

    @on(TabLine.Picked)
    async def _picked(self, event: TabLine.Picked) -> None:
        if event.index is None:
            await self.action_new_tab_command()
        else:
            await self._activate(event.index)

    def action_rename_tab_command(self) -> None:
        """Ask for another name."""
        self.run_worker(self._rename(), group="dialog", exclusive=True)

    async def _rename(self) -> None:
        from tui.ui.widgets.dialogs import AskLine

        tab = self.tab
        name = await self.app.push_screen_wait(AskLine("Name of this tab", value=tab.name))
        if name:
            tab.name = name[:60]
            self._changed()
            self._tell()

    # Time range.

    def action_choose_range_command(self) -> None:
        """Ask how far back the service shall look."""
        self.run_worker(self._choose_range(), group="dialog", exclusive=True)

    async def _choose_range(self) -> None:
        from tui.ui.widgets.dialogs import AskLine, Choose

        tab = self.tab
        connection = self.workspace.connection
        if connection is not None and connection.hunting.dialect == "classic":
            self.notify(
                "The classic API always looks at the last 30 days; narrow it in the query: "
                "| where Timestamp > ago(7d)",
                timeout=8,
                markup=False,
            )
            return
        choices = [Choice(one or "", ((range_words(one), ""),)) for one in RANGES]
        picked = await self.app.push_screen_wait(
            Choose(
                "How far back the service looks",
                [*choices, Choice("other", (("another, as ISO 8601…", ""),), "o")],
                current=tab.timespan or "",
                note="A time in the query narrows this further.",
            )
        )
        if picked == "other":
            picked = await self.app.push_screen_wait(
                AskLine(
                    "Time range",
                    note="A duration (P14D, PT6H) or start/end (2026-11-01/2026-11-08).",
                    value=tab.timespan or "",
                )
            )
        if picked is not None:
            tab.timespan = picked or None
            self._changed()
            self._tell()

    # Drafts.

    @on(QueryEditor.Edited)
    def _edited(self, event: QueryEditor.Edited) -> None:
        event.stop()
        if isinstance(self.tab.problem, QueryProblem) and event.editor is self.tab.editor:
            self.tab.problem = None
            self._tell()
        self._fit()
        self._changed()

    @on(QueryEditor.CursorMoved)
    def _moved(self, event: QueryEditor.CursorMoved) -> None:
        event.stop()
        self._changed()
        self.tell_hint()

    def tell_hint(self) -> None:
        """Say what there is to say about the place of the cursor."""
        raise NotImplementedError

    def tell_tabs(self) -> None:
        """Say which tabs there are."""
        raise NotImplementedError

    def _changed(self) -> None:
        if not self._unsaved:
            self._unsaved = True
            self.set_timer(_SAVE_AFTER, self._save)

    def _drafts(self) -> tuple[list[tuple[str, str, tuple[int, int], str | None]], int]:
        self._unsaved = False
        return [
            (tab.name, tab.editor.text, tab.editor.cursor_location, tab.timespan)
            for tab in self._tabs
        ], self._active

    async def _save(self) -> None:
        await asyncio.to_thread(self._save_now, *self._drafts())

    def _save_now(
        self, tabs: Sequence[tuple[str, str, tuple[int, int], str | None]], active: int
    ) -> None:
        from tui.hunting.notebook import Draft

        try:
            self.notebook.save_drafts([Draft(*tab) for tab in tabs], active)
        except OSError as fault:
            self.log.warning(f"drafts not saved: {fault.strerror}")
