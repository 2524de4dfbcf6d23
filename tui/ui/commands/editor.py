"""Commands of the query editor."""

from __future__ import annotations

from textual_enhanced.commands import Command

from tui.ui.commands.hunting import ToResults


class Suggest(Command):
    """List what can come at the cursor; Tab takes the first, arrows choose, Esc closes the list"""

    COMMAND = "Suggest"
    BINDING_KEY = ("ctrl+at, ctrl+space, ctrl+@", "^space")
    FOOTER_TEXT = "suggest"


class TakeFix(Command):
    """Put the right name in place of the one that is underlined"""

    COMMAND = "Take the fix"
    BINDING_KEY = ("f9", "F9")
    FOOTER_TEXT = "fix"


class FormatQuery(Command):
    """Lay the query out: one pipe to a line; the words stay as they are"""

    COMMAND = "Format the query"
    BINDING_KEY = ("f8", "F8")
    FOOTER_TEXT = "format"


class ToggleComment(Command):
    """Make comments of the lines, or lines of the comments"""

    COMMAND = "Comment or uncomment"
    BINDING_KEY = ("ctrl+underscore, ctrl+slash", "^/")
    FOOTER_TEXT = "comment"


class FindText(Command):
    """Find words in the editor; Enter goes to the next place, Ctrl+Y replaces it, Ctrl+R all"""

    COMMAND = "Find in the editor"
    BINDING_KEY = ("ctrl+f", "^f")
    FOOTER_TEXT = "find"


class GoToLine(Command):
    """Go to a line by its number"""

    COMMAND = "Go to line"
    BINDING_KEY = ("ctrl+g", "^g")
    FOOTER_TEXT = "line"


class GoToLet(Command):
    """Go to where the name under the cursor is bound"""

    COMMAND = "Go to the let"
    BINDING_KEY = ("f12", "F12")
    FOOTER_TEXT = "to its let"


class RenameLet(Command):
    """Give what a let binds another name, wherever the query uses it"""

    COMMAND = "Rename the let"
    BINDING_KEY = ("shift+f12, f24", "⇧F12")
    FOOTER_TEXT = "rename"


class SelectText(Command):
    """Select the whole text; typing then replaces it, F5 runs it as one"""

    COMMAND = "Select everything in the editor"
    BINDING_KEY = ("ctrl+a", "^a")
    FOOTER_TEXT = "select all"


class MoveLinesUp(Command):
    """Move the lines of the selection, or of the cursor, up by one"""

    COMMAND = "Move lines up"
    BINDING_KEY = ("alt+up", "alt+↑")
    FOOTER_TEXT = "line up"


class MoveLinesDown(Command):
    """Move the lines of the selection, or of the cursor, down by one"""

    COMMAND = "Move lines down"
    BINDING_KEY = ("alt+down", "alt+↓")
    FOOTER_TEXT = "line down"


class DoubleLines(Command):
    """Put the lines of the selection, or of the cursor, below; Tab and Shift+Tab indent"""

    COMMAND = "Double lines"
    BINDING_KEY = ("alt+shift+down", "alt+⇧↓")
    FOOTER_TEXT = "double"


class AddCaret(Command):
    """Select the word, then where it stands next, to edit all at once; of lines, the end of each"""

    COMMAND = "Select the next like this"
    BINDING_KEY = ("ctrl+d", "^d")
    FOOTER_TEXT = "next like this"


class CaretAbove(Command):
    """One more caret, in the line above: typing goes to all of them, Esc leaves one"""

    COMMAND = "Caret above"
    BINDING_KEY = ("ctrl+up", "^↑")
    FOOTER_TEXT = "caret above"


class CaretBelow(Command):
    """One more caret, in the line below"""

    COMMAND = "Caret below"
    BINDING_KEY = ("ctrl+down", "^↓")
    FOOTER_TEXT = "caret below"


class Fold(Command):
    """Fold the let, bracket, comment or query that the line belongs to; open what is folded here"""

    COMMAND = "Fold or open"
    BINDING_KEY = ("ctrl+right_square_bracket", "^]")
    FOOTER_TEXT = "fold"


class FoldAll(Command):
    """Fold all but what the cursor stands in; where something is folded, open everything"""

    COMMAND = "Fold or open everything"
    BINDING_KEY = ("ctrl+backslash", "^\\")
    FOOTER_TEXT = "fold all"


class EditOutside(Command):
    """Edit the text in $EDITOR, and come back with it"""

    COMMAND = "Edit in $EDITOR"
    BINDING_KEY = ("f7", "F7")
    FOOTER_TEXT = "$EDITOR"


class LearnTables(Command):
    """Ask the tenant for the columns of the tables of this query, its own tables among them"""

    COMMAND = "Read these tables' columns from the tenant"
    BINDING_KEY = ("L", "L")
    FOOTER_TEXT = "learn tables"


class ShowTables(Command):
    """List tables and columns: search them, put one in, look at ten rows"""

    COMMAND = "Tables and columns"
    BINDING_KEY = ("ctrl+t, T", "^t")
    FOOTER_TEXT = "tables"


EDITOR: tuple[type[Command], ...] = (
    ToResults,
    Suggest,
    TakeFix,
    FormatQuery,
    ToggleComment,
    FindText,
    GoToLine,
    GoToLet,
    RenameLet,
    SelectText,
    MoveLinesUp,
    MoveLinesDown,
    DoubleLines,
    AddCaret,
    CaretAbove,
    CaretBelow,
    Fold,
    FoldAll,
    EditOutside,
)
"""What the editor binds, in the order of its help."""
