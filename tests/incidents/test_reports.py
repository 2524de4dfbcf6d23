"""Reports and handovers: they say what happened, and hostile text stays text."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.incidents.fakes import ME, NOW, FakeService, OpenQueue, incident, stamp
from tui.api.decode import decode_incident
from tui.api.records import Alert, Incident, IncidentChange
from tui.errors import Unreachable
from tui.incidents.defang import defanged, defanged_prose
from tui.incidents.handover import handover
from tui.incidents.queue import Queue
from tui.incidents.report import render
from tui.incidents.report_markdown import escaped
from tui.incidents.summary import summary_of


def evidence(kind: str, **fields: object) -> dict[str, object]:
    return {"@odata.type": f"#microsoft.graph.security.{kind}Evidence", **fields}


def attack() -> Incident:
    def alert(place: int, category: str, *things: dict[str, object]) -> dict[str, object]:
        return {
            "id": f"a{place}",
            "title": f"Step {place} to http://evil.test/x",
            "category": category,
            "severity": "high",
            "serviceSource": "microsoftDefenderForEndpoint",
            "firstActivityDateTime": stamp(NOW - timedelta(minutes=90 - place * 30)),
            "mitreTechniques": ["T1059"],
            "evidence": list(things),
        }

    return incident(
        7,
        displayName="Ransomware | on <b>WKS</b>",
        severity="high",
        alerts=[
            alert(
                0,
                "InitialAccess",
                evidence("device", deviceDnsName="wks-1.contoso.com"),
                evidence("url", url="https://evil.test/a.b", verdict="malicious"),
            ),
            alert(
                1,
                "Execution",
                evidence("device", deviceDnsName="wks-1.contoso.com"),
                evidence("ip", ipAddress="203.0.113.7", verdict="suspicious"),
                evidence(
                    "file",
                    fileDetails={"fileName": "x.exe", "sha256": "ab" * 32},
                    verdict="malicious",
                    remediationStatus="prevented",
                ),
            ),
            alert(
                2, "Impact", evidence("user", userAccount={"userPrincipalName": "j@contoso.com"})
            ),
        ],
        comments=[{"comment": "seen at 203.0.113.7", "createdByDisplayName": "K"}],
    )


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("https://evil.test/a.b?c=d.e", "hxxps://evil[.]test/a.b?c=d.e"),
        ("HTTP://EVIL.TEST", "HXXP://EVIL[.]TEST"),
        ("ftp://a.b:21/c", "fxp://a[.]b:21/c"),
        ("203.0.113.7", "203[.]0[.]113[.]7"),
        ("evil.test", "evil[.]test"),
        ("a.b@evil.test", "a[.]b[@]evil[.]test"),
        ("2001:db8::7", "2001[:]db8[:][:]7"),
        ("", ""),
    ],
)
def test_indicators_are_defanged(text: str, safe: str) -> None:
    assert defanged(text) == safe


def test_prose_keeps_what_is_no_indicator() -> None:
    assert defanged_prose("Version 1.2 of a.exe at http://x.y/z, from 10.0.0.1.") == (
        "Version 1.2 of a.exe at hxxp://x[.]y/z, from 10[.]0[.]0[.]1."
    )
    assert "www[.]evil" in defanged_prose("see www.evil.test")


def test_summary_says_when_by_whom_how_far_and_on_what() -> None:
    assert summary_of(attack()) == (
        "3 alerts of Defender for Endpoint told of it between 2026-11-24 10:30 and 11:30 UTC (1 h)."
        " It reached initial access, execution and impact."
        " Involved are the device wks-1.contoso.com and the user j@contoso.com."
        " Of 5 entities, 2 malicious and 1 suspicious; 1 of these remediated, prevented or blocked."
    )
    assert summary_of(incident(1, alerts=[])) == "No alerts came with this incident."


def test_markdown_report_holds_everything_defanged() -> None:
    text = render(attack(), "md", NOW)
    assert text.startswith("# Incident 7: Ransomware \\| on \\<b\\>WKS\\</b\\>\n")
    assert "hxxps://evil\\[.\\]test/a.b" in text
    assert f"| SHA256 | {'ab' * 32} |" in text
    assert "http://" not in text
    assert "203.0.113.7" not in text
    assert "| 2026-11-24 10:30:00 UTC | initial access |" in text


class Tags(HTMLParser):
    """The elements and attributes of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes.update(name for name, _ in attrs)


def test_html_report_draws_the_timeline_and_loads_nothing() -> None:
    page = render(attack(), "html", NOW)
    assert page.count('<path class="mark') == 3
    assert "lateral movement" not in page
    assert "Ransomware | on &lt;b&gt;WKS&lt;/b&gt;" in page
    assert "https://" not in page
    assert "http://" not in page
    drawing = re.search(r"<svg.*?</svg>", page, re.DOTALL)
    assert drawing is not None
    ElementTree.fromstring(drawing.group())
    assert "default-src 'none'" in page


