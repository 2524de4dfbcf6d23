"""The mark of a name that gave way to another that differs from it only in case."""

from __future__ import annotations

import re

MARK = "\ue000"
"""What no query can write in a name; a number follows."""

_MARKS = re.compile(MARK + r"\d+")


def unmarked(name: str) -> str:
    """The name as the query and its tables spell it."""
    return _MARKS.sub("", name) if MARK in name else name
