"""Queries as hunters write them: every one runs over the published tables."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.kql.conftest import Ask
from tui.kql import lexer

_CORPUS = Path(__file__).with_name("corpus")


def _hunts() -> list[object]:
    found: list[object] = []
    for file in sorted(_CORPUS.glob("*.kql")):
        text = file.read_text("utf-8")
        for number, (start, end) in enumerate(lexer.statements(text), start=1):
            found.append(pytest.param(text[start:end], id=f"{file.stem}-{number}"))
    return found


@pytest.mark.parametrize("query", _hunts())
def test_hunt_runs(ask: Ask, query: str) -> None:
    answer = ask(query)
    assert answer.columns
    for row in answer.rows():
        assert len(row) == len(answer.columns)
    assert "\ue000" not in b"".join(answer.json_chunks()).decode()
