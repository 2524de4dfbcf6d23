"""One run of a query: sent, waited for, streamed to disk, read into a result set."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from tui.errors import Problem, QueryProblem, Unreachable
from tui.hunting.scratch import Scratch

if TYPE_CHECKING:
    from tui.api.protocols import HuntingService
    from tui.hunting.results import ResultSet

State = Literal["ready", "running", "reading", "loading", "done", "failed", "cancelled"]
"""What a run is at: asked and unanswered, receiving, reading into rows, or ended."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is."""

    state: State
    seconds: float
    """Since its start."""
    received: int = 0
    """Bytes of the answer so far."""


class Run:
    """A query on its way; for one execution.

    Args:
        hunting: The service that is asked (`Connection.hunting`).
        query: What is sent.
        timespan: ISO 8601, for Graph.
        offset: Lines that stand before the query in the editor, and columns before it in
            its first line: a fault's place is told as the editor counts.
        scratch: Where the answer rests.
    """

    def __init__(
        self,
        hunting: HuntingService,
        query: str,
        *,
        scratch: Scratch,
        timespan: str | None = None,
        offset: tuple[int, int] = (0, 0),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.query = query
        self.timespan = timespan
        self.state: State = "ready"
        self.problem: Problem | None = None
        self.received = 0
        self._hunting = hunting
        self._scratch = scratch
        self._offset = offset
        self._clock = clock
        self._begun: float | None = None
        self._ended: float | None = None
        self._task: asyncio.Task[ResultSet] | None = None
        self._tell: Callable[[Progress], None] = lambda _: None

    @property
    def seconds(self) -> float:
        """Since the start, until the end."""
        if self._begun is None:
            return 0.0
        return (self._ended if self._ended is not None else self._clock()) - self._begun

    @property
    def progress(self) -> Progress:
        """How far the run is now."""
        return Progress(self.state, self.seconds, self.received)

    async def execute(self, on_progress: Callable[[Progress], None] | None = None) -> ResultSet:
        """Run to the end.

        Args:
            on_progress: Told of every step, on the loop.

        Raises:
            Problem: What failed; a `QueryProblem` counts lines as the editor does.
            asyncio.CancelledError: `cancel` was called, or the caller was cancelled.
        """
        if on_progress is not None:
            self._tell = on_progress
        self._begun = self._clock()
        self._task = asyncio.ensure_future(self._execute())
        try:
            result = await self._task
        except asyncio.CancelledError:
            self._task.cancel()
            self._end("cancelled")
            raise
        except Problem as problem:
            self.problem = problem
            self._end("failed")
            raise
        except BaseException:
            self._end("failed")
            raise
        self._end("done")
        result.seconds = self.seconds
        return result

    def cancel(self) -> None:
        """Stop at whatever stage it is; `execute` then raises `CancelledError`."""
        if self._task is not None:
            self._task.cancel()

    async def _execute(self) -> ResultSet:
        from tui.hunting.results import ResultSet

        try:
            path = await asyncio.to_thread(self._scratch.new_file, ".json")
            spill = await asyncio.to_thread(self._scratch.new_directory)
        except OSError as fault:
            raise Problem(
                "The query was not sent",
                f"there is no place for its answer: {fault.strerror}",
                "Make room, or make the cache directory writable (doctor says where it is).",
            ) from fault
        try:
            self._step("running")
            cut: Problem | None = None
            try:
                answer = await self._hunting.run(
                    self.query, timespan=self.timespan, to=path, on_bytes=self._count
                )
                path = answer.path
            except QueryProblem as problem:
                raise self._placed(problem) from problem
            except Unreachable as problem:
                if problem.stage != "read" or not _holds_something(path):
                    raise
                cut = problem
            self._step("loading")
            target = spill / "body.json"
            path.replace(target)
            path = target
            result = await self._loaded(
                ResultSet.load(path, query=self.query, directory=spill), cut
            )
        finally:
            path.unlink(missing_ok=True)
        return result

    async def _loaded(self, loading: Awaitable[ResultSet], cut: Problem | None) -> ResultSet:
        """The result; of a cut answer what can be read, or else what cut it."""
        try:
            result = await loading
        except Problem:
            if cut is None:
                raise
            raise cut from None
        if cut is not None and result.count == 0:
            result.close()
            raise cut
        return result

    def _count(self, received: int) -> None:
        self.received = received
        self._step("reading")

    def _step(self, state: State) -> None:
        self.state = state
        self._tell(self.progress)

    def _end(self, state: State) -> None:
        self._ended = self._clock()
        self._step(state)

    def _placed(self, problem: QueryProblem) -> QueryProblem:
        line, column = problem.line, problem.column
        if line is None:
            line, column = named_place(self.query, problem.why)
        if line is None:
            return problem
        lines, columns = self._offset
        if column is not None and line == 1:
            column += columns
        return QueryProblem(
            problem.what,
            problem.why,
            problem.remedy,
            line=line + lines,
            column=column,
            code=problem.code,
            request_id=problem.request_id,
        )


def named_place(query: str, message: str) -> tuple[int | None, int | None]:
    """Where the name stands that a message quotes; (None, None) where that is not certain.

    Semantic errors name the column, table or function, and give no position. Of those that
    name nothing, the place is where the editor sees the only fault.
    """
    for name in re.findall(r"'([A-Za-z_][\w-]*)'", message):
        if f"named '{name}'" not in message and message.count("'") != 2:
            continue
        found = list(re.finditer(rf"(?<![\w$]){re.escape(name)}(?!\w)", query))
        if found:
            return _place(query, found[0].start())
    return _sure_place(query)


def _sure_place(query: str) -> tuple[int | None, int | None]:
    """Where the editor's own remarks see a fault, provided that it is a single line's."""
    from tui.kql.diagnostics import diagnose

    places = [
        _place(query, one.start) for one in diagnose(query, seconds=0.05) if one.level == "error"
    ]
    return places[0] if len({line for line, _ in places}) == 1 else (None, None)


def _place(query: str, start: int) -> tuple[int, int]:
    before = query[:start]
    return before.count("\n") + 1, len(before) - before.rfind("\n")


def _holds_something(path: object) -> bool:
    from pathlib import Path

    return isinstance(path, Path) and path.is_file() and path.stat().st_size > 0
