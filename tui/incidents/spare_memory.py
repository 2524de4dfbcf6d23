"""Memory that is free but still held by the C library."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import cache


@cache
def _trim() -> Callable[[int], int] | None:
    if sys.platform != "linux":
        return None
    import ctypes

    trim: Callable[[int], int] | None = getattr(ctypes.CDLL(None), "malloc_trim", None)
    return trim


def give_back() -> None:
    """Give the system back what long queries took for a moment. Some milliseconds; never raises.

    glibc keeps it for the thread that had it (malloc_trim(3)): about 3 MB once a queue of 100,000
    was sorted. Other C libraries have no such call and need none.
    """
    if trim := _trim():
        trim(0)
