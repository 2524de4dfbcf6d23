"""The queue as rows: windows, order, filter, and where a row went."""

from __future__ import annotations

import pytest

from tests.incidents.fakes import ME, NOW, FakeService, OpenQueue, incident
from tui.errors import UsageProblem
from tui.incidents.queue import Queue, QueueSource
from tui.rows import SortKey


async def keys(source: QueueSource, first: int = 0, last: int = 2000) -> list[str]:
    return [row.key for row in await source.window(first, last)]


@pytest.fixture
async def long_queue(open_queue: OpenQueue, service: FakeService) -> Queue:
    """1,200 incidents, 1 the newest; every third high."""
    service.add(
        *(
            incident(number, severity="high" if number % 3 == 0 else "low")
            for number in range(1, 1201)
        )
    )
    queue = await open_queue(memory=True)
    await queue.sync()
    return queue


async def test_row_holds_plain_values_and_marks(queue: Queue, service: FakeService) -> None:
    service.change("3", customTags=["vip", "lab"], status="resolved")
    await queue.sync()
    source = queue.source(["id", "severity", "status", "alerts", "owner", "age", "tags"])
    row = (await source.window(2, 3))[0]
    created = service.incidents["3"].created
    assert row.values == ("3", "medium", "resolved", 1, ME, created, ["vip", "lab"])
    assert row.marks == {"closed", "mine", "changed"}


async def test_newest_is_first_and_windows_fit_together(long_queue: Queue) -> None:
    source = long_queue.source()
    head = await keys(source, 0, 100)
    assert head == [str(number) for number in range(1, 101)]
    assert await source.count() == 1200
    everything = await keys(source)
    assert everything[:100] == head
    assert await keys(source, 700, 740) == everything[700:740]
    assert await keys(source, 1190, 1300) == everything[1190:]
    assert await keys(source, 5000, 5100) == []
    assert await keys(source, -5, 2) == everything[:2]


async def test_first_window_and_full_order_agree_for_every_order(long_queue: Queue) -> None:
    for column in ("id", "severity", "status", "name", "alerts", "owner", "age", "updated", "tags"):
        for descending in (False, True):
            source = long_queue.source()
            await source.sort([SortKey(column, descending)])
            head = await keys(source, 0, 50)
            assert head == (await keys(source))[:50]


async def test_order_by_several_columns(long_queue: Queue) -> None:
    source = long_queue.source()
    await source.sort([SortKey("severity", descending=True), SortKey("id")])
    assert (await keys(source))[:3] == ["3", "6", "9"]
    await source.sort([])
    assert (await keys(source))[:3] == ["1", "2", "3"]
    with pytest.raises(UsageProblem, match="no column “nope”"):
        await source.sort([SortKey("nope")])


async def test_filter_narrows_count_and_windows(long_queue: Queue) -> None:
    source = long_queue.source()
    await source.filter("sev:high")
    assert source.explanation == "high"
    assert await source.count() == 400
    assert await keys(source, 398, 500) == ["1197", "1200"]
    assert (await source.keys())[:2] == ["3", "6"]
    await source.filter("")
    assert await source.count() == 1200


async def test_wrong_filter_leaves_the_old_one(long_queue: Queue) -> None:
    source = long_queue.source()
    await source.filter("sev:high")
    with pytest.raises(UsageProblem, match="column 5"):
        await source.filter("sev:nonsense")
    assert source.filter_text == "sev:high"
    assert await source.count() == 400


async def test_value_met_in_an_answer_can_be_filtered_for(
    queue: Queue, service: FakeService
) -> None:
    service.change("1", severity="Catastrophic")
    await queue.sync()
    source = queue.source()
    await source.filter("sev:catastrophic")
    assert await keys(source) == ["1"]


async def test_position_finds_the_row_again(long_queue: Queue) -> None:
    source = long_queue.source()
    assert await source.position("900") == 899
    await source.sort([SortKey("age")])
    assert await source.position("900") == 300
    await source.filter("sev:low")
    assert await source.position("900") is None
    assert await source.position("no such") is None


async def test_source_shows_a_change_at_once(long_queue: Queue, service: FakeService) -> None:
    source = long_queue.source()
    await source.filter("sev:high")
    assert await source.count() == 400
    service.change("1", severity="high")
    service.add(incident(0, severity="high"))
    await long_queue.sync()
    assert (await keys(source))[:3] == ["0", "1", "3"]
    assert await source.count() == 402


async def test_incidents_without_times_come_last(queue: Queue, service: FakeService) -> None:
    service.add(incident(7, createdDateTime=None, lastUpdateDateTime=None))
    await queue.refresh_incident("7")
    source = queue.source(["id", "age"])
    rows = await source.window(0, 10)
    assert rows[-1].values == ("7", None)
    assert rows[0].values[1] is not None
    assert rows[0].values[1] < NOW  # type: ignore[operator]


async def test_age_filter_counts_back_from_the_service_clock(
    queue: Queue, service: FakeService
) -> None:
    source = queue.source()
    await source.filter("age:<150m")
    assert await keys(source) == ["1", "2"]


async def test_owners_and_tags_are_known_most_frequent_first(
    queue: Queue, service: FakeService
) -> None:
    service.change("1", customTags=["vip", "lab"], assignedTo="d.ito@contoso.com")
    service.change("2", customTags=["lab"], assignedTo="D.ITO@contoso.com")
    await queue.sync()
    assert [owner.lower() for owner in await queue.owners()] == ["d.ito@contoso.com", ME]
    assert await queue.tags() == ["lab", "vip"]
