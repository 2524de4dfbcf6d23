"""The cache file: private, and whatever happens to it, the program goes on and edits survive."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.incidents.fakes import NOW, FakeService, OpenQueue, incident
from tui.api.records import IncidentChange
from tui.incidents import leases, outbox, schema, store
from tui.incidents.cache import Cache, CacheProblem, cache_path
from tui.incidents.queue import Queue
from tui.incidents.tables import DamagedRow

CLOSE = IncidentChange(status="resolved")


def the_file(directory: Path) -> Path:
    (file,) = (file for file in directory.glob("*.sqlite3") if "damaged" not in file.name)
    return file


def files_under(directory: Path) -> list[Path]:
    return [file for file in directory.rglob("*") if file.is_file()]


def test_file_is_named_for_reading_and_apart_for_each_origin_tenant_and_api(tmp_path: Path) -> None:
    def name(origin: str, tenant: str, api: str) -> str:
        return cache_path(tmp_path, origin=origin, tenant=tenant, api=api).name

    names = {
        name(origin, tenant, api)
        for origin in ("https://graph.microsoft.com", "http://127.0.0.1:8765")
        for tenant in ("contoso.com", "fabrikam.com", "../../etc/passwd")
        for api in ("graph", "classic")
    }
    assert len(names) == 12
    assert all("/" not in one for one in names)
    assert name("https://GRAPH.microsoft.com/", "Contoso.com", "graph").startswith(
        "contoso.com-graph-"
    )


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX")
async def test_only_the_owner_reads_the_cache(queue: Queue) -> None:
    path = queue.cache.path
    assert path is not None
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    for file in path.parent.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


async def test_memory_leaves_no_file(open_queue: OpenQueue, tmp_path: Path) -> None:
    queue = await open_queue(memory=True)
    await queue.sync()
    assert await queue.total() == 3
    assert files_under(tmp_path) == []


async def test_damaged_file_is_moved_aside_and_fetched_again(
    open_queue: OpenQueue, queue: Queue, tmp_path: Path
) -> None:
    await queue.close()
    path = the_file(tmp_path / "queue")
    path.write_bytes(b"this is no database" * 1000)
    again = await open_queue()
    assert "damaged" in again.notices[0]
    assert len(list(path.parent.glob("*.damaged-*"))) == 1
    assert await again.total() == 0
    await again.sync()
    assert await again.total() == 3


async def test_file_damaged_inside_keeps_undelivered_edits(
    open_queue: OpenQueue, service: FakeService, tmp_path: Path
) -> None:
    service.add(*(incident(number) for number in range(4, 400)))
    first = await open_queue()
    await first.sync()
    await first.close()
    offline = await open_queue(offline=True)
    await offline.edit(["1"], CLOSE)
    await offline.close()
    path = the_file(tmp_path / "queue")
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        page_size = connection.execute("PRAGMA page_size").fetchone()[0]
        (root,) = connection.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = 'incident'"
        ).fetchone()
    connection.close()
    with path.open("r+b") as file:
        file.seek((root - 1) * page_size)
        file.write(b"\xff" * page_size)
    again = await open_queue(offline=True)
    await again.source().window(0, 10)
    assert "1 undelivered" in again.notices[0]
    (edit,) = await again.outbox()
    assert edit.change == CLOSE


def spoil(path: Path, *statements: str) -> None:
    connection = sqlite3.connect(path, isolation_level=None)
    for statement in statements:
        connection.execute(statement)
    connection.close()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE body SET data = x'7b22ff' WHERE n = (SELECT n FROM incident WHERE id = '1')",
        "UPDATE body SET data = 'text' WHERE n = (SELECT n FROM incident WHERE id = '1')",
        "UPDATE body SET data = x'00ff' WHERE n = (SELECT n FROM incident WHERE id = '1')",
        "INSERT INTO outbox (batch, incident, change, state, created)"
        " VALUES (9, '1', '{\"status\": 5}', 'pending', 0)",
        "INSERT INTO outbox (batch, incident, change, state, created)"
        " VALUES (9, '1', 'no JSON', 'failed', 0)",
    ],
)
async def test_row_that_cannot_be_read_counts_as_damage(
    open_queue: OpenQueue, queue: Queue, tmp_path: Path, statement: str
) -> None:
    await queue.sync()
    await queue.close()
    offline = await open_queue(offline=True)
    await offline.edit(["2"], CLOSE)
    await offline.close()
    spoil(the_file(tmp_path / "queue"), statement)
    again = await open_queue(offline=True)
    await again.incident("1")
    (edit,) = await again.outbox()
    assert await again.total() == 0
    assert (edit.incident_id, edit.change) == ("2", CLOSE)
    assert "damaged" in again.notices[0]
    assert ("could not be read" in again.notices[0]) == ("outbox" in statement)


_BEGIN = """
import sys
from pathlib import Path
from tui.incidents.schema import open_file
sys.stdin.read(1)
for turn in range(20):
    opened = open_file(Path(sys.argv[1]) / f"{turn}.sqlite3")
    if opened.notices:
        print(turn, opened.notices)
