"""Operators against a naive evaluation of what they mean."""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.kql.conftest import Ask

_ROWS = st.lists(st.tuples(st.integers(0, 4), st.integers(-9, 9)), max_size=8)
_SETTINGS = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def _table(name: str, rows: list[tuple[int, int]]) -> str:
    values = ", ".join(f"{key}, {value}" for key, value in rows)
    return f"datatable(k: long, {name}: long)[{values}]"


def _rows(ask: Ask, query: str) -> list[tuple[object, ...]]:
    text = b"".join(ask(query).json_chunks()).decode()
    return [tuple(row.values()) for row in json.loads(f"[{text}]")]


def _loops(
    kind: str, left: list[tuple[int, int]], right: list[tuple[int, int]]
) -> list[tuple[object, ...]]:
    if kind == "innerunique":
        left = list({key: (key, value) for key, value in reversed(left)}.values())
    pairs = [(a, b) for a in left for b in right if a[0] == b[0]]
    alone = [a for a in left if all(a[0] != b[0] for b in right)]
    others = [b for b in right if all(a[0] != b[0] for a in left)]
    semi = {
        "leftsemi": [a for a in left if a not in alone],
        "leftanti": alone,
        "rightsemi": [b for b in right if b not in others],
        "rightanti": others,
    }
    if kind in semi:
        return list(semi[kind])
    found: list[tuple[object, ...]] = [(*a, *b) for a, b in pairs]
    if kind in ("leftouter", "fullouter"):
        found += [(*a, None, None) for a in alone]
    if kind in ("rightouter", "fullouter"):
        found += [(None, None, *b) for b in others]
    return found


@pytest.mark.parametrize(
    "kind",
    ["inner", "leftouter", "rightouter", "fullouter", "leftsemi", "leftanti", "rightsemi",
     "rightanti"],
)  # fmt: skip
@_SETTINGS
@given(left=_ROWS, right=_ROWS)
def test_join_is_nested_loops(
    ask: Ask, kind: str, left: list[tuple[int, int]], right: list[tuple[int, int]]
) -> None:
    query = f"{_table('a', left)} | join kind={kind} ({_table('b', right)}) on k"
    found = _rows(ask, query)
    assert sorted(map(repr, found)) == sorted(map(repr, _loops(kind, left, right)))


@_SETTINGS
@given(rows=_ROWS)
def test_summarize_is_a_loop(ask: Ask, rows: list[tuple[int, int]]) -> None:
    groups: dict[int, list[int]] = defaultdict(list)
    for key, value in rows:
        groups[key].append(value)
    query = (
        f"{_table('v', rows)} | summarize count(), sum(v), min(v), max(v), dcount(v), "
        "countif(v > 0), avg(v) by k"
    )
    assert sorted(_rows(ask, query), key=repr) == sorted(
        (
            (
                key, len(vs), sum(vs), min(vs), max(vs), len(set(vs)),
                sum(v > 0 for v in vs), sum(vs) / len(vs),
            )
            for key, vs in groups.items()
        ),
        key=repr,
    )  # fmt: skip


@_SETTINGS
@given(value=st.integers(-(10**12), 10**12), size=st.integers(1, 10**6))
def test_bin_of_numbers_is_arithmetic(ask: Ask, value: int, size: int) -> None:
    assert _rows(ask, f"print bin({value}, {size})") == [(value // size * size,)]


@_SETTINGS
@given(
    moment=st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1)),
    seconds=st.integers(1, 40 * 86_400),
)
def test_bin_of_times_counts_from_the_year_one(ask: Ask, moment: datetime, seconds: int) -> None:
    size = timedelta(seconds=seconds)
    wanted = datetime(1, 1, 1) + (moment - datetime(1, 1, 1)) // size * size
    text = moment.isoformat(timespec="microseconds")
    (found,) = _rows(ask, f"print bin(datetime({text}), {seconds}s)")
    assert found == (wanted.isoformat(timespec="microseconds") + "0Z",)


@_SETTINGS
@given(
    words=st.lists(st.sampled_from(["alpha", "beta", "gamma-x", "delta_y", "x", "Alpha"])),
    terms=st.lists(
        st.sampled_from(["alpha", "bet", "x", "gamma", "-x", "y", "zz"]), min_size=1, max_size=6
    ),
)
def test_a_list_of_terms_is_each_of_them(ask: Ask, words: list[str], terms: list[str]) -> None:
    text = " ".join(words)
    listed = ", ".join(f'"{term}"' for term in terms)
    each = " or ".join(f't has "{term}"' for term in terms)
    query = f'datatable(t: string)["{text}"] | project a = t has_any ({listed}), b = ({each})'
    ((several, alone),) = _rows(ask, query)
    assert several == alone
