"""Fewer selects for the stages of a pipe: the database binds every column of each anew.

duckdb-kql writes each operator as a table expression of its own, over the one before. Where an
expression is read once, and by that next operator, it is written into its place: a filter, an
order and a limit even into the same select. What cannot be told from the text stays as it is.
"""

from __future__ import annotations

import dataclasses
import re
from typing import Any

from duckdb_kql import translate

from tui.kql.engine.state import current_or_none

_LAST = re.compile(r"SELECT \* FROM (_+s)(\d+)\Z")
_NAMED = re.compile(r'"(?:[^"]|"")*"\Z')
_LIMIT = re.compile(r" LIMIT \d+\Z")
_FOLLOWING = (" GROUP BY ", " ORDER BY ", " LIMIT ")
_BETWEEN = ",\n     "
_STAR = "SELECT * FROM "
_MOST = 24
"""Stages of a pipe that are fused: the database reads selects within selects by recursion."""


@dataclasses.dataclass(frozen=True, slots=True)
class _Select:
    """`SELECT * FROM` something, or, with `text`, another select."""

    source: str
    where: str = ""
    tail: str = ""
    text: str = ""

    def whole(self) -> str:
        if self.text:
            return self.text
        where = f" WHERE {self.where}" if self.where else ""
        return f"{_STAR}{self.source}{where}{self.tail}"


def _other(text: str) -> _Select:
    return _Select(f"({text})", text=text)


def install() -> None:
    """Fuse what duckdb-kql renders; once, after all other additions."""
    sql: Any = translate
    scoped = sql._render_scoped

    def render_scoped(query: Any, schema: Any, scope: Any) -> Any:
        state = current_or_none()
        if state is None:
            return scoped(query, schema, scope)
        state.stages.append([])
        try:
            result = scoped(query, schema, scope)
        finally:
            stages = state.stages.pop()
        text = fused(str(result), stages, frozenset(state.relations.values()))
        return result if text is None else translate.TranslationResult(text)

    sql._render_scoped = render_scoped
    for name in ("source", "operator", "union", "join", "lookup"):
        setattr(sql, f"render_{name}", _recorded(getattr(sql, f"render_{name}")))


def _recorded(render: Any) -> Any:
    def recorded(*given: Any, **named: Any) -> Any:
        text = render(*given, **named)
        state = current_or_none()
        if state is not None and state.stages:
            state.stages[-1].append(text)
        return text

    return recorded


def fused(rendered: str, stages: list[str], tables: frozenset[str]) -> str | None:
    """The same query in fewer selects; None where it is not made of these stages.

    Args:
        rendered: The query as rendered.
        stages: The text of each stage, in order.
        tables: Texts that stand for a table in brackets.
    """
    last = _LAST.search(rendered)
    if last is None or not 1 < len(stages) <= _MOST or int(last[2]) != len(stages) - 1:
        return None
    stem = last[1]
    listed = _BETWEEN.join(f"{stem}{i} AS ({text})" for i, text in enumerate(stages))
    ending = f"{listed}\n{last[0]}"
    if not rendered.endswith(ending):
        return None
    before = rendered.removesuffix(ending)
    if before != "WITH " and not before.endswith(_BETWEEN):
        return None
    ctes: list[str] = []
    select = _first(stages[0], tables)
    for index, text in enumerate(stages[1:]):
        name = f"{stem}{index}"
        parts = re.split(rf"\b{name}\b", text)
        if len(parts) == 2:
            select = _joined(select, *parts)
        else:
            ctes.append(f"{name} AS ({select.whole()})")
            select = _other(text)
    head = before + _BETWEEN.join(ctes) if ctes else before.removesuffix(_BETWEEN)
    whole = select.whole()
    if head == "WITH ":
        return whole
    return f"{head}\n{_STAR}({whole})" if whole.startswith("WITH ") else f"{head}\n{whole}"


def _first(text: str, tables: frozenset[str]) -> _Select:
    source = text.removeprefix(_STAR)
    if source != text and (source in tables or _NAMED.match(source)):
        return _Select(source)
    return _other(text)


def _joined(select: _Select, before: str, after: str) -> _Select:
    """What is between the two parts of a text is this select."""
    if select.text:
        select = _Select(select.source)
    if before == _STAR and not select.tail:
        if after.startswith(" WHERE "):
            condition = after.removeprefix(" WHERE ")
            both = f"({select.where}) AND ({condition})" if select.where else condition
            return dataclasses.replace(select, where=both)
        if after.startswith(" ORDER BY ") or _LIMIT.match(after):
            return dataclasses.replace(select, tail=after)
    if before == _STAR and _LIMIT.match(after) and " LIMIT " not in select.tail:
        return dataclasses.replace(select, tail=select.tail + after)
    if not select.tail and not select.where:
        return _other(before + select.source + after)
    alone = before.endswith(" FROM ") and (not after or after.startswith(_FOLLOWING))
    if not select.tail and alone:
        return _other(f"{before}{select.source} WHERE {select.where}{after}")
    return _other(f"{before}({select.whole()}){after}")
