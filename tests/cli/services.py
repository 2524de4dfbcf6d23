"""Commands run against a server on a socket, as a user would run them."""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SECRET = "a-secret-of-these-tests"
TENANT = "6f0b7c1e-1111-4c22-9333-0123456789ab"
CLIENT = "0a1b2c3d-2222-4e44-8555-ba9876543210"


@dataclass(frozen=True)
class Ended:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


class Machine:
    """A home directory of its own, with one profile for a server."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.config = home / "config.toml"
        self.environment = {
            "HOME": str(home),
            "PATH": str(Path(shutil.which("sh") or "/bin/sh").parent),
            "XDG_CONFIG_HOME": str(home / "config"),
            "XDG_DATA_HOME": str(home / "data"),
            "XDG_STATE_HOME": str(home / "state"),
            "XDG_CACHE_HOME": str(home / "cache"),
            "M365D_CLIENT_SECRET": SECRET,
            "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
            "PYTHONUTF8": "1",
        }

    def connect(self, origin: str, api: str, *, tenant: str = TENANT, client: str = CLIENT) -> None:
        self.config.write_text(
            f'[profiles.test]\ntenant_id = "{tenant}"\nclient_id = "{client}"\napi = "{api}"\n'
            f'credential = "env"\n[profiles.test.cloud]\nauthority = "{origin}"\n',
            encoding="utf-8",
        )

    async def start(self, *arguments: str) -> asyncio.subprocess.Process:
        """Start a command and leave it running."""
        return await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "tui", "--config", str(self.config)),
            *arguments,
            cwd=Path(__file__).parents[2],
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    async def run(self, *arguments: str, stdin: bytes = b"") -> Ended:
        """Run a command to its end."""
        process = await self.start(*arguments)
        out, err = await process.communicate(stdin)
        ended = Ended(process.returncode or 0, out.decode(), err.decode())
        assert SECRET not in ended.out + ended.err
        assert "Traceback" not in ended.err
        return ended
