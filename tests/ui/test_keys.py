"""Keys of the settings file."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ui.conftest import Open
from tui.config import Settings
from tui.ui.commands.known import unknown_names
from tui.ui.keys import command_id, key_id


@pytest.mark.parametrize("name", ["set-status", "set_status", "Set status", "SetStatus"])
def test_a_command_can_be_named_in_many_ways(name: str) -> None:
    assert command_id(name) == "SetStatus"
    assert not unknown_names([name])


def test_an_unknown_command_is_named_with_the_nearest() -> None:
    assert unknown_names(["set-statsu"]) == [
        "[keys] names no command 'set-statsu'. Did you mean set-status?"
    ]


@given(st.text(max_size=12))
def test_any_key_is_understood_or_left(text: str) -> None:
    assert isinstance(key_id(text), str)
    assert isinstance(command_id(text), str)


async def test_another_key_does_what_the_settings_say(open_app: Open) -> None:
    async with open_app(settings=Settings(keys={"set-status": "Z"})) as screens:
        await screens.sign_in()
        await screens.sees("Z status")
        await screens.press("Z")
        await screens.sees("Status: Human-operated")
