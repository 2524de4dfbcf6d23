"""The filter language of the services: what it means, and that nothing breaks it."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.demo.service.odata import Field, ODataFault, parse_filter, parse_order

FIELDS: dict[str, Field[dict[str, object]]] = {
    "name": Field(lambda one: one["name"]),
    "size": Field(lambda one: one["size"], "number"),
    "when": Field(lambda one: one["when"], "time"),
    "kind": Field(lambda one: one["kind"], "enum", {"red": 0, "blue": 1}),
    "tags": Field(lambda one: one["tags"], "texts"),
}
THING: dict[str, object] = {
    "name": "Ann's",
    "size": 3,
    "when": datetime(2026, 11, 24, 12, tzinfo=UTC),
    "kind": "red",
    "tags": ["a", "b"],
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("name eq 'ann''s'", True),
        ("not name eq 'x' and size gt 2", True),
        ("size lt 2 or size ge 3 and kind eq 'blue'", False),
        ("(size lt 2 or size ge 3) and kind eq 'RED'", True),
        ("when gt 2026-11-24T12:59:59.9999999+01:00", True),
        ("when le 2026-11-24T12:00:00Z", True),
        ("kind in ('blue', 'red')", True),
        ("name ne null", True),
        ("endswith(name, '''S')", True),
        ("tags/any(x: x eq 'b')", True),
        ("tags/all(x: x eq 'b')", False),
        ("tags/any()", True),
        ("kind gt 'red'", False),
        ("kind lt 'blue'", True),
        ("when ge 2026-11-24", True),
        ("when lt 2026-11-24", False),
        ("tolower(name) eq 'ann''s'", True),
        ("startsWith(toupper(name), 'ANN')", True),
    ],
)
def test_meaning(text: str, expected: bool) -> None:
    assert parse_filter(text, FIELDS, "thing")(THING) is expected


WORDS = (
    *("name", "size", "when", "kind", "tags", "eq", "ne", "in", "and", "or", "not", "null"),
    *("(", ")", ",", ":", "'x'", "'", "3", "-1", "2026-11-24T12:00:00Z", "any", "/any("),
    *("contains", "contains(", "\u202e", "%"),
)


@given(
    st.lists(
        st.sampled_from(WORDS),
        max_size=12,
    )
)
def test_every_text_is_understood_or_refused(words: list[str]) -> None:
    with suppress(ODataFault):
        parse_filter(" ".join(words), FIELDS, "thing")(THING)
    with suppress(ODataFault):
        parse_order(" ".join(words), FIELDS, "thing")([THING, THING])


@given(st.text(max_size=60))
def test_arbitrary_text_never_breaks_it(text: str) -> None:
    with suppress(ODataFault):
        parse_filter(text, FIELDS, "thing")
