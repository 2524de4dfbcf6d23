"""Edits carried to the service: in order for each incident, several incidents at once."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec
from msgspec import UNSET

from tui.errors import Forbidden, Problem, ServiceProblem, SignInProblem, Throttled, Unreachable
from tui.incidents import leases, outbox, store
from tui.incidents.blobs import filled_from
from tui.incidents.conflicts import done_already, explain, left_undone, theirs, unmade
from tui.incidents.schema import CacheProblem, transaction

if TYPE_CHECKING:
    from tui.api.protocols import IncidentService
    from tui.api.records import Comment, Incident, IncidentChange
    from tui.incidents.cache import Cache
    from tui.incidents.changes import EditId
    from tui.incidents.outbox import Task

_AT_ONCE = 4
_RENEW_SECONDS = 60.0
_LOOKS = (0.5, 2.0)
"""Seconds after which the incident is asked for again where an answer lacks the change."""
_NOT_SENT = ("name", "connect", "tls")
_ROLES = {"graph": "SecurityIncident.ReadWrite.All", "classic": "Incident.ReadWrite.All"}

_log = logging.getLogger(__name__)


class _Conflict(Exception):
    def __init__(self, theirs: IncidentChange) -> None:
        super().__init__()
        self.theirs = theirs


class _Unmade(Exception):
    def __init__(self, names: tuple[str, ...], now: Incident) -> None:
        super().__init__()
        self.names, self.now = names, now


class Courier:
    """Delivers the outbox in the background whenever there is something to deliver.

    Args:
        announce: Told the ids of incidents that an attempt made different.
        author: Names who comments here.
        now: The time by the service's clock.
    """

    def __init__(
        self,
        cache: Cache,
        *,
        announce: Callable[[frozenset[str]], None],
        author: Callable[[], str],
        now: Callable[[], datetime],
    ) -> None:
        self._cache = cache
        self._announce = announce
        self._author = author
        self._now = now
        self._workers: set[asyncio.Task[None]] = set()
        self._renewer: asyncio.Task[None] | None = None
        self._called = 0
        self._later: set[str] = set()
        self._unsettled: list[EditId] = []
        self._sender = leases.new_sender()
        self.service: IncidentService | None = None
        self.held: Problem | None = None
        """Why nothing is sent for now; the next call tries again."""

    def call(self) -> None:
        """There is something to send, or reason to try again."""
        if self.service is None:
            return
        self._called += 1
        self._later.clear()
        self.held = None
        self._help()

    def _help(self) -> None:
        """One more at work, as long as there is work for more."""
        if len(self._workers) >= _AT_ONCE:
            return
        worker = asyncio.create_task(self._work(), name="edit delivery")
        self._workers.add(worker)
        worker.add_done_callback(self._workers.discard)
        if self._renewer is None or self._renewer.done():
            self._renewer = asyncio.create_task(self._renew(), name="edit leases")

    async def idle(self) -> None:
        """Wait until nothing is being sent and nothing can be."""
        while self._workers:
            await asyncio.wait(self._workers)

    async def stop(self) -> None:
        """Stop sending. What is under way stays in the outbox, its fate unknown."""
        self.service = None
        tasks = [*self._workers, *([self._renewer] if self._renewer else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        with suppress(CacheProblem):
            await self._cache.run(lambda connection: leases.release(connection, self._sender))

    async def _work(self) -> None:
        while (service := self.service) is not None and self.held is None:
            heard, task = self._called, None
            try:
                task = await self._claim()
                if task is not None:
                    self._help()
                    self._announce(frozenset([task.incident_id]))
                    await self._deliver(service, task)
                elif heard == self._called:
                    return
            except CacheProblem as problem:
                self.held = problem
                self._unsettled += [task.edit] if task is not None else []
            except Exception:
                _log.exception("delivering an edit failed")
                self.held = Problem("Edits are not being sent", "this program failed at it")

    async def _claim(self) -> Task | None:
        now, later = self._now(), tuple(self._later)
        unsettled, self._unsettled = self._unsettled, []

        def claim(connection: sqlite3.Connection) -> Task | None:
            if not unsettled and not outbox.any_pending(connection):
                return None
            with transaction(connection):
                for edit in unsettled:
                    outbox.settle(connection, edit, "pending", fate_known=False)
                return outbox.claim(connection, self._sender, now, later)

        try:
            return await self._cache.run(claim)
        except CacheProblem:
            self._unsettled += unsettled
            raise

    async def _deliver(self, service: IncidentService, task: Task) -> None:
        try:
            answer = await self._send(service, task)
        except _Conflict as conflict:
            await self._settle(
                task, "conflict", explain(conflict.theirs), fate_known=True, theirs=conflict.theirs
            )
        except _Unmade as unmade_:
            why = unmade(task.change, unmade_.names, unmade_.now)
            await self._settle(task, "failed", why, fate_known=True)
        except Problem as problem:
            await self._undelivered(task, problem, service.dialect)
        except Exception:
            _log.exception("an edit could not be sent")
            why = "This program failed while it was sent; the log has the details."
            await self._settle(task, "failed", why, fate_known=False)
        else:
            await self._cache.run(
                lambda connection: store.confirm(
                    connection,
                    task.edit,
                    task.incident_id,
                    answer,
                    self._author(),
                    self._now(),
                )
            )
        self._announce(frozenset([task.incident_id]))

    async def _send(self, service: IncidentService, task: Task) -> Incident | None:
        if task.change.comment is UNSET:
            current: Incident | None = None
            if task.upon or task.tried is not None:
                # Neither API can make a change depend on what it changes.
                current = await self._look(service, task.incident_id)
                if changed := theirs(task.change, task.upon, current):
                    raise _Conflict(changed)
                if done_already(task.change, current):
                    return current
            answer = await service.update(task.incident_id, task.change)
            return await self._made(service, task, current, answer)
        alert = task.change.alert
        about = {} if alert is UNSET else {"alert": alert}
        comments = await service.comment(
            task.incident_id, task.change.comment, tried=task.tried, **about
        )
        kept = await self._cache.run(
            lambda connection: store.load(connection, task.incident_id, wished=False)
        )
        if kept is None:
            return None
        if alert is UNSET:
            return _with_comments(kept, comments)
        return _with_alert_comments(kept, alert, comments)

    async def _look(self, service: IncidentService, incident_id: str) -> Incident:
        """Ask for an incident, and keep what came."""
        current = await service.get(incident_id)
        await self._cache.run(
            lambda connection: store.put(connection, [current], self._author(), mark=True)
        )
        return current

    async def _made(
        self, service: IncidentService, task: Task, former: Incident | None, answer: Incident
    ) -> Incident:
        """The incident, once it has the change: that a service says yes is not enough."""
        if former is None:
            return answer
        answer = filled_from(answer, former)
        left = left_undone(task.change, former, answer)
        for pause in _LOOKS:
            if not left:
                return answer
            await asyncio.sleep(pause)
            answer = await self._look(service, task.incident_id)
            left = left_undone(task.change, former, answer)
        if left:
            raise _Unmade(left, answer)
        return answer

    async def _undelivered(self, task: Task, problem: Problem, dialect: str) -> None:
        why = str(problem)
        if isinstance(problem, Forbidden) and not problem.remedy:
            role = _ROLES.get(dialect, "the write role")
            if task.change.alert is not UNSET:
                role = "SecurityAlert.ReadWrite.All"
            why += f" Grant the application {role}."
        if isinstance(problem, Unreachable | Throttled | SignInProblem | CacheProblem):
            self.held = problem
            known = not isinstance(problem, Unreachable) or problem.stage in _NOT_SENT
            await self._settle(task, "pending", why, fate_known=known)
            await self._cache.run(lambda connection: outbox.explain(connection, why))
        elif isinstance(problem, ServiceProblem) and problem.status >= 500:
            self._later.add(task.incident_id)
            await self._settle(task, "pending", why, fate_known=False)
        else:
            known = not isinstance(problem, ServiceProblem) or problem.status >= 400
            await self._settle(task, "failed", why, fate_known=known)

    async def _settle(
        self,
        task: Task,
        state: str,
        why: str,
        *,
        fate_known: bool,
        theirs: IncidentChange | None = None,
    ) -> None:
        def settle(connection: sqlite3.Connection) -> None:
            with transaction(connection):
                outbox.settle(
                    connection, task.edit, state, why, fate_known=fate_known, theirs=theirs
                )
                if state != "pending":
                    store.rewish(connection, [task.incident_id], self._author())

        await self._cache.run(settle)

    async def _renew(self) -> None:
        while self._workers:
            await asyncio.wait(self._workers, timeout=_RENEW_SECONDS)
            if self._workers:
                with suppress(CacheProblem):
                    await self._cache.run(lambda connection: leases.renew(connection, self._sender))


def _with_comments(incident: Incident, comments: tuple[Comment, ...]) -> Incident:
    raw = incident.raw and {**incident.raw, "comments": _written(comments)}
    return msgspec.structs.replace(incident, comments=comments, raw=raw)


def _with_alert_comments(
    incident: Incident, alert_id: str, comments: tuple[Comment, ...]
) -> Incident:
    alerts = tuple(
        msgspec.structs.replace(
            one, comments=comments, raw=one.raw and {**one.raw, "comments": _written(comments)}
        )
        if one.id == alert_id
        else one
        for one in incident.alerts
    )
    raw = incident.raw and {**incident.raw, "alerts": [one.raw for one in alerts]}
    return msgspec.structs.replace(incident, alerts=alerts, raw=raw)


def _written(comments: tuple[Comment, ...]) -> list[dict[str, object]]:
    return [
        {
            "comment": comment.text,
            "createdByDisplayName": comment.author,
            "createdDateTime": comment.created
            and comment.created.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        }
        for comment in comments
    ]
