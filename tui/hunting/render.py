"""What the `render` at a query's end asks for: the kind of chart and its columns.

Source: *render operator* (Kusto Query Language).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Form = Literal["bars", "shares", "columns", "lines", "points"]
"""How it is drawn: a bar for each label, with its share of all, upright over an axis; lines over
an axis, or points."""

_RENDER = re.compile(r"\|\s*render\s+(\w+)(?:\s+with\s*\((.*)\))?\s*;?\s*$", re.S)
_OPTION = re.compile(
    r"""(\w+)\s*=\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[\w$]+(?:\s*,\s*[\w$]+(?![\w$]|\s*=))*)"""
)
_FORMS: dict[str, Form] = {
    "barchart": "bars",
    "columnchart": "columns",
    "piechart": "shares",
    "treemap": "shares",
    "card": "bars",
    "timechart": "lines",
    "anomalychart": "lines",
    "linechart": "lines",
    "areachart": "columns",
    "stackedareachart": "columns",
    "scatterchart": "points",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What a query's own `render` names; everything empty where it has none."""

    kind: str = ""
    title: str = ""
    across: str = ""
    """The column of the axis."""
    values: tuple[str, ...] = ()
    """The columns of numbers."""
    split: str = ""
    """The column that parts the numbers into series."""

    @property
    def form(self) -> Form | None:
        """How it is drawn; None where the kind says nothing about that (`table`)."""
        return _FORMS.get(self.kind)


def asked_for(query: str) -> Asked:
    """The `render` that a query ends with."""
    found = _RENDER.search(query.rstrip()[-4000:])
    if found is None:
        return Asked()
    options = {name.lower(): _plain(value) for name, value in _OPTION.findall(found[2] or "")}
    return Asked(
        kind=found[1].lower(),
        title=options.get("title", ""),
        across=options.get("xcolumn", ""),
        values=_names(options.get("ycolumns", "")),
        split=next(iter(_names(options.get("series", ""))), ""),
    )


def _plain(value: str) -> str:
    if value[:1] in "\"'":
        return re.sub(r"\\(.)", r"\1", value[1:-1])
    return value


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())
