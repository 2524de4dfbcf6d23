"""Children that are made one after the other and killed at random moments."""

from __future__ import annotations

import asyncio
import os
import random
import select
import signal
import time
from collections.abc import Callable, Coroutine

_PATIENCE = 20.0


def kill_children(
    kills: int,
    seed: int,
    work: Callable[[str, random.Random, Callable[[], None]], Coroutine[None, None, None]],
    *,
    longest: float,
) -> None:
    """End so many children with SIGKILL.

    Args:
        work: What a child does without end: its name, its chance, and what to call when it
            is under way. Most are killed after that, one in four earlier.
        longest: Seconds that a child has at most, from then or from its start.
    """
    chance = random.Random(seed)
    for number in range(kills):
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                asyncio.run(
                    work(
                        str(number),
                        random.Random(seed + number),
                        lambda writing=writing: os.write(writing, b"."),  # type: ignore[misc]
                    )
                )
            finally:
                os._exit(1)
        os.close(writing)
        if number % 4:
            select.select([reading], [], [], _PATIENCE)
        time.sleep(chance.random() * longest)
        os.kill(child, signal.SIGKILL)
        os.close(reading)
        _, status = os.waitpid(child, 0)
        if not os.WIFSIGNALED(status):
            raise SystemExit(f"child {number} ended by itself")
