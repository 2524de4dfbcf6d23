"""Edits that are not delivered: sent again, dropped, or decided where somebody was faster."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from msgspec import UNSET
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical

from tui.api.records import IncidentChange
from tui.rows import Column, Row
from tui.text import visible
from tui.ui.bulk_words import value_words
from tui.ui.changes import change_words
from tui.ui.later import later
from tui.ui.list_source import ListSource
from tui.ui.page import Block, Span, field, gap, line, text
from tui.ui.widgets.dialogs import Dialog
from tui.ui.widgets.grid import Grid
from tui.ui.widgets.grid_cells import Cell
from tui.ui.widgets.grid_messages import RowHighlighted, RowOpened
from tui.ui.widgets.sheet import Sheet

if TYPE_CHECKING:
    from tui.incidents.changes import Edit
    from tui.incidents.queue import Queue

_COLUMNS = (
    Column("state", "State", pinned=True, least=8, most=11),
    Column("id", "ID", least=4, most=10),
    Column("change", "Edit", least=16, most=400, fill=True),
)
_SIGNS = {
    "pending": ("↑", "waits", "accent"),
    "sending": ("↑", "is sent", "accent"),
    "failed": ("!", "refused", "bad"),
    "conflict": ("≠", "conflict", "warn"),
}
_FIELDS = tuple(name for name in IncidentChange.__struct_fields__ if name != "comment")


def _paint(column: Column, value: object, _row: Row) -> Cell:
    if column.key == "state":
        glyph, said, tone = _SIGNS.get(str(value), ("?", str(value), "faint"))
        return Cell(f"{glyph} {said}", tone)  # type: ignore[arg-type]
    return Cell(str(value), "faint" if column.key == "id" else "")


class Outbox(Dialog):
    """Lists the edits that are not delivered, as they are now, and what can be done with them."""

    BINDINGS = [
        Binding("r", "again", "send again"),
        Binding("R", "all_again", "send all refused again"),
        Binding("d", "drop", "drop"),
        Binding("m", "decide('mine')", "mine"),
        Binding("t", "decide('theirs')", "theirs"),
        Binding("M", "decide_all('mine')", "mine for all"),
        Binding("q", "cancel", "close"),
    ]
    YIELDING = "Grid"
    DEFAULT_CSS = """
    Outbox > .dialog {
        width: 90;
        & > #about { margin: 1 0; }
    }
    """

    def __init__(self, queue: Queue) -> None:
        super().__init__()
        self._queue = queue
        self._edits: dict[str, Edit] = {}
        self._source = ListSource(_COLUMNS)

    def compose(self) -> ComposeResult:
        """The list, what is known of the edit under the cursor, and the keys."""
        with Vertical(classes="dialog"):
            yield Sheet([text("Undelivered edits", "bold"), gap()])
            yield Grid(_paint, empty="No edit waits any more.", id="edits")
            yield Sheet(id="about")
            yield Sheet(id="keys")

    async def on_mount(self) -> None:
        """List them, and follow what becomes of them."""
        self._leave = self._queue.subscribe(lambda _: self._look_again())
        grid = self.query_one(Grid)
        await self._read()
        await grid.show(self._source)
        grid.focus()
        self._tell()

    def on_unmount(self) -> None:
        """Follow no longer."""
        self._leave()

    def _look_again(self) -> None:
        self.run_worker(later(self._reread), group="outbox", exclusive=True)

    async def _reread(self) -> None:
        await self._read()
        await self.query_one(Grid).refresh_rows()
        self._tell()

    async def _read(self) -> None:
        edits = [edit for edit in await self._queue.outbox() if edit.state != "confirmed"]
        order = {"conflict": 0, "failed": 1}
        edits.sort(key=lambda edit: (order.get(edit.state, 2), edit.id))
        self._edits = {str(edit.id): edit for edit in edits}
        self._source.replace(
            Row(key, (edit.state, edit.incident_id, change_words(edit.change)))
            for key, edit in self._edits.items()
        )
        grid = self.query_one(Grid)
        grid.styles.height = max(3, min(len(edits) + 1, 12))

    @property
    def _here(self) -> Edit | None:
        row = self.query_one(Grid).cursor_row
        return self._edits.get(row.key) if row else None

    @property
    def _meant(self) -> list[Edit]:
        """The selected edits, or the one under the cursor."""
        selected = self.query_one(Grid).selected
        if selected:
            return [edit for key, edit in self._edits.items() if key in selected]
        return [self._here] if self._here is not None else []

    @on(RowHighlighted)
    def _moved(self) -> None:
        self._tell()

    @on(RowOpened)
    def _opened(self) -> None:
        """Enter does what helps most: it sends again what was refused or waits."""
        edit = self._here
        if edit is not None and edit.state != "conflict":
            self.action_again()

    def _tell(self) -> None:
        edit = self._here
        self.query_one("#about", Sheet).show(self._about(edit) if edit else [])
        states = {one.state for one in self._edits.values()}
        keys: list[Span] = []
        if edit is not None and edit.state == "conflict":
            keys += [
                ("m", "accent"),
                (" mine   ", "faint"),
                ("t", "accent"),
                (" theirs   ", "faint"),
            ]
            if len(self._edits) > 1:
                keys += [("M", "accent"), (" mine for all   ", "faint")]
        elif edit is not None:
            keys += [("r", "accent"), (" sends it again   ", "faint")]
            keys += [("d", "accent"), (" drops it   ", "faint")]
        if "failed" in states:
            keys += [("R", "accent"), (" sends all refused again   ", "faint")]
        if len(self._edits) > 1:
            keys += [("space", "accent"), (" selects   ", "faint")]
        keys += [("Esc", "accent"), (" closes", "faint")]
        self.query_one("#keys", Sheet).show([line(*keys)])
        self.call_after_refresh(self.fit)

    def _about(self, edit: Edit) -> list[Block]:
        if edit.state == "conflict":
            return self._conflict(edit)
        blocks = [field("Edit", (change_words(edit.change), ""))]
        if edit.change.comment is not UNSET:
            blocks[0] = field("Comment", (visible(str(edit.change.comment))[:400], ""))
        why = edit.why or ("It is on its way." if edit.state == "sending" else "Its turn comes.")
        blocks.append(field("Why", (visible(why), "bad" if edit.state == "failed" else "faint")))
        return blocks

    def _conflict(self, edit: Edit) -> list[Block]:
        """What it was, what somebody else made of it (which is what it is now), and mine."""
        me = self._queue.me
        blocks = [text("Somebody else changed it meanwhile.", "warn")]
        for name in _FIELDS:
            mine = getattr(edit.change, name)
            if mine is UNSET:
                continue
            base = getattr(edit.base, name) if edit.base is not None else UNSET
            theirs = getattr(edit.theirs, name) if edit.theirs is not None else UNSET
            spans: list[Span] = []
            if base is not UNSET:
                spans += [("was ", "faint"), (value_words(name, base, me), "")]
            if theirs is not UNSET:
                spans += [("   theirs, now ", "faint"), (value_words(name, theirs, me), "warn")]
            spans += [("   mine ", "faint"), (value_words(name, mine, me), "accent")]
            blocks.append(field(name.replace("_", " ").capitalize(), *spans))
        return blocks

    # What is done with them.

    def action_again(self) -> None:
        """Send these again."""
        ids = [edit.id for edit in self._meant if edit.state != "conflict"]
        self.run_worker(self._queue.retry(ids), group="settle")

    def action_all_again(self) -> None:
        """Send all that was refused again."""
        ids = [edit.id for edit in self._edits.values() if edit.state == "failed"]
        if ids:
            self.run_worker(self._queue.retry(ids), group="settle")

    def action_drop(self) -> None:
        """Forget these; the incidents show the service's values."""
        ids = [edit.id for edit in self._meant if edit.state != "sending"]
        if ids:
            self.query_one(Grid).clear_selection()
            self.run_worker(self._queue.discard(ids), group="settle")

    def action_decide(self, choice: Literal["mine", "theirs"]) -> None:
        """Decide these conflicts."""
        self._resolve([edit for edit in self._meant if edit.state == "conflict"], choice)

    def action_decide_all(self, choice: Literal["mine", "theirs"]) -> None:
        """Decide all conflicts in the same way."""
        self._resolve([e for e in self._edits.values() if e.state == "conflict"], choice)

    def _resolve(self, edits: list[Edit], choice: Literal["mine", "theirs"]) -> None:
        if edits:
            ids = [edit.id for edit in edits]
            self.run_worker(self._queue.resolve_all(ids, choice), group="settle")
