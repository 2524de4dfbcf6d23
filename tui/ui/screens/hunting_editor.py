"""What helps to write a query: hints, F1, finding, the tables."""

from __future__ import annotations

from textual import on
from textual.binding import Binding

from tui.text import calm
from tui.ui.page import Span
from tui.ui.screens.hunting_library import QueryLibrary
from tui.ui.widgets.completion_list import CompletionList
from tui.ui.widgets.dialogs import Page
from tui.ui.widgets.find_bar import FindBar
from tui.ui.widgets.hint_line import HintLine, remark_spans, signature_spans
from tui.ui.widgets.query_editor import QueryEditor
from tui.ui.words import counted


class ExplainPage(Page):
    """What a word is; F1 goes on to the help of the screen."""

    BINDINGS = [Binding("f1", "help", "keys", show=False)]
    KEYS = (("F1", "accent"), (" all keys of this screen   ", "faint"))

    def action_help(self) -> None:
        """All keys of the screen below."""
        self.dismiss("help")


class EditorHelp(QueryLibrary):
    """The part of the Hunting screen that helps with writing."""

    def tell_hint(self) -> None:
        """Say what there is to say about the place of the cursor."""
        self.query_one(HintLine).show(self._hint())

    def _hint(self) -> list[Span]:
        if not self._tabs:
            return []
        editor = self.tab.editor
        bar = self.query_one(FindBar)
        if bar.has_class("-shown"):
            return bar.spans()
        if editor.carets:
            return [
                (counted(len(editor.carets), "caret"), "accentbold"),
                ("   what is typed goes to all   ", "faint"),
                ("^d", "accent"), (" next like this   ", "faint"),
                ("Esc", "accent"), (" leaves one", "faint"),
            ]  # fmt: skip
        span = editor.line_span()
        offset = len(editor.text_before())
        remark = editor.checks.at(offset, span)
        here = remark is not None and span[0] <= remark.start <= span[1]
        signature = editor.assist.signature
        wrong = remark is not None and here and remark.level == "error"
        if signature is not None and remark is not None:
            # That its arguments are too few is no news while they are typed.
            wrong = wrong and not remark.message.startswith(f"{signature.name} takes ")
        if signature is not None and not wrong:
            return signature_spans(signature)
        if remark is None:
            return []
        number = None if here else editor.text.count("\n", 0, remark.start) + 1
        return remark_spans(remark, number)

    @on(QueryEditor.Told)
    def _told(self, event: QueryEditor.Told) -> None:
        event.stop()
        self._fit()
        self.tell_hint()

    @on(CompletionList.Clicked)
    def _clicked(self, event: CompletionList.Clicked) -> None:
        event.stop()
        self.tab.editor.assist.take(event.index)

    # F1.

    def action_explain_this_command(self) -> None:
        """What the word under the cursor is; the help where there is none."""
        if not self._in_editor:
            self.action_help_command()
            return
        editor = self.tab.editor
        text, offset, _ = editor.place()
        start, end = editor._statement()
        from tui.ui.query_explain import explain_blocks

        blocks = explain_blocks(text, offset, start, max(end, offset))
        if not blocks:
            self.action_help_command()
            return
        self.app.push_screen(ExplainPage(blocks), self._explained)

    def _explained(self, answer: str | None) -> None:
        if answer == "help":
            self.action_help_command()

    def action_take_fix_command(self) -> None:
        """Take the fix that the line below the editor offers, from among the rows too."""
        self.tab.editor.focus()
        self.tab.editor.action_take_fix_command()

    # Finding.

    @on(QueryEditor.FindWanted)
    def _find_text(self, event: QueryEditor.FindWanted) -> None:
        event.stop()
        self.query_one(FindBar).begin(event.editor)

    @on(QueryEditor.FindAgain)
    def _find_again(self, event: QueryEditor.FindAgain) -> None:
        event.stop()
        self.query_one(FindBar).again(event.editor, event.step)

    @on(QueryEditor.ModeChanged)
    def _mode_changed(self, event: QueryEditor.ModeChanged) -> None:
        event.stop()
        if self._tabs:
            self.tell_tabs()

    def leave_finding(self) -> bool:
        """Close the line of words, where it is open."""
        bar = self.query_one(FindBar)
        if not bar.has_class("-shown"):
            return False
        bar.leave()
        return True

    # Tables.

    def action_show_tables_command(self) -> None:
        """List tables and columns."""
        self.run_worker(self._tables(), group="dialog", exclusive=True)

    async def _tables(self) -> None:
        from tui.ui.screens.schema_list import SchemaList

        editor = self.tab.editor
        wanted = await self.app.push_screen_wait(SchemaList(editor.word_at_cursor()))
        if not wanted:
            return
        verb, _, name = wanted.partition(" ")
        if verb == "preview":
            await self.open_query(f"{name}\n| take 10", calm(name), run=True)
            return
        editor.focus()
        start, end = editor.selection
        editor.replace(name, *sorted((start, end)), maintain_selection_offset=False)
