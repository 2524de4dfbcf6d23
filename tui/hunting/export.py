"""A result set as a file: CSV, JSON, Parquet or a table for the eye."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Literal

if TYPE_CHECKING:
    from tui.hunting.results import ResultSet
    from tui.hunting.source import ResultSource

Format = Literal["csv", "json", "parquet", "table"]


async def write(
    result: ResultSet,
    target: Path | BinaryIO,
    format: Format,
    *,
    source: ResultSource | None = None,
    guard_formulas: bool = True,
) -> int:
    """Write the rows and return how many there were."""
    raise NotImplementedError
