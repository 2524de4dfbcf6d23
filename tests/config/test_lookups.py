"""Look-ups: what the settings take, and how a value is put into an address."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.config import load_settings, validate_text
from tui.config.lookups import Lookup

GOOD = """
[[lookups]]
name = "Intel"
kinds = ["ip", "domain"]
url = "https://intel.example/q/{value}?from=m365d"
"""


def test_lookups_are_read(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text(GOOD)
    (lookup,) = load_settings(file).lookups
    assert lookup == Lookup("Intel", ("ip", "domain"), "https://intel.example/q/{value}?from=m365d")
    assert lookup.address("a b/../?#é").startswith("https://intel.example/q/a%20b%2F..%2F%3F%23")


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("https://", "http://", "is no https address"),
        ("{value}", "value", "has no {value} in it"),
        ("intel.example/q/{value}", "{value}.example/", "must name its host"),
        ('"ip"', '"ipp"', "Did you mean ip?"),
        ("kinds =", "kind =", "Did you mean kinds?"),
        ('["ip", "domain"]', '"ip"', "must be a list of texts"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(before: str, after: str, said: str) -> None:
    faults = validate_text(GOOD.replace(before, after), Path("config.toml"))
    assert any(said in str(fault) and fault.line for fault in faults), faults


@given(st.text(min_size=1))
def test_no_value_leaves_its_place(value: str) -> None:
    address = Lookup("x", ("ip",), "https://intel.example/q/{value}").address(value)
    rest = address.removeprefix("https://intel.example/q/")
    assert address.startswith("https://intel.example/q/")
    assert not set(rest) & set("/?#@\\ \n")
    assert rest not in (".", "..")
