"""How the inspector writes a value, whatever the service sends."""

from __future__ import annotations

import pytest

from tui.rows import Column
from tui.ui.screens import record
from tui.ui.screens.record import written

DETAIL = Column("detail", "Detail")


@pytest.mark.parametrize("depth", [1, 100, *range(900, 1000, 5), 5000])
def test_json_of_any_depth_is_written(depth: int) -> None:
    nested = "[" * depth + "1" + "]" * depth
    assert written(DETAIL, nested)[0][0].startswith("[")


def test_what_is_read_and_too_deep_to_be_written_stands_as_it_came(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def too_deep(*_: object, **__: object) -> str:
        raise RecursionError

    monkeypatch.setattr(record.json, "dumps", too_deep)
    assert written(DETAIL, '{"a": [1]}')[0][0] == '{"a": [1]}'
