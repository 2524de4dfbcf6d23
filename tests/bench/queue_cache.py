"""A cache of many synthetic incidents, made quickly; for benchmarks."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from tui.api.decode import decode_incident
from tui.incidents import store
from tui.incidents.facts import COLUMNS, Facts, facts_of, ticks
from tui.incidents.labels import write_labels
from tui.incidents.schema import open_file, transaction
from tui.incidents.tables import find_words
from tui.incidents.urgency import age, prio_at

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)

_NAMES = (
    "Human-operated ransomware on {device}",
    "Adversary-in-the-middle sign-in of {user}",
    "Password spray against {count} accounts",
    "Web shell on {device}, credentials read",
    "Unusual volume of files copied by {user}",
    "Phishing mail delivered, clicked by {user}",
    "Impossible travel: {user}",
    "Malware prevented on {device}",
)
_OWNERS = (None, None, None, "k.larsen@contoso.com", "d.ito@contoso.com", "m.ruiz@contoso.com")
_TAGS = ((), (), (), ("ransomware",), ("crown-jewels",), ("vip", "finance"))


def incident_json(number: int, count: int, *, alerts: int = 2) -> dict[str, object]:
    """A Graph incident, always the same for a number; number `count` is the newest."""
    chance = random.Random(number)
    created = NOW - timedelta(minutes=7 * (count - number), seconds=chance.randrange(60))
    device, user = f"WKS-{chance.randrange(2000):04}", f"user{chance.randrange(3000)}"
    name = chance.choice(_NAMES).format(device=device, user=user, count=chance.randrange(5, 60))
    severity = chance.choice(("high", "medium", "medium", "low", "low", "informational"))
    when = created.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return {
        "id": str(number),
        "displayName": name,
        "severity": severity,
        "status": chance.choice(("active", "inProgress", "resolved", "resolved", "resolved")),
        "assignedTo": chance.choice(_OWNERS),
        "classification": "unknown",
        "determination": "unknown",
        "createdDateTime": when,
        "lastUpdateDateTime": when,
        "customTags": list(chance.choice(_TAGS)),
        "comments": [],
        "alerts": [
            {
                "id": f"da{number}-{place}",
                "incidentId": str(number),
                "title": f"{name.split()[0]} activity by {user}",
                "severity": severity,
                "category": chance.choice(("Execution", "CredentialAccess", "InitialAccess")),
                "createdDateTime": when,
                "mitreTechniques": ["T1059.001"],
                "evidence": [
                    {
                        "@odata.type": "#microsoft.graph.security.deviceEvidence",
                        "deviceDnsName": f"{device}.contoso.com",
                    },
                    {
                        "@odata.type": "#microsoft.graph.security.userEvidence",
                        "userAccount": {"accountName": user, "domainName": "contoso"},
                    },
                ],
            }
            for place in range(alerts)
        ],
    }


def build_cache(path: Path, count: int) -> None:
    """Make a cache file of `count` incidents, as a finished sync would have left it.

    The rows of a thousand different incidents repeat under other ids and times, which is
    what makes it quick: about ten thousand incidents a second.
    """
    connection = open_file(path).connection
    samples = [_sample(number, count) for number in range(1, min(count, 1000) + 1)]
    with transaction(connection):
        connection.executemany(
            store._INSERT,
            ((*facts[: len(COLUMNS)], prio_at(facts, NOW)) for facts in _rows(samples, count)),
        )
        connection.executemany(
            "INSERT INTO search VALUES (?, ?)",
            ((n, facts.search) for n, facts in enumerate(_rows(samples, count), 1)),
        )
        for n, facts in enumerate(_rows(samples, count), 1):
            write_labels(connection, n, facts.keys)
        connection.execute("INSERT INTO meta VALUES ('words_stale', 1)")
        connection.executemany(
            "INSERT INTO body VALUES (?, ?, ?)",
            (
                (n, ticks(NOW), msgspec.json.encode({**samples[n % len(samples)][1], "id": str(n)}))
                for n in range(1, count + 1)
            ),
        )
        store.set_meta(connection, "complete_to", ticks(NOW))
        store.set_meta(connection, "synced", ticks(NOW))
        store.set_meta(connection, "aged", ticks(NOW))
    find_words(connection)
    age(connection, NOW)
    _close(connection)


def _sample(number: int, count: int) -> tuple[Facts, dict[str, object]]:
    raw = incident_json(number, count)
    return facts_of(decode_incident(raw)), raw


def _rows(samples: list[tuple[Facts, dict[str, object]]], count: int) -> Iterator[Facts]:
    for n in range(1, count + 1):
        facts = samples[n % len(samples)][0]
        created = ticks(NOW) - (count - n) * 7 * 60_000_000
        yield facts._replace(id=str(n), number=n, created=created, updated=created)


def _close(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    connection.close()
