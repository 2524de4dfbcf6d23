"""Giving memory back: where the C library can, and nowhere a fault."""

from __future__ import annotations

import pytest

from tui.incidents import spare_memory


@pytest.mark.parametrize("platform", ["linux", "darwin", "win32"])
def test_memory_is_given_back_or_left_alone(monkeypatch: pytest.MonkeyPatch, platform: str) -> None:
    monkeypatch.setattr("sys.platform", platform)
    spare_memory._trim.cache_clear()
    spare_memory.give_back()
    spare_memory._trim.cache_clear()
