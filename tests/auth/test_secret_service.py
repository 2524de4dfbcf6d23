"""A real Secret Service (gnome-keyring on a bus of its own): store, read, replace, remove.

With M365D_REQUIRE_SECRET_SERVICE set, as in CI, it fails where it would be skipped.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

import pytest

from tests.auth.conftest import CLIENT, TENANT

_SCRIPT = f"""
import asyncio, json
from dataclasses import replace
from tui.auth.keychain import backend_name
from tui.auth.profiles import Profile
from tui.auth.secret import Secret
from tui.auth.vault import find_secret, remove_secret, store_secret
from tui.errors import SignInProblem

one = Profile("contoso", "{TENANT}", "{CLIENT}")
phrase = replace(one, credential="certificate")

def value():
    try:
        found = asyncio.run(find_secret(one))
        return [found.secret.reveal(), found.source]
    except SignInProblem as problem:
        return problem.why

told = dict(backend=backend_name(), before=value(), stored=store_secret(one, Secret("first~é🔑")))
told["first"] = value()
store_secret(one, Secret("long" * 900))
told["long"] = value() == ["long" * 900, "Secret Service"]
store_secret(one, Secret("second"))
store_secret(phrase, Secret("a pass phrase"))
told["second"] = value()
told["removed"] = [remove_secret(one), remove_secret(one), remove_secret(phrase)]
told["after"] = value()
import keyring, os, subprocess, sys
writer = [sys.executable, "-c", os.environ["WRITER"]]
say = dict(stderr=subprocess.PIPE, text=True)
both = [subprocess.Popen([*writer, word], **say) for word in ("ab", "cd")]
found = set()
while any(one.poll() is None for one in both):
    found.add(str(value()[0]))
found.add(value()[0])
told["writers"] = [one.communicate()[1] for one in both]
told["torn"] = [
    word for word in found
    if len(word) > 1 and word.replace("ab", "") and word.replace("cd", "")
]
told["removed at last"] = remove_secret(one)
items = keyring.get_keyring().get_preferred_collection().get_all_items()
told["left"] = len(list(items))
print("TOLD" + json.dumps(told))
"""
_WRITER = f"""
import sys
from tui.auth.profiles import Profile
from tui.auth.secret import Secret
from tui.auth.vault import store_secret
for number in range(3):
    store_secret(Profile("contoso", "{TENANT}", "{CLIENT}"), Secret(sys.argv[1] * (900 + number)))
"""
_SHELL = """
eval "$(printf %s "$PASSWORD" | gnome-keyring-daemon --unlock --components=secrets)" || exit 9
exec "$PYTHON" -c "$SCRIPT"
"""


def _missing(why: str) -> NoReturn:
    if os.environ.get("M365D_REQUIRE_SECRET_SERVICE"):
        pytest.fail(f"no Secret Service: {why}")
    pytest.skip(f"no Secret Service: {why}")


def test_real_secret_service(tmp_path: Path) -> None:
    for program in ("dbus-run-session", "gnome-keyring-daemon"):
        if shutil.which(program) is None:
            _missing(f"{program} is not installed")
    runtime = tmp_path / "run"
    runtime.mkdir(mode=0o700)
    environ = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "XDG_RUNTIME_DIR": str(runtime),
        "XDG_DATA_HOME": str(tmp_path / "data"),
        "PASSWORD": "unlock-of-the-tests",
        "PYTHON": sys.executable,
        "PYTHONPATH": str(Path(__file__).parents[2]),
        "SCRIPT": _SCRIPT,
        "WRITER": _WRITER,
        "LANG": "C.UTF-8",
    }
    try:
        ended = subprocess.run(
            ["dbus-run-session", "--", "sh", "-c", _SHELL],
            env=environ,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=45,
            check=False,
        )
    except subprocess.TimeoutExpired:
        _missing("it did not answer within 45 s")
    lines = [line for line in ended.stdout.splitlines() if line.startswith("TOLD")]
    if not lines:
        _missing((ended.stderr.strip().splitlines() or ["it did not start"])[-1][:200])
    told = json.loads(lines[0].removeprefix("TOLD"))
    assert told["backend"] == ["Secret Service", True]
    assert "holds no secret" in told["before"]
    assert told["stored"] == "Secret Service"
    assert told["first"] == ["first~é🔑", "Secret Service"]
    assert told["long"] is True
    assert told["second"] == ["second", "Secret Service"]
    assert told["removed"] == [True, False, True]
    assert "holds no secret" in told["after"]
    assert told["writers"] == ["", ""]
    assert told["torn"] == []
    assert told["removed at last"] is True
    assert told["left"] == 0
