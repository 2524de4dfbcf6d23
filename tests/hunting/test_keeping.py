"""What is kept of a hunt: history, drafts, and scratch files that are not kept."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tui.hunting.notebook import Draft, HistoryEntry, Notebook
from tui.hunting.scratch import Scratch

AT = datetime(2026, 11, 24, 5, 22, tzinfo=UTC)


def entry(query: str, rows: int | None = 1) -> HistoryEntry:
    return HistoryEntry(query, AT, rows, 0.4, "contoso")


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


@pytest.fixture(params=["disk", "memory"])
def notebook(request, tmp_path) -> Notebook:
    return Notebook(tmp_path, memory=request.param == "memory")


def test_history_has_the_latest_first_and_each_query_once(notebook) -> None:
    for query in ("a", "b", "a"):
        notebook.remember(entry(query))
    assert [one.query for one in notebook.history()] == ["a", "b"]


def test_history_is_bounded(notebook) -> None:
    for number in range(1100):
        notebook.remember(entry(f"q{number}"))
    kept = notebook.history()
    assert kept[0].query == "q1099"
    assert len(kept) <= 1000
    notebook.remember(entry("x" * 100_000))
    assert notebook.history()[0].query == "q1099"


def test_history_and_drafts_survive_and_are_private(tmp_path) -> None:
    first = Notebook(tmp_path)
    first.remember(entry("T | take 1"))
    tabs = [Draft("mine", 'print "ü\u202e"\n\n', (0, 3), "P7D"), Draft("query 2", "")]
    first.save_drafts(tabs, 1)
    second = Notebook(tmp_path)
    assert [one.query for one in second.history()] == ["T | take 1"]
    assert (list(second.drafts().tabs), second.drafts().active) == (tabs, 1)
    assert {mode(path) for path in tmp_path.iterdir() if path.is_file()} == {0o600}


def test_memory_writes_nothing(tmp_path) -> None:
    notebook = Notebook(tmp_path, memory=True)
    notebook.remember(entry("T"))
    notebook.save_drafts([Draft("a", "b")], 0)
    assert notebook.drafts().tabs[0].text == "b"
    assert list(tmp_path.iterdir()) == []


def test_a_pasted_lone_surrogate_does_not_stop_the_saving(tmp_path) -> None:
    notebook = Notebook(tmp_path)
    notebook.save_drafts([Draft("a", "x\ud800y")], 0)
    assert notebook.drafts().tabs[0].text == "x?y"


@pytest.mark.parametrize("broken", [b"", b"{", b"\xff\xfe", b'{"tabs": 5}', b"[]"])
def test_broken_drafts_are_moved_aside_and_said(tmp_path, broken) -> None:
    path = tmp_path / "hunting-drafts.json"
    path.write_bytes(broken)
    notebook = Notebook(tmp_path)
    assert notebook.drafts().tabs == ()
    assert (tmp_path / "hunting-drafts.json.broken").read_bytes() == broken
    assert "could not be read" in notebook.notes[0]


def test_a_cut_line_of_the_history_costs_itself_alone(tmp_path) -> None:
    notebook = Notebook(tmp_path)
    notebook.remember(entry("before"))
    with (tmp_path / "hunting-history.jsonl").open("ab") as file:
        file.write(b'{"query": "cut\n')
    notebook.remember(entry("after"))
    assert [one.query for one in notebook.history()] == ["after", "before"]


def test_several_processes_write_one_history(tmp_path) -> None:
    script = (
        "import sys; from datetime import datetime, UTC; from pathlib import Path\n"
        "from tui.hunting.notebook import HistoryEntry, Notebook\n"
        "notebook = Notebook(Path(sys.argv[1]))\n"
        "for n in range(40): notebook.remember("
        "HistoryEntry(f'{sys.argv[2]} {n} ' + 'x' * 9000, datetime.now(UTC)))\n"
    )
    running = [
        subprocess.Popen([sys.executable, "-c", script, str(tmp_path), name]) for name in "abc"
    ]
    assert [one.wait(timeout=120) for one in running] == [0, 0, 0]
    assert len(Notebook(tmp_path).history()) == 120


def test_scratch_is_private_and_gone_afterwards(tmp_path) -> None:
    with Scratch(tmp_path / "base") as scratch:
        file = scratch.new_file(".json")
        assert (mode(scratch.path), mode(file)) == (0o700, 0o600)
        (scratch.new_directory() / "spilled").write_text("x")
    assert list((tmp_path / "base").iterdir()) == []


def test_what_a_crash_left_goes_at_the_next_start_and_what_runs_stays(tmp_path) -> None:
    script = (
        "import os, sys; from pathlib import Path; from tui.hunting.scratch import Scratch\n"
        "scratch = Scratch(Path(sys.argv[1])); scratch.new_file().write_text('left')\n"
        "print(scratch.path, flush=True); sys.stdin.read(1); os.kill(os.getpid(), 9)\n"
    )
    command = [sys.executable, "-c", script, str(tmp_path)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as other:
        left = Path(other.stdout.readline().strip())
        with Scratch(tmp_path) as mine:
            assert mine.path.exists()
            assert left.exists()
        other.communicate("x", timeout=60)
    with Scratch(tmp_path) as mine:
        assert mine.path.exists()
        assert not left.exists()
