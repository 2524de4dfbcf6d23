"""What a hunter wrote and ran: the drafts of the editor and the history of runs."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

import msgspec

from tui.config.paths import app_paths, private_file, write_private
from tui.text import visible

_KEPT = 500
_LONGEST = 64 * 1024


class HistoryEntry(msgspec.Struct, frozen=True):
    """A query that ran."""

    query: str
    at: datetime
    """When it was started; aware, UTC."""
    rows: int | None = None
    """What it gave; None where it failed or was cancelled."""
    seconds: float = 0.0
    profile: str = ""
    timespan: str | None = None
    failure: str = ""
    """Why there were no rows, in a word; empty otherwise."""


class Draft(msgspec.Struct, frozen=True):
    """One tab of the editor, as it was left."""

    name: str
    text: str
    cursor: tuple[int, int] = (0, 0)
    timespan: str | None = None


class Drafts(msgspec.Struct, frozen=True):
    """All tabs of the editor."""

    tabs: tuple[Draft, ...] = ()
    active: int = 0


class Notebook:
    """History and drafts in files of the state directory (0600).

    Several processes may use it: history is appended to under a lock, drafts are replaced
    whole. A file that cannot be read is moved aside (`….broken`), never overwritten.

    Args:
        directory: Where the files are; the platform's state directory unless given, and
            None with `memory` keeps everything in this object.
        memory: Write nothing.
    """

    def __init__(self, directory: Path | None = None, *, memory: bool = False) -> None:
        self._directory = None if memory else directory or app_paths().state_dir
        self._entries: list[HistoryEntry] = []
        self._drafts = Drafts()
        self.notes: list[str] = []
        """What was found broken, in words."""

    @property
    def directory(self) -> Path | None:
        """Where the files are; None where nothing is written."""
        return self._directory

    def history(self) -> list[HistoryEntry]:
        """Runs, the latest first; those with the same text once."""
        entries = self._entries if self._directory is None else self._read_history()
        seen: dict[str, HistoryEntry] = {}
        for entry in reversed(entries):
            seen.setdefault(entry.query, entry)
        return list(seen.values())

    def remember(self, entry: HistoryEntry) -> None:
        """Add a run; the oldest beyond some hundreds are forgotten."""
        if len(entry.query) > _LONGEST:
            return
        if self._directory is None:
            self._entries = [*self._entries, entry][-_KEPT:]
            return
        path = private_file(self._history_file)
        with _locked(path):
            with path.open("ab") as file:
                file.write(msgspec.json.encode(entry) + b"\n")
            lines = path.read_bytes().splitlines(keepends=True)
            if len(lines) > _KEPT * 2:
                write_private(path, b"".join(lines[-_KEPT:]).decode("utf-8", "replace"))

    def drafts(self) -> Drafts:
        """The editor's tabs as they were last saved."""
        if self._directory is None:
            return self._drafts
        path = self._drafts_file
        try:
            return msgspec.json.decode(path.read_bytes(), type=Drafts)
        except FileNotFoundError:
            return Drafts()
        except (OSError, msgspec.MsgspecError, ValueError):
            self._set_aside(path)
            return Drafts()

    def save_drafts(self, tabs: Sequence[Draft], active: int) -> None:
        """Keep the editor's tabs; the file is replaced at once or not at all."""
        drafts = Drafts(tuple(map(_sound, tabs)), active)
        if self._directory is None:
            self._drafts = drafts
        else:
            write_private(self._drafts_file, msgspec.json.encode(drafts).decode())

    @property
    def _history_file(self) -> Path:
        assert self._directory is not None
        return self._directory / "hunting-history.jsonl"

    @property
    def _drafts_file(self) -> Path:
        assert self._directory is not None
        return self._directory / "hunting-drafts.json"

    def _read_history(self) -> list[HistoryEntry]:
        entries: list[HistoryEntry] = []
        try:
            lines = self._history_file.read_bytes().splitlines()
        except OSError:
            return entries
        for line in lines:
            # A line that a crash cut costs itself and no other.
            with contextlib.suppress(msgspec.MsgspecError, ValueError):
                entries.append(msgspec.json.decode(line, type=HistoryEntry))
        return entries

    def _set_aside(self, path: Path) -> None:
        aside = path.with_suffix(path.suffix + ".broken")
        with contextlib.suppress(OSError):
            path.replace(aside)
            self.notes.append(f"{visible(path.name)} could not be read; it is now {aside.name}")


def _sound(draft: Draft) -> Draft:
    """The draft as JSON can hold it: a lone surrogate, pasted, is no text."""
    return msgspec.structs.replace(
        draft,
        name=draft.name.encode("utf-8", "replace").decode(),
        text=draft.text.encode("utf-8", "replace").decode(),
    )


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    lock = path.with_suffix(".lock")
    handle = os.open(lock, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        with contextlib.suppress(ImportError, OSError):
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
