"""Every scalar function and operator: its value and type, as Kusto's language reference has it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.kql.conftest import Ask
from tui.kql.engine import KqlFault

_LINES = Path(__file__).with_name("results").joinpath("scalars.txt").read_text("utf-8")


def _cases() -> list[tuple[str, str]]:
    found = []
    for line in _LINES.splitlines():
        expression, arrow, wanted = line.rpartition(" => ")
        if arrow and not line.startswith("//"):
            found.append((expression, wanted))
    return found


@pytest.mark.parametrize(("expression", "wanted"), _cases())
def test_value(ask: Ask, expression: str, wanted: str) -> None:
    query = f"print x = {expression}"
    if wanted.startswith("!"):
        with pytest.raises(KqlFault) as refused:
            ask(query)
        assert refused.value.code == wanted[1:]
        return
    kind, _, value = wanted.partition(" ")
    answer = ask(query)
    found = json.loads(b"".join(answer.json_chunks()))["x"]
    assert answer.columns[0].type == kind
    assert found == json.loads(value)
    assert type(found) is type(json.loads(value))


def test_the_cases_are_many() -> None:
    assert len(_cases()) >= 400
