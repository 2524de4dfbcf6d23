"""The command line where something is odd: names, files, folders, other programs' editors."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.cli.services import Machine
from tui.cli.main import COMMANDS
from tui.config import paths

GUID = "5f0c8e2a-7b1d-4c3e-8f62-0a4d5e6c91d7"
ADD = ("profiles", "add", "zed", "--tenant-id", "contoso.com", "--client-id", GUID)


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (("--profil", "x"), "no option --profil. Did you mean --profile?"),
        (("--profil=x", "token"), "unrecognized arguments: --profil=x"),
        (("-x", "nonsense"), "There is no option -x"),
        (("nonsense", "-x"), "There is no command 'nonsense'"),
        (("profiles", "lst"), "Did you mean profiles list?"),
    ],
)
def test_what_is_unknown_is_named(run: Run, argv: tuple[str, ...], said: str) -> None:
    ended = run(*argv)
    assert ended.code == 2
    assert said in ended.err
    assert ended.out == ""


@pytest.mark.parametrize("command", COMMANDS)
def test_each_help_spells_names_as_they_are_and_has_an_example(run: Run, command: str) -> None:
    ended = run(*command.split(), "--help")
    assert (ended.code, ended.err) == (0, "")
    assert "example" in ended.out
    for wrong in ("kql ", "azure_*", "msticpy's", "microsoft", "json schema"):
        assert wrong not in ended.out.split("\n\n")[1]


def test_a_secret_among_the_settings_is_said_to_be_one(run: Run, home: Path) -> None:
    file = home / "c.toml"
    file.write_text(f'[profiles.a]\ntenant_id = "x.com"\nclient_id = "{GUID}"\nclient_secret = "s"')
    ended = run("config", "validate", "--config", str(file))
    assert ended.code == 2
    assert "c.toml:4: 'client_secret' would keep a secret in this file" in ended.out
    assert "`m365d-tui login`" in ended.out


def test_a_key_for_no_command_is_a_fault_with_its_line(run: Run, home: Path) -> None:
    file = home / "c.toml"
    file.write_text('[keys]\nset-status = "S"\nset-statsu = "T"\n')
    ended = run("config", "validate", "--config", str(file))
    assert ended.code == 2
    assert ended.out == (
        f"{file}:3: [keys] names no command 'set-statsu'. Did you mean set-status?\n"
    )


def test_what_an_editor_of_windows_wrote_stays_so(run: Run, home: Path) -> None:
    file = home / "c.toml"
    text = f'\ufeff# mine\r\n[profiles.a]\r\ntenant_id = "x.com"\r\nclient_id = "{GUID}"\r\n'
    file.write_bytes(text.encode())
    assert run("--config", str(file), *ADD).code == 0
    changed = file.read_bytes().decode()
    assert changed.startswith(text)
    assert "\n" not in changed.replace("\r\n", "")
    assert run("config", "validate", "--config", str(file)).code == 0


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (errno.ENOSPC, "no space left on device."),
        (errno.EROFS, "read-only file system."),
        (errno.EACCES, "permission denied. Check its permissions."),
    ],
)
def test_why_the_settings_cannot_be_written(
    run: Run, monkeypatch: pytest.MonkeyPatch, number: int, said: str
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("tui.config.write_private", refuse)
    ended = run(*ADD)
    assert ended.code == 2
    assert ended.err.endswith(f"config.toml cannot be written: {said}\n")


def test_a_file_that_the_environment_names_in_vain(
    run: Run, monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    monkeypatch.setenv("M365D_CONFIG", str(home / "nowhere.toml"))
    ended = run("token")
    assert ended.code == 2
    assert f"M365D_CONFIG names {home / 'nowhere.toml'}, where no file is" in ended.err


@pytest.fixture
def shut(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], None]:
    """Makes folders that cannot be written, for an administrator too."""
    closed: list[Path] = []
    make, access = paths.Path.mkdir, os.access

    def refused(path: object) -> bool:
        return any(one in (Path(str(path)), *Path(str(path)).parents) for one in closed)

    def mkdir(path: Path, *args: object, **keywords: object) -> None:
        if refused(path) and not path.exists():
            raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(path))
        make(path, *args, **keywords)  # type: ignore[arg-type]

    monkeypatch.setattr(paths.Path, "mkdir", mkdir)
    monkeypatch.setattr(os, "access", lambda p, mode: not refused(p) and access(p, mode))
    return closed.append


def test_hunting_where_the_home_is_read_only(
    run: Run, contoso: Path, shut: Callable[[Path], None], home: Path
) -> None:
    shut(home / "cache")
    ended = run("hunt", "-", "--format", "csv", stdin="print x = 1")
    assert (ended.code, ended.out) == (0, "x\n1\n")


def test_doctor_sees_that_nothing_can_be_kept(
    run: Run, shut: Callable[[Path], None], home: Path
) -> None:
    assert run("doctor", "--offline").code == 0
    shut(home)
    ended = run("doctor", "--offline")
    assert ended.code == 2
    assert "caches" in ended.out
    assert "cannot be written" in ended.out


def test_the_file_of_the_settings_is_its_owner_s(run: Run, home: Path) -> None:
    assert run(*ADD).code == 0
    file = home / "config" / "m365d-tui" / "config.toml"
    if os.name == "posix":
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


@pytest.mark.skipif(os.name != "posix", reason="names of bytes")
def test_a_home_whose_name_is_no_text(
    run: Run, contoso: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    odd = home / os.fsdecode(b"b\xffd")
    try:
        odd.mkdir()
    except OSError:
        pytest.skip("this file system takes no such name")
    monkeypatch.setenv("XDG_CACHE_HOME", str(odd))
    paths.app_paths.cache_clear()
    ended = run("hunt", "-", "--format", "csv", stdin="print x = 1")
    assert (ended.code, ended.out) == (0, "x\n1\n")


@pytest.mark.skipif(os.name != "posix", reason="names of bytes")
async def test_a_shell_finds_the_settings_by_their_path(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    name = os.fsdecode(b"b\xffd/c.toml")
    process = await machine.start("config", "path", "--config", name)
    out, err = await process.communicate()
    assert (out, err) == (b"b\xffd/c.toml\n", b"")
