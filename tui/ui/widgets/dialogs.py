"""Small questions: pick one, type a line, write a text, say yes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, ClassVar, cast

from textual import on
from textual.app import ComposeResult
from textual.await_complete import AwaitComplete
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.events import Key
from textual.screen import ModalScreen
from textual.suggester import Suggester, SuggestFromList
from textual.widget import Widget
from textual.widgets import Input, OptionList, TextArea

from tui.text import visible
from tui.ui.lend import edit_outside
from tui.ui.page import Block, Choice, Span, gap, line, text
from tui.ui.widgets.masked import MaskedInput
from tui.ui.widgets.pick_list import PickList
from tui.ui.widgets.sheet import Sheet

if TYPE_CHECKING:
    from tui.ui.host import Host


class Dialog(ModalScreen[str | None]):
    """The looks that all questions share."""

    DEFAULT_CSS = """
    Dialog {
        align: center middle;
        background: $background 60%;
        & > .dialog {
            width: 64;
            max-width: 96%;
            height: auto;
            max-height: 90%;
            padding: 1 2;
            background: $surface;
            border-left: outer $accent;
        }
        Input, Input:focus {
            border: none;
            height: 1;
            padding: 0 1;
            margin: 1 0;
            background: $panel;
        }
        TextArea, TextArea:focus { border: none; height: 8; margin: 1 0; background: $panel; }
        PickList { margin: 1 0; max-height: 60vh; }
        Sheet { height: auto; }
        VerticalScroll > Sheet { padding-right: 1; }
    }
    """
    BINDINGS = [Binding("escape", "cancel", "cancel")]
    YIELDING: ClassVar[str] = ""
    """Selector of the part that scrolls where the screen is too low for all of it."""

    def on_resize(self) -> None:
        """Another screen: let the part that yields take what the others leave."""
        if self.YIELDING:
            self.call_after_refresh(self.fit)

    def fit(self) -> None:
        """Let the part that yields take no more than the others leave."""
        for part in self.query(self.YIELDING) if self.YIELDING else ():
            box = part.parent
            if isinstance(box, Widget):
                others = sum(
                    one.outer_size.height + one.styles.margin.height
                    for one in box.children
                    if one is not part
                )
                around = box.styles.gutter.height + part.styles.margin.height
                room = self.size.height * 9 // 10 - around - others
                part.styles.max_height = max(3, room)

    def on_screen_resume(self) -> None:
        """Keys that were typed ahead are for this question."""
        question = cast("Host", self.app).question
        if question is not None:
            self.call_after_refresh(question.release)

    def dismiss(self, result: str | None = None) -> AwaitComplete:
        """As Textual's; keys wait until what follows from the answer is done."""
        question = cast("Host", self.app).question
        if question is not None:
            question.take()
        return super().dismiss(result)

    def action_cancel(self) -> None:
        """Leave it unanswered."""
        self.dismiss(None)


