"""Bodies of every shape: both readers agree, and nothing but a `BadAnswer` is ever raised."""

from __future__ import annotations

import asyncio
import json
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.hunting.bodies import at_rest, classic
from tui.errors import BadAnswer
from tui.hunting import body
from tui.hunting.results import ResultSet
from tui.text import visible

plain = st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text(max_size=20)
nested = st.lists(plain, max_size=3) | st.dictionaries(st.text(max_size=5), plain, max_size=3)
rows = st.lists(
    st.fixed_dictionaries({}, optional={"a": plain, "b": st.text(), "c": nested}), max_size=8
)
SCHEMA = [("a", "String"), ("b", "String"), ("c", "Object")]


def texts(row: dict) -> tuple[str | None, ...]:
    def one(value: object) -> str | None:
        if value is None or isinstance(value, str):
            return value
        if isinstance(value, bool):
            return str(value).lower()
        if isinstance(value, int):
            return str(value)
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))

    return tuple(one(row.get(name)) for name, _ in SCHEMA)


async def read(data: bytes) -> tuple[list[tuple], str | None]:
    with tempfile.TemporaryDirectory() as directory:
        result = await ResultSet.load(at_rest(Path(directory), data))
        try:
            window = await result.source().window(0, result.count)
            return [row.values for row in window], result.truncated
        finally:
            result.close()


@given(rows)
@settings(max_examples=40, deadline=None)
def test_rows_come_out_as_they_went_in_by_either_reader(made) -> None:
    data = classic(SCHEMA, made)
    expected = [texts(row) for row in made]
    assert [tuple(map(normal, row)) for row in asyncio.run(read(data))[0]] == [
        tuple(map(normal, row)) for row in expected
    ]
    with tempfile.TemporaryDirectory() as directory:
        found: list[tuple] = []
        reading = body.read_leniently(
            at_rest(Path(directory), data), lambda cells: found.append(tuple(cells)), lambda: False
        )
    assert reading is not None
    assert not reading.cut
    assert found == expected


def normal(text: str | None) -> object:
    """Texts that are JSON compare by what they hold: writers escape differently."""
    if text is not None and text[:1] in "[{":
        try:
            return json.dumps(json.loads(text, strict=False))
        except ValueError:
            return text
    return text


@given(rows, st.data())
@settings(max_examples=60, deadline=None)
def test_a_body_cut_anywhere_gives_the_rows_before_or_says_why_not(made, data) -> None:
    whole = classic(SCHEMA, made)
    cut = whole[: data.draw(st.integers(0, len(whole) - 1))]
    try:
        found, truncated = asyncio.run(read(cut))
    except BadAnswer:
        return
    expected = [tuple(map(normal, texts(row))) for row in made]
    assert [tuple(map(normal, row)) for row in found] == expected[: len(found)]
    assert truncated is not None


@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-8")))
@settings(max_examples=60, deadline=None)
def test_anything_else_is_a_bad_answer(data) -> None:
    for made in (data, b"{" + data, b'{"Results":[' + data):
        said = ""
        try:
            asyncio.run(read(made))
        except BadAnswer as problem:
            said = str(problem)
        assert visible(said) == said
