"""SIGKILL at any moment: no edit that was taken is lost, and none is sent twice.

`KILLS=100` kills a hundred programs of each kind, `KILLS_SEED` chooses other moments.
"""

from __future__ import annotations

import asyncio
import os
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.incidents import journaled, killed_http
from tests.incidents.killed import opened
from tui.incidents.queue import Queue

KILLS = int(os.environ.get("KILLS", "30"))
KILLS_HTTP = int(os.environ.get("KILLS", "12"))
SEED = int(os.environ.get("KILLS_SEED", "4711"))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="SIGKILL is POSIX")
async def test_killed_at_random_moments(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.incidents.killed", str(tmp_path), str(SEED)]
    ended = await asyncio.to_thread(
        subprocess.run, [*command, str(KILLS)], capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stderr

    queue, service = await opened(tmp_path, random.Random(0))
    await _ended_well(queue, tmp_path, KILLS, service.lines)
    await queue.sync()
    for key, truth in service.incidents.items():
        kept = await queue.incident(key)
        assert kept is not None
        assert (kept.tags, kept.comments) == (truth.tags, truth.comments)
        source = queue.source()
        for tag in truth.tags:
            await source.filter(f'tag:"{tag}"')
            assert [row.key for row in await source.window(0, 9)] == [key]
    await queue.close()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="SIGKILL is POSIX")
@pytest.mark.parametrize("api", ["graph", "classic"])
async def test_killed_at_random_moments_with_a_service_in_another_process(
    tmp_path: Path, api: str
) -> None:
    journal = tmp_path / "journal"
    with journaled.served(journal) as origin:
        given = [str(tmp_path), origin, api, str(SEED), str(KILLS_HTTP)]
        ended = await asyncio.to_thread(
            subprocess.run,
            [sys.executable, "-m", "tests.incidents.killed_http", *given],
            capture_output=True,
            text=True,
            check=False,
        )
        assert ended.returncode == 0, ended.stderr
        async with killed_http.opened(tmp_path, origin, api) as queue:
            await _ended_well(queue, tmp_path, KILLS_HTTP, lambda: journaled.lines(journal))
            await queue.sync(whole=True)
            assert queue._connection is not None
            async for page in queue._connection.incidents.pages():
                for truth in page.incidents:
                    kept = await queue.incident(truth.id)
                    assert kept is not None
                    kept.raw.pop("@odata.context", None)
                    assert kept == truth


async def _ended_well(
    queue: Queue, directory: Path, kills: int, happened: Callable[[], list[dict[str, Any]]]
) -> None:
    """No edit that was taken is lost, and each happened once."""
    await queue.sync()
    await queue.delivered()
    assert await queue.outbox() == []
    integrity = await queue.cache.run(
        lambda connection: connection.execute("PRAGMA integrity_check").fetchone()
    )
    assert integrity == ("ok",)
    await queue.cache.run(
        lambda connection: connection.execute(
            "INSERT INTO words (words) VALUES ('integrity-check')"
        )
    )

    history = {edit.id: edit for edit in await queue.history()}
    taken = [int(line) for line in (directory / "taken").read_text().split()]
    assert len(taken) > kills / 2
    assert set(taken) <= set(history), "an edit that was taken is lost"
    counted: Counter[object] = Counter()
    for line in happened():
        counted[line["comment"] if "comment" in line else _first(line)] += 1
    for edit in history.values():
        change = edit.change
        text = change.tags[0] if isinstance(change.tags, tuple) else str(change.comment)
        assert counted[text] == 1, (edit, counted[text])
    assert sum(counted.values()) == len(history)


def _first(line: dict[str, Any]) -> object:
    tags = line.get("customTags") or line["tags"]
    assert isinstance(tags, list)
    return tags[0]
