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


def help_blocks(screen: Screen[Any]) -> list[Block]:
    """The page: what this screen is for, its keys, and those that work everywhere."""
    blocks: list[Block] = []
    focus = screen.focused or screen
    for node in reversed(list(focus.ancestors_with_self)):
        if node.HELP:
            blocks += [text(" ".join(cleandoc(node.HELP).split())), gap()]
    groups: dict[str, list[type[Command]]] = {"Here": []}
    for owner, command in commands_of(focus):
        if command not in EVERYWHERE:
            title = getattr(owner, "HELP_TITLE", "Here")
            groups.setdefault(title, []).append(command)
    blocks += [text("Here", "bold"), *_rows(screen, groups.pop("Here")), gap()]
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
