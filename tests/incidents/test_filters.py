"""The filter language: what it keeps, what it says, and where it points when it is wrong."""

from __future__ import annotations

import sqlite3
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.incidents.fakes import ME, NOW, incident, stamp
from tui.api.decode import decode_incident
from tui.errors import UsageProblem
from tui.incidents import store
from tui.incidents.filters import FIELDS, Filter, FilterProblem, Seen, parse
from tui.incidents.schema import open_memory

RANSOMWARE = incident(
    1,
    displayName="Human-operated Ransomware on WKS-0142",
    severity="high",
    customTags=["crown-jewels"],
    systemTags=["Defender Experts"],
)
PHISHING = incident(2, displayName="Phishing mail", assignedTo=ME, status="inProgress")
CLOSED = incident(200, displayName="Old thing", status="resolved", assignedTo="D.Ito@contoso.com")
ALL = (RANSOMWARE, PHISHING, CLOSED)


def kept(text: str) -> list[str]:
    chosen = parse(text, ME)
    return [one.id for one in ALL if chosen.matches(one, NOW)]


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("", ["1", "2", "200"]),
        ("ransomware", ["1"]),
        ("RANSOMWARE wks", ["1"]),
        ('"ware on"', ["1"]),
        ('"on ransom"', []),
        ("encrypted", ["1", "2", "200"]),
        ("sev:high", ["1"]),
        ("severity:HIGH,Medium", ["1", "2", "200"]),
        ("-sev:high", ["2", "200"]),
        ("status:closed", ["200"]),
        ("status:open", ["1", "2"]),
        ("status:inProgress", ["2"]),
        ("assigned:me", ["2"]),
        ("assigned:none", ["1"]),
        ("assigned:ito", ["200"]),
        ("-assigned:none", ["2", "200"]),
        ("assigned:me,none", ["1", "2"]),
        ("tag:crown-jewels", ["1"]),
        ("tag:crown", []),
        ('tag:"defender experts"', ["1"]),
        ("id:2,200", ["2", "200"]),
        ("age:<1d", ["1", "2"]),
        ("age:>1d", ["200"]),
        ("updated:<90m", ["1"]),
        ("created:>=2026-11-24T11:00:00Z", ["1"]),
        ("phishing or sev:high", ["1", "2"]),
        ("-(phishing or sev:high)", ["200"]),
        ("mail or old status:closed", ["2", "200"]),
        ("(mail or old) status:closed", ["200"]),
        ("--phishing", ["2"]),
    ],
)
def test_filter_keeps(text: str, ids: list[str]) -> None:
    assert kept(text) == ids


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ""),
        ("sev:high,medium age:<7d", "high or medium, from the last week"),
        ("sev:h assigned:none updated:<4h", "high, nobody's, touched in the last 4 hours"),
        ("status:working assigned:me", "being worked on, yours"),
        ("-status:closed -ransomware", "not closed, without “ransomware”"),
        ("age:>30d tag:vip", "older than 30 days, tagged vip"),
        ("sev:high or (vip -status:merged)", "(high; or with “vip”, not merged)"),
    ],
)
def test_filter_explains_itself(text: str, words: str) -> None:
    assert parse(text, ME).words() == words


@pytest.mark.parametrize(
    ("text", "column", "said"),
    [
        ("sev:nonsense", 5, "high, medium, low, informational, unknown"),
        ("sev:high,hihg", 10, "Did you mean “high”?"),
        ("ransomware sevv:high", 12, "Did you mean “sev:”?"),
        ("status:actve", 8, "Did you mean “active”?"),
        ('name "open', 6, "not closed"),
        ("(a or b", 1, "not closed"),
        ("a) b", 2, "nothing is open"),
        ("a or", 3, "missing"),
        ("or a", 1, "missing"),
        ("tag:", 1, "no value"),
        ("age:<7y", 5, "units are"),
        ("updated:yesterday", 9, "no date"),
    ],
)
def test_wrong_filter_points_at_its_column(text: str, column: int, said: str) -> None:
    with pytest.raises(FilterProblem) as caught:
        parse(text, ME)
    assert caught.value.column == column
    assert said in str(caught.value)


def test_me_is_refused_where_nobody_is_known() -> None:
    with pytest.raises(UsageProblem, match="“me”"):
        parse("assigned:me")
    assert parse('assigned:"me"').matches(incident(1, assignedTo="melissa"))


def test_values_met_in_answers_can_be_filtered_for() -> None:
    strange = incident(9, severity="Catastrophic")
    with pytest.raises(FilterProblem):
        parse("sev:catastrophic")
    assert parse('sev:"catastrophic"').matches(strange)
    assert parse("sev:catastrophic", seen=Seen(severities=frozenset(["Catastrophic"]))).matches(
        strange
    )


