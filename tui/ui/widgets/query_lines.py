"""Editing by whole lines: moved, doubled, indented."""

from __future__ import annotations

from tui.ui.widgets.query_base import QueryBase

_INDENT = "    "


class LineActions(QueryBase):
    """The actions on the lines of the selection, or of the cursor."""

    def _rows(self) -> tuple[int, int]:
        """First and last line of the selection."""
        (first, _), (last, column) = sorted((self.selection.start, self.selection.end))
        if last > first and column == 0:
            last -= 1
        return first, last

    def _put_rows(self, first: int, last: int, lines: list[str], by: int) -> None:
        """Put lines in place of others; the selection goes along."""
        start, end = self.selection
        self.replace(
            "\n".join(lines),
            (first, 0),
            (last, len(self.document.get_line(last))),
            maintain_selection_offset=False,
        )
        self.selection = type(self.selection)(
            self.clamp_visitable((start[0] + by, start[1])),
            self.clamp_visitable((end[0] + by, end[1])),
        )

    def _move_rows(self, by: int) -> None:
        first, last = self._rows()
        other = first - 1 if by < 0 else last + 1
        if not 0 <= other < self.document.line_count:
            return
        lines = [self.document.get_line(row) for row in range(first, last + 1)]
        passed = self.document.get_line(other)
        if by < 0:
            self._put_rows(other, last, [*lines, passed], -1)
        else:
            self._put_rows(first, other, [passed, *lines], 1)

    def action_move_lines_up_command(self) -> None:
        """The lines change places with the one above."""
        self._move_rows(-1)

    def action_move_lines_down_command(self) -> None:
        """The lines change places with the one below."""
        self._move_rows(1)

    def action_double_lines_command(self) -> None:
        """The lines once more, below; the cursor goes to them."""
        first, last = self._rows()
        lines = [self.document.get_line(row) for row in range(first, last + 1)]
        self._put_rows(first, last, [*lines, *lines], len(lines))

    def action_select_text_command(self) -> None:
        """All of the text is selected."""
        self.action_select_all()

    def action_text_end(self, last: bool, select: bool = False) -> None:
        """Go to the first or the last place of the text."""
        self.move_cursor(self.document.end if last else (0, 0), select=select)

    @property
    def has_lines(self) -> bool:
        """Whether the selection goes over more than one line."""
        return self.selection.start[0] != self.selection.end[0]

    def indent(self, *, out: bool) -> None:
        """Move the lines of the selection to the right, or to the left."""
        first, last = self._rows()
        lines = [self.document.get_line(row) for row in range(first, last + 1)]
        if out:
            fresh = [
                line[min(len(line) - len(line.lstrip(" ")), len(_INDENT)) :].removeprefix("\t")
                for line in lines
            ]
        else:
            fresh = [_INDENT + line if line.strip() else line for line in lines]
        if fresh != lines:
            backwards = self.selection.start > self.selection.end
            self._put_rows(first, last, fresh, 0)
            ends = ((first, 0), (last, len(fresh[-1])))
            self.selection = type(self.selection)(*(ends[::-1] if backwards else ends))
