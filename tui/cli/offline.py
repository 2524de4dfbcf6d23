"""What the cache knows, for when the service does not answer."""

from __future__ import annotations

import argparse
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

from tui.cli.output import say

if TYPE_CHECKING:
    from tui.api.records import Incident
    from tui.errors import Unreachable
    from tui.incidents.filters import Seen
    from tui.incidents.queue import Queue

T = TypeVar("T")


async def cached_list(
    args: argparse.Namespace, problem: Unreachable, filter_text: str, top: int
) -> list[Incident] | None:
    """The newest cached incidents that match; None where there is no cache to ask."""

    async def find(queue: Queue) -> list[Incident] | None:
        source = queue.source()  # newest first
        await source.filter(filter_text)
        rows = await source.window(0, top)
        found = await queue.incidents([row.key for row in rows])
        if not await queue.total():
            return None
        _tell(queue, problem)
        return found

    return await _asked(args, find)


async def cached_incident(
    args: argparse.Namespace, problem: Unreachable, incident_id: str
) -> Incident | None:
    """The incident as the cache knows it; None where it does not."""

    async def find(queue: Queue) -> Incident | None:
        found = await queue.incident(incident_id)
        if found is not None:
            _tell(queue, problem)
        return found

    return await _asked(args, find)


async def seen_values(args: argparse.Namespace) -> Seen | None:
    """Values that earlier answers held and no page lists; None where there is no cache."""
    from tui.incidents import store
    from tui.incidents.filters import Seen

    return await _asked(
        args,
        lambda queue: queue.cache.run(
            lambda connection: Seen(
                store.values_seen(connection, "severity"),
                store.values_seen(connection, "status"),
            )
        ),
    )


def _tell(queue: Queue, problem: Unreachable) -> None:
    when = f"{queue.last_synced:%Y-%m-%d %H:%M}Z" if queue.last_synced else "an unfinished sync"
    say(f"{problem} This is what the cache knows, of {when}.")


async def _asked(args: argparse.Namespace, ask: Callable[[Queue], Awaitable[T]]) -> T | None:
    """What a cache answers; None where there is none, or where it cannot be asked, which is said.

    Why it was to be asked is the caller's to say: that is what failed.
    """
    if args.demo or args.no_cache:
        return None
    from tui.auth.profiles import profile_named
    from tui.cli.context import read_settings
    from tui.config import app_paths
    from tui.incidents.cache import CacheProblem, likely_api, path_for
    from tui.incidents.filters import FilterProblem
    from tui.incidents.queue import Queue

    settings = read_settings(args)
    profile = profile_named(settings, args.profile)
    directory = app_paths().cache_dir
    path = path_for(profile, directory, likely_api(profile, directory))
    if path is None or not path.is_file():
        return None
    queue: Queue | None = None
    try:
        queue = await Queue.open(None, profile, directory=directory, me=settings.ui.me)
        return await ask(queue)
    except (CacheProblem, FilterProblem) as problem:
        say(str(problem))
        return None
    finally:
        if queue is not None:
            say_notices(queue)
            await queue.close()


def say_notices(queue: Queue) -> None:
    """Name what had to be done to open a cache (a file moved aside, or left alone), and what of
    the service's list could not be read."""
    for notice in queue.notices:
        say(notice)
