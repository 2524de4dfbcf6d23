"""Completion of the filter line: what is offered, where it goes, and that it is then right."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.incidents.fakes import ME, NOW, OpenQueue
from tui.incidents.completion import Suggestion, complete
from tui.incidents.filter_fields import FIELDS
from tui.incidents.filter_syntax import Seen
from tui.incidents.filters import FilterProblem, parse

SEEN = Seen(
    frozenset(["Catastrophic"]),
    frozenset(),
    {
        "assigned": ("K.Larsen@contoso.com", "Dana Ito"),
        "tag": ("crown-jewels", "in review", 'odd "one", it is'),
        "device": ("WKS-0142.contoso.com", "SRV-01"),
        "tactic": ("CredentialAccess", "Newer Thing"),
    },
)


def offered(line: str) -> list[str]:
    """What is offered at the | of a line, put in its place."""
    at = line.index("|")
    text = line.replace("|", "")
    return [put(text, one) for one in complete(text, at, SEEN)]


def put(text: str, one: Suggestion) -> str:
    return f"{text[: one.start]}{one.text}|{text[one.end :]}"


@pytest.mark.parametrize(
    ("line", "first"),
    [
        ("se|", "sev:|"),
        ("vip -sta|", "vip -status:|"),
        ("(own|", "(assigned:|"),
        ("sev:|", "sev:high|"),
        ("sev:high,m|", "sev:high,medium|"),
        ("sev:hi|gh,low", "sev:high|,low"),
        ("status:|", "status:open|"),
        ("assigned:lar|", "assigned:K.Larsen@contoso.com|"),
        ("assigned:da|", 'assigned:"Dana Ito"|'),
        ("owner:da|", 'owner:"Dana Ito"|'),
        ('tag:"in re|', 'tag:"in review"|'),
        ("tag:odd|", 'tag:"odd \\"one\\", it is"|'),
        ("tactic:cred|", "tactic:CredentialAccess|"),
        ("tactic:CA|", "tactic:CredentialAccess|"),
        ("tactic:new|", 'tactic:"Newer Thing"|'),
        ("device:0142|", "device:WKS-0142.contoso.com|"),
        ("source:endp|", "source:endpoint|"),
        ("class:tru|", "class:truePositive|"),
        ("a or -device:srv| b", "a or -device:SRV-01| b"),
        ("age:|", "age:<1h|"),
        ("prio:|", "prio:>85|"),
        ("sev:cata|", "sev:Catastrophic|"),
    ],
)
def test_first_suggestion(line: str, first: str) -> None:
    assert offered(line)[0] == first


@pytest.mark.parametrize(
    "line", ["zzz|", '"se|', "unknown:a|", "sev:high|", "device:zzz|", 'a "b|']
)
def test_nothing_is_offered_where_nothing_fits(line: str) -> None:
    assert offered(line) == []


def test_a_value_is_offered_once() -> None:
    assert "sev:high,high|" not in offered("sev:high,|")
    assert offered("sev:high,|")[0] == "sev:high,medium|"


def test_empty_line_offers_every_field_with_what_it_means() -> None:
    found = complete("", 0)
    assert [one.text for one in found] == [f"{name}:" for name in FIELDS]
    assert all(one.note for one in found)


pieces = st.sampled_from([*FIELDS, ":", ",", '"', "-", "(", ")", " ", "or", "hi", "\\", "in", "W"])


@given(st.lists(pieces, max_size=12).map("".join), st.integers(0, 40))
@settings(max_examples=300, deadline=None)
def test_completing_never_fails_and_stays_around_the_cursor(text: str, cursor: int) -> None:
    for one in complete(text, cursor, SEEN):
        assert 0 <= one.start <= min(cursor, len(text)) <= one.end <= len(text)
        assert one.cursor == one.start + len(one.text)


@given(st.sampled_from(sorted(FIELDS)), st.sampled_from(["", "a", "m", "T1", "<", "in"]))
def test_what_is_offered_is_understood(field: str, typed: str) -> None:
    text = f"x {field}:{typed}"
    for one in complete(text, len(text), SEEN):
        line = f"{text[: one.start]}{one.text}{text[one.end :]}"
        try:
            parse(line, ME, seen=SEEN).sql(NOW)
        except FilterProblem as problem:
            raise AssertionError(f"{line}: {problem}") from None


async def test_values_come_from_the_cache(open_queue: OpenQueue) -> None:
    queue = await open_queue()
    await queue.sync()
    seen = await queue.seen()
    assert ME in seen.values["assigned"]
    assert [one.text for one in complete("assigned:lars", 13, seen)] == [ME]
