"""The rows of a query, written to a file."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from tui.errors import Problem
from tui.text import visible
from tui.ui import words
from tui.ui.hunting_tab import QueryTab
from tui.ui.page import Choice
from tui.ui.screens.base import FramedScreen
from tui.ui.widgets.hunting_lines import RuleLine
from tui.ui.widgets.sheet import line

if TYPE_CHECKING:
    from tui.hunting.export import Format

_EXPORTS = (
    ("csv", "c", "CSV", "for spreadsheets; cells that would act as formulas are guarded"),
    ("csv-plain", "u", "CSV, unguarded", "formulas stay as they are"),
    ("json", "j", "JSON", "an array of rows"),
    ("parquet", "p", "Parquet", "types kept"),
    ("table", "t", "table", "text in columns, for the eye"),
)


class ResultExport(FramedScreen):
    """The part of the Hunting screen that writes rows out."""

    _writing: asyncio.Future[int] | None = None

    @property
    def tab(self) -> QueryTab:
        """The tab in front."""
        raise NotImplementedError

    def _tell(self) -> None:
        raise NotImplementedError

    def action_export_results_command(self) -> None:
        """Ask for form and place, and write."""
        self.run_worker(self._export(), group="export", exclusive=True)

    async def _export(self) -> None:
        from tui.hunting import export
        from tui.ui.widgets.dialogs import AskLine, Choose, Confirm

        tab = self.tab
        result, source = tab.result, tab.source
        if result is None or source is None:
            return
        rows = words.counted(source.shown, "row")
        picked = await self.app.push_screen_wait(
            Choose(
                f"Export {rows}",
                [
                    Choice(id, ((f"{key}  ", "accent"), (name, ""), (f"   {why}", "faint")), key)
                    for id, key, name, why in _EXPORTS
                ],
                note="All columns, sorted and filtered as now. Times are UTC.",
            )
        )
        if picked is None:
            return
        form: Format = "csv" if picked.startswith("csv") else picked  # type: ignore[assignment]
        ending = {"table": "txt"}.get(form, form)
        stamp = self.m365d.now().astimezone().strftime("%Y%m%d-%H%M")
        place = await self.app.push_screen_wait(
            AskLine(
                "Write to",
                value=f"{Path.cwd() / f'hunting-{stamp}.{ending}'}",
                replace=True,
            )
        )
        if not place:
            return
        path = await asyncio.to_thread(Path(place).expanduser)
        if await asyncio.to_thread(path.exists):
            answer = await self.app.push_screen_wait(
                Confirm(
                    "Replace the file?",
                    [line((visible(str(path)), "faint"))],
                    yes="replace it",
                    no="keep it",
                )
            )
            if answer != "yes":
                return
        self._writing = asyncio.ensure_future(
            export.write(
                result,
                path,
                form,
                source=source,
                guard_formulas=picked != "csv-plain",
                on_rows=lambda done: self.tell_written(done, source.shown),
            )
        )
        writing = self._writing
        try:
            written = await writing
        except Problem as problem:
            self.m365d.report(problem)
            return
        except asyncio.CancelledError:
            if self._is_writing():
                raise
            self.notify("The export was stopped; no file is left of it.", markup=False, timeout=5)
            return
        finally:
            self._writing = None
            if self.is_mounted:
                self._tell()
        self.notify(
            f"Wrote {words.counted(written, 'row')} to {visible(str(path))}",
            markup=False,
            timeout=8,
        )

    def tell_written(self, done: int, of: int) -> None:
        """Show how far the export is."""
        if self._writing is not None and self.is_mounted:
            said = f"writing row {done:,} of {of:,}   Esc stops"
            self.query_one(RuleLine).show([(said, "accent")], [])

    def _is_writing(self) -> bool:
        return self._writing is not None

    def stop_export(self) -> bool:
        """Stop the export that is being written; whether there was one."""
        writing, self._writing = self._writing, None
        return writing is not None and writing.cancel()
