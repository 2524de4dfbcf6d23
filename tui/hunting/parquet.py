"""A result set as Parquet, with types where every value fits its type."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, BinaryIO

from tui.hunting.columns import Declared, time_sql
from tui.hunting.source import AS_THEY_CAME
from tui.hunting.store import literal

if TYPE_CHECKING:
    from tui.hunting.results import ResultSet


def write_parquet(result: ResultSet, rows: str, out: BinaryIO) -> None:
    """Write the rows that `rows` names (a column `r` of row ids, in order).

    A column has its declared type where all its values fit it without loss, and is text
    otherwise. Times keep seven digits as nanoseconds where the years allow (1678 to 2261).
    For the thread of the result's store.
    """
    chosen = ", ".join(
        f"{expression} AS {_quoted(name)}"
        for expression, name in (
            (_lossless(result, place), name) for place, name in enumerate(_names(result))
        )
    )
    ordered = (
        f"(SELECT row_number() OVER () AS n, r FROM ({rows})) o "
        "JOIN t ON t.rowid = o.r ORDER BY o.n"
    )
    taken = "t" if rows == AS_THEY_CAME else ordered
    part = result.store.directory / "export.parquet"
    try:
        result.store.execute(
            f"COPY (SELECT {chosen or 'NULL AS nothing'} FROM {taken}) "
            f"TO {literal(str(part))} (FORMAT parquet)"
        )
        with part.open("rb") as made:
            shutil.copyfileobj(made, out, 1 << 20)
    finally:
        part.unlink(missing_ok=True)


def _lossless(result: ResultSet, place: int) -> str:
    column = f"t.c{place}"
    for typed, back in _candidates(result.declared[place], f"c{place}"):
        lost = result.store.execute(
            f"SELECT count(*) FROM t WHERE c{place} IS NOT NULL AND NOT coalesce({back}, false)"
        )
        if lost[0][0] == 0:
            return typed.replace(f"c{place}", column)
    return column


def _candidates(declared: Declared, column: str) -> list[tuple[str, str]]:
    """Typed expressions, and conditions under which a value survives each."""
    family = declared.family
    if family == "integer":
        typed = f"try_cast({column} AS BIGINT)"
        return [(typed, f"{typed}::VARCHAR = {column}")]
    if family == "real":
        typed = f"try_cast({column} AS DOUBLE)"
        return [(typed, f"{typed} IS NOT NULL")]
    if family == "bool":
        typed = f"try_cast({column} AS BOOLEAN)"
        return [(typed, f"lower({column}) IN ('0', '1', 'true', 'false')")]
    if family == "time":
        nanoseconds = (
            f"CASE WHEN {column} LIKE '____-__-__%' THEN try_cast(regexp_replace("
            f"{column}, 'Z$', '') AS TIMESTAMP_NS) END"
        )
        within = f"{column} BETWEEN '1678' AND '2261'"
        micro = time_sql(column)
        six = f"NOT regexp_matches({column}, '\\.\\d{{6}}\\d*[1-9]\\d*')"
        return [
            (nanoseconds, f"{nanoseconds} IS NOT NULL AND {within} AND {column} LIKE '%Z'"),
            (micro, f"{micro} IS NOT NULL AND {six}"),
        ]
    return []


def _names(result: ResultSet) -> list[str]:
    """The titles, told apart where readers that ignore case would mix them up."""
    taken: set[str] = set()
    names: list[str] = []
    for column in result.columns:
        name, number = column.title, 1
        while name.casefold() in taken:
            number += 1
            name = f"{column.title} ({number})"
        taken.add(name.casefold())
        names.append(name)
    return names


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