"""


def test_programs_that_begin_a_cache_together_all_use_it(tmp_path: Path) -> None:
    programs = [
        subprocess.Popen(
            [sys.executable, "-c", _BEGIN, str(tmp_path / "queue")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        for _ in range(4)
    ]
    for program in programs:
        assert program.stdin is not None
        program.stdin.write(b"!")
        program.stdin.flush()
    assert [program.communicate()[0].decode() for program in programs] == [""] * 4


async def test_damage_that_two_programs_meet_is_mended_once(tmp_path: Path) -> None:
    path = tmp_path / "queue" / "one.sqlite3"
    first, second = await Cache.open(path), await Cache.open(path)

    def damaged(connection: sqlite3.Connection) -> str:
        (_, _, name) = connection.execute("PRAGMA database_list").fetchone()
        if not connection.execute("SELECT 1 FROM meta WHERE key = 'whole'").fetchone():
            if not list(path.parent.glob("*.damaged-*")) or connection in old:
                raise DamagedRow("made for this test")
            connection.execute("INSERT INTO meta VALUES ('whole', 1)")
        return str(name)

    old = [await one.run(lambda connection: connection) for one in (first, second)]
    for one in (first, second):
        await one.run(damaged)
    assert len(list(path.parent.glob("*.damaged-*.sqlite3"))) == 1
    assert await second.run(lambda c: store.get_meta(c, "whole")) == 1
    assert first.notices
    assert not second.notices
    await first.close()
    await second.close()


async def test_older_form_is_rebuilt_and_keeps_undelivered_edits(
    open_queue: OpenQueue, tmp_path: Path
) -> None:
    offline = await open_queue(offline=True)
    await offline.edit(["1"], CLOSE)
    await offline.close()
    path = the_file(tmp_path / "queue")
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("DROP TABLE incident")
    connection.execute("CREATE TABLE incident (id)")
    connection.execute("PRAGMA user_version=0")
    connection.close()
    again = await open_queue()
    await again.delivered()
    assert again.notices == []
    await again.sync()
    assert (await again.incident("1")).status == "resolved"  # type: ignore[union-attr]


async def test_file_of_a_newer_version_is_left_alone(
    open_queue: OpenQueue, queue: Queue, tmp_path: Path
) -> None:
    await queue.close()
    path = the_file(tmp_path / "queue")
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute(f"PRAGMA user_version={schema.VERSION + 1}")
    connection.close()
    before = path.read_bytes()
    again = await open_queue()
    assert "newer version" in again.notices[0]
    await again.sync()
    assert await again.total() == 3
    assert path.read_bytes() == before


async def test_read_only_file_is_shown_and_nothing_is_kept(
    open_queue: OpenQueue, queue: Queue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await queue.close()
    path = the_file(tmp_path / "queue")
    before = path.read_bytes()
    monkeypatch.setattr(schema.os, "access", lambda *_: False)
    again = await open_queue()
    assert "read-only" in again.notices[0]
    assert await again.total() == 3
    await again.edit(["1"], CLOSE)
    await again.delivered()
    assert path.read_bytes() == before


async def test_locked_file_is_named_and_the_queue_works_without_it(
    open_queue: OpenQueue, queue: Queue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await queue.close()
    monkeypatch.setattr(schema, "_BUSY_SECONDS", 0.0)
    holder = sqlite3.connect(the_file(tmp_path / "queue"), isolation_level=None)
    holder.execute("PRAGMA locking_mode=EXCLUSIVE")
    holder.execute("BEGIN EXCLUSIVE")
    again = await open_queue()
    assert "another program" in again.notices[0]
    await again.sync()
    assert await again.total() == 3
    holder.close()


async def test_lock_while_open_is_a_problem_in_words(
    queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert queue.cache.path is not None
    await queue.cache.run(lambda connection: connection.execute("PRAGMA busy_timeout=0"))
    holder = sqlite3.connect(queue.cache.path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(CacheProblem, match="another program holds it"):
        await queue.edit(["1"], CLOSE)
    holder.close()
    await queue.edit(["1"], CLOSE)
    await queue.delivered()
    assert (await queue.incident("1")).status == "resolved"  # type: ignore[union-attr]


async def test_network_drive_gets_the_older_journal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schema, "_on_network", lambda path: True)
    cache = await Cache.open(tmp_path / "x.sqlite3")
    mode = await cache.run(lambda connection: connection.execute("PRAGMA journal_mode").fetchone())
    await cache.close()
    assert mode == ("delete",)


KILLED = """
import os, sys
from datetime import datetime, UTC
from pathlib import Path
from tui.api.records import IncidentChange
from tui.incidents import leases, outbox, schema
from tui.incidents.changes import Wish

connection = schema.open_file(Path(sys.argv[1])).connection
with schema.transaction(connection):
    outbox.add(connection, [Wish("1", IncidentChange(comment="Hello"))], datetime.now(UTC))
with schema.transaction(connection):
    outbox.claim(connection, leases.new_sender(), datetime.now(UTC))
connection.execute("BEGIN IMMEDIATE")
connection.execute("DELETE FROM outbox")
os.kill(os.getpid(), 9)
"""


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL is POSIX")
def test_edit_survives_the_death_of_its_program(tmp_path: Path) -> None:
    path = tmp_path / "x.sqlite3"
    died = subprocess.run([sys.executable, "-c", KILLED, str(path)], check=False)
    assert died.returncode == -9
    connection = schema.open_file(path).connection
    assert leases.release_dead(connection) == ["1"]
    task = outbox.claim(connection, leases.new_sender(), NOW)
    connection.close()
    assert task is not None
    assert task.change == IncidentChange(comment="Hello")
    assert task.tried is not None


def test_same_answer_again_is_no_news() -> None:
    connection = schema.open_memory().connection
    assert store.put(connection, [incident(1), incident(2)]) == {"1", "2"}
    assert store.put(connection, [incident(1), incident(2), incident(1)]) == frozenset()
    connection.close()
