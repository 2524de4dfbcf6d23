"""Commands of the Hunting place."""

from __future__ import annotations

from textual_enhanced.commands import Command


class RunQuery(Command):
    """Run the selection, or else the query under the cursor (blank lines part queries)"""

    COMMAND = "Run the query"
    BINDING_KEY = ("f5, ctrl+j, shift+enter", "F5")
    FOOTER_TEXT = "run"


class RunAgain(Command):
    """Run the query under the cursor of the editor once more"""

    COMMAND = "Run again"
    BINDING_KEY = "R"
    FOOTER_TEXT = "run again"


class ToResults(Command):
    """Go to the results"""

    COMMAND = "To the results"
    BINDING_KEY = ("f6", "F6")
    ACTION = "screen.to_results"
    FOOTER_TEXT = "to results"


class ToEditor(Command):
    """Go to the editor"""

    COMMAND = "To the editor"
    BINDING_KEY = ("f6, i", "F6")
    ACTION = "to_editor"
    FOOTER_TEXT = "to editor"


class FilterResults(Command):
    """Keep the rows that hold these words; Column:word looks in one column, -word leaves out"""

    COMMAND = "Filter the results"
    BINDING_KEY = ("slash", "/")
    FOOTER_TEXT = "filter"


class OnlyThis(Command):
    """Add a line to the query that keeps only rows with this value"""

    COMMAND = "Only this value"
    BINDING_KEY = ("equals_sign", "=")
    FOOTER_TEXT = "only this"


class NotThis(Command):
    """Add a line to the query that leaves out rows with this value"""

    COMMAND = "Not this value"
    BINDING_KEY = ("exclamation_mark", "!")
    FOOTER_TEXT = "not this"


class HuntOnCell(Command):
    """Open a query about the device, account, file, address or mail under the cursor"""

    COMMAND = "Hunt on this value"
    BINDING_KEY = "h"
    FOOTER_TEXT = "hunt on it"


class CopyPlain(Command):
    """Copy the cell under the cursor as it is; y copies addresses so that nothing follows them"""

    COMMAND = "Copy the cell as it is"
    BINDING_KEY = "Y"
    FOOTER_TEXT = "copy as it is"


class ExportResults(Command):
    """Write the rows, as sorted and filtered, to a file: CSV, JSON, Parquet or a table"""

    COMMAND = "Export the results"
    BINDING_KEY = "e"
    FOOTER_TEXT = "export"


class DrawChart(Command):
    """Draw the rows as a chart: as the query's render says, else as fits their columns"""

    COMMAND = "Chart"
    BINDING_KEY = "c"
    FOOTER_TEXT = "chart"


class ChooseRange(Command):
    """Choose how far back the service looks"""

    COMMAND = "Time range"
    BINDING_KEY = "t"
    FOOTER_TEXT = "range"


class ShowHistory(Command):
    """List the queries that ran, and take one up again"""

    COMMAND = "History"
    BINDING_KEY = ("ctrl+r, H", "^r")
    FOOTER_TEXT = "history"


class ShowLibrary(Command):
    """List the saved queries and some to start with; take one up, with values for its parameters"""

    COMMAND = "Saved queries"
    BINDING_KEY = ("ctrl+o, O", "^o")
    FOOTER_TEXT = "saved"


class SaveQuery(Command):
    """Save the query under the cursor under a name; {{words}} in it are asked for each time"""

    COMMAND = "Save the query"
    BINDING_KEY = ("ctrl+s", "^s")
    FOOTER_TEXT = "save"


class NewTab(Command):
    """Open another editor tab"""

    COMMAND = "New tab"
    BINDING_KEY = ("ctrl+n", "^n")
    FOOTER_TEXT = "new tab"


class NextTab(Command):
    """Go to the next editor tab"""

    COMMAND = "Next tab"
    BINDING_KEY = "ctrl+pagedown, right_square_bracket"


class PreviousTab(Command):
    """Go to the editor tab before"""

    COMMAND = "Previous tab"
    BINDING_KEY = "ctrl+pageup, left_square_bracket"


class CloseTab(Command):
    """Close this editor tab; its queries stay in the history"""

    COMMAND = "Close this tab"
    BINDING_KEY = "X"


class RenameTab(Command):
    """Give this editor tab another name"""

    COMMAND = "Rename this tab"
    BINDING_KEY = "N"


class PreviousRow(Command):
    """Show the row before"""

    BINDING_KEY = "p, left"
    FOOTER_TEXT = "row before"


class NextRow(Command):
    """Show the next row"""

    BINDING_KEY = "n, right"
    FOOTER_TEXT = "next row"


class CopyField(Command):
    """Copy the whole value of this column"""

    COMMAND = "Copy the value"
    BINDING_KEY = "y"
    FOOTER_TEXT = "copy"


class CopyRecord(Command):
    """Copy the whole row as JSON"""

    COMMAND = "Copy the row as JSON"
    BINDING_KEY = "Y"
    FOOTER_TEXT = "copy all"


class HuntOnField(Command):
    """Open a query about the device, account, file, address or mail that this column names"""

    COMMAND = "Hunt on this value"
    BINDING_KEY = "h"
    FOOTER_TEXT = "hunt on it"


class FindField(Command):
    """Keep the columns whose name or value holds these words"""

    COMMAND = "Find a column"
    BINDING_KEY = ("slash", "/")
    FOOTER_TEXT = "find"


class CloseRecord(Command):
    """Go back to the rows"""

    COMMAND = "Back to the rows"
    BINDING_KEY = ("escape, enter, q", "Esc")
    FOOTER_TEXT = "back"


EVERYTHING: tuple[type[Command], ...] = (
    RunQuery,
    RunAgain,
    ToEditor,
    HuntOnCell,
    CopyPlain,
    OnlyThis,
    NotThis,
    FilterResults,
    DrawChart,
    ExportResults,
    ChooseRange,
    ShowHistory,
    ShowLibrary,
    SaveQuery,
    NewTab,
    NextTab,
    PreviousTab,
    CloseTab,
    RenameTab,
)
"""What the Hunting screen binds, in the order of its help."""

RECORD: tuple[type[Command], ...] = (
    CloseRecord,
    NextRow,
    PreviousRow,
    FindField,
    HuntOnField,
    CopyField,
    CopyRecord,
)
"""What the record inspector binds."""
