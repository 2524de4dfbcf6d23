"""Until when incidents must be answered: in SQL as in Python, and the order by it."""

from __future__ import annotations

from datetime import timedelta

from tests.incidents.fakes import ME, FakeService, OpenQueue, incident
from tui.config import SlaRule
from tui.incidents.columns import COLUMNS, MORE_COLUMNS, MOST_URGENT_FIRST
from tui.rows import SortKey

RULES = (
    SlaRule("sev:high", timedelta(hours=2), timedelta(hours=8)),
    SlaRule("sev:medium tag:vip", None, timedelta(hours=30)),
    SlaRule("sev:medium", timedelta(hours=24)),
)
ALL = [column.key for column in (*COLUMNS, *MORE_COLUMNS)]


async def test_rows_are_due_and_marked_as_the_rules_say(
    open_queue: OpenQueue, service: FakeService
) -> None:
    service.add(
        incident(4, severity="high", status="inProgress"),
        incident(5, severity="high", status="resolved"),
        incident(6, severity="high", assignedTo=ME),
        incident(23, customTags=["VIP"]),
        incident(25),
        incident(26, status="inProgress"),
        incident(31, customTags=["vip"]),
        incident(32, severity="low"),
    )
    queue = await open_queue()
    await queue.sync()
    source = queue.source(ALL)
    assert await source.answer_by((*RULES, SlaRule("sev:nonsense", timedelta(hours=1))))
    rows = await source.window(0, 100)
    now = queue.now()
    place = ALL.index("due")
    for row in rows:
        one = await queue.incident(row.key)
        assert one is not None
        deadline = source.deadlines.of(one, now)
        assert row.values[place] == (deadline.due if deadline else None), row.key
        marks = row.marks & {"late", "soon", "good"}
        assert marks == ({deadline.state(now)} if deadline else set()), row.key
    due = {row.key: row.values[place] for row in rows}
    assert due["5"] is None
    assert due["26"] is None
    assert due["32"] is None
    await source.sort([SortKey("due")])
    ordered = [row.values[place] for row in await source.window(0, 100)]
    known = [value for value in ordered if value is not None]
    assert known == sorted(known)
    assert ordered[len(known) :] == [None] * (len(ordered) - len(known))
    again = await source.window(2, 4)
    assert [row.values[place] for row in again] == ordered[2:4]


async def test_what_is_closed_comes_after_all_that_is_open(
    open_queue: OpenQueue, service: FakeService
) -> None:
    service.add(
        incident(4, severity="high", status="resolved", priorityScore=99),
        incident(5, severity="low", priorityScore=3),
        incident(6, priorityScore=90),
    )
    queue = await open_queue()
    await queue.sync()
    source = queue.source(["id", "prio"], MOST_URGENT_FIRST)
    keys = await source.keys()
    assert keys[0] == "6"
    assert keys[-1] == "4"
    assert [row.key for row in await source.window(0, 50)] == keys
    await source.sort([])
    assert await source.keys() == keys


async def test_columns_that_are_not_needed_are_not_read(open_queue: OpenQueue) -> None:
    queue = await open_queue()
    await queue.sync()
    source = queue.source(ALL)
    assert not source.need(["id", "name"])
    row = (await source.window(0, 1))[0]
    assert row.values[ALL.index("name")] == "Incident 1"
    assert row.values[ALL.index("severity")] is None
    assert source.need(["id", "severity"])
    row = (await source.window(0, 1))[0]
    assert row.values[ALL.index("severity")] == "high"


async def test_at_the_end_of_the_calendar_rows_are_still_shown(
    open_queue: OpenQueue, service: FakeService
) -> None:
    service.add(
        incident(1, createdDateTime="9999-12-31T23:59:59.9999999Z", severity="high"),
        incident(2, createdDateTime="9998-12-31T23:59:59Z", severity="high"),
        incident(3, severity="high"),
    )
    queue = await open_queue()
    await queue.sync()
    source = queue.source(ALL)
    assert not await source.answer_by([SlaRule("sev:high", timedelta(days=4000))])
    assert {row.key for row in await source.window(0, 9)} == {"1", "2", "3"}
    one = await queue.incident("2")
    assert one is not None
    assert source.deadlines.of(one, queue.now()) is not None
