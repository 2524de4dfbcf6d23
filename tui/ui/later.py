"""Work for a worker that may be overtaken before it has begun."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Generator
from typing import Any, Generic, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


class _Later(Generic[R]):
    def __init__(self, begin: Callable[[], Coroutine[Any, Any, R]]) -> None:
        self._begin = begin

    def __await__(self) -> Generator[Any, Any, R]:
        return self._begin().__await__()


def later(
    work: Callable[P, Coroutine[Any, Any, R]], *args: P.args, **kwargs: P.kwargs
) -> Awaitable[R]:
    """Work whose coroutine comes to be when it is awaited.

    An exclusive worker is cancelled by the next of its group, perhaps before it ran at all;
    a coroutine made for it then would never be awaited, and Python complains about that.
    """
    return _Later(lambda: work(*args, **kwargs))
