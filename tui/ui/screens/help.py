"""The help of a screen, made from the commands that work there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from inspect import cleandoc
from typing import Any

from textual.screen import Screen
from textual_enhanced.commands import Command
from textual_enhanced.commands.bindings import all_keys_for

from tui import __version__
from tui.ui.commands.common import EVERYWHERE
from tui.ui.commands.provider import commands_of
from tui.ui.page import Block, field, gap, text
from tui.ui.widgets.dialogs import Page

_WIDTH = 16


def _keys(screen: Screen[Any], command: type[Command]) -> str:
    shown = list(dict.fromkeys(all_keys_for(screen, command)))
    return " ".join(shown)


def _rows(screen: Screen[Any], commands: Sequence[type[Command]]) -> Iterator[Block]:
    for command in commands:
        keys = _keys(screen, command) if command.BINDING_KEY else "^p"
        yield field(keys, (command.tooltip(), ""), margin=_WIDTH)


def _paragraphs(help_text: str) -> list[str]:
    return [" ".join(part.split()) for part in cleandoc(help_text).split("\n\n")]


def help_blocks(screen: Screen[Any]) -> list[Block]:
    """The page: what this screen is for, its keys, and those that work everywhere.

    Of a screen's help its first paragraph stands before the keys, the others after them.
    """
    blocks: list[Block] = []
    focus = screen.focused or screen
    more: list[Block] = []
    for node in reversed(list(focus.ancestors_with_self)):
        first, *rest = _paragraphs(node.HELP or "")
        blocks += [text(first), gap()] if first else []
        for paragraph in rest:
            more += [text(paragraph), gap()]
    groups: dict[str, list[type[Command]]] = {"Here": []}
    for owner, command in commands_of(focus):
        if command not in EVERYWHERE:
            title = getattr(owner, "HELP_TITLE", "Here")
            groups.setdefault(title, []).append(command)
    blocks += [text("Here", "bold"), *_rows(screen, groups.pop("Here")), gap()]
    blocks += more
    blocks += [
        text("Everywhere", "bold"),
        *_rows(screen, EVERYWHERE),
        field("Esc", ("closes what is open, then goes back", ""), margin=_WIDTH),
        gap(),
    ]
    for title, commands in groups.items():
        blocks += [text(title, "bold"), *_rows(screen, commands), gap()]
    about = f"m365d-tui {__version__}. Keys can be changed under [keys] in config.toml."
    return [*blocks, text(about, "faint")]


class HelpScreen(Page):
    """The help over the screen it is about."""

    def __init__(self, about: Screen[Any]) -> None:
        super().__init__(help_blocks(about))
