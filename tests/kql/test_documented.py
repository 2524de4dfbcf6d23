"""The page of what runs agrees with the engine."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.kql.conftest import Ask
from tests.kql.test_refusals import UNSUPPORTED
from tui.kql.engine import KqlFault

_PAGE = Path(__file__).parents[2].joinpath("docs", "kql.md").read_text("utf-8")


def _names(status: str) -> set[str]:
    found: set[str] = set()
    for line in _PAGE.splitlines():
        if line.startswith("|") and line.rstrip(" |").endswith(status):
            found |= set(re.findall(r"[a-z][a-z_-]+", line.split("|")[1]))
    return found


@pytest.mark.parametrize("name", ["autocluster", "basket", "diffpatterns"])
def test_what_the_page_calls_unsupported_is_refused(ask: Ask, name: str) -> None:
    assert name in _names("not supported")
    with pytest.raises(KqlFault) as caught:
        ask(UNSUPPORTED[name])
    assert caught.value.kind == "unsupported"


def test_what_the_page_says_runs_is_in_the_corpus() -> None:
    corpus = "\n".join(
        file.read_text("utf-8") for file in Path(__file__).with_name("corpus").glob("*.kql")
    )
    operators = {
        name
        for name in _names("| runs")
        if re.fullmatch(r"(project|parse|make|mv|top|sample)-[a-z-]+", name)
    }
    assert operators
    assert {name for name in operators if name not in corpus} == set()
