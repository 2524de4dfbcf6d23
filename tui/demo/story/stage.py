"""What the stories stand on: the clock of one story, and processes that start on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from tui.demo.dice import digest
from tui.demo.story.evidence import Process
from tui.demo.story.world import Device


@dataclass(frozen=True)
class Stage:
    """One story's time, counted in minutes from its beginning."""

    began: datetime

    def at(self, minutes: float) -> datetime:
        """The instant so many minutes in."""
        return self.began + timedelta(minutes=minutes)

    def run(
        self,
        image: str,
        command: str,
        on: Device,
        by: str,
        at: float,
        parent: Process | None = None,
        *,
        folder: str = "",
        content: str = "",
    ) -> Process:
        """A process that starts so many minutes in; its number follows from what it is."""
        key = digest(f"{on.name}/{image}/{command}/{at}")
        return Process(
            image,
            command,
            on,
            by,
            self.at(at),
            (int(key[:6], 16) % 30000 + 1200) & ~3,
            parent,
            folder,
            content,
        )

    def shell(self, on: Device, by: str, at: float = -240.0) -> Process:
        """The desktop of somebody who signed in before the story began."""
        return self.run("explorer.exe", "C:\\Windows\\Explorer.EXE", on, by, at)
