"""config.toml → Settings, or every fault with its place."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tui.config.check import Checker, Fault
from tui.config.lookups import lookups_of
from tui.config.paths import at_home, config_path
from tui.config.scan import key_lines
from tui.config.settings import (
    EngineSettings,
    HostTable,
    Origin,
    ProfileSettings,
    Settings,
    UiSettings,
)
from tui.config.shift import sla_rules, templates_of, watch_of
from tui.errors import UsageProblem
from tui.text import visible

_MOST = 1_000_000
_AT_ONCE = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_AT = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")
_CLEARER = {
    "Cannot overwrite a value": "this name was given a value before",
    "Cannot declare": "this table stands in the file twice",
    "Invalid value": "this is no value; texts stand in quotation marks",
    "Expected '=' after a key": "a key must be followed by =",
    "Expected newline or end of document": "more stands on this line than one value",
    "Unclosed array": "a list is not closed",
    "Unterminated string": "a text is not closed",
    "Illegal character '\\n'": "a text is not closed on its line",
}


def _reworded(message: str) -> str:
    for start, words in _CLEARER.items():
        if message.startswith(start):
            return words
    return message[:1].lower() + message[1:]


def _syntax_fault(path: Path, text: str, message: str) -> Fault:
    match = _AT.search(message)
    words = _reworded(_AT.sub("", message))
    line = int(match[1]) if match and match[1] else text.rstrip().count("\n") + 1
    column = f" at column {match[2]}" if match and match[2] else ""
    return Fault(path, line, f"not TOML{column}: {visible(words)}", "See https://toml.io.")


def _read(path: Path) -> tuple[dict[str, Any], dict[tuple[str, ...], int], list[Fault]]:
    try:
        # A pipe that nobody writes to would block for ever when it is opened without this.
        handle = os.open(path, os.O_RDONLY | _AT_ONCE)
        with os.fdopen(handle, "rb") as stream:
            is_pipe = stat.S_ISFIFO(os.fstat(handle).st_mode)
            if is_pipe:
                os.set_blocking(handle, True)
            raw = stream.read(_MOST + 1)
    except FileNotFoundError:
        raise
    except OSError as error:
        why = (error.strerror or "it cannot be read").lower()
        remedy = "Check its permissions." if isinstance(error, PermissionError) else ""
        return {}, {}, [Fault(path, None, f"cannot be read: {why}", remedy)]
    if is_pipe and not raw:
        return {}, {}, [Fault(path, None, "is a pipe that nothing came out of")]
    if len(raw) > _MOST:
        return {}, {}, [Fault(path, None, "is larger than a megabyte: no settings file")]
    try:
        text = raw.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        return {}, {}, [Fault(path, line, "is not UTF-8 text", "Save the file as UTF-8.")]
    return _parse(text, path)


def _parse(text: str, path: Path) -> tuple[dict[str, Any], dict[tuple[str, ...], int], list[Fault]]:
    import tomllib

    try:
        return tomllib.loads(text), key_lines(text), []
    except tomllib.TOMLDecodeError as error:
        return {}, {}, [_syntax_fault(path, text, str(error))]
    except RecursionError:
        return {}, {}, [Fault(path, None, "nests too deep")]


def validate_settings(path: Path | None = None) -> list[Fault]:
    """Every fault of a settings file, in its order; none where there is no such file."""
    file = config_path(path)
    try:
        document, lines, faults = _read(file)
    except FileNotFoundError:
        return []
    return faults or Checker(document, lines, file).faults()


def validate_text(text: str, file: Path) -> list[Fault]:
    """Every fault that a text would have as the settings file."""
    document, lines, faults = _parse(text, file)
    return faults or Checker(document, lines, file).faults()


def load_settings(path: Path | None = None) -> Settings:
    """The settings in force: of the file given, of `M365D_CONFIG`, or the user's own.

    Where there is no file all is default; a file named by hand must be there.

    Raises:
        UsageProblem: The file is faulty; the first fault is named with file and line.
    """
    file = config_path(path)
    try:
        document, lines, faults = _read(file)
    except FileNotFoundError:
        if path is not None:
            raise UsageProblem(
                "The settings cannot be read",
                f"there is no file {visible(str(file))}",
                "Check --config, or leave it out.",
            ) from None
        return Settings()
    faults = faults or Checker(document, lines, file).faults()
    if faults:
        first = faults[0]
        more = len(faults) - 1
        rest = f" {more} more: see `m365d-tui config validate`." if more else ""
        raise UsageProblem(
            "The settings cannot be used",
            visible(f"{first.place}: {first.message}"),
            (visible(first.suggestion) + rest).strip(),
        )
    return _settings(document, lines, file)


def _path(value: str | None, file: Path) -> Path | None:
    """Paths in the file are the user's (`~`) or relative to the file."""
    if value is None:
        return None
    path = at_home(Path(value))
    return path if path.is_absolute() else file.parent / path


def _profile(name: str, table: Mapping[str, Any], file: Path) -> ProfileSettings:
    cloud = table.get("cloud", "global")
    engines = {
        engine: EngineSettings(name=engine, **values)
        for engine, values in table.get("engines", {}).items()
    }
    return ProfileSettings(
        name=name,
        tenant_id=table.get("tenant_id", ""),
        client_id=table.get("client_id", ""),
        api=table.get("api", "auto"),
        cloud=HostTable(**cloud) if isinstance(cloud, dict) else cloud,
        token_endpoint=table.get("token_endpoint", "v2"),
        credential=table.get("credential", "keyring"),
        secret_command=tuple(table.get("secret_command", ())),
        certificate_path=_path(table.get("certificate_path"), file),
        token_file=_path(table.get("token_file"), file),
        home_tenant=table.get("home_tenant"),
        region=table.get("region"),
        engines=engines,
        tenants=dict(table.get("tenants", {})),
    )


def _settings(
    document: Mapping[str, Any], lines: Mapping[tuple[str, ...], int], file: Path
) -> Settings:
    return Settings(
        default_profile=document.get("default_profile"),
        profiles={
            name: _profile(name, table, file)
            for name, table in document.get("profiles", {}).items()
        },
        keys=dict(document.get("keys", {})),
        ui=UiSettings(**document.get("ui", {})),
        sla=sla_rules(document.get("sla", [])),
        templates=templates_of(document.get("templates", [])),
        watch=watch_of(document.get("watch", {})),
        lookups=lookups_of(document.get("lookups", [])),
        path=file,
        origins={".".join(place): Origin(file, line) for place, line in lines.items()},
    )
