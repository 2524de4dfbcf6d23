"""What can be done in a grid: each command once, with its key and its help.

Screens keep all other letters for themselves. `GRID_COMMANDS` is what a grid binds.
"""

from __future__ import annotations

from textual_enhanced.commands import Command


class CursorUp(Command):
    """Go to the row above"""

    COMMAND = "Up"
    ACTION = "cursor_up"
    BINDING_KEY = "up, k"


class CursorDown(Command):
    """Go to the row below"""

    COMMAND = "Down"
    ACTION = "cursor_down"
    BINDING_KEY = "down, j"


class ColumnLeft(Command):
    """Go to the column at the left"""

    COMMAND = "Column left"
    ACTION = "cursor_left"
    BINDING_KEY = "left"


class ColumnRight(Command):
    """Go to the column at the right"""

    COMMAND = "Column right"
    ACTION = "cursor_right"
    BINDING_KEY = "right"


class FirstColumn(Command):
    """Go to the first column"""

    ACTION = "first_column"
    BINDING_KEY = "0, ^"


class LastColumn(Command):
    """Go to the last column"""

    ACTION = "last_column"
    BINDING_KEY = "$"


class FirstRow(Command):
    """Go to the first row"""

    ACTION = "first_row"
    BINDING_KEY = "g, home, ctrl+home"


class LastRow(Command):
    """Go to the last row"""

    ACTION = "last_row"
    BINDING_KEY = "G, end, ctrl+end"


class PageUp(Command):
    """Go one page up"""

    COMMAND = "Page up"
    ACTION = "page_up"
    BINDING_KEY = "pageup"


class PageDown(Command):
    """Go one page down"""

    COMMAND = "Page down"
    ACTION = "page_down"
    BINDING_KEY = "pagedown"


class HalfPageUp(Command):
    """Go half a page up"""

    ACTION = "half_page_up"
    BINDING_KEY = "ctrl+u"


class HalfPageDown(Command):
    """Go half a page down"""

    ACTION = "half_page_down"
    BINDING_KEY = "ctrl+d"


class OpenRow(Command):
    """Open the row under the cursor"""

    COMMAND = "Open"
    FOOTER_TEXT = "open"
    ACTION = "open_row"
    BINDING_KEY = "enter"


class SelectRow(Command):
    """Select the row, or drop it from the selection, and go to the next"""

    COMMAND = "Select"
    FOOTER_TEXT = "select"
    ACTION = "select_row"
    BINDING_KEY = "space"
    SHOW_IN_FOOTER = True


class SelectRange(Command):
    """Select all rows that the cursor passes; once more ends it"""

    COMMAND = "Select a range"
    ACTION = "select_range"
    BINDING_KEY = "v"


class SelectUp(Command):
    """Select this row and the one above"""

    COMMAND = "Select upwards"
    ACTION = "select_up"
    BINDING_KEY = "shift+up"


class SelectDown(Command):
    """Select this row and the one below"""

    COMMAND = "Select downwards"
    ACTION = "select_down"
    BINDING_KEY = "shift+down"


class SelectAll(Command):
    """Select every row that the filter lets pass"""

    COMMAND = "Select all"
    ACTION = "select_all"
    BINDING_KEY = "ctrl+a"


class CopyText(Command):
    """Copy the cell under the cursor; in a list of rows, the row or all selected rows"""

    COMMAND = "Copy"
    FOOTER_TEXT = "copy"
    ACTION = "copy_text"
    BINDING_KEY = "y"


class SortColumn(Command):
    """Sort by this column; again turns the order around, then leaves it"""

    COMMAND = "Sort by this column"
    FOOTER_TEXT = "sort"
    ACTION = "sort_column"
    BINDING_KEY = "S"


class SortColumnToo(Command):
    """Sort by this column where the columns before it are equal"""

    COMMAND = "Sort by this column too"
    ACTION = "sort_column_too"
    BINDING_KEY = "alt+s"


class NarrowColumn(Command):
    """Make this column narrower"""

    ACTION = "resize_column(-1)"
    BINDING_KEY = "<"


class WidenColumn(Command):
    """Make this column wider"""

    ACTION = "resize_column(1)"
    BINDING_KEY = ">"


class HideColumn(Command):
    """Put this column away"""

    ACTION = "hide_column"
    BINDING_KEY = "_"


class ShowColumns(Command):
    """Bring back the columns that were put away, at their own widths"""

    COMMAND = "Show all columns"
    ACTION = "show_columns"
    BINDING_KEY = "*"


class MoveColumnLeft(Command):
    """Move this column to the left"""

    ACTION = "move_column(-1)"
    BINDING_KEY = ("left_curly_bracket", "{")


class MoveColumnRight(Command):
    """Move this column to the right"""

    ACTION = "move_column(1)"
    BINDING_KEY = ("right_curly_bracket", "}")


class PinColumn(Command):
    """Keep this column at the left while the others scroll, or let it scroll again"""

    ACTION = "pin_column"
    BINDING_KEY = ("vertical_line", "|")


class ChooseColumns(Command):
    """Choose columns: which are shown, in which order, how wide, which are pinned"""

    COMMAND = "Columns"
    FOOTER_TEXT = "columns"
    ACTION = "choose_columns"
    BINDING_KEY = "C"


GRID_COMMANDS: tuple[type[Command], ...] = (
    OpenRow,
    SelectRow,
    CursorUp,
    CursorDown,
    ColumnLeft,
    ColumnRight,
    FirstColumn,
    LastColumn,
    FirstRow,
    LastRow,
    PageUp,
    PageDown,
    HalfPageUp,
    HalfPageDown,
    SelectRange,
    SelectUp,
    SelectDown,
    SelectAll,
    CopyText,
    SortColumn,
    SortColumnToo,
    NarrowColumn,
    WidenColumn,
    HideColumn,
    ShowColumns,
    MoveColumnLeft,
    MoveColumnRight,
    PinColumn,
    ChooseColumns,
)
"""All of them, in the order in which help should list them."""
