"""Learns a tenant's own tables and columns from what is hunted, sparing its quota."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from tui.errors import Problem, QueryProblem
from tui.kql import schema

if TYPE_CHECKING:
    from tui.hunting.results import ResultSet
    from tui.hunting.scratch import Scratch
    from tui.hunting.tenant_schema import TenantSchema
    from tui.ui.workspace import Workspace

_SPARED = 20
"""Calls a minute that are left to the hunter: below these nothing is asked by itself."""
_AT_ONCE = 3
"""Tables that one run may have asked about."""


class SchemaLearner:
    """Keeps the language service in step with one tenant.

    Args:
        known: What the tenant said so far.
        workspace: The tenant.
        scratch: Where answers rest.
        changed: Called on the loop when more is known.
        log: Takes what went wrong, in words.
    """

    def __init__(
        self,
        known: TenantSchema,
        workspace: Workspace,
        scratch: Scratch,
        *,
        changed: Callable[[], None],
        log: Callable[[str], None],
    ) -> None:
        self._known = known
        self._workspace = workspace
        self._scratch = scratch
        self._changed = changed
        self._log = log
        self._refused: set[str] = set()
        self._turn = asyncio.Lock()

    async def begin(self) -> None:
        """Read what was learned in earlier sessions."""
        await asyncio.to_thread(self._known.load)
        self.use()

    def use(self) -> None:
        """From now on it is this tenant's tables that are known."""
        schema.use(self._known.tables)
        self._changed()

    async def hunted(self, query: str, result: ResultSet) -> None:
        """A query gave rows: take its columns, or ask about its tables where that is due.

        Columns cost nothing where the rows are a table's own.
        """
        from tui.hunting.tenant_schema import declared_columns
        from tui.kql.whole import tables_in, whole_table

        columns = declared_columns(result.declared)
        table = await asyncio.to_thread(whole_table, query)
        async with self._turn:
            if table is not None:
                await self._learn(table, columns)
                return
            names = await asyncio.to_thread(tables_in, query)
            due = [name for name in names if not self._known.is_fresh(name)]
            for name in [one for one in due if one not in self._refused][:_AT_ONCE]:
                if not self._may_ask() or not await self._ask(name):
                    return

    async def asked(self, names: Iterable[str]) -> tuple[list[str], Problem | None]:
        """Ask about these tables now: those that are known since, and what went wrong."""
        learned: list[str] = []
        async with self._turn:
            for name in names:
                try:
                    await self._fetch(name)
                except Problem as problem:
                    return learned, problem
                learned.append(name)
        return learned, None

    def _may_ask(self) -> bool:
        connection = self._workspace.connection
        if connection is None:
            return False
        left = connection.quota("hunting")
        return left is None or left.left > _SPARED

    async def _ask(self, name: str) -> bool:
        """Ask by itself; whether to go on."""
        self._refused.add(name)
        try:
            await self._fetch(name)
        except Problem as problem:
            self._log(f"columns of {name} not learned: {problem.code or type(problem).__name__}")
            return isinstance(problem, QueryProblem)
        self._refused.discard(name)
        return True

    async def _fetch(self, name: str) -> None:
        from tui.hunting.tenant_schema import ask_columns

        connection = self._workspace.connection
        if connection is None:
            raise Problem(
                "The columns were not asked for",
                "there is no connection to the service",
                "Sign in: Ctrl+P, then Sign out, leads to the profiles.",
            )
        await self._learn(name, await ask_columns(connection.hunting, name, self._scratch))

    async def _learn(self, name: str, columns: list[tuple[str, str]]) -> None:
        try:
            fresh = await asyncio.to_thread(self._known.learn, name, columns)
        except OSError as fault:
            self._log(f"columns of {name} not kept: {fault.strerror}")
            fresh = True
        if fresh:
            self.use()
