"""A run from its start to its end: progress, cancelling, faults where they are."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.hunting.bodies import classic
from tui.api.protocols import HuntAnswer
from tui.errors import BadAnswer, Problem, QueryProblem, Unreachable
from tui.hunting.run import Run
from tui.hunting.scratch import Scratch

BODY = classic([("a", "Int64")], [{"a": 1}, {"a": 2}])


class Service:
    """A hunting service that answers with a body, or fails, or never ends."""

    dialect = "graph"

    def __init__(self, body: bytes = BODY, fault: Exception | None = None, hang=False) -> None:
        self.body, self.fault, self.hang = body, fault, hang
        self.asked: list[tuple[str, str | None]] = []
        self.to: Path | None = None
        self.reached = asyncio.Event()

    async def run(self, query, *, timespan=None, to, on_bytes=None) -> HuntAnswer:
        self.asked.append((query, timespan))
        self.to = to
        self.reached.set()
        if self.hang:
            await asyncio.Event().wait()
        to.write_bytes(self.body)
        on_bytes(len(self.body))
        if self.fault is not None:
            raise self.fault
        return HuntAnswer(to, "graph", 200, "r", 0.1, len(self.body))


@pytest.fixture
def scratch(tmp_path):
    with Scratch(tmp_path / "scratch") as made:
        yield made


async def test_a_run_passes_its_states_and_ends_with_rows(scratch) -> None:
    service = Service()
    run = Run(service, "T | take 2", scratch=scratch, timespan="P7D")
    states = []
    result = await run.execute(lambda progress: states.append(progress.state))
    assert result.count == 2
    assert states == ["running", "reading", "loading", "done"]
    assert run.received == len(BODY)
    assert service.asked == [("T | take 2", "P7D")]
    assert result.seconds == run.seconds > 0
    result.close()


async def test_the_body_is_gone_when_the_rows_are_there(scratch) -> None:
    result = await Run(Service(), "T", scratch=scratch).execute()
    assert not list(scratch.path.rglob("*.json"))
    result.close()


async def test_cancelling_stops_at_once_and_leaves_nothing(scratch) -> None:
    service = Service(hang=True)
    run = Run(service, "T", scratch=scratch)
    task = asyncio.create_task(run.execute())
    await service.reached.wait()
    run.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert run.state == "cancelled"
    assert service.to is not None
    assert not service.to.exists()


@pytest.mark.parametrize(
    ("offset", "place", "expected"),
    [((0, 0), (1, 5), (1, 5)), ((7, 2), (1, 5), (8, 7)), ((7, 2), (3, 5), (10, 5))],
)
async def test_a_fault_is_told_where_the_editor_has_it(scratch, offset, place, expected) -> None:
    fault = QueryProblem("The query failed", "no such column", line=place[0], column=place[1])
    run = Run(Service(fault=fault), "T", scratch=scratch, offset=offset)
    with pytest.raises(QueryProblem) as caught:
        await run.execute()
    assert (caught.value.line, caught.value.column) == expected
    assert run.state == "failed"


async def test_of_an_answer_cut_on_its_way_what_came_is_shown(scratch) -> None:
    cut = BODY[: BODY.index(b', {"a": 2}') + 5]
    fault = Unreachable("The query failed", "the answer was cut", stage="read")
    result = await Run(Service(cut, fault), "T", scratch=scratch).execute()
    assert result.count == 1
    assert "cut" in (result.truncated or "")
    result.close()


async def test_nothing_to_be_read_of_a_cut_answer_says_what_cut_it(scratch) -> None:
    fault = Unreachable("The query failed", "the answer was cut", stage="read")
    with pytest.raises(Unreachable):
        await Run(Service(b'{"Stats":', fault), "T", scratch=scratch).execute()


async def test_without_a_place_for_the_answer_nothing_is_sent(tmp_path) -> None:
    (tmp_path / "file").write_text("in the way")
    service = Service()
    with pytest.raises(Problem, match="no place for its answer"):
        await Run(service, "T", scratch=Scratch(tmp_path / "file")).execute()
    assert service.asked == []


async def test_a_page_of_html_is_named(scratch) -> None:
    with pytest.raises(BadAnswer, match="HTML"):
        await Run(Service(b"<html>proxy"), "T", scratch=scratch).execute()
    assert [path.name for path in scratch.path.rglob("*.json")] == []


@pytest.mark.parametrize(
    ("message", "place"),
    [
        ("'where' operator: Failed to resolve column or scalar expression named 'FileNam'", (2, 9)),
        ("Failed to resolve table expression named 'T'", (1, 1)),
        ("a function named 'nowhere' is unknown", None),
        ("no name at all", None),
    ],
)
async def test_a_fault_that_only_quotes_a_name_is_placed_at_it(scratch, message, place) -> None:
    fault = QueryProblem("The query failed", message)
    run = Run(Service(fault=fault), "T\n| where FileNam == 1", scratch=scratch, offset=(3, 0))
    with pytest.raises(QueryProblem) as caught:
        await run.execute()
    found = (caught.value.line, caught.value.column)
    assert found == ((place[0] + 3, place[1]) if place else (None, None))


async def test_a_fault_that_names_nothing_is_placed_where_the_editor_sees_one(scratch) -> None:
    fault = QueryProblem("The query failed", "the predicate must be of type 'bool' and is 'string'")
    for query, line in (("T\n| where tolower()", 5), ("T\n| where x\n| take 5", None)):
        run = Run(Service(fault=fault), query, scratch=scratch, offset=(3, 0))
        with pytest.raises(QueryProblem) as caught:
            await run.execute()
        assert caught.value.line == line


async def test_cancelling_while_rows_are_read_is_prompt_too(scratch) -> None:
    rows = [{"a": number, "A": "x" * 50} for number in range(60_000)]
    service = Service(classic([("a", "Int64"), ("A", "String")], rows))
    run = Run(service, "T", scratch=scratch)
    loading = asyncio.Event()
    task = asyncio.create_task(
        run.execute(lambda progress: loading.set() if progress.state == "loading" else None)
    )
    await loading.wait()
    await asyncio.sleep(0)
    run.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert run.state == "cancelled"
    assert not list(scratch.path.rglob("*.json"))
