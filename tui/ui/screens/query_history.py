"""The queries that ran, to look through and take up again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from textual.binding import Binding

from tui.text import calm, visible
from tui.ui import words
from tui.ui.page import Choice
from tui.ui.widgets.query_picker import QueryPicker
from tui.ui.widgets.sheet import Span

if TYPE_CHECKING:
    from tui.hunting.notebook import HistoryEntry

_SHOWN = 200


class HistoryDialog(QueryPicker):
    """Answers an entry's place, and ` run` or ` save` where that is wanted."""

    BINDINGS = [Binding("ctrl+s", "answer(' save')", show=False, priority=True)]
    HEADING = "What ran before"
    WORDS = "words of the query"
    KEYS = (("F5", "runs it"), ("^s", "saves it"))

    def __init__(self, entries: Sequence[HistoryEntry], now: datetime) -> None:
        super().__init__()
        self._entries = tuple(entries)
        self._now = now

    def choices(self, wanted: str) -> list[Choice]:
        """By text, the latest first."""
        terms = wanted.casefold().split()
        return [
            Choice(str(at), self._spans(entry))
            for at, entry in enumerate(self._entries)
            if all(term in entry.query.casefold() for term in terms)
        ][:_SHOWN]

    def _spans(self, entry: HistoryEntry) -> tuple[Span, ...]:
        flat = calm(visible(" ".join(entry.query.split())))[:100]
        if entry.rows is None:
            result = entry.failure or "failed"
        else:
            result = words.counted(entry.rows, "row")
        age = words.age(entry.at, self._now)
        return ((f"{age:>4}  ", "faint"), (f"{visible(result)[:14]:>14}  ", "faint"), (flat, ""))

    def query_at(self, place: int) -> tuple[str, str]:
        """The query as it ran."""
        return self._entries[place].query, ""
