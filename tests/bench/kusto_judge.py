"""Microsoft's language service under node, asked line by line.

It needs node, and the package `@kusto/language-service-next` of npm where NODE_PATH says.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Any

from tui.kql import schema


class NotThere(Exception):
    """Node or the package is missing."""


class Judge:
    """The service, with the schema of advanced hunting."""

    def __enter__(self) -> Judge:
        node = shutil.which("node")
        if node is None:
            raise NotThere("node is not installed")
        script = Path(__file__).with_suffix(".js")
        self._process = subprocess.Popen(
            [node, str(script)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=os.environ,
        )
        columns = {
            table.name: [[column.name, column.type] for column in table.columns]
            for table in schema.tables().values()
        }
        self._ask({"schema": columns})
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.kill()
        self._process.wait()

    def _ask(self, question: dict[str, Any]) -> dict[str, Any]:
        process = self._process
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(json.dumps(question) + "\n")
            process.stdin.flush()
        except OSError:
            raise NotThere(_PACKAGE) from None
        line = process.stdout.readline()
        if not line:
            raise NotThere(_PACKAGE)
        answer: dict[str, Any] = json.loads(line)
        if "broken" in answer:
            raise RuntimeError(answer["broken"])
        return answer

    def faults(self, query: str) -> list[tuple[str, int, int, str]]:
        """Errors: code, start, length, message."""
        return [(*one,) for one in self._ask({"check": query})["faults"]]

    def columns(self, query: str, at: int, times: int) -> tuple[list[str], list[float]]:
        """Columns offered at a place, and seconds taken, so many times."""
        answer = self._ask({"complete": query, "at": at, "times": times})
        return answer["columns"], answer["taken"]


_PACKAGE = "the package @kusto/language-service-next is not to be found through NODE_PATH"
