"""The query editor with the keys of vi, for who has `editor_keys = "vi"` in the settings.

A part of vi that is whole in itself: normal, insert and visual mode, counts, operators with
motions and objects, one register, `.` and search. There are no commands after `:`, which asks
for a line's number, no macros, marks or named registers.
"""

from __future__ import annotations

from textual import events
from textual.binding import Binding
from textual.widgets.text_area import Selection

from tui.ui.widgets.query_wanted import Wanted
from tui.ui.widgets.vi_changes import ViChanges
from tui.ui.widgets.vi_motions import Reach, inner, line_span, motion, seek

_OPERATORS = frozenset("dcy<>")
_WAITING = frozenset("fFtTrg")
_INSERTS = frozenset("iaIAoOsScC")
_SHORT = {"x": "dl", "X": "dh", "D": "d$", "C": "c$", "s": "cl", "S": "cc", "Y": "yy"}
_MOST = 10_000


class ViEditor(ViChanges):
    """Modes, motions, operators."""

    DEFAULT_CSS = "ViEditor.-insert .text-area--cursor { text-style: underline; }"
    BINDINGS = [
        Binding("ctrl+r", "vi_redo", show=False),
        Binding("ctrl+d", "vi_page(1)", show=False),
        Binding("ctrl+u", "vi_page(-1)", show=False),
    ]
    STAYS = True

    def __init__(self, text: str = "", **options: object) -> None:
        self._sought: tuple[str, str] | None = None
        self._anchor = 0
        super().__init__(text, **options)

    @property
    def mode_words(self) -> str:
        """The mode, and what is typed of a command."""
        return f"{self.mode.upper()}{' ' + self._typed if self._typed else ''}"

    @property
    def wanted(self) -> Wanted | None:
        """What would run: what visual mode shows, else as ever."""
        if not self.mode.startswith("visual"):
            return super().wanted
        first, last = self._picked()
        row, column = self._spot(first)
        return Wanted(self.text[first:last], row, column)

    def _picked(self) -> tuple[int, int]:
        """What visual mode shows."""
        first, last = sorted((self._anchor, self._at()))
        if self.mode == "visual line":
            return line_span(self.text, first)[0], line_span(self.text, last)[1]
        return first, min(len(self.text), last + 1)

    def found(self) -> None:
        """The cursor goes to where the words begin that were found."""
        if self.mode == "normal":
            self.move_cursor(min(self.selection))

    # Keys.

    async def _on_key(self, event: events.Key) -> None:
        if self.carets and self.mode != "insert":
            self._enter("insert")
        if event.key == "escape":
            if self.carets:
                return
            event.prevent_default()
            if self._escape():
                event.stop()
            return
        if self.mode == "insert":
            return
        if event.key not in ("enter", "tab") and not event.is_printable:
            return
        event.stop()
        event.prevent_default()
        if event.key != "tab":
            self._take("\n" if event.key == "enter" else event.character or "")

    def _escape(self) -> bool:
        """Whether Escape had something to end."""
        if self.mode == "insert":
            self.assist.close()
            at = self._at()
            if self._begun is not None:
                keys, begin, before = self._begun
                added = len(self.text) - len(before)
                if 0 < added <= _MOST and at - added == begin:
                    self._done = keys + self.text[begin:at]
                else:
                    self._done = keys
                self._begun = None
            start, _ = line_span(self.text, at)
            self._enter("normal")
            self._go(max(start, at - 1))
            return True
        if self.mode.startswith("visual"):
            at = self._at()
            self._enter("normal")
            self._go(at)
            return True
        had = bool(self._typed)
        self._enter("normal")
        return had

    def _take(self, key: str) -> None:
        """One more key of a command."""
        self._typed += key
        done = self._visual(self._typed) if self.mode.startswith("visual") else None
        if done is None:
            done = self._command(self._typed)
        if done:
            self._typed = ""
        self.post_message(self.ModeChanged(self))

    def _command(self, typed: str) -> bool:
        """Do what was typed; whether it was whole, or nothing that could become so."""
        number, rest = _counted(typed)
        if not rest:
            return False
        rest = _SHORT.get(rest[0], rest[0]) + rest[1:]
        count = min(int(number or 1), _MOST)
        if rest[0] in _OPERATORS:
            return self._operator(typed, rest, count, bool(number))
        if rest[0] in _WAITING or rest[0] == "z":
            if len(rest) < 2:
                return False
            if rest[0] == "r":
                self._change(typed, self._replaced, rest[1], count)
                return True
            if rest[0] == "z":
                self._folded_by(rest[1])
                return True
        reach = self._reach(rest, count, bool(number))
        if reach is not None:
            self._go(reach.to)
            return True
        self._single(typed, rest, count)
        return True

    def _reach(self, rest: str, count: int, given: bool) -> Reach | None:
        text, at = self.text, self._at()
        if rest[0] in "fFtT" and len(rest) > 1:
            self._sought = (rest[0], rest[1])
            return seek(text, at, rest[0], rest[1], count)
        if rest[0] in ";," and self._sought is not None:
            key, character = self._sought
            if rest[0] == ",":
                key = key.swapcase()
            return seek(text, at, key, character, count)
        return motion(text, at, "gg" if rest == "gg" else rest[0], count, given)

    def _operator(self, typed: str, rest: str, count: int, given: bool) -> bool:
        name = rest[0]
        number, what = _counted(rest[1:])
        count = min(count * int(number or 1), _MOST)
        given = given or bool(number)
        if not what:
            return False
        text, at = self.text, self._at()
        if what[0] == name:
            below = motion(text, at, "j", count - 1, True) if count > 1 else None
            last = below.to if below else (len(text) if count > 1 else at)
            self._change(typed, self._operate, name, at, last, True)
            return True
        if what[0] in "ia" or what[0] in _WAITING:
            if len(what) < 2:
                return False
            if what[0] in "ia":
                span = inner(text, at, what[1], what[0] == "a")
                if span is not None:
                    self._change(typed, self._operate, name, *span, False)
                return True
        key = "e" if name == "c" and what == "w" and text[at : at + 1].strip() else what
        reach = self._reach(key, count, given)
        if reach is None:
            return True
        first, last = sorted((at, reach.to))
        if reach.inclusive:
            last += 1
        if key[0] in "wW":
            last = min(last, max(at, line_span(text, at)[1])) if "\n" in text[at:last] else last
        self._change(typed, self._operate, name, first, last, reach.lines)
        return True

    def _single(self, typed: str, rest: str, count: int) -> None:
        """Commands of one key."""
        text, at = self.text, self._at()
        end = line_span(text, at)[1]
        match rest[0]:
            case "i" | "a" | "I" | "A" | "o" | "O":
                self._change(typed, self._insert, rest[0])
            case "v" | "V":
                self._anchor = at
                self._enter("visual" if rest[0] == "v" else "visual line")
                self._show()
            case "p" | "P":
                self._change(typed, self._put_held, rest[0] == "P", count)
            case "J":
                for _ in range(max(1, count - 1)):
                    self._change(typed, self._join)
            case "~":
                swapped = text[at : min(end, at + count)].swapcase()
                self._change(typed, self.replace, swapped, self._spot(at),
                             self._spot(at + len(swapped)))  # fmt: skip
                self._go(at + len(swapped))
            case "u":
                for _ in range(min(count, 100)):
                    self.action_undo()
                self._go(self._at())
            case ".":
                for _ in range(min(count, 100)):
                    self._again()
            case "/":
                self.action_find_text_command()
            case "n" | "N":
                self.post_message(self.FindAgain(self, 1 if rest[0] == "n" else -1))
            case ":":
                self.action_go_to_line_command()

    def _again(self) -> None:
        """Do the last change once more."""
        last = self._done
        self._typed = ""
        for at, key in enumerate(last):
            self._take(key)
            if self.mode == "insert":
                place = self._at()
                rest = last[at + 1 :]
                self.replace(rest, self._spot(place), self._spot(place),
                             maintain_selection_offset=False)  # fmt: skip
                self._begun = None
                self._escape()
                break
        self._typed, self._done = "", last

    def _folded_by(self, key: str) -> None:
        if key in "aoc":
            self.action_fold_command()
        elif key in "MR":
            self.action_fold_all_command()

    # Visual mode.

    def _visual(self, typed: str) -> bool | None:
        """What a key does to what is selected; None for a motion."""
        _, rest = _counted(typed)
        if not rest:
            return False
        lines = self.mode == "visual line"
        if rest in ("v", "V"):
            wanted = "visual" if rest == "v" else "visual line"
            if self.mode == wanted:
                self._escape()
            else:
                self._enter(wanted)
                self._show()
            return True
        key = {"x": "d", "s": "c", "X": "d", "D": "d", "C": "c"}.get(rest, rest)
        if key in _OPERATORS or key == "~" or key == "p":
            first, last = self._picked()
            held = self.app.clipboard
            self._enter("normal")
            if key in "~p":
                fresh = self.text[first:last].swapcase() if key == "~" else held
                self.replace(fresh, self._spot(first), self._spot(last),
                             maintain_selection_offset=False)  # fmt: skip
                self._go(first)
            else:
                self._operate(key, first, last, lines)
            return True
        if rest[0] in "ia":
            if len(rest) < 2:
                return False
            span = inner(self.text, self._at(), rest[1], rest[0] == "a")
            if span is not None:
                self._anchor = span[0]
                self._go(max(span[0], span[1] - 1))
                self._show()
            return True
        if rest[0] in _INSERTS or rest in ("u", "J", "."):
            return True
        done = self._command(typed)
        if self.mode.startswith("visual"):
            self._show()
        return done

    def _show(self) -> None:
        """Select from where visual mode began to the cursor, both among it."""
        first, last = self._anchor, self._at()
        text = self.text
        if self.mode == "visual line":
            if first <= last:
                first, behind = line_span(text, first)[0], last
            else:
                first, behind = line_span(text, first)[1], last
        else:
            behind = last
        self.selection = Selection(self._spot(first), self._spot(behind))

    # Bindings.

    def action_delete_left(self) -> None:
        """Take away at the left; where nothing is typed, only go there."""
        if self.mode == "insert":
            super().action_delete_left()
        else:
            self._take("h")

    def action_delete_right(self) -> None:
        """Take the character away."""
        if self.mode == "insert":
            super().action_delete_right()
        else:
            self._take("x")

    def action_vi_redo(self) -> None:
        """Do again what was undone."""
        self.action_redo()

    def action_vi_page(self, step: int) -> None:
        """Half a page on."""
        half = max(1, self.content_size.height // 2)
        row, column = self.cursor_location
        row = max(0, min(row + step * half, self.document.line_count - 1))
        self.move_cursor((row, column))


def _counted(typed: str) -> tuple[str, str]:
    """The number at the front, and the rest; a 0 alone is a motion."""
    at = 0
    while at < len(typed) and typed[at].isdecimal() and (at or typed[at] != "0"):
        at += 1
    return typed[:at][-5:], typed[at:]
