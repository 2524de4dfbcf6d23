"""Pieces of queries that are written again and again, made for the place they come to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from tui.kql.scope_model import Columns

_TIMES = ("Timestamp", "TimeGenerated")
_KEYS = ("DeviceId", "NetworkMessageId", "AlertId", "AccountObjectId", "AccountUpn", "DeviceName")


class Snippet(NamedTuple):
    """One piece."""

    label: str
    """Begins with the word that would be typed."""
    text: str
    """What is put in; `\\x00` is where the cursor goes."""


def stages(columns: Columns) -> Iterator[Snippet]:
    """What may stand behind a pipe whose rows have these columns."""
    time = next((one for one in _TIMES if one in columns.types), "")
    key = next((one for one in _KEYS if one in columns.types), "")
    if time:
        yield Snippet("where … ago", f"where {time} > ago(\x007d)")
        yield Snippet("where … between", f"where {time} between (ago(7d) .. ago(\x001d))")
    yield Snippet("summarize … by", "summarize Count = count() by \x00")
    if time:
        yield Snippet("summarize … by bin", f"summarize Count = count() by bin({time}, \x001h)")
        latest = f"summarize arg_max({time}, *) by {key or chr(0)}" + ("\x00" if key else "")
        yield Snippet("summarize arg_max … by", latest)
    yield Snippet("top … by", f"top 10 by \x00{time} desc" if time else "top 10 by \x00")
    if key:
        yield Snippet("join … on", f"join kind=inner (\n    \x00\n) on {key}")
        yield Snippet("join … leftanti", f"join kind=leftanti (\n    \x00\n) on {key}")
    if time:
        made = f"make-series Count = count() default = 0 on {time} from ago(7d) to now() step 1h"
        yield Snippet("make-series … step", f"{made}\x00")


def beginnings() -> Iterator[Snippet]:
    """What a query may begin with."""
    yield Snippet("let … value", "let \x00 = 7d;\n")
    yield Snippet("let … list", 'let \x00 = dynamic(["", ""]);\n')
    yield Snippet("let … table", "let \x00 = materialize(\n    DeviceInfo\n);\n")
    yield Snippet("let … function", "let \x00 = (name: string) {\n    \n};\n")
