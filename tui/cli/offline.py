"""What the cache knows, for when the service does not answer."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from tui.cli.output import say

if TYPE_CHECKING:
    from tui.api.records import Incident
    from tui.errors import Unreachable
    from tui.incidents.filters import Seen
    from tui.incidents.queue import Queue


async def cached_list(
    args: argparse.Namespace, problem: Unreachable, filter_text: str, top: int
) -> list[Incident] | None:
    """The newest cached incidents that match; None where there is no cache to ask."""
    queue = await _open(args, problem)
    if queue is None:
        return None
    try:
        source = queue.source()  # newest first
        await source.filter(filter_text)
        rows = await source.window(0, top)
        found = [await queue.incident(row.key) for row in rows]
        return [one for one in found if one is not None]
    finally:
        await queue.close()


async def cached_incident(
    args: argparse.Namespace, problem: Unreachable, incident_id: str
) -> Incident | None:
    """The incident as the cache knows it; None where it does not."""
    queue = await _open(args, problem, incident_id)
    if queue is None:
        return None
    try:
        return await queue.incident(incident_id)
    finally:
        await queue.close()


async def seen_values(args: argparse.Namespace) -> Seen | None:
    """Values that earlier answers held and no page lists; None where there is no cache."""
    from tui.incidents import store
    from tui.incidents.filters import Seen

    queue = await _cache(args)
    if queue is None:
        return None
    try:
        return await queue.cache.run(
            lambda connection: Seen(
                store.values_seen(connection, "severity"),
                store.values_seen(connection, "status"),
            )
        )
    finally:
        await queue.close()


async def _open(
    args: argparse.Namespace, problem: Unreachable, incident_id: str = ""
) -> Queue | None:
    """The cache, where it knows something of what is asked; then it is told that it answers."""
    queue = await _cache(args)
    if queue is None:
        return None
    known = await queue.incident(incident_id) if incident_id else await queue.total()
    if not known:
        await queue.close()
        return None
    when = f"{queue.last_synced:%Y-%m-%d %H:%M}Z" if queue.last_synced else "an unfinished sync"
    say(f"{problem} This is what the cache knows, of {when}.")
    return queue


async def _cache(args: argparse.Namespace) -> Queue | None:
    if args.demo or args.no_cache:
        return None
    from tui.auth.profiles import profile_named
    from tui.cli.context import read_settings
    from tui.config import app_paths
    from tui.incidents.cache import likely_api, path_for
    from tui.incidents.queue import Queue

    profile = profile_named(read_settings(args), args.profile)
    directory = app_paths().cache_dir
    path = path_for(profile, directory, likely_api(profile, directory))
    if path is None or not path.is_file():
        return None
    return await Queue.open(None, profile, directory=directory)
