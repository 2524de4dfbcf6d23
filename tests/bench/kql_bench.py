"""Typical hunting queries on the engine against hand-written SQL on the same rows.

Run: `python -m tests.bench.kql_bench`. Goal: a median ratio of at most 1.5, for a query that the
engine meets for the first time (each round appends a blank, so that no text is met twice) and
for one that is run again. Both include reading and translating it; the SQL's own time includes
its planning. Measured: 1.42 and 1.08. With `--cpu`, the processor's time instead of the clock's:
on a busy machine it is the steadier of the two.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from tui.kql import schema
from tui.kql.engine import Engine
from tui.kql.engine.tables import columns_of, create_sql, open_database
from tui.kql.engine.warming import QUERIES

_NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
_ROWS = 200_000
_ROUNDS = 4
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


def _timed(run: Callable[[], object]) -> float:
    clock = time.process_time if "--cpu" in sys.argv else time.perf_counter
    started = clock()
    run()
    return (clock() - started) * 1000


def main() -> None:
    """Print each ratio, and the medians."""
    database = open_database()
    _fill(database)
    # As the demo service does: it knows the columns of the tables that it has made.
    known = {"DeviceProcessEvents": columns_of(database, '"DeviceProcessEvents"')}
    engine = Engine(database.cursor(), tables=schema.tables(), provide=known.get)
    for query in QUERIES:
        engine.run(query, now=_NOW)
    by_hand = database.cursor()
    firsts, agains = [], []
    for kql, sql in pairs():
        statement = f"CREATE OR REPLACE TEMP TABLE bench AS SELECT * FROM ({sql}) LIMIT 100001"
        first, again, theirs = [], [], []
        for turn in range(_ROUNDS):
            text = kql + " " * turn
            theirs.append(_timed(lambda s=statement: by_hand.execute(s)))  # type: ignore[misc]
            first.append(_timed(lambda t=text: engine.run(t, now=_NOW)))  # type: ignore[misc]
            again.append(_timed(lambda t=text: engine.run(t, now=_NOW)))  # type: ignore[misc]
        least = min(theirs)
        firsts.append(min(first) / least)
        agains.append(min(again) / least)
        print(
            f"{min(first):7.1f} ms {min(again):7.1f} ms {least:7.1f} ms "
            f"{firsts[-1]:6.2f} {agains[-1]:6.2f}  {kql.replace(chr(10), ' ')[:90]}"
        )
    print(
        f"median ratio over {len(firsts)} queries: {statistics.median(firsts):.2f} met first, "
        f"{statistics.median(agains):.2f} run again"
    )


if __name__ == "__main__":
    main()
