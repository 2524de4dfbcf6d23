"""A cache of the first form: its incidents are read again, and its edits stay."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from tests.incidents.fakes import NOW, PROFILE, OpenQueue, incident
from tui.incidents import deriving, store, tables
from tui.incidents.blobs import pack
from tui.incidents.cache import path_for
from tui.incidents.facts import COLUMNS, facts_of, ticks
from tui.incidents.schema import open_file

FIRST_FORM = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE incident (
    n INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    number INTEGER,
    severity TEXT NOT NULL, severity_key TEXT NOT NULL, severity_rank INTEGER NOT NULL,
    status TEXT NOT NULL, status_key TEXT NOT NULL, status_rank INTEGER NOT NULL,
    owner TEXT, owner_key TEXT NOT NULL,
    name TEXT NOT NULL, name_key TEXT NOT NULL,
    tags TEXT NOT NULL, tags_key TEXT NOT NULL,
    created INTEGER, updated INTEGER,
    alerts INTEGER NOT NULL, priority INTEGER,
    classification TEXT NOT NULL, determination TEXT NOT NULL,
    redirect_id TEXT
);
CREATE INDEX incident_created ON incident (created DESC, number DESC, id DESC);
CREATE TABLE body (n INTEGER PRIMARY KEY, updated INTEGER, data BLOB NOT NULL);
CREATE TABLE search (n INTEGER PRIMARY KEY, text TEXT NOT NULL);
CREATE TABLE outbox (
    edit INTEGER PRIMARY KEY AUTOINCREMENT, batch INTEGER NOT NULL, incident TEXT NOT NULL,
    change TEXT NOT NULL, former TEXT, state TEXT NOT NULL, why TEXT NOT NULL DEFAULT '',
    created INTEGER NOT NULL, tried INTEGER, undoes INTEGER, sender TEXT, lease INTEGER
);
CREATE INDEX outbox_open ON outbox (incident, edit) WHERE state <> 'confirmed';
PRAGMA user_version=1;
"""


def old_cache(directory: Path, count: int) -> Path:
    """A finished cache of the first form, with one edit that was not delivered."""
    path = path_for(PROFILE, directory, "graph")
    assert path is not None
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    connection = sqlite3.connect(path)
    connection.executescript(FIRST_FORM)
    kept = COLUMNS[: COLUMNS.index("own")]
    for number in range(1, count + 1):
        one = incident(
            number,
            alerts=[
                {
                    "id": f"a{number}",
                    "category": "Impact",
                    "evidence": [
                        {
                            "@odata.type": "#microsoft.graph.security.deviceEvidence",
                            "deviceDnsName": f"host-{number}.contoso.com",
                        }
                    ],
                }
            ],
        )
        facts = facts_of(one)
        connection.execute(
            f"INSERT INTO incident (n, {', '.join(kept)}) VALUES (?, {', '.join('?' * len(kept))})",
            (number, *facts[: len(kept)]),
        )
        connection.execute("INSERT INTO body VALUES (?, ?, ?)", (number, 0, pack(one)))
        connection.execute("INSERT INTO search VALUES (?, 'old text')", (number,))
    connection.execute(
        "INSERT INTO outbox (batch, incident, change, former, state, created)"
        """ VALUES (1, '2', '{"status":"resolved"}', '{"status":"active"}', 'pending', ?)""",
        (ticks(NOW),),
    )
    for key in ("complete_to", "synced"):
        connection.execute("INSERT INTO meta VALUES (?, ?)", (key, ticks(NOW)))
    connection.commit()
    connection.close()
    return path


async def test_old_cache_is_shown_at_once_and_learns_the_new_filters(
    open_queue: OpenQueue, tmp_path: Path
) -> None:
    old_cache(tmp_path / "queue", 120)
    queue = await open_queue(offline=True)
    source = queue.source(["id", "prio", "tactics"])
    assert len(await source.window(0, 500)) == 120
    assert queue.last_synced == NOW
    (edit,) = await queue.outbox()
    assert edit.base is not None
    assert edit.base.status == "active"

    await queue.derived()
    await source.filter("device:host-77")
    (row,) = await source.window(0, 10)
    assert (row.key, row.values[2]) == ("77", ["Impact"])
    await source.filter("host-1")
    assert await source.count() == 1 + 10 + 21
    await source.filter("status:closed")
    assert [row.key for row in await source.window(0, 10)] == ["2"]
    await source.filter("old")
    assert await source.count() == 0


def test_deriving_goes_on_where_it_was_broken_off(tmp_path: Path) -> None:
    path = old_cache(tmp_path, 50)
    connection = open_file(path).connection
    with tables.transaction(connection):
        last = deriving.derive(connection, 0, 20)
        assert last == 20
        store.set_meta(connection, tables.DERIVED_KEY, last)
    connection.close()
    again = open_file(path).connection
    assert store.get_meta(again, tables.DERIVED_KEY) == 20
    assert deriving.derive(again, 20, 100) == 50
    assert deriving.derive(again, 50, 100) is None
    again.close()


async def test_rules_of_another_version_are_applied_again(open_queue: OpenQueue) -> None:
    queue = await open_queue()
    await queue.sync()
    await queue.cache.run(lambda connection: store.set_meta(connection, tables.RULES_KEY, 1))
    await queue.cache.run(
        lambda connection: connection.execute("UPDATE incident SET own = 0, name_key = ''")
    )
    await queue.close()
    again = await open_queue(offline=True)
    await again.derived()
    rows = await again.cache.run(
        lambda connection: connection.execute("SELECT own, name_key FROM incident").fetchall()
    )
    assert all(own > 0 and name for own, name in rows)


@pytest.mark.parametrize("stale", [True, False])
def test_without_an_index_words_are_looked_for_in_every_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stale: bool
) -> None:
    path = tmp_path / "x.sqlite3"
    if stale:
        connection = open_file(path).connection
        store.put(connection, [incident(1, displayName="Ransomware")])
        connection.close()
    with monkeypatch.context() as patched:
        patched.setattr(tables, "_WORDS", "CREATE VIRTUAL TABLE words USING nosuchmodule(text)")
        patched.setattr(tables, "find_words", lambda connection: None)
        without = open_file(path).connection
        store.put(without, [incident(1, displayName="Phishing"), incident(2, displayName="Spray")])
        assert not tables.has_words(without)
        without.close()
    connection = open_file(path).connection
    assert tables.has_words(connection)
    found = connection.execute(
        'SELECT rowid FROM words WHERE words MATCH \'"phi" AND "shi"\''
    ).fetchall()
    assert found == [(1,)]
    assert connection.execute("SELECT rowid FROM words WHERE words MATCH 'ran'").fetchall() == []
    connection.close()
