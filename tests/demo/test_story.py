"""What happened at Contoso: the same for a seed, true to the published types."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest

from tui.demo.story.queue import Queue

NOW = datetime(2026, 11, 24, 17, 22, 21, tzinfo=UTC)
STORIES = (4711, 4698, 4690, 4688, 4671, 4669)


@pytest.fixture(scope="module")
def queue() -> Queue:
    return Queue(300, 4711, NOW)


def _everything(queue: Queue) -> str:
    return json.dumps([[one.number, one.name, queue.alerts(one)] for one in queue])


def test_same_seed_tells_the_same_month_in_every_process(queue: Queue) -> None:
    program = (
        "import hashlib, json\n"
        "from datetime import UTC, datetime\n"
        "from tui.demo.story.queue import Queue\n"
        "q = Queue(300, 4711, datetime(2026, 11, 24, 17, 22, 21, tzinfo=UTC))\n"
        "t = json.dumps([[o.number, o.name, q.alerts(o)] for o in q])\n"
        "print(hashlib.sha256(t.encode()).hexdigest())\n"
    )
    import hashlib

    elsewhere = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONHASHSEED": "7"},
    )
    here = hashlib.sha256(_everything(queue).encode()).hexdigest()
    assert elsewhere.stdout.strip() == here


def test_other_seed_tells_other_noise_around_the_same_stories(queue: Queue) -> None:
    other = Queue(300, 1, NOW)
    for number in STORIES:
        one, same = queue.get(number), other.get(number)
        assert one is not None
        assert same is not None
        assert queue.alerts(one) == other.alerts(same)
    assert [one.name for one in queue] != [one.name for one in other]


@pytest.mark.parametrize("number", STORIES)
def test_stories_are_rich(queue: Queue, number: int) -> None:
    record = queue.get(number)
    assert record is not None
    alerts = queue.alerts(record)
    assert 6 <= len(alerts) <= 16
    assert record.summary
    assert all(alert["description"] and alert["recommendedActions"] for alert in alerts)
    assert len({technique for alert in alerts for technique in alert["mitreTechniques"]}) >= 4
    assert queue.records.index(record) < 20


def test_times_are_in_order_and_in_the_past(queue: Queue) -> None:
    now = NOW.strftime("%Y-%m-%dT%H:%M:%S")
    for record in queue:
        assert record.created <= record.updated <= NOW
        for alert in queue.alerts(record):
            assert alert["firstActivityDateTime"] <= alert["lastActivityDateTime"]
            assert alert["lastActivityDateTime"] <= alert["createdDateTime"] <= now


def test_identifiers_are_unique(queue: Queue) -> None:
    counted = Counter(alert["id"] for record in queue for alert in queue.alerts(record))
    assert max(counted.values()) == 1
    assert len({record.number for record in queue}) == 300


def test_most_old_ones_are_resolved_and_classified(queue: Queue) -> None:
    old = [one for one in queue if (NOW - one.created).days > 4]
    resolved = [one for one in old if one.status == "resolved"]
    assert len(resolved) > 0.8 * len(old)
    assert all(one.classification != "unknown" for one in resolved)
    assert len({one.name.split(":")[0] for one in queue}) > 15


def _leaves(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [leaf for one in value.values() for leaf in _leaves(one)]
    if isinstance(value, list):
        return [leaf for one in value for leaf in _leaves(one)]
    return [value] if isinstance(value, str) else []


def test_attackers_wrote_hostile_texts(queue: Queue) -> None:
    texts = "".join(_leaves([queue.alerts(one) for one in queue]))
    for hostile in ("\u202e", "\x1b", "\x07", "[bold red]", "\u200b", "图纸", "📁"):
        assert hostile in texts
