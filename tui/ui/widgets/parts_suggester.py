"""Completes the last of several values parted by commas."""

from __future__ import annotations

from collections.abc import Sequence

from textual.suggester import Suggester

from tui.text import visible


class PartsSuggester(Suggester):
    """Suggests known values for what stands after the last comma, most used first.

    Args:
        known: Values, the most used first.
        marks: Signs that may stand before a value.
    """

    def __init__(self, known: Sequence[str], marks: str = "") -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._known = tuple(known)
        self._marks = marks

    async def get_suggestion(self, value: str) -> str | None:
        """The whole line with its last part completed; None where nothing fits."""
        before, comma, last = value.rpartition(",")
        typed = last.lstrip(" ").lstrip(self._marks) if self._marks else last.lstrip(" ")
        if not typed:
            return None
        given = {part.strip().casefold() for part in before.split(",")}
        for one in self._known:
            if (
                one.casefold().startswith(typed.casefold())
                and one.casefold() not in given
                and one == visible(one)
            ):
                return before + comma + last[: len(last) - len(typed)] + typed + one[len(typed) :]
        return None
