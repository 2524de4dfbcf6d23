"""What the start of the application loads."""

from __future__ import annotations

import subprocess
import sys


def test_the_application_starts_without_its_heavy_modules() -> None:
    code = (
        "import sys; import tui.ui.app, tui.ui.screens.sign_in; "
        "heavy = {'duckdb', 'cryptography', 'jwt', 'keyring', 'httpx', 'duckdb_kql'}; "
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