class Choose(Dialog):
    """Pick one of a few; a letter picks at once. Answers the choice's id, or None."""

    def __init__(
        self,
        title: str,
        choices: Sequence[Choice],
        *,
        current: str | None = None,
        note: str = "",
    ) -> None:
        super().__init__()
        self._title = title
        self._choices = tuple(choices)
        self._current = current
        self._note = note

    def compose(self) -> ComposeResult:
        """Title, list, keys."""
        with Vertical(classes="dialog"):
            blocks: list[Block] = [text(self._title, "bold")]
            if self._note:
                blocks.append(text(self._note, "faint"))
            yield Sheet(blocks)
            yield PickList(self._choices)
            yield Sheet(
                [
                    line(
                        ("Enter", "accent"),
                        (" takes it   ", "faint"),
                        ("Esc", "accent"),
                        (" leaves it as it is", "faint"),
                    )
                ]
            )

    def on_mount(self) -> None:
        """The cursor starts on what is now."""
        picks = self.query_one(PickList)
        ids = [choice.id for choice in self._choices]
        picks.highlighted = ids.index(self._current) if self._current in ids else 0
        picks.focus()

    @on(OptionList.OptionSelected)
    def _taken(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(event.option.id)

    def on_key(self, event: Key) -> None:
        """Letters pick."""
        if event.character and (picked := self.query_one(PickList).pick_by_key(event.character)):
            event.stop()
            self.dismiss(picked)


class AskLine(Dialog):
    """Type one line. Answers it, or None; an empty line only where `allow_empty`.

    Args:
        fault_of: What is wrong with a line, so that it stays for correction; empty if nothing.
        replace: Typing replaces `value` as a whole; moving the cursor first keeps it.
    """

    def __init__(
        self,
        title: str,
        *,
        note: str = "",
        value: str = "",
        placeholder: str = "",
        password: bool = False,
        known: Sequence[str] = (),
        suggester: Suggester | None = None,
        allow_empty: bool = False,
        fault_of: Callable[[str], str] | None = None,
        replace: bool = False,
    ) -> None:
        super().__init__()
        self._title = title
        self._note = note
        self._allow_empty = allow_empty
        self._fault_of = fault_of
        # What cannot be shown as it is cannot be taken as it is either.
        shown = [one for one in known if one == visible(one)]
        self._input = (MaskedInput if password else Input)(
            value,
            placeholder=placeholder,
            suggester=suggester
            or (SuggestFromList(shown, case_sensitive=False) if shown else None),
            select_on_focus=replace,
        )

    def compose(self) -> ComposeResult:
        """Title, field, keys."""
        with Vertical(classes="dialog"):
            blocks: list[Block] = [text(self._title, "bold")]
            if self._note:
                blocks.append(text(self._note, "faint"))
            yield Sheet(blocks)
            yield self._input
            if self._fault_of is not None:
                yield Sheet(id="fault")
            yield Sheet(
                [
                    line(
                        ("Enter", "accent"),
                        (" takes it   ", "faint"),
                        ("Esc", "accent"),
                        (" cancels", "faint"),
                    )
                ]
            )

    def on_mount(self) -> None:
        """Typing starts at once."""
        self._input.focus()

    @on(Input.Submitted)
    def _typed(self, event: Input.Submitted) -> None:
        value = event.value.strip()
        if not value and not self._allow_empty:
            return
        if self._fault_of is not None and (fault := self._fault_of(value)):
            self.query_one("#fault", Sheet).show([text(fault, "bad")])
            return
        self.dismiss(value)


class WriteText(Dialog):
    """Write a text of several lines. Answers it, or None; `keep` is told what stands there."""

    BINDINGS = [
        Binding("ctrl+s,f5,ctrl+j", "send", "send", priority=True),
        Binding("f7", "outside", "$EDITOR", priority=True),
        Binding("escape", "cancel", "cancel", priority=True),
    ]

    def __init__(
        self,
        title: str,
        *,
        note: str = "",
        draft: str = "",
        keep: Callable[[str], None] | None = None,
        verb: str = "sends",
    ) -> None:
        super().__init__()
        self._title = title
        self._note = note
        self._verb = verb
        self._keep = keep
        self._area = TextArea(draft, soft_wrap=True, show_line_numbers=False)

    def compose(self) -> ComposeResult:
        """Title, field, keys."""
        with Vertical(classes="dialog"):
            blocks: list[Block] = [text(self._title, "bold")]
            if self._note:
                blocks.append(text(self._note, "faint"))
            yield Sheet(blocks)
            yield self._area
            yield Sheet(
                [
                    line(
                        ("Ctrl+S", "accent"),
                        (f" {self._verb}   ", "faint"),
                        ("F7", "accent"),
                        (" $EDITOR   ", "faint"),
                        ("Esc", "accent"),
                        (" keeps it as a draft", "faint"),
                    )
                ]
            )

    def on_mount(self) -> None:
        """Typing starts at once, after what is there."""
        self._area.focus()
        self._area.move_cursor(self._area.document.end)

    @on(TextArea.Changed)
    def _typed(self) -> None:
        if self._keep is not None:
            self._keep(self._area.text)

    def action_outside(self) -> None:
        """Hand the text to the user's own editor, and take what comes back."""
        fresh = edit_outside(self.app, self._area.text, "comment.md")
        if fresh is not None:
            self._area.load_text(fresh)
            self._area.move_cursor(self._area.document.end)

    def action_send(self) -> None:
        """Answer with the text, where there is one."""
        if self._area.text.strip():
            self.dismiss(self._area.text.strip())


class Confirm(Dialog):
    """Yes or no. Answers `yes` or None."""

    BINDINGS = [
        Binding("y,enter", "yes", "yes"),
        Binding("n", "cancel", "no"),
    ]

    def __init__(self, title: str, blocks: Sequence[Block], *, yes: str, no: str) -> None:
        super().__init__()
        self._title = title
        self._blocks = tuple(blocks)
        self._yes, self._no = yes, no

    def compose(self) -> ComposeResult:
        """The question and its two keys."""
        with Vertical(classes="dialog"):
            yield Sheet(
                [
                    text(self._title, "bold"),
                    line(),
                    *self._blocks,
                    line(),
                    line(
                        ("y", "accent"),
                        (f" {self._yes}   ", "faint"),
                        ("n", "accent"),
                        (f" {self._no}", "faint"),
                    ),
                ]
            )

    def action_yes(self) -> None:
        """Do it."""
        self.dismiss("yes")


class Page(Dialog):
    """A page of words to read and leave."""

    BINDINGS = [
        Binding("escape,enter,q,question_mark", "cancel", "close"),
        Binding("j", "scroll('down')", "down", show=False),
        Binding("k", "scroll('up')", "up", show=False),
        Binding("g", "scroll('home')", "top", show=False),
        Binding("G", "scroll('end')", "end", show=False),
    ]
    YIELDING = "VerticalScroll"
    KEYS: ClassVar[tuple[Span, ...]] = ()
    """What is said of its further keys."""
    DEFAULT_CSS = "Page > .dialog { width: 76; & > VerticalScroll { height: auto; } }"

    def __init__(self, blocks: Sequence[Block]) -> None:
        super().__init__()
        self._blocks = tuple(blocks)

    def compose(self) -> ComposeResult:
        """The page, scrolling where it is long."""
        with Vertical(classes="dialog"):
            with VerticalScroll(can_focus=True):
                yield Sheet(self._blocks)
            yield Sheet(id="page-keys")

    def on_mount(self) -> None:
        """Say how to scroll, where there is more than the screen holds."""
        self.watch(self.query_one(VerticalScroll), "show_vertical_scrollbar", self._tell_keys)

    def _tell_keys(self, scrolls: bool) -> None:
        keys: list[Span] = [*self.KEYS, ("Esc", "accent"), (" closes", "faint")]
        if scrolls:
            keys = [("j k", "accent"), (" scroll   ", "faint"), *keys]
        self.query_one("#page-keys", Sheet).show([gap(), line(*keys)])

    def action_scroll(self, where: str) -> None:
        """Read on."""
        scroll = self.query_one(VerticalScroll)
        {
            "down": scroll.scroll_down,
            "up": scroll.scroll_up,
            "home": scroll.scroll_home,
            "end": scroll.scroll_end,
        }[where](animate=False)
