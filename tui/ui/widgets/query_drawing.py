"""How the query editor is drawn: colours, underlines, the bar at the query that runs.

TextArea's highlight map is private to Textual, whose minor version is pinned for it.
"""

from __future__ import annotations

from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual.strip import Strip

from tui.kql.lexer import Fence
from tui.ui.widgets.query_actions import QueryActions
from tui.ui.widgets.query_marks import NAMES, Mark, coloured, drawable, fault_mark, in_bytes
from tui.ui.words import counted

_MOST_KEPT = 2000
"""Drawn lines that are kept: a line that did not change is not drawn again."""
_LONG = 10_000
"""Characters of a line beyond which it has no colours: each key would draw all of it."""


LOOKS = """
QueryEditor, QueryEditor:focus {
    border: none;
    padding: 0 1 0 2;
    background: $background;
    color: $foreground;
    & .text-area--gutter { color: $text-muted; }
    & .text-area--cursor-gutter { color: $foreground; background: $background; }
    & .text-area--cursor-line { background: $background; }
    & .text-area--selection { background: $accent 30%; }
    & .text-area--placeholder { color: $text-muted; }
    & .query-editor--keyword { color: $secondary; }
    & .query-editor--name { color: $foreground; text-style: bold; }
    & .query-editor--table { color: $primary; text-style: bold; }
    & .query-editor--function { color: $primary; }
    & .query-editor--number { color: $warning; }
    & .query-editor--string { color: $success; }
    & .query-editor--comment { color: $text-muted; text-style: italic; }
    & .query-editor--faint { color: $text-muted; }
    & .query-editor--error { color: $error; }
    & .query-editor--fault { color: $error; text-style: bold underline; }
    & .query-editor--wrong { color: $error; text-style: underline; }
    & .query-editor--doubt { text-style: underline; }
    & .text-area--matching-bracket { background: $accent 30%; text-style: bold; }
    & .query-editor--bar { color: $accent; }
    & .query-editor--bar-blurred { color: $border; }
}
QueryEditor:focus .text-area--cursor-line { background: $surface; }
"""
"""The editor's style sheet: for the class itself, so that it weighs more than TextArea's."""


class Lines(dict[int, list[Mark]]):
    """Highlights of lines, made when a line is first drawn."""

    def __init__(self, editor: QueryDrawing) -> None:
        super().__init__()
        self._editor = editor

    def __bool__(self) -> bool:
        return True

    def __missing__(self, line: int) -> list[Mark]:
        found = self._editor.highlights_of(line)
        self[line] = found
        return found


