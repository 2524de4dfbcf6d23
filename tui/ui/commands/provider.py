"""The palette: every command that can be given on the screen below it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from textual.dom import DOMNode
from textual.message import Message
from textual.types import IgnoreReturnCallbackType
from textual_enhanced.commands import Command, CommandHits, CommandsProvider

from tui.ui.commands.common import EVERYWHERE


def commands_of(node: DOMNode) -> Iterator[tuple[DOMNode, type[Command]]]:
    """The commands of a widget and all above it, nearest first, each once with its owner."""
    seen: set[type[Command]] = set()
    for ancestor in node.ancestors_with_self:
        for command in getattr(ancestor, "COMMAND_MESSAGES", ()):
            if command not in seen:
                seen.add(command)
                yield ancestor, command


class ScreenCommands(CommandsProvider):
    """What the palette lists: the commands of the focused widget, its screen and the frame."""

    @classmethod
    def prompt(cls) -> str:
        """Stands in the empty palette."""
        return "Find a command…"

    def commands(self) -> CommandHits:
        """Commands that apply here and now; moving about is left to the keys."""
        self._owners: dict[type[Command], DOMNode] = {}
        for owner, command in commands_of(self.screen.focused or self.screen):
            if owner.check_action(command.action_name(), ()):
                self._owners[command] = owner
                yield command()
        for command in EVERYWHERE:
            yield command()

    def _perform(self, message: Command | Message) -> IgnoreReturnCallbackType:
        owner = self._owners.get(type(message)) if isinstance(message, Command) else None
        if owner is None or not isinstance(message, Command):
            return super()._perform(message)
        return partial(self.app.run_action, message.action_name(), owner)