HOSTILE = st.text(
    st.sampled_from("<>\"'&|`*_[]()!#\\/-=:.@ \n\r\t\0\x1b\u202e\ud800abchtp1") | st.characters(),
    max_size=30,
)


@given(HOSTILE, HOSTILE, HOSTILE, st.sampled_from(["Impact", "x", ""]))
@settings(max_examples=120, deadline=None)
def test_hostile_text_is_no_markup(one: str, two: str, three: str, category: str) -> None:
    hostile = decode_incident(
        {
            "id": one or "1",
            "displayName": two,
            "severity": three,
            "customTags": [one],
            "comments": [{"comment": two, "createdByDisplayName": three}],
            "alerts": [
                {
                    "id": "a",
                    "title": three,
                    "category": category + one,
                    "severity": two,
                    "description": one,
                    "serviceSource": two,
                    "mitreTechniques": [three],
                    "createdDateTime": stamp(NOW),
                    "evidence": [evidence("url", url=two, verdict="malicious", roles=[one])],
                }
            ],
        }
    )
    page = render(hostile, "html", NOW)
    plain = Tags(render(attack(), "html", NOW))
    found = Tags(page)
    assert found.tags <= plain.tags
    assert found.attributes <= plain.attributes
    text = render(hostile, "md", NOW)
    for sign in ("\x1b", "\u202e", "\ud800", "\0"):
        assert sign not in page
        assert sign not in text
    assert re.search(r"(?<!\\)[<`\[]", text) is None
    assert "\n" not in escaped(two)


async def shift(queue: Queue, service: FakeService) -> str:
    since = NOW
    service.add(incident(4), incident(5), incident(6, assignedTo=ME))
    for key in "456":
        service.change(key, description="Came now")
    await queue.sync()
    await queue.mark_seen()
    await queue.edit(["1"], IncidentChange(assigned_to=ME))
    await queue.edit(["2"], IncidentChange(status="resolved", classification="falsePositive"))
    await queue.edit(["2"], IncidentChange(comment="Checked | http://evil.test"))
    await queue.edit(["4"], IncidentChange(tags=("vip",)))
    await queue.edit(["5"], IncidentChange(severity="low"))
    await queue.delivered()
    await queue.undo()
    await queue.delivered()
    service.faults = [Unreachable("Changing failed", "the network is gone", stage="connect")]
    await queue.edit(["3"], IncidentChange(status="resolved"))
    await queue.delivered()
    service.add(incident(0, displayName="News", createdDateTime=stamp(service.clock)))
    service.change("0", severity="high")
    await queue.sync()
    return await handover(queue, since, service.clock + timedelta(minutes=1))


async def test_handover_tells_the_shift(queue: Queue, service: FakeService) -> None:
    service.gate = None
    page = await shift(queue, service)
    assert page.startswith("# Handover of k.larsen@contoso.com, 2026-11-24 12:00 to 12:")
    parts = dict(re.findall(r"## (.*?)\n\n(.*?)(?=\n\n##|\Z)", page, re.DOTALL))
    assert [title for title in parts if title != "Waiting"] == [
        "Closed",
        "Taken",
        "Changed",
        "Still open with me",
        "Arrived or changed, unread",
    ]
    assert "**2** Incident 2 (medium): status closed, classification false" in parts["Closed"]
    assert "commented “Checked \\| hxxp://evil\\[.\\]test”" in parts["Closed"]
    assert parts["Taken"].startswith("- **1**")
    assert "tags vip" in parts["Changed"]
    assert "**5**" not in page
    assert "**6**" in parts["Still open with me"]
    assert "**0** News (high)" in parts["Arrived or changed, unread"]


async def test_handover_of_what_waits(open_queue: OpenQueue) -> None:
    queue = await open_queue(offline=True)
    await queue.edit(["9"], IncidentChange(status="resolved"))
    page = await handover(queue, NOW)
    assert "1 waiting." in page
    assert "- **9**: status closed, not sent yet: There is no connection" in page


async def test_empty_shift(open_queue: OpenQueue) -> None:
    queue = await open_queue(offline=True, memory=True)
    assert "Nothing was done and nothing arrived." in await handover(queue, NOW)


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("0001-01-02T00:00:00+00:00", "9999-12-31T23:59:59+00:00"),
        ("9999-12-31T23:00:00+00:00", "9999-12-31T23:59:59+00:00"),
        ("2026-11-24T00:00:00+00:00", "2026-11-24T00:00:00+00:00"),
        ("2027-01-01T00:00:00+00:00", "2026-01-01T00:00:00+00:00"),
    ],
)
def test_the_picture_reaches_to_the_ends_of_the_calendar(first: str, last: str) -> None:
    moments = [datetime.fromisoformat(text) for text in (first, last)]
    alert = Alert("a", first_activity=moments[0], last_activity=moments[1], severity="high")
    page = render(Incident("1", alerts=(alert, Alert("b"))), "html", NOW)
    drawing = re.search(r"<svg.*?</svg>", page, re.DOTALL)
    assert drawing is not None
    ElementTree.fromstring(drawing.group())
