"""Typical hunting queries on the engine against hand-written SQL on the same rows.

Run: `python -m tests.bench.kql_bench`. Goal: a median ratio of at most 1.5.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from tui.kql import schema
from tui.kql.engine import Engine
from tui.kql.engine.tables import create_sql, open_database

_NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
_ROWS = 200_000
_ROUNDS = 3
_PAIRS = Path(__file__).with_name("kql_pairs.txt")


def pairs() -> list[tuple[str, str]]:
    """The queries of `kql_pairs.txt`, each with its SQL, parted by a line of `--`."""
    found = []
    for block in _PAIRS.read_text("utf-8").split("\n\n"):
        kql, _, sql = block.partition("\n--\n")
        if sql:
            found.append((kql.strip(), sql.strip()))
    return found


def _fill(database: object) -> None:
    execute = database.execute  # type: ignore[attr-defined]
    execute(create_sql(schema.tables()["DeviceProcessEvents"]))
    execute(
        "INSERT INTO DeviceProcessEvents BY NAME SELECT "
        "TIMESTAMP '2026-11-20 12:00:00' - to_seconds(i * 13) AS Timestamp, "
        "'device' || (i % 300) AS DeviceId, 'host' || (i % 300) || '.contoso.com' AS DeviceName, "
        "['cmd.exe', 'powershell.exe', 'svchost.exe', 'chrome.exe', 'rundll32.exe'][i % 5 + 1] "
        "AS FileName, 'user' || (i % 40) AS AccountName, i % 9973 AS ProcessId, "
        "i % 65536 AS FileSize, md5(CAST(i % 5000 AS VARCHAR)) AS SHA1, "
        "'\"C:\\Windows\\x.exe\" -arg ' || md5(CAST(i AS VARCHAR)) || "
        "CASE WHEN i % 50 = 0 THEN ' -EncodedCommand AAA' ELSE '' END AS ProcessCommandLine, "
        "'{\"k\": ' || (i % 7) || ', \"name\": \"n' || (i % 11) || '\"}' AS AdditionalFields "
        f"FROM range({_ROWS}) t(i)"
    )


def _best(run: Callable[[], object]) -> float:
    seconds = []
    for _ in range(_ROUNDS):
        started = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - started)
    return min(seconds)


def main() -> None:
    """Print each ratio, and the median."""
    database = open_database()
    _fill(database)
    engine = Engine(database.cursor(), tables=schema.tables())
    ratios = []
    for kql, sql in pairs():
        ours = _best(lambda kql=kql: engine.run(kql, now=_NOW))  # type: ignore[misc]
        theirs = _best(
            lambda sql=sql: database.execute(  # type: ignore[misc]
                f"CREATE OR REPLACE TEMP TABLE bench AS SELECT * FROM ({sql}) LIMIT 100001"
            )
        )
        ratios.append(ours / theirs)
        print(f"{ours * 1000:8.1f} ms {theirs * 1000:8.1f} ms {ours / theirs:6.2f}  {kql[:80]!r}")
    print(f"median ratio over {len(ratios)} queries: {statistics.median(ratios):.2f}")


if __name__ == "__main__":
    main()
