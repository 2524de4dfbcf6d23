"""Queries as hunters write them: every one runs over the published tables."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.kql.conftest import Ask
from tui.kql import lexer

_TEXT = Path(__file__).with_name("hunts.kql").read_text("utf-8")
_HUNTS = [_TEXT[start:end] for start, end in lexer.statements(_TEXT)]


@pytest.mark.parametrize("query", _HUNTS)
def test_hunt_runs(ask: Ask, query: str) -> None:
    answer = ask(query)
    assert answer.columns
    for row in answer.rows():
        assert len(row) == len(answer.columns)
    assert "\ue000" not in b"".join(answer.json_chunks()).decode()
