"""An engine over the published tables, empty and made when first read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import duckdb
import pytest

from tui.kql import schema
from tui.kql.engine import Answer, Engine
from tui.kql.engine.tables import create_sql, open_database

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)

Ask = Callable[..., Answer]


@pytest.fixture(scope="session")
def database() -> Iterator[duckdb.DuckDBPyConnection]:
    connection = open_database(memory_limit="512MB")
    yield connection
    connection.close()


@pytest.fixture
def engine(database: duckdb.DuckDBPyConnection) -> Iterator[Engine]:
    def provide(name: str) -> None:
        cursor = database.cursor()
        cursor.execute(create_sql(schema.tables()[name]))
        cursor.close()

    made = Engine(database.cursor(), tables=schema.tables(), provide=provide)
    yield made
    made.close()


@pytest.fixture
def ask(engine: Engine) -> Ask:
    def run(kql: str, **options: object) -> Answer:
        return engine.run(kql, **{"now": NOW, **options})  # type: ignore[arg-type]

    return run
