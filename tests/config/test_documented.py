"""What README and docs show of the settings is what this program takes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tui.config import validate_text
from tui.config.schema import CREDENTIAL_KINDS

ROOT = Path(__file__).parents[2]
BLOCKS = [
    (path.name, block)
    for path in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
    for block in re.findall(r"^```toml\n(.*?)^```", path.read_text("utf-8"), re.DOTALL | re.M)
]


@pytest.mark.parametrize(("name", "block"), BLOCKS)
def test_each_block_is_valid(name: str, block: str) -> None:
    assert validate_text(block, Path(name)) == []


def test_each_credential_is_shown() -> None:
    text = "".join(block for name, block in BLOCKS if name == "sign-in.md")
    assert [kind for kind in CREDENTIAL_KINDS if f'credential = "{kind}"' not in text] == []
