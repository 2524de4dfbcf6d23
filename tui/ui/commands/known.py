"""All commands by name, to tell which names of the settings are none."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches

from textual_enhanced.commands import Command

from tui.ui.keys import command_id


def known_commands() -> set[str]:
    """The names of all commands of the program."""
    from tui.ui.commands import (
        common,
        create_app,
        editor,
        grid,
        hunting,
        incident,
        incidents,
        migrate,
        sign_in,
        token,
    )

    modules = (
        *(common, create_app, editor, grid, hunting, incident, incidents),
        *(migrate, sign_in, token),
    )
    return {
        name
        for module in modules
        for name, value in vars(module).items()
        if isinstance(value, type) and issubclass(value, Command) and value is not Command
    }


def _as_written(name: str) -> str:
    """A command's name as the settings have it: `set-status`."""
    return re.sub("(?<!^)(?=[A-Z])", "-", name).lower()


def unknown_names(names: Iterable[str]) -> list[str]:
    """A sentence for each name of the settings' `[keys]` that is no command."""
    known = known_commands()
    sentences = []
    for name in names:
        if command_id(name) not in known:
            near = get_close_matches(command_id(name), known, 1)
            meant = f" Did you mean {_as_written(near[0])}?" if near else ""
            sentences.append(f"[keys] names no command '{name}'.{meant}")
    return sentences
