"""Views outlive the program: filter, order, columns, and which is shown first."""

from __future__ import annotations

import json

import pytest

from tui.config.paths import app_paths
from tui.rows import Placed, SortKey
from tui.ui.views import STARTERS, View, Views

NOISE = View(
    "noise",
    "status:active -sev:high",
    (SortKey("prio", descending=True), SortKey("age")),
    (Placed("id", pinned=False), Placed("name", 30), Placed("tactics")),
)


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch) -> None:
    for name in ("XDG_STATE_HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    app_paths.cache_clear()


def test_views_are_read_as_they_were_written() -> None:
    kept = Views(on_disk=True)
    kept.save(NOISE)
    kept.save(View("", "ignored", (), (Placed("id"), Placed("prio", 9))))
    kept.make_default("noise")
    again = Views(on_disk=True)
    assert again.all() == [*STARTERS, NOISE]
    assert again.default == NOISE
    assert again.plain == View("", "", (), (Placed("id"), Placed("prio", 9)))
    again.drop("noise")
    assert Views(on_disk=True).default is None


def test_the_form_of_the_first_version_is_read() -> None:
    folder = app_paths().state_dir
    folder.mkdir(parents=True, exist_ok=True)
    old = [{"name": "a", "filter": "sev:high", "order": [["age", True]]}]
    (folder / "views.json").write_text(json.dumps(old))
    assert Views(on_disk=True).all() == [View("a", "sev:high", (SortKey("age", True),))]


@pytest.mark.parametrize("text", ["", "{", "[1]", '{"views": 3}', '{"views": [{"name": 1}]}', "3"])
def test_a_file_that_is_none_gives_the_starters(text: str) -> None:
    folder = app_paths().state_dir
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "views.json").write_text(text)
    assert Views(on_disk=True).all() == list(STARTERS)
