"""SIGKILL at any moment: no edit that was taken is lost, and none is sent twice."""

from __future__ import annotations

import asyncio
import os
import random
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.incidents.killed import opened

KILLS = int(os.environ.get("KILLS", "30"))
SEED = int(os.environ.get("KILLS_SEED", "4711"))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="SIGKILL is POSIX")
async def test_killed_at_random_moments(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.incidents.killed", str(tmp_path), str(SEED)]
    ended = await asyncio.to_thread(
        subprocess.run, [*command, str(KILLS)], capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stderr

    queue, service = await opened(tmp_path, random.Random(0))
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
    taken = [int(line) for line in (tmp_path / "taken").read_text().split()]
    assert len(taken) > KILLS / 2
    assert set(taken) <= set(history), "an edit that was taken is lost"
    happened: Counter[str] = Counter()
    for line in service.lines():
        happened[line["comment"] if "comment" in line else line["customTags"][0]] += 1
    for edit in history.values():
        change = edit.change
        text = change.tags[0] if isinstance(change.tags, tuple) else str(change.comment)
        assert happened[text] == 1, (edit, happened[text])
    assert sum(happened.values()) == len(history)

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
