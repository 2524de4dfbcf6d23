"""Key to frame while typing in a 500-line query, against Textual's bare TextArea.

Run from the project's root: `python tests/bench/editor_bench.py`. Both run in one process,
by turns; completion and diagnostics are on. A frame is the first that the screen draws
after the key. Beside the time on the clock stands that of the processor, in the thread of the
event loop: what other programs take from the machine is not in it.
"""

from __future__ import annotations

import asyncio
import gc
import statistics
import sys
import time
from typing import Any

from textual.app import App, ComposeResult
from textual.containers import Vertical
from textual.events import Key
from textual.screen import Screen
from textual.widgets import TextArea

from tui.ui.widgets.completion_list import CompletionList
from tui.ui.widgets.query_editor import QueryEditor

STAGE = '| where ProcessCommandLine has_any ("-enc", "http") and FileName in~ ("cmd.exe", "a.exe")'
QUERY = "\n".join(["DeviceProcessEvents", *[STAGE for _ in range(23)], "| take 10", ""] * 20)
TYPED = "\n| where InitiatingProcessFileName == DeviceName and Timestamp "
ROUNDS = 3
Times = list[tuple[float, float]]
"""Seconds on the clock and of the processor, a key each."""


class Bench(App[None]):
    """One editor, and the list."""

    def __init__(self, editor: TextArea) -> None:
        super().__init__()
        self.editor = editor
        self.frames: Times = []

    def compose(self) -> ComposeResult:
        with Vertical():
            yield self.editor
        yield CompletionList()

    def _display(self, screen: Screen[Any], renderable: Any) -> None:
        super()._display(screen, renderable)
        self.frames.append((time.perf_counter(), time.thread_time()))


async def measure(editor: TextArea) -> Times:
    """From each key to its frame."""
    times: Times = []
    app = Bench(editor)
    async with app.run_test(size=(120, 40)) as pilot:
        editor.focus()
        editor.load_text(QUERY)
        editor.cursor_blink = False
        await pilot.pause(0.6)
        editor.move_cursor((20, len(editor.document.get_line(20))))
        await pilot.pause()
        # As the program does at its start: what stays is left out of collections.
        gc.freeze()
        for character in TYPED:
            key = {" ": "space", "\n": "enter", "|": "vertical_line", "=": "equals_sign"}
            app.frames.clear()
            started, used = time.perf_counter(), time.thread_time()
            app.post_message(_key(key.get(character, character), character))
            while not app.frames:
                await asyncio.sleep(0.001)
            times.append((app.frames[0][0] - started, app.frames[0][1] - used))
            # A quick typist: ten keys a second, not in step with the frames.
            await asyncio.sleep(0.1 + 0.007 * (len(times) % 3))
    return times


def _key(key: str, character: str) -> Key:
    return Key(key, "\n" if character == "\n" else character)


def p95(times: list[float]) -> float:
    """The time that one key in twenty exceeds."""
    return statistics.quantiles(times, n=20)[18]


def table(title: str, bare: list[float], ours: list[float]) -> None:
    """Print the two beside each other."""
    print(f"| {title} | median | p95 |\n| --- | --- | --- |")
    for name, times in (("TextArea", bare), ("QueryEditor", ours)):
        print(f"| {name} | {statistics.median(times) * 1e3:.2f} ms | {p95(times) * 1e3:.2f} ms |")
    medians = statistics.median(ours) / statistics.median(bare)
    print(f"| ratio | {medians:.2f} | {p95(ours) / p95(bare):.2f} |\n")


async def main() -> None:
    """Measure by turns, print tables."""
    bare: Times = []
    ours: Times = []
    for _ in range(ROUNDS):
        bare += await measure(TextArea(soft_wrap=False, show_line_numbers=True))
        ours += await measure(QueryEditor())
    print(f"python {sys.version.split()[0]}, {QUERY.count(chr(10))} lines\n")
    for at, title in enumerate(("key to frame", "of the processor")):
        table(title, [one[at] for one in bare], [one[at] for one in ours])


if __name__ == "__main__":
    asyncio.run(main())
