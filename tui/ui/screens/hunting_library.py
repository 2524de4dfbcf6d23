"""Queries of before: the history of runs, and those that were saved under a name."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tui.errors import Problem
from tui.hunting.saved import SavedQuery
from tui.text import calm, visible
from tui.ui.screens.hunting_tabs import EditorTabs
from tui.ui.widgets.sheet import line


class QueryLibrary(EditorTabs):
    """The part of the Hunting screen that keeps queries and brings them back."""

    @property
    def _saved_folder(self) -> Path:
        from tui.config import config_path

        return (self.m365d.settings.path or config_path()).parent / "queries"

    # History.

    def action_show_history_command(self) -> None:
        """List what ran; one taken up is put below what stands in the editor."""
        self.run_worker(self._history(), group="dialog", exclusive=True)

    async def _history(self) -> None:
        from tui.ui.screens.query_history import HistoryDialog

        entries = await asyncio.to_thread(self.notebook.history)
        if not entries:
            self.notify("Nothing has run yet.", timeout=4)
            return
        picked = await self.app.push_screen_wait(HistoryDialog(entries, self.m365d.now()))
        if picked is None:
            return
        place, _, verb = picked.partition(" ")
        entry = entries[int(place)]
        if verb == "save":
            await self._save_query(entry.query)
            return
        self._take_up(entry.query, run=verb == "run")

    def _take_up(self, query: str, *, run: bool) -> None:
        self.tab.editor.add_query(query)
        self.tab.editor.focus()
        if run:
            self.action_run_query_command()

    # Saved queries.

    def action_show_library_command(self) -> None:
        """List the saved queries; of one taken up the values are asked for."""
        self.run_worker(self._library(), group="dialog", exclusive=True)

    async def _library(self) -> None:
        from tui.hunting.saved import read_saved, starters
        from tui.ui.screens.query_library import LibraryDialog

        saved, faults = await asyncio.to_thread(read_saved, self._saved_folder)
        queries = [*saved, *await asyncio.to_thread(starters)]
        picked = await self.app.push_screen_wait(LibraryDialog(queries, faults))
        if picked is None:
            return
        place, _, verb = picked.partition(" ")
        chosen = queries[int(place)]
        if verb == "remove":
            await self._remove_saved(chosen)
            return
        values = await self._asked_values(chosen)
        if values is not None:
            self._take_up(chosen.filled(values), run=verb == "run")

    async def _asked_values(self, chosen: SavedQuery) -> dict[str, str] | None:
        from tui.ui.widgets.dialogs import AskLine

        values: dict[str, str] = {}
        for one in chosen.parameters:
            value = await self.app.push_screen_wait(
                AskLine(
                    f"{calm(visible(chosen.name))}: {one.name}",
                    note=one.type,
                    value=one.default,
                    fault_of=one.fault_of,
                )
            )
            if value is None:
                return None
            values[one.name] = value
        return values

    async def _remove_saved(self, chosen: SavedQuery) -> None:
        from tui.ui.widgets.dialogs import Confirm

        path = chosen.path
        if path is None:
            self.notify("This one comes with the program; it stays.", timeout=4)
            return
        answer = await self.app.push_screen_wait(
            Confirm(
                f"Remove {calm(visible(chosen.name))}?",
                [line((visible(str(path)), "faint"))],
                yes="removes the file",
                no="keeps it",
            )
        )
        if answer == "yes":
            try:
                await asyncio.to_thread(path.unlink, missing_ok=True)
            except OSError as error:
                self.m365d.report(Problem("Removing the query failed", error.strerror or ""))
            else:
                self.notify(f"Removed {visible(str(path))}", markup=False, timeout=5)

    def action_save_query_command(self) -> None:
        """Save the query under the cursor under a name."""
        wanted = self.tab.editor.wanted
        if wanted is None:
            self.notify("There is no query at the cursor.", timeout=4)
        else:
            self.run_worker(self._save_query(wanted.query), group="dialog", exclusive=True)

    async def _save_query(self, query: str) -> None:
        from tui.hunting.saved import file_of, parse, save
        from tui.ui.widgets.dialogs import AskLine, Confirm

        try:
            known = parse(query).name
        except Problem as problem:
            self.m365d.report(problem)
            return
        name = await self.app.push_screen_wait(
            AskLine(
                "Save the query as",
                note="{{device}} in it is asked for each time; a comment "
                "// parameter: days: timespan = 7d says more of it.",
                value=known or ("" if self.tab.name.startswith("query ") else self.tab.name),
            )
        )
        if not name:
            return
        path = file_of(self._saved_folder, name)
        if await asyncio.to_thread(path.exists):
            answer = await self.app.push_screen_wait(
                Confirm(
                    "Replace the saved query?",
                    [line((visible(str(path)), "faint"))],
                    yes="replaces it",
                    no="keeps it",
                )
            )
            if answer != "yes":
                return
        try:
            await asyncio.to_thread(save, path, name, query)
        except Problem as problem:
            self.m365d.report(problem)
            return
        self.notify(f"Saved to {visible(str(path))}; Ctrl+O lists it.", markup=False, timeout=6)
