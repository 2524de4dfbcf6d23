"""Any text as a filter, and any incident: understood or refused, and the cache agrees."""

from __future__ import annotations

import sqlite3
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.incidents.fakes import ME, NOW, stamp
from tui.api.decode import decode_incident
from tui.incidents import store
from tui.incidents.asking import condition
from tui.incidents.filter_fields import FIELDS
from tui.incidents.filters import Filter, FilterProblem, parse
from tui.incidents.schema import open_memory
from tui.incidents.tables import has_words

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
    words.map(lambda word: f'tag:"{word}x"'),
    st.sampled_from(["class:tp", "class:none,fp", "class:phishing", "-class:other", 'class:"odd"']),
    st.sampled_from(["tactic:CA", "tactic:im,malware", "technique:T1059", "technique:T1059.001"]),
    st.sampled_from(["source:mde", "source:custom", "prio:>50", "prio:<=20", "alerts:>1"]),
    st.sampled_from(["alerts:0", "tactics:1", "devices:>0", "users:>=2", "ran", "vi", "x"]),
    st.builds(
        lambda field, word, quoted: f'{field}:"{word}"' if quoted else f"{field}:{word or 'a'}",
        st.sampled_from(["device", "user", "ip", "file", "sha", "url", "mail", "app"]),
        st.sampled_from(["vip", "ß", "1", "a.b", "é", "Ransom", "%", "_"]),
        st.booleans(),
    ),
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


values = st.one_of(words, words.map("{}.1".format), st.sampled_from(["1.2.3.4", "a.b.c", "%"]))


def entity(kind: str, **fields: st.SearchStrategy) -> st.SearchStrategy:
    """Entities of a kind, as Graph has them."""
    return st.fixed_dictionaries(
        {"@odata.type": st.just(f"#microsoft.graph.security.{kind}Evidence"), **fields}
    )


entities = st.one_of(
    entity("device", deviceDnsName=values, mdeDeviceId=values),
    entity("user", userAccount=st.fixed_dictionaries({"accountName": values, "domainName": words})),
    entity("ip", ipAddress=values),
    entity("file", fileDetails=st.fixed_dictionaries({"fileName": values, "sha256": values})),
    entity("process", processCommandLine=words, imageFile=st.just({"fileName": "a.b"})),
    entity("url", url=values),
    entity("analyzedMessage", subject=values, p2Sender=st.just({"emailAddress": "vip@x"})),
    entity("cloudApplication", displayName=values),
    entity("newKind", somethingUrl=values, nested=st.just({"ipAddress": "1.1"})),
)


alerts = st.fixed_dictionaries(
    {
        "id": values,
        "title": words,
        "category": st.sampled_from(["CredentialAccess", "Impact", "Malware", "Newer", None]),
        "serviceSource": st.sampled_from(["microsoftDefenderForEndpoint", "odd", None]),
        "detectionSource": st.sampled_from(["customDetection", None]),
        "mitreTechniques": st.lists(
            st.sampled_from(["T1059", "T1059.001", "T1078", "t1059.0"]), max_size=2
        ),
        "evidence": st.lists(entities, max_size=3),
        "firstActivityDateTime": st.sampled_from([None, stamp(NOW), "2026-11-22T00:00:00Z"]),
    }
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
    classification=st.sampled_from(["truePositive", "FalsePositive", "odd", None]),
    determination=st.sampled_from(["phishing", "other", None]),
    priorityScore=st.sampled_from([None, None, 0, 51, 100]),
    alerts=st.lists(alerts, max_size=3),
    comments=st.lists(words.map(lambda word: {"comment": word}), max_size=1),
)


@given(filters, st.lists(incidents, max_size=4))
@settings(max_examples=150, deadline=None)
def test_cache_and_test_agree_on_every_incident(text: str, rows: list) -> None:
    understood = parse(text, ME)
    connection: sqlite3.Connection = open_memory().connection
    for place, row in enumerate(rows):
        rows[place] = decode_incident({**row.raw, "id": f"{row.id}{place}" if place else row.id})
    store.put(connection, rows[:2])
    store.put(connection, [*rows[2:], *rows[:1]])
    wanted = {row.id for row in rows if understood.matches(row, NOW)}
    asked = [
        understood.sql(NOW),
        understood.sql(NOW, indexed=has_words(connection)),
        condition(connection, understood, NOW),
    ]
    for where, given_values in asked:
        statement = f"SELECT id FROM incident WHERE {where}"
        assert {key for (key,) in connection.execute(statement, given_values)} == wanted
    connection.close()