class QueryDrawing(QueryActions):
    """The looks of the editor."""

    COMPONENT_CLASSES = {
        "query-editor--keyword",
        "query-editor--name",
        "query-editor--table",
        "query-editor--function",
        "query-editor--number",
        "query-editor--string",
        "query-editor--comment",
        "query-editor--faint",
        "query-editor--error",
        "query-editor--fault",
        "query-editor--wrong",
        "query-editor--doubt",
        "query-editor--bar",
        "query-editor--bar-blurred",
    }

    def prepare_drawing(self) -> None:
        """Set up what drawing needs; before TextArea's own setting up."""
        self._bar: tuple[int, int] = (0, -1)
        """First and last line of the query that would run."""
        self._names: frozenset[str] = frozenset()
        """Names bound by let, anywhere in the text."""
        self._fences: dict[int, Fence] = {}
        self._drawn: dict[tuple[str, Fence, frozenset[str]], list[Mark]] = {}
        self._kept: dict[tuple[object, ...], Strip] = {}
        self._fault: tuple[int, int] | None = None

    def redraw(self) -> None:
        """Draw all lines anew."""
        self._line_cache.clear()
        self._highlights = Lines(self)
        self.refresh()

    def highlights_of(self, number: int) -> list[Mark]:
        """The colours of a line, in bytes, as TextArea's map has them."""
        line = self.document.get_line(number)
        if len(line) > _LONG:
            return []
        inside = self._fences.get(number, "")
        key = (line, inside, self._names)
        found = self._drawn.get(key)
        if found is None:
            found = coloured(line, inside, self._names)
            if len(self._drawn) > 4000:
                self._drawn.clear()
            self._drawn[key] = found
        found = [*found, *self.checks.marks_of(number)]
        if self._fault is not None and self._fault[0] == number:
            found.append(fault_mark(line, self._fault[1]))
        if self.hidden_below(number):
            found.append((in_bytes(line, len(line)), None, "faint"))
        return [*found, *self.caret_marks(number)]

    def get_line(self, line_index: int) -> Text:
        """The line to draw: what does not show as itself is replaced, one for one."""
        text = self.document.get_line(line_index)
        if not (text.isascii() and text.isprintable()):
            text = "".join(map(drawable, text))
        hidden = self.hidden_below(line_index)
        if hidden:
            text += f"  ⋯ {counted(hidden, 'line')}"
        return Text(text, end="", no_wrap=True)

    def render_lines(self, crop: object) -> list[Strip]:
        """Draw with the colours that the theme has now."""
        theme = self._theme
        if theme is not None:
            styles = {
                name: self.get_component_rich_style(f"query-editor--{name}", partial=True)
                for name in {*NAMES.values(), "fault", "wrong", "doubt"}
            }
            # The other carets look as the one cursor does.
            styles["caret"] = theme.cursor_style or Style(reverse=True)
            styles["picked"] = theme.selection_style or Style(underline=True)
            if styles != theme.syntax_styles:
                theme.syntax_styles = styles
                self._kept.clear()
                self._line_cache.clear()
        return super().render_lines(crop)  # type: ignore[arg-type]

    def _render_line(self, y: int) -> Strip:
        key = self._key_of(self.row_at(y + self.scroll_offset.y))
        strip = self._kept.get(key) if key is not None else None
        if strip is None:
            strip = self._drawn_line(y)
            if key is not None:
                if len(self._kept) > _MOST_KEPT:
                    self._kept.clear()
                self._kept[key] = strip
        return strip

    def _key_of(self, row: int) -> tuple[object, ...] | None:
        """What the look of a line depends on; None where the cursor has a part in it."""
        theme, selection = self._theme, self.selection
        bracket = self._matching_bracket_location
        if (
            theme is None
            or not selection.is_empty
            or selection.end[0] == row
            or row >= self.document.line_count
            or (bracket is not None and bracket[0] == row)
        ):
            return None
        return (
            row,
            self.hidden_below(row),
            self.document.get_line(row),
            tuple(self.highlights_of(row)),
            self._bar[0] <= row <= self._bar[1],
            self.has_focus,
            self.scroll_offset.x,
            self.virtual_size.width,
            self.size.width,
            self.gutter_width,
            theme.base_style,
        )

    def _drawn_line(self, y: int) -> Strip:
        strip = self._plain_line(y)
        width = self.gutter_width
        info = self.wrapped_document._offset_to_line_info
        place = y + self.scroll_offset.y
        if place >= len(info):
            return strip
        first, last = self._bar
        name = "bar" if self.has_focus else "bar-blurred"
        style = self.get_component_rich_style(f"query-editor--{name}", partial=True)
        base = next(iter(strip.crop(width - 2, width - 1)), Segment(" "))
        row = info[place][0]
        mark = "▎" if first <= row <= last else " "
        folded = "▸" if self.hidden_below(row) else " "
        bar = Segment(f"{folded}{mark} ", (base.style or Style()) + style)
        return Strip.join([strip.crop(1, width - 2), Strip([bar], 3), strip.crop(width)])

    def _plain_line(self, y: int) -> Strip:
        """As TextArea draws it; it would look through the bytes of a line that has no colours."""
        row = self.row_at(y + self.scroll_offset.y)
        if row >= self.document.line_count or len(self.document.get_line(row)) <= _LONG:
            return super()._render_line(y)
        coloured, self._highlights = self._highlights, {}
        try:
            return super()._render_line(y)
        finally:
            self._highlights = coloured

    @property
    def gutter_width(self) -> int:
        """Line numbers of at least two digits, the bar, and a gap."""
        return max(2, len(str(self.document.line_count))) + 4
