"""Where this program keeps things, and how it keeps them to itself."""

from __future__ import annotations

import errno
import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path

from msgspec import Struct

NAME = "m365d-tui"
"""The program's name in every path, and the service name of its keyring entries."""


class Paths(Struct, frozen=True):
    """The places of one user."""

    config_file: Path
    """Settings, where neither `--config` nor `M365D_CONFIG` names another file."""
    cache_dir: Path
    """SQLite files of the incident queues, one for each origin, tenant and API."""
    state_dir: Path
    """History, drafts, what was chosen last."""
    log_dir: Path
    """Logs of unexpected failures."""
    temp_dir: Path
    """Result bodies and spill files; emptied at exit and, after a crash, at the next start."""


@lru_cache(maxsize=1)
def app_paths() -> Paths:
    """The platform's directories for this program (platformdirs); nothing is created."""
    from platformdirs import PlatformDirs

    dirs = PlatformDirs(NAME, appauthor=False)
    data = Path(dirs.user_data_dir)
    state = Path(dirs.user_state_dir)
    return Paths(
        config_file=Path(dirs.user_config_dir) / "config.toml",
        cache_dir=data / "queue",
        state_dir=state / "state" if state == data else state,
        log_dir=Path(dirs.user_log_dir),
        temp_dir=Path(dirs.user_cache_dir) / "spill",
    )


def at_home(path: Path) -> Path:
    """A path whose `~` is the user's home; as it was where there is no such user, as in a shell."""
    try:
        return path.expanduser()
    except RuntimeError:
        return path


def config_path(given: Path | None = None) -> Path:
    """The settings file in force: the one given, `M365D_CONFIG`'s, or the user's own."""
    if given is not None:
        return at_home(given)
    named = os.environ.get("M365D_CONFIG", "").strip()
    return at_home(Path(named)) if named else app_paths().config_file


def private_dir(path: Path) -> Path:
    """Make a directory that only its owner enters (0700), and return it.

    A directory that exists already is closed to others if it belongs to us. Windows has no
    such modes: a profile's folders are private there by inheritance.
    """
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    if os.name == "posix":
        status = path.stat()
        if status.st_uid == os.getuid() and stat.S_IMODE(status.st_mode) & 0o077:
            path.chmod(0o700)
    return path


def private_file(path: Path) -> Path:
    """Make sure that a file exists which only its owner reads (0600), and return its path."""
    private_dir(path.parent)
    os.close(os.open(path, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600))
    if os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & 0o077:
        path.chmod(0o600)
    return path


def write_private(path: Path, text: str) -> None:
    """Replace a file's text at once or not at all; only its owner reads it (0600)."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        target = path.resolve()
    except RuntimeError:  # Links that lead back to themselves, before Python 3.13.
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(path)) from None
    half = target.with_name(f".{target.name}.{os.getpid()}.new")
    handle = os.open(half, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        half.replace(target)
    except BaseException:
        half.unlink(missing_ok=True)
        raise


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Keep other processes of this user out of what is done within; they wait for it.

    Where the file cannot be made or the file system knows no locks, nobody waits.

    Args:
        path: A file for the lock alone; it is made, and stays.
    """
    try:
        handle = os.open(private_file(path), os.O_RDWR)
    except OSError:
        yield
        return
    try:
        with suppress(OSError):
            if sys.platform == "win32":
                import msvcrt

                msvcrt.locking(handle, msvcrt.LK_LOCK, 1)
            else:
                import fcntl

                fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
