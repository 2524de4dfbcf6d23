"""Private files of a session: answers at rest and what DuckDB spills; gone at its end.

Every process has a directory of its own below the given one, held by an open, locked
file. A directory that nobody holds is what a crash left: the next start removes it.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from tui.config.paths import app_paths, private_dir

_HELD = "held"


class Scratch:
    """One process's private directory (0700).

    Args:
        base: Where the directories of all processes are; the platform's place unless given.
    """

    def __init__(self, base: Path | None = None) -> None:
        self._base = base or app_paths().temp_dir
        self._lock = threading.Lock()
        self._path: Path | None = None
        self._holder: IO[bytes] | None = None

    @property
    def path(self) -> Path:
        """The directory; made, and the leftovers of crashes removed, when first asked for."""
        with self._lock:
            if self._path is None or not self._path.is_dir():
                self._path = self._made()
                self._holder = _hold(self._path / _HELD)
            return self._path

    def _made(self) -> Path:
        if not _is_text(self._base):
            return Path(tempfile.mkdtemp(prefix="m365d-"))
        try:
            base = private_dir(self._base)
            sweep(base)
            return Path(tempfile.mkdtemp(prefix="m365d-", dir=base))
        except OSError as error:
            if error.errno not in (errno.EROFS, errno.EACCES, errno.EPERM):
                raise
            # A home that cannot be written, as in a container: what is kept here is short-lived.
            return Path(tempfile.mkdtemp(prefix="m365d-"))

    def new_file(self, suffix: str = "") -> Path:
        """A new, empty file (0600) of this session."""
        handle, name = tempfile.mkstemp(suffix=suffix, dir=self.path)
        os.close(handle)
        return Path(name)

    def new_directory(self) -> Path:
        """A new, empty directory (0700) of this session."""
        return Path(tempfile.mkdtemp(dir=self.path))

    def close(self) -> None:
        """Remove everything."""
        with self._lock:
            if self._holder is not None:
                self._holder.close()
                self._holder = None
            if self._path is not None:
                shutil.rmtree(self._path, ignore_errors=True)
                self._path = None

    def __enter__(self) -> Scratch:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()


def sweep(base: Path) -> None:
    """Remove the directories of processes that are gone."""
    for left in base.glob("m365d-*"):
        with contextlib.suppress(OSError), _free(left / _HELD) as free:
            if free:
                shutil.rmtree(left, ignore_errors=True)


def _hold(path: Path) -> IO[bytes]:
    holder = path.open("wb")
    path.chmod(0o600)
    _try_lock(holder)
    return holder


@contextlib.contextmanager
def _free(path: Path) -> Iterator[bool]:
    if not path.exists():
        # A directory is made a moment before its file is: only an old one is a leftover.
        yield path.parent.stat().st_mtime < time.time() - 3600
        return
    with path.open("r+b") as holder:
        yield _try_lock(holder)


def _try_lock(holder: IO[bytes]) -> bool:
    try:
        import fcntl
    except ImportError:
        import msvcrt

        try:
            msvcrt.locking(holder.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined, unused-ignore]
        except OSError:
            return False
        return True
    try:
        fcntl.flock(holder.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _is_text(path: Path) -> bool:
    """Whether DuckDB can be told of a path: its name may be bytes that are no UTF-8."""
    try:
        str(path).encode()
    except UnicodeEncodeError:
        return False
    return True
