"""The footer: the keys that work here and now, most used first."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import RenderResult
from textual.content import Content
from textual.screen import Screen
from textual.style import Style
from textual.widget import Widget
from textual_enhanced.commands import Command

from tui.ui.page import STYLES

_NAMES = {
    "enter": "Enter",
    "space": "space",
    "escape": "Esc",
    "tab": "Tab",
    "question_mark": "?",
    "slash": "/",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "equals_sign": "=",
    "exclamation_mark": "!",
    "vertical_line": "|",
    "left_curly_bracket": "{",
    "right_curly_bracket": "}",
    "plus": "+",
    "minus": "-",
    "less_than_sign": "<",
    "greater_than_sign": ">",
    "underscore": "_",
    "asterisk": "*",
    "backslash": "\\",
    "colon": ":",
    "semicolon": ";",
    "comma": ",",
    "full_stop": ".",
    "number_sign": "#",
    "dollar_sign": "$",
    "percent_sign": "%",
    "ampersand": "&",
    "at": "@",
    "tilde": "~",
    "grave_accent": "`",
    "apostrophe": "'",
    "quotation_mark": '"',
    "left_parenthesis": "(",
    "right_parenthesis": ")",
    "left": "←",
    "right": "→",
    "up": "↑",
    "down": "↓",
}


def key_name(key: str) -> str:
    """A key as people write it: `Esc`, `F5`, `^p`, `S`."""
    if key in _NAMES:
        return _NAMES[key]
    if key.startswith("ctrl+"):
        return "^" + key.removeprefix("ctrl+")
    if key.startswith("shift+") and len(key) == len("shift+x"):
        return key[-1].upper()
    if key.startswith("f") and key[1:].isdigit():
        return key.upper()
    return key


def _typed(focused: Widget | None, key: str) -> bool:
    """Whether the focused widget would take this key as text."""
    if focused is None:
        return False
    character = _NAMES.get(key, key)
    return focused.check_consume_key(key, character if len(character) == 1 else None)


class KeyLine(Widget):
    """One line of keys. What does not fit is left to the help, whose key always stands."""

    auto_links = False
    DEFAULT_CSS = """
    KeyLine {
        dock: bottom;
        height: 1;
        padding: 0 1;
        background: $surface;
        color: $text-muted;
    }
    """

    def __init__(self, commands: Sequence[type[Command]]) -> None:
        super().__init__()
        self._commands = tuple(commands)

    def on_mount(self) -> None:
        """Follow the focus: other keys work elsewhere."""
        self.screen.bindings_updated_signal.subscribe(self, self._changed)

    def _changed(self, _screen: Screen[object]) -> None:
        self.refresh()

    def use(self, commands: Sequence[type[Command]]) -> None:
        """Tell of these commands from now on."""
        if tuple(commands) != self._commands:
            self._commands = tuple(commands)
            self.refresh()

    def _entries(self) -> list[tuple[str, str, str]]:
        """Key, words and action of each command that would work if its key were pressed."""
        focused = self.screen.focused
        active = self.screen.active_bindings
        by_name: dict[str, list[str]] = {}
        for key, bound in active.items():
            if bound.enabled and not _typed(focused, key):
                by_name.setdefault(bound.binding.id or "", []).append(key)
        entries: list[tuple[str, str, str]] = []
        listed = "enter" in active and not active["enter"].binding.id and not _typed(focused, "a")
        for command in self._commands:
            keys = by_name.get(command.__name__, [])
            told = any(key == "Enter" for key, _, _ in entries)
            if command.key_binding() == "enter" and listed and not keys and not told:
                # A list takes Enter itself and then tells the screen.
                words = command.FOOTER_TEXT or command.command()
                entries.append(("Enter", words, "app.simulate_key('enter')"))
            elif keys:
                first = command.key_binding()
                key = first if first in keys else keys[0]
                binding = active[key].binding
                shown = binding.key_display or key_name(key)
                entries.append((shown, binding.description, binding.action))
        return entries or self._words_of(focused)

    def _words_of(self, focused: Widget | None) -> list[tuple[str, str, str]]:
        """Where keys are text: what the widget that takes them says of those that are not."""
        for node in focused.ancestors_with_self if focused is not None else ():
            if words := getattr(node, "KEY_WORDS", ()):
                return [(key, said, f"app.simulate_key('{key.lower()}')") for key, said in words]
        return []

    def render(self) -> RenderResult:
        """As many keys as fit, the help's among them."""
        entries = self._entries()
        room = self.size.width
        widths = [len(key) + 1 + len(words) for key, words, _ in entries]
        while entries and sum(widths) + 2 * (len(widths) - 1) > room:
            at = -2 if len(entries) > 1 and entries[-1][1] == "help" else -1
            del entries[at], widths[at]
        parts: list[Content] = []
        for key, words, action in entries:
            part = Content.assemble((key, STYLES["accentbold"]), (f" {words}", STYLES["faint"]))
            click = action if "." in action.split("(")[0] else f"screen.{action}"
            parts.append(part.stylize(Style.from_meta({"@click": click})))
        return Content("  ").join(parts)
