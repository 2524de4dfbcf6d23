"""A keyring in a file, for a program on a terminal of its own; no machine's own is touched."""

from __future__ import annotations

import json
import os
from pathlib import Path

import keyring.errors
from keyring.backend import KeyringBackend


class FileKeyring(KeyringBackend):
    """Keeps secrets in the file that `TEST_KEYRING` names; refuses where there is none."""

    priority = 1  # type: ignore[assignment]

    @property
    def _file(self) -> Path:
        if name := os.environ.get("TEST_KEYRING"):
            return Path(name)
        raise keyring.errors.KeyringLocked("locked")

    def _kept(self) -> dict[str, str]:
        return json.loads(self._file.read_text()) if self._file.exists() else {}

    def get_password(self, service: str, username: str) -> str | None:
        return self._kept().get(f"{service}|{username}")

    def set_password(self, service: str, username: str, password: str) -> None:
        self._file.write_text(json.dumps(self._kept() | {f"{service}|{username}": password}))

    def delete_password(self, service: str, username: str) -> None:
        kept = self._kept()
        if kept.pop(f"{service}|{username}", None) is None:
            raise keyring.errors.PasswordDeleteError("none")
        self._file.write_text(json.dumps(kept))
