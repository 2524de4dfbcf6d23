"""Children that are made one after the other and killed at random moments."""

from __future__ import annotations

import asyncio
import os
import random
import select
import signal
import time
from collections.abc import Callable, Coroutine

_PATIENCE = 60.0


def kill_children(
    kills: int,
    seed: int,
    work: Callable[[str, random.Random, Callable[[], None]], Coroutine[None, None, None]],
    *,
    steps: int,
    longest: float,
) -> None:
    """End so many children with SIGKILL.

    Args:
        work: What a child does without end: its name, its chance, and what to call after
            every step. Most are killed after some steps, one in four at any time.
        steps: After how many steps at most. They are counted, for a slow machine's child does
            as much before its end as a fast one's.
        longest: Seconds that a child of the latter has at most; the others have an eighth of
            it after their steps.
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
            for _ in range(chance.randint(1, steps)):
                if not select.select([reading], [], [], _PATIENCE)[0] or not os.read(reading, 1):
                    break
            time.sleep(chance.random() * longest / 8)
        else:
            time.sleep(chance.random() * longest)
        os.kill(child, signal.SIGKILL)
        os.close(reading)
        _, status = os.waitpid(child, 0)
        if not os.WIFSIGNALED(status):
            raise SystemExit(f"child {number} ended by itself")