@pytest.mark.parametrize(
    ("text", "dialect", "odata"),
    [
        ("ransomware tag:vip assigned:none", "graph", None),
        ("sev:high,medium vip", "graph", "(severity eq 'high' or severity eq 'medium')"),
        ("sev:high", "classic", None),
        ("-status:closed", "classic", "status ne 'Resolved'"),
        ("status:awaiting", "classic", None),
        ("sev:high or vip", "graph", None),
        (
            "sev:high or status:merged",
            "graph",
            "((severity eq 'high') or (status eq 'redirected'))",
        ),
        ("-(sev:high vip)", "graph", None),
        ("age:<1d", "classic", "createdTime ge 2026-11-23T12:00:00.000000Z"),
        ("updated:<2h", "graph", "lastUpdateDateTime ge 2026-11-24T10:00:00.000000Z"),
    ],
)
def test_service_is_asked_for_what_it_can_filter(
    text: str, dialect: str, odata: str | None
) -> None:
    assert parse(text).odata(dialect, NOW) == odata


SIGNS = ("sev", "-", "(", ")", "or", "and", '"', ":", ",", "<", ">", "7d", "\\", "é", "İ")
pieces = st.sampled_from(
    [*FIELDS, *SIGNS, "high", "none", "me", "2026-11-01", " ", "\n", "\ud800", "\x00", "'", "%"]
)
texts = st.one_of(
    st.text(max_size=60),
    st.lists(pieces, max_size=20).map("".join),
    st.lists(pieces, max_size=20).map(" ".join),
)


def attempt(text: str) -> tuple[Filter | None, int]:
    """The filter, or None and the column where it is wrong."""
    try:
        return parse(text, ME), 0
    except FilterProblem as problem:
        return None, problem.column


@given(texts)
@settings(max_examples=400, deadline=None)
def test_any_text_is_understood_or_refused_with_its_place(text: str) -> None:
    understood, column = attempt(text)
    if understood is None:
        assert 1 <= column <= len(text) + 1
    else:
        understood.words()
        understood.sql(NOW)
        understood.odata("graph", NOW)
        understood.odata("classic", NOW)


@pytest.mark.parametrize(
    "text", ["(" * 5000, "-" * 5000 + "a", "a " * 5000, "sev:" + "high," * 5000]
)
def test_endless_filter_is_refused_or_understood(text: str) -> None:
    understood, column = attempt(text)
    assert column == 0 or understood is None


words = st.sampled_from(
    ["vip", "Ransom", "ß", "İ", "\ud800", "a\nb", "\x00", "é", "", "ünïcode", "me"]
)
terms = st.one_of(
    words.map(lambda word: '"' + word + '"'),
    st.sampled_from(
        ["sev:high", "sev:low,medium", "status:open", "status:closed", "assigned:none"]
    ),
    st.sampled_from(
        ["assigned:me", "assigned:ransom", "age:<2d", "age:>2d", "updated:>2026-11-23"]
    ),
    words.map(lambda word: f'tag:"{word}x"'),
    st.sampled_from(["id:1", "id:x,2", "created:2026-11-24"]),
)
filters = st.recursive(
    terms,
    lambda inner: st.one_of(
        inner.map("-({})".format),
        st.lists(inner, min_size=2, max_size=3).map(" ".join),
        st.lists(inner, min_size=2, max_size=3).map(" or ".join).map("({})".format),
    ),
    max_leaves=6,
)
incidents = st.builds(
    lambda **raw: decode_incident(raw),
    id=st.sampled_from(["1", "2", "x"]),
    displayName=words,
    severity=st.sampled_from(["high", "Medium", "low", "odd", None]),
    status=st.sampled_from(["active", "Resolved", "redirected", None]),
    assignedTo=st.one_of(st.none(), words, st.just(ME.upper())),
    customTags=st.lists(words.map("{}x".format), max_size=2),
    createdDateTime=st.one_of(
        st.none(), st.integers(0, 100).map(lambda hours: stamp(NOW - timedelta(hours=hours)))
    ),
    lastUpdateDateTime=st.one_of(st.none(), st.just(stamp(NOW)), st.just("2026-11-22T00:00:00Z")),
    comments=st.lists(words.map(lambda word: {"comment": word}), max_size=1),
)


@given(filters, st.lists(incidents, max_size=4))
@settings(max_examples=150, deadline=None)
def test_cache_and_test_agree_on_every_incident(text: str, rows: list) -> None:
    understood = parse(text, ME)
    connection: sqlite3.Connection = open_memory().connection
    for place, row in enumerate(rows):
        rows[place] = decode_incident({**row.raw, "id": f"{row.id}{place}" if place else row.id})
    store.put(connection, rows)
    where, values = understood.sql(NOW)
    found = {key for (key,) in connection.execute(f"SELECT id FROM incident WHERE {where}", values)}
    connection.close()
    assert found == {row.id for row in rows if understood.matches(row, NOW)}
