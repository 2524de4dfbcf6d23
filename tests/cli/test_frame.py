"""What holds for every command: options anywhere, exit codes, streams, failures."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tui.cli.main import COMMANDS
from tui.cli.output import write_table


def test_version(run: Run) -> None:
    ended = run("--version")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith("m365d-tui ")


def test_without_a_terminal_the_app_says_what_to_use(run: Run) -> None:
    ended = run()
    assert ended.code == 2
    assert "m365d-tui incidents" in ended.err
    assert ended.out == ""


@pytest.mark.parametrize("command", list(COMMANDS))
def test_help_of_every_command_has_an_example(run: Run, command: str) -> None:
    ended = run(*command.split(), "--help")
    assert ended.code == 0
    assert "example" in ended.out
    assert f"m365d-tui {command}" in ended.out
    assert "\x1b" not in ended.out


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (["incidnts"], "Did you mean incidents?"),
        (["config"], "needs one more word"),
        (["config", "shw"], "Did you mean config show?"),
        (["token", "--jsn"], "--jsn"),
        (["token", "--profile"], "--profile"),
        (["--demo", "--profile", "x", "token"], "exclude each other"),
        (["token", "--config", "/no/such/file.toml"], "no file"),
        (["token"], "no profile yet"),
        (["demo", "serve", "--port", "99999"], "no port 99999"),
        (["demo", "serve", "--time-limit", "nan"], "needs time"),
        (["demo", "serve", "--host", ""], "names no address"),
        (["demo", "serve", "--incidents", "99999999999"], "too long"),
        (["token", "--log", "/no/such/folder/log"], "cannot be written"),
        (["token", "--log", "~nobody-of-that-name/log"], "cannot be written"),
        (["token", "--config", "~nobody-of-that-name/c.toml"], "no file"),
        (["incidents", "-o", "~nobody-of-that-name/o"], "no directory"),
        (["incidents", "-o", "o" * 300], "too long"),
        (["hunt", "~nobody-of-that-name/q.kql"], "no such file"),
        (["token", "--profile", ""], "names none"),
        (["token", "--config", ""], "names no file"),
        (["token", "--log", ""], "names no file"),
        (["hunt", "-", "-o", ""], "names no file"),
        (["hunt", ""], "has no name"),
        (["hunt", "-", "--timespan", "-P1D"], "no time span"),
        (["handover", "--since", "-1h"], "no span"),
        (["incidents", "--top", "many"], "'many' is no whole number"),
        (["demo", "serve", "--time-limit", "long"], "'long' is no number of seconds"),
    ],
)
def test_wrong_usage_is_2_in_one_sentence(run: Run, argv: list[str], words: str) -> None:
    ended = run(*argv)
    assert ended.code == 2
    assert ended.out == ""
    assert words in ended.err
    assert ended.err.startswith("m365d-tui: ")
    assert len(ended.err.strip().splitlines()) == 1


@pytest.mark.parametrize(
    "argv",
    [
        ["--config", "FILE", "config", "path"],
        ["config", "--config", "FILE", "path"],
        ["config", "path", "--config", "FILE"],
        ["config", "path", "--config=FILE"],
        ["--config=FILE", "config", "path"],
    ],
)
def test_general_options_stand_anywhere(run: Run, argv: list[str]) -> None:
    ended = run(*argv)
    assert (ended.code, ended.out) == (0, "FILE\n")


def test_hostile_arguments_do_not_reach_the_terminal(run: Run) -> None:
    ended = run("\x1b[31mred")
    assert "\x1b" not in ended.err


def test_defect_is_one_sentence_and_a_private_file(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tui.auth.secret import Secret

    Secret("mark-of-a-secret")

    def broken(*_: object) -> int:
        raise RuntimeError("mark-of-a-secret in a message")

    monkeypatch.setattr("tui.cli.config.run", broken)
    ended = run("config", "path")
    assert ended.code == 1
    assert "Traceback" not in ended.err
    assert "mark-of-a-secret" not in ended.err
    where = Path(ended.err.split("Details are in ")[1].strip().rstrip("."))
    log = where.read_text()
    assert "RuntimeError" in log
    assert "mark-of-a-secret" not in log
    assert where.stat().st_mode & 0o077 == 0


def test_interrupt_is_130(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr("tui.cli.config.run", interrupted)
    ended = run("config", "path")
    assert (ended.code, ended.err) == (130, "")


def test_start_is_light() -> None:
    code = (
        "import sys; from tui.cli.main import main; main(['--version']); main(['config', 'path']);"
        "heavy = {'httpx', 'jwt', 'keyring', 'textual', 'duckdb', 'rich', 'uvicorn',"
        " 'asyncio', 'cryptography', 'tomllib'}; sys.exit(len(heavy & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True).returncode == 0


def test_reader_that_leaves_early_is_no_failure(home: Path) -> None:
    code = (
        "import sys; from tui.cli import config; from tui.cli.main import main\n"
        "def run(*_):\n    for _ in range(100000): print('x' * 100)\n    return 0\n"
        "config.run = run\nsys.exit(main(['config', 'path']))"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    process.stdout.readline()
    process.stdout.close()
    assert process.stderr is not None
    assert process.stderr.read() == b""
    assert process.wait(60) == 0


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_demo_serve_says_that_it_listens_and_ends_on_sigterm(home: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "tui", "demo", "serve"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    assert "http://127.0.0.1:" in process.stderr.readline()
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err) == (0, "", "")


@pytest.fixture
def command(home: Path) -> Callable[[str], subprocess.CompletedProcess[bytes]]:
    """Runs a line of a shell in which `m365d-tui` is the program."""

    def one(line: str) -> subprocess.CompletedProcess[bytes]:
        program = f'"{sys.executable}" -m tui'
        return subprocess.run(
            ["sh", "-c", line.replace("m365d-tui", program)],
            env={**os.environ, "HOME": str(home)},
            cwd=Path(__file__).parents[2],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=60,
            check=False,
        )

    return one


Shell = Callable[[str], subprocess.CompletedProcess[bytes]]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("words", ["config schema", "--version", "--help", "demo credentials"])
def test_full_disk_at_the_other_end_is_one_sentence(command: Shell, words: str) -> None:
    ended = command(f"m365d-tui {words} >/dev/full")
    assert ended.returncode == 1
    assert ended.stderr.decode().splitlines() == [
        "m365d-tui: Writing the output failed: no space left on device."
    ]


def test_closed_streams_change_nothing(command: Shell) -> None:
    ended = command("m365d-tui profiles remove nobody 2>&-")
    assert (ended.returncode, ended.stdout) == (2, b"")
    ended = command("m365d-tui --version >&-")
    assert (ended.returncode, ended.stderr) == (0, b"")
    ended = command("m365d-tui hunt - <&-")
    assert ended.returncode == 2
    assert b"holds no query" in ended.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_nothing_on_the_way_out_hides_the_exit_code(command: Shell) -> None:
    assert command("m365d-tui token 2>/dev/full").returncode == 2


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_log_that_cannot_be_written_says_so_once(run: Run) -> None:
    ended = run("--demo", "token", "--json", "--log", "/dev/full")
    assert ended.code == 0
    assert ended.err == "The log cannot be written any further.\n"


class Narrow(io.StringIO):
    """A terminal of 40 columns."""

    def isatty(self) -> bool:
        return True


def test_table_takes_room_from_its_widest_columns_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "40")
    rows = [("924565", "high", "n" * 90, 7)]
    columns = ("ID", "SEVERITY", "NAME", "ALERTS")
    monkeypatch.setattr(sys, "stdout", screen := Narrow())
    write_table(columns, rows, right=(3,))
    assert max(map(len, screen.getvalue().splitlines())) <= 40
    shown = screen.getvalue().splitlines()[1].split()
    assert (shown[:2], shown[2][-1], shown[3]) == (["924565", "high"], "…", "7")
    monkeypatch.setattr(sys, "stdout", pipe := io.StringIO())
    write_table(columns, rows, right=(3,))
    assert pipe.getvalue().splitlines()[1] == f"924565  high      {'n' * 90}       7"
    monkeypatch.setattr(sys, "stdout", pipe := io.StringIO())
    write_table(columns, [*rows, ("1", "low", "m" * 4000, 12)], right=(3,))
    assert sorted(map(len, pipe.getvalue().splitlines())) == [146, 146, 4026]
