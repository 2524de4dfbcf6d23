"""Whatever happens between and within pagings and edits, the cache ends equal to the service.

A state machine over real HTTP, in both dialects. `MACHINE_STEPS=1000` runs it in full; the
ordinary run is a part of that.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Coroutine
from contextlib import suppress
from pathlib import Path
from typing import Any, ClassVar
from unittest.mock import patch

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    rule,
    run_state_machine_as_test,
)

from tests.faults.server import FaultServer
from tests.incidents.faulty import PAGE_FAULTS, WRITE_FAULTS, Proxy, Tenancy, profile_at
from tui.api import classic, graph
from tui.api.records import Incident, IncidentChange
from tui.api.service import Connection, connect
from tui.auth.session import Session
from tui.demo.options import Options
from tui.demo.server import DemoTenant
from tui.errors import Problem
from tui.incidents.facts import COLUMNS, facts_of
from tui.incidents.queue import Queue

STEPS = int(os.environ.get("MACHINE_STEPS", "100"))
LENGTH = 25
INCIDENTS = 30
PAGE = 7

anybody = st.integers(0, 99)
faults = st.dictionaries(st.integers(1, 6), st.sampled_from(PAGE_FAULTS), max_size=3)


class QueueMachine(RuleBasedStateMachine):
    """One queue, its tenant, everybody else who works there, and a network."""

    api: ClassVar[str]
    demo: ClassVar[DemoTenant]

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.directory = Path(tempfile.mkdtemp())
        self.tenancy = Tenancy(self.demo, INCIDENTS)
        self.said = 0
        self.lossy = False
        """Whether a list left something out without a sign of it."""

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self.loop.run_until_complete(work)

    @initialize(linked=st.booleans())
    def begin(self, linked: bool) -> None:
        self.run(self._begin())
        self.proxy.linked = linked

    async def _begin(self) -> None:
        self.server = await FaultServer().__aenter__()
        self.proxy = Proxy(self.server, self.demo.base_url, self.api)
        self.profile = profile_at(self.server.url, self.api)
        self.session = Session(self.profile)
        self.connection: Connection = await connect(self.session, spaced=False, wait_limit=0)
        await self._open()

    async def _open(self) -> None:
        self.queue = await Queue.open(
            self.connection, self.profile, directory=self.directory, me="me@contoso.com"
        )

    @rule(place=anybody, kind=st.sampled_from(("status", "owner", "tags", "name")))
    def somebody_else_changes(self, place: int, kind: str) -> None:
        self._change(place, kind)

    def _change(self, place: int, kind: str) -> None:
        record = self.tenancy.at(place)
        self.said += 1
        if kind == "status":
            status = "active" if record.status == "resolved" else "resolved"
            self.tenancy.touch(record, status=status)
        elif kind == "owner":
            self.tenancy.touch(record, assigned=f"other{self.said}@contoso.com")
        elif kind == "tags":
            self.tenancy.touch(record, tags=[*record.tags[-3:], f"theirs-{self.said}"])
        elif kind == "name":
            self.tenancy.touch(record, name=f"Name {self.said}")
        elif kind == "add":
            self.tenancy.add(place)
        elif len(self.tenancy.records) > INCIDENTS // 2:
            self.tenancy.remove(record)

    @rule(place=anybody)
    def one_is_raised(self, place: int) -> None:
        self._change(place, "add")

    @rule(place=anybody)
    def one_is_deleted(self, place: int) -> None:
        self._change(place, "remove")

    @rule(place=anybody, into=anybody)
    def one_is_merged(self, place: int, into: int) -> None:
        self.tenancy.merge(self.tenancy.at(place), self.tenancy.at(into))

    @rule(
        spoilt=faults,
        meanwhile=st.dictionaries(
            st.integers(1, 6),
            st.tuples(anybody, st.sampled_from(("status", "tags", "add", "remove"))),
            max_size=2,
        ),
        whole=st.sampled_from((False, False, True)),
    )
    def sync(
        self, spoilt: dict[int, str], meanwhile: dict[int, tuple[int, str]], whole: bool
    ) -> None:
        self.proxy.calm()
        self.proxy.pages = spoilt
        removed = any(kind == "remove" for _, kind in meanwhile.values())
        self.lossy |= removed or not {"skip", "repeat"}.isdisjoint(spoilt.values())
        self.proxy.before_page = {
            page: lambda told=told: self._change(*told)  # type: ignore[misc]
            for page, told in meanwhile.items()
        }
        with suppress(Problem):
            self.run(self.queue.sync(whole=whole))
        self.proxy.calm()

    @rule(after=st.integers(1, 4))
    def sync_is_cancelled(self, after: int) -> None:
        async def cancelled() -> None:
            task = asyncio.create_task(self.queue.sync())
            self.proxy.before_page = {after: task.cancel}  # type: ignore[dict-item]
            with suppress(Problem, asyncio.CancelledError):
                await task

        self.run(cancelled())
        self.proxy.calm()

    @rule(
        places=st.lists(anybody, min_size=1, max_size=8),
        kind=st.sampled_from(("status", "owner", "tags", "comment", "both")),
        spoilt=st.lists(st.sampled_from(("", *WRITE_FAULTS)), max_size=4),
        wait=st.booleans(),
    )
    def edit(self, places: list[int], kind: str, spoilt: list[str], wait: bool) -> None:
        self.said += 1
        change = {
            "status": IncidentChange(status="inProgress"),
            "owner": IncidentChange(assigned_to="me@contoso.com"),
            "tags": IncidentChange(tags=(f"mine-{self.said}",)),
            "comment": IncidentChange(comment=f"remark {self.said}"),
            "both": IncidentChange(status="resolved", comment=f"remark {self.said}"),
        }[kind]
        self.proxy.writes = list(spoilt)

        async def edit() -> None:
            keys = [str(self.tenancy.at(place).number) for place in places]
            await self.queue.edit(keys, change)
            if wait:
                await self.queue.delivered()

        self.run(edit())

    @rule()
    def undo(self) -> None:
        self.run(self.queue.undo())

    @rule()
    def redo(self) -> None:
        self.run(self.queue.redo())

    @rule()
    def retry(self) -> None:
        self.run(self.queue.retry())

    @rule(place=anybody)
    def look_at_one(self, place: int) -> None:
        with suppress(Problem):
            self.run(self.queue.refresh_incident(str(self.tenancy.at(place).number)))

    @rule()
    def restart(self) -> None:
        async def restart() -> None:
            await self.queue.close()
            await self._open()

        self.run(restart())

    def teardown(self) -> None:
        try:
            if hasattr(self, "queue"):
                self.proxy.calm()
                self.run(self._settle())
                self.run(self._compare())
        finally:
            if hasattr(self, "queue"):
                self.run(self._end())
            self.loop.close()
            shutil.rmtree(self.directory, ignore_errors=True)

    async def _settle(self) -> None:
        for _ in range(3):
            await self.queue.sync()
            await self.queue.delivered()
        left = await self.queue.outbox()
        assert {edit.state for edit in left} <= {"failed", "conflict"}, left
        assert all(edit.why for edit in left)
        await self.queue.discard([edit.id for edit in left])
        await self.queue.sync()
        if not self.lossy:
            for key, one in (await self._truth()).items():
                assert _difference(await self.queue.incident(key), one) == {}
        await self.queue.sync(whole=True)
        await self.queue.derived()

    async def _truth(self) -> dict[str, Incident]:
        return {
            one.id: one
            async for page in self.connection.incidents.pages()
            for one in page.incidents
        }

    async def _compare(self) -> None:
        truth = await self._truth()
        assert len(truth) == len(self.tenancy.records)
        for key, one in truth.items():
            assert _difference(await self.queue.incident(key), one) == {}
        assert await self.queue.total() == len(truth)
        history = await self.queue.history()
        said = Counter(
            comment["comment"] for record in self.tenancy.records for comment in record.comments
        )
        kept = set(truth)
        for edit in history:
            if isinstance(edit.change.comment, str) and edit.incident_id in kept:
                assert said[edit.change.comment] >= 1, edit
        per_incident = Counter(
            (record.number, comment["comment"])
            for record in self.tenancy.records
            for comment in record.comments
        )
        redone = any(count > 1 for count in per_incident.values())
        assert not redone, per_incident.most_common(3)

        def rows(connection: Any) -> Any:
            held = connection.execute("SELECT n, f FROM held").fetchall()
            names = dict(connection.execute("SELECT f, kind || ':' || folded FROM label"))
            columns = ", ".join(f"incident.{name}" for name in COLUMNS)
            found = connection.execute(
                f"SELECT incident.n, text, {columns} FROM incident JOIN search USING (n)"
            ).fetchall()
            connection.execute("INSERT INTO words (words) VALUES ('integrity-check')")
            return found, held, names

        found, held, names = await self.queue.cache.run(rows)
        assert len(found) == len(truth)
        keys: dict[int, set[str]] = {}
        for number, label in held:
            keys.setdefault(number, set()).add(names[label])
        for number, text, *columns in found:
            facts = facts_of(truth[columns[0]])
            assert tuple(columns) == facts[: len(COLUMNS)]
            assert text == facts.search
            assert keys.get(number, set()) == {f"{key.kind}:{key.folded}" for key in facts.keys}

    async def _end(self) -> None:
        await self.queue.close()
        await self.connection.close()
        await self.session.close()
        self.proxy.close()
        await self.server.__aexit__()


def _difference(kept: Incident | None, there: Incident) -> dict[str, object]:
    if kept is not None:
        # Only the answer about a single incident has it.
        kept.raw.pop("@odata.context", None)
    return {
        name: (getattr(kept, name, None), value)
        for name in there.__struct_fields__
        if (value := getattr(there, name)) != getattr(kept, name, None)
    }


def run(api: str) -> None:
    with (
        DemoTenant(Options(unlimited=True, incidents=INCIDENTS)) as demo,
        patch.object(graph, "_PAGE", PAGE),
        patch.object(classic, "_PAGE", PAGE),
    ):
        machine = type(f"{api.title()}Machine", (QueueMachine,), {"api": api, "demo": demo})
        run_state_machine_as_test(
            machine,
            settings=settings(
                max_examples=max(1, STEPS // LENGTH),
                stateful_step_count=LENGTH,
                deadline=None,
                # Each step asks a server: making a failure shorter would take many minutes.
                phases=(Phase.explicit, Phase.reuse, Phase.generate),
                derandomize=STEPS <= 100,
                suppress_health_check=list(HealthCheck),
            ),
        )


def test_cache_ends_equal_to_graph() -> None:
    run("graph")


def test_cache_ends_equal_to_the_classic_api() -> None:
    run("classic")
