"""What can be done with the text of the query editor, beyond typing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tui.ui.lend import edit_outside
from tui.ui.widgets.query_carets import Carets
from tui.ui.widgets.query_folds import Folding
from tui.ui.widgets.query_lines import LineActions
from tui.ui.widgets.query_pairs import Pairs

if TYPE_CHECKING:
    from tui.ui.widgets.query_checks import Checks

_WORD = re.compile(r"[A-Za-z_$][\w]*")
_COMMENT = re.compile(r"(\s*)//\s?")


class QueryActions(LineActions, Carets, Folding, Pairs):
    """The actions of the editor's commands."""

    checks: Checks

    def _statement(self) -> tuple[int, int]:
        raise NotImplementedError

    def put(self, text: str, start: int, end: int) -> None:
        """Put a text in place of another; a `\\x00` in it is where the cursor goes."""
        before, mark, behind = text.partition("\x00")
        document = self.document
        self.replace(
            before + behind,
            _location(document.lines, start),
            _location(document.lines, end),
            maintain_selection_offset=False,
        )
        if mark:
            self.move_cursor(_location(self.document.lines, start + len(before)))

    def text_before(self) -> str:
        """The text before the cursor."""
        row, column = self.cursor_location
        lines = self.document.lines
        return "\n".join([*lines[:row], lines[row][:column]])

    def line_span(self) -> tuple[int, int]:
        """Where the line of the cursor begins and ends."""
        row, _ = self.cursor_location
        lines = self.document.lines
        start = sum(len(line) + 1 for line in lines[:row])
        return start, start + len(lines[row])

    def word_at_cursor(self) -> str:
        """The name that the cursor touches; empty where there is none."""
        row, column = self.cursor_location
        for found in _WORD.finditer(self.document.get_line(row)):
            if found.start() <= column <= found.end():
                return found.group()
        return ""

    def action_take_fix_command(self) -> None:
        """Put the right name in place of the wrong one."""
        fault = self.checks.fix(len(self.text_before()), self.line_span())
        if fault is None:
            self.notify("Nothing here has a fix.", timeout=3)
            return
        offset = len(self.text_before())
        self.checks.forget(_location(self.document.lines, fault.start)[0])
        self.put(fault.fix, fault.start, fault.end)
        if offset < fault.start:
            self.move_cursor(_location(self.document.lines, offset))
        elif offset > fault.end:
            moved = offset + len(fault.fix) - (fault.end - fault.start)
            self.move_cursor(_location(self.document.lines, moved))

    def action_format_query_command(self) -> None:
        """Lay out the selection, or the query under the cursor."""
        if self.selection.is_empty:
            first, last = self._statement()
        else:
            lines = self.document.lines
            first, last = sorted(
                sum(len(line) + 1 for line in lines[: place[0]]) + place[1]
                for place in (self.selection.start, self.selection.end)
            )
        text = self.text[first:last]
        from tui.kql.formatting import formatted

        fresh = formatted(text)
        if fresh == text:
            self.notify("It is laid out already.", timeout=2)
            return
        # The cursor stays in its word: at the same count of characters that are no blanks.
        ahead = len("".join(self.text_before()[first:].split()))
        self.put(fresh, first, last)
        self.move_cursor(_location(self.document.lines, first + _after(fresh, ahead)))

    def action_toggle_comment_command(self) -> None:
        """Comment the lines of the selection, or take the marks away where all have them."""
        (first, _), (last, column) = sorted((self.selection.start, self.selection.end))
        if last > first and column == 0:
            last -= 1
        lines = [self.document.get_line(row) for row in range(first, last + 1)]
        marked = [line for line in lines if line.strip()]
        if marked and all(_COMMENT.match(line) for line in marked):
            fresh = [_COMMENT.sub(r"\1", line, count=1) for line in lines]
        else:
            fresh = [f"// {line}" if line.strip() else line for line in lines]
        row, place = self.cursor_location
        moved = len(fresh[row - first]) - len(lines[row - first]) if row <= last else 0
        self.replace(
            "\n".join(fresh), (first, 0), (last, len(lines[-1])), maintain_selection_offset=False
        )
        self.move_cursor((row, max(0, place + moved)))

    def action_go_to_let_command(self) -> None:
        """Go to where the name under the cursor is bound, the nearest before it."""
        name = self.word_at_cursor()
        bound = re.compile(rf"\blet\s+({re.escape(name)})\b") if name else None
        before = len(self.text_before())
        places = [found.start(1) for found in bound.finditer(self.text)] if bound else []
        if not places:
            self.notify("No let binds what is under the cursor.", timeout=3)
            return
        earlier = [place for place in places if place < before]
        self.move_cursor(_location(self.document.lines, max(earlier, default=places[0])))

    def action_rename_let_command(self) -> None:
        """Ask for another name for what `let` binds here, and put it everywhere."""
        self.run_worker(self._rename_let(), group="dialog", exclusive=True)

    async def _rename_let(self) -> None:
        from tui.kql.rename import uses
        from tui.ui.widgets.dialogs import AskLine

        text, offset = self.text, len(self.text_before())
        first, last = self._statement()
        places = uses(text, first, last, offset)
        if not places:
            self.notify("No let binds what is under the cursor.", timeout=3)
            return
        former = text[places[0][0] : places[0][1]]
        title = f"Another name for {former}, in {len(places)} places"
        fresh = await self.app.push_screen_wait(AskLine(title, value=former))
        if not fresh or fresh == former or text != self.text:
            return
        if not _WORD.fullmatch(fresh):
            self.notify("A name is made of letters, digits and _.", severity="warning", timeout=3)
            return
        begin, end = places[0][0], places[-1][1]
        piece, at = "", begin
        for start, stop in places:
            piece += text[at:start] + fresh
            at = stop
        before = sum(stop <= offset for _, stop in places)
        self.put(piece, begin, end)
        moved = offset + before * (len(fresh) - len(former))
        self.move_cursor(_location(self.document.lines, moved))

    def action_go_to_line_command(self) -> None:
        """Ask for a line's number, and go there."""
        self.run_worker(self._go_to_line(), group="dialog", exclusive=True)

    async def _go_to_line(self) -> None:
        from tui.ui.widgets.dialogs import AskLine

        last = self.document.line_count
        wanted = await self.app.push_screen_wait(AskLine(f"Go to line (1 to {last})"))
        if wanted and wanted.isdecimal():
            self.move_cursor((max(0, min(int(wanted), last) - 1), 0), center=True)
        elif wanted:
            self.notify("That is no number of a line.", severity="warning", timeout=3)

    def action_edit_outside_command(self) -> None:
        """Hand the text to $VISUAL or $EDITOR, and take what comes back."""
        fresh = edit_outside(self.app, self.text, "query.kql")
        if fresh is None:
            return
        if fresh != self.text:
            place = self.cursor_location
            self.replace(fresh, (0, 0), self.document.end, maintain_selection_offset=False)
            self.move_cursor(self.clamp_visitable(place))


def _location(lines: list[str], index: int) -> tuple[int, int]:
    for row, line in enumerate(lines):
        if index <= len(line):
            return row, index
        index -= len(line) + 1
    return len(lines) - 1, len(lines[-1])


def _after(text: str, count: int) -> int:
    """Where so many characters that are no blanks have passed."""
    for at, character in enumerate(text):
        if count == 0:
            return at
        count -= not character.isspace()
    return len(text)
