"""What the parts of the query editor ask of it."""

from __future__ import annotations

from textual.widgets import TextArea
from textual.widgets.text_area import Selection


class QueryBase(TextArea):
    """The editor, as its completion and its remarks see it."""

    @property
    def carets(self) -> list[Selection]:
        """All carets where there are several."""
        raise NotImplementedError

    def open_folds(self) -> None:
        """Show all lines."""
        raise NotImplementedError

    def place(self) -> tuple[str, int, int]:
        """The text, the cursor in it, and where its query begins."""
        raise NotImplementedError

    def places(self) -> list[tuple[int, int]]:
        """Where the queries begin and end."""
        raise NotImplementedError

    def put(self, text: str, start: int, end: int) -> None:
        """Put a text in place of another."""
        raise NotImplementedError

    def text_before(self) -> str:
        """The text before the cursor."""
        raise NotImplementedError

    def tell(self) -> None:
        """Something else is to be said about the place of the cursor."""
        raise NotImplementedError

    def redraw(self) -> None:
        """Draw all lines anew."""
        raise NotImplementedError
