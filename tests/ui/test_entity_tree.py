"""Entities stand where they belong."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tui.api.records import Alert, Evidence, Incident
from tui.ui.entity_tree import tree_lines


def of(kind: str, title: str, **fields: object) -> Evidence:
    return Evidence(kind, title, dict(fields))


def drawn(*evidence: Evidence) -> list[str]:
    incident = Incident("1", alerts=(Alert("a", evidence=evidence),))
    return [line.lead + line.evidence.title for line in tree_lines(incident)]


def test_processes_stand_under_their_parents_on_their_device() -> None:
    assert drawn(
        of("process", "b.exe", mdeDeviceId="d", processId=2, parentProcessId=1),
        of("process", "a.exe", mdeDeviceId="d", processId=1),
        of("file", "x.dll", mdeDeviceId="d"),
        of("device", "WKS", mdeDeviceId="d"),
    ) == ["WKS", "├─ a.exe", "│  └─ b.exe", "└─ x.dll"]


def test_mail_stands_in_its_mailbox_and_links_in_their_mail() -> None:
    assert drawn(
        of("url", "http://x"),
        of("analyzedMessage", "Overdue", recipientEmailAddress="k@c.com"),
        of("mailbox", "k@c.com", primaryAddress="k@c.com"),
        of("user", "k@c.com", userAccount={"userPrincipalName": "K@c.com"}),
    ) == ["k@c.com", "└─ k@c.com", "   └─ Overdue", "      └─ http://x"]


def test_processes_that_start_each_other_do_not_hang_it() -> None:
    lines = drawn(
        of("process", "a.exe", mdeDeviceId="d", processId=1, parentProcessId=2),
        of("process", "b.exe", mdeDeviceId="d", processId=2, parentProcessId=1),
    )
    assert sorted(line.lstrip("└─├│ ") for line in lines) == ["a.exe", "b.exe"]


KINDS = st.sampled_from(["device", "user", "process", "file", "ip", "url", "mailbox", "odd"])
FIELDS = st.dictionaries(
    st.sampled_from(["mdeDeviceId", "processId", "parentProcessId", "userAccount", "upn"]),
    st.one_of(st.none(), st.integers(0, 3), st.sampled_from(["d", "e"]), st.lists(st.none())),
)


@given(
    st.lists(st.builds(Evidence, KINDS, st.text("ab", min_size=1, max_size=2), FIELDS), max_size=12)
)
def test_every_entity_stands_in_the_tree_once(evidence: list[Evidence]) -> None:
    incident = Incident("1", alerts=(Alert("a", evidence=tuple(evidence)),))
    shown = [(line.evidence.kind, line.evidence.title) for line in tree_lines(incident)]
    assert sorted(shown) == sorted({(one.kind, one.title) for one in evidence})
