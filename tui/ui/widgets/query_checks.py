"""Remarks about the queries of an editor, made while nobody types."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from tui.kql import schema
from tui.ui.widgets.query_marks import Mark, in_bytes

if TYPE_CHECKING:
    from tui.kql.diagnostics import Diagnostic
    from tui.ui.widgets.query_base import QueryBase

_QUIET = 0.35
"""Seconds without a key before queries are read."""
_LONGEST = 200_000
_MOST = 60
"""Queries of one text that are read."""
_STYLES = {"error": "wrong", "warning": "doubt"}


@lru_cache(maxsize=256)
def _of(query: str, _edition: int) -> tuple[Diagnostic, ...]:
    from tui.kql.diagnostics import diagnose  # in a thread, once there is a query

    return tuple(diagnose(query))


def _all(text: str, places: Sequence[tuple[int, int]]) -> list[Diagnostic]:
    rules = _rules(text)
    found = [*rules]
    for start, end in places[:_MOST]:
        if any(one.start < end and start < one.end for one in rules):
            continue
        found += [
            replace(one, start=one.start + start, end=one.end + start)
            for one in _of(text[start:end], schema.edition())
        ]
    return found


def _rules(text: str) -> list[Diagnostic]:
    """Sigma rules among the queries, each with the query that it means."""
    if "detection:" not in text:
        return []
    from tui.kql.diagnostics import Diagnostic
    from tui.kql.sigma import query_of, rules_in

    found = []
    for start, end in rules_in(text):
        query = query_of(text[start:end])
        if query is None:
            words = "This looks like a Sigma rule, but its YAML cannot be read."
            found.append(Diagnostic("hint", start, end, words))
        else:
            offer = "makes a query of it, ^z takes that back"
            found.append(Diagnostic("hint", start, end, "This is a Sigma rule.", query, offer))
    return found


class Checks:
    """The remarks about one editor's text.

    Args:
        editor: The editor.
    """

    def __init__(self, editor: QueryBase) -> None:
        self._editor = editor
        self.remarks: list[Diagnostic] = []
        self._marks: dict[int, list[Mark]] = {}
        self._lines = 0
        self._last = 0.0
        self._waiting = False
        self._judged = ""
        """The text that the remarks are about."""
        self._hushed: tuple[int, int] | None = None
        """Where somebody types, with the blanks before: nothing is said yet of what ends here."""

    @property
    def is_settled(self) -> bool:
        """Whether the remarks are about the text that stands there."""
        text = self._editor.text
        return not self._waiting and (self._judged == text or len(text) > _LONGEST)

    def changed(self) -> None:
        """The text is another: old remarks go where they may be wrong now."""
        document = self._editor.document
        if self._marks:
            row = self._editor.cursor_location[0]
            if document.line_count == self._lines:
                self._marks.pop(row, None)
            else:
                self._marks = {}
        if any(one.fix for one in self.remarks):
            self._editor.refresh_bindings()
        if self.remarks:
            self._editor.tell()
        self.remarks = []
        self._lines = document.line_count
        self._last = time.monotonic()
        if not self._waiting:
            self._waiting = True
            self._editor.set_timer(_QUIET, self._look)

    def again(self) -> None:
        """More is known than before: look once more, where nobody types."""
        if not self._waiting and self._lines and self._editor.is_attached:
            self._waiting = True
            self._editor.set_timer(_QUIET, self._look)

    def _look(self) -> None:
        quiet = time.monotonic() - self._last
        if quiet < _QUIET - 0.02:
            self._editor.set_timer(_QUIET - quiet, self._look)
            return
        self._waiting = False
        if self._editor.is_attached:
            self._editor.run_worker(self._read(), group="checks", exclusive=True)

    async def _read(self) -> None:
        editor = self._editor
        text = editor.text
        if len(text) > _LONGEST:
            return
        places = editor.places()
        remarks = await asyncio.to_thread(_all, text, places)
        if text == editor.text and editor.is_attached:
            self.remarks, self._judged = remarks, text
            self._hushed = self._typing() if editor.has_focus else None
            self._mark(text)
            editor.tell()
            editor.refresh_bindings()

    def _typing(self) -> tuple[int, int]:
        before = self._editor.text_before()
        return len(before.rstrip(" \n")), len(before)

    def _is_hushed(self, one: Diagnostic) -> bool:
        hushed = self._hushed
        return hushed is not None and hushed[0] <= one.end <= hushed[1] and one.level != "hint"

    def moved(self) -> None:
        """The cursor stands elsewhere: what it had hushed is said."""
        if self._hushed is not None and self.remarks:
            some = any(self._is_hushed(one) for one in self.remarks)
            self._hushed = None
            if some:
                self._mark(self._editor.text)

    def _mark(self, text: str) -> None:
        marks: dict[int, list[Mark]] = {}
        lines = text.split("\n")
        row, begin = 0, 0
        for one in sorted(self.remarks, key=lambda remark: remark.start):
            style = _STYLES.get(one.level)
            if style is None or self._is_hushed(one):
                continue
            while row < len(lines) - 1 and begin + len(lines[row]) < one.start:
                begin += len(lines[row]) + 1
                row += 1
            line = lines[row]
            start = one.start - begin
            end = min(one.end - begin, len(line))
            marks.setdefault(row, []).append((in_bytes(line, start), in_bytes(line, end), style))
        if marks != self._marks:
            self._marks = marks
            self._editor.redraw()

    def forget(self, line: int) -> None:
        """Take the underlines of a line away: it was mended."""
        if self._marks.pop(line, None) is not None:
            self._editor.redraw()

    def marks_of(self, line: int) -> list[Mark]:
        """The underlines of a line."""
        return self._marks.get(line, [])

    def at(self, offset: int, line: tuple[int, int]) -> Diagnostic | None:
        """The remark that matters at the cursor.

        Args:
            offset: The cursor.
            line: Where its line begins and ends.
        """
        shown = [
            one
            for one in self.remarks
            if not _is_being_typed(one, offset, line) and not self._is_hushed(one)
        ]
        here = [one for one in shown if one.start <= offset <= one.end]
        near = [one for one in shown if line[0] <= one.start <= line[1]]
        sure = [one for one in shown if one.level == "error"]
        for group in (here, near, sure, shown):
            if group:
                return min(group, key=lambda one: (_RANKS[one.level], abs(one.start - offset)))
        return None

    def fix(self, offset: int, line: tuple[int, int]) -> Diagnostic | None:
        """The remark whose fix would be taken at the cursor."""
        able = [one for one in self.remarks if one.fix]
        near = [one for one in able if line[0] <= one.start <= line[1]]
        return min(near or able, key=lambda one: abs(one.start - offset), default=None)


_RANKS = {"error": 0, "warning": 1, "hint": 2}


def _is_being_typed(one: Diagnostic, offset: int, line: tuple[int, int]) -> bool:
    """An open bracket or text on the line where somebody types is no fault yet."""
    open_ended = "never closed" in one.message or "closing quote" in one.message
    return open_ended and line[0] <= one.start <= line[1] and offset >= one.start
