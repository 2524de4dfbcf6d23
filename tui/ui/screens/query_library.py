"""Saved queries and those the program brings along: found by words, taken up, asked for values."""

from __future__ import annotations

from collections.abc import Sequence

from textual.binding import Binding

from tui.errors import UsageProblem
from tui.hunting.saved import SavedQuery, fitting
from tui.text import calm, visible
from tui.ui.page import Choice
from tui.ui.widgets.query_picker import QueryPicker
from tui.ui.widgets.sheet import Block, Span, text


class LibraryDialog(QueryPicker):
    """Answers a saved query's place, and ` run` or ` remove` where that is wanted."""

    BINDINGS = [Binding("ctrl+d,delete", "answer(' remove')", show=False, priority=True)]
    HEADING = "Saved queries"
    WORDS = "words of a name or a query"
    KEYS = (("F5", "runs it"), ("Del", "removes yours"))

    def __init__(self, queries: Sequence[SavedQuery], faults: Sequence[UsageProblem]) -> None:
        super().__init__()
        self._queries = tuple(queries)
        self._faults = tuple(faults)

    def faults(self) -> list[Block]:
        """Files that hold no query."""
        return [text(visible(str(one)), "warn") for one in self._faults[:3]]

    def choices(self, wanted: str) -> list[Choice]:
        """By name or text."""
        places = {id(one): at for at, one in enumerate(self._queries)}
        found = fitting(self._queries, wanted)
        width = min(40, max((len(visible(one.name)) for one in found), default=0))
        return [Choice(str(places[id(one)]), _spans(one, width)) for one in found]

    def query_at(self, place: int) -> tuple[str, str]:
        """The query, and the values it asks for."""
        one = self._queries[place]
        asked = ", ".join(each.name for each in one.parameters)
        return one.query, f"asks for {asked}" if asked else ""


def _spans(one: SavedQuery, width: int) -> tuple[Span, ...]:
    name = calm(visible(one.name))[:width]
    yours = one.path is not None
    return (
        (f"{name:<{width}}  ", ""),
        ("yours  " if yours else "", "accent"),
        (calm(visible(one.about))[:60], "faint"),
    )
