"""The Hunting place: an editor of queries over the rows they give."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from textual.widget import Widget

if TYPE_CHECKING:
    from tui.api.protocols import Connection
    from tui.hunting.library import Library
    from tui.hunting.scratch import Scratch

    ConnectionProvider = Callable[[], "Connection | None"]


class HuntingView(Widget):
    """The body of the Hunting screen.

    Args:
        connection: Asked for the tenant's connection whenever a query is run.
        library: History and drafts.
        scratch: Where answers rest; the caller closes it when the program ends.
    """

    def __init__(
        self,
        connection: ConnectionProvider,
        *,
        library: Library,
        scratch: Scratch,
        id: str | None = None,
    ) -> None:
        super().__init__(id=id)
        self._connection = connection
        self._library = library
        self._scratch = scratch

    def open_query(self, text: str, name: str, *, run: bool = False) -> None:
        """Open a new tab with this query, and run it if asked to."""
