"""The filter language: what it keeps, what it says, and where it points when it is wrong."""

from __future__ import annotations

import pytest

from tests.incidents.fakes import ME, NOW, incident
from tui.api.records import Incident
from tui.errors import UsageProblem
from tui.incidents import store
from tui.incidents.filter_syntax import Seen
from tui.incidents.filters import FilterProblem, parse
from tui.incidents.schema import open_memory
from tui.incidents.tables import has_words

RANSOMWARE = incident(
    1,
    displayName="Human-operated Ransomware on WKS-0142",
    severity="high",
    customTags=["crown-jewels"],
    systemTags=["Defender Experts"],
)
PHISHING = incident(2, displayName="Phishing mail", assignedTo=ME, status="inProgress")
CLOSED = incident(200, displayName="Old thing", status="resolved", assignedTo="D.Ito@contoso.com")
SPRAY = incident(
    30,
    displayName="Password spray",
    severity="low",
    classification="truePositive",
    determination="phishing",
    alerts=[
        {
            "id": f"s{place}",
            "title": "Spray",
            "category": category,
            "serviceSource": "microsoftDefenderForIdentity",
            "detectionSource": "customDetection",
            "mitreTechniques": [technique],
            "evidence": [
                {
                    "@odata.type": "#microsoft.graph.security.deviceEvidence",
                    "deviceDnsName": "WKS-0142.contoso.com",
                    "mdeDeviceId": "f00d",
                },
                {
                    "@odata.type": "#microsoft.graph.security.userEvidence",
                    "userAccount": {
                        "accountName": "j.berg",
                        "domainName": "CONTOSO",
                        "userPrincipalName": "j.berg@contoso.com",
                    },
                },
                {"@odata.type": "#microsoft.graph.security.ipEvidence", "ipAddress": "203.0.113.7"},
                {
                    "@odata.type": "#microsoft.graph.security.processEvidence",
                    "processCommandLine": "powershell -enc SQBFAFgA",
                    "imageFile": {"fileName": "evil.exe", "sha256": "AbC123def456"},
                },
                {"@odata.type": "#microsoft.graph.security.urlEvidence", "url": "http://bad.test/"},
            ],
        }
        for place, (category, technique) in enumerate(
            [("CredentialAccess", "T1110.003"), ("InitialAccess", "T1078"), ("Malware", "T1059")]
        )
    ],
)
ALL = (RANSOMWARE, PHISHING, CLOSED, SPRAY)


def kept(text: str) -> list[str]:
    chosen = parse(text, ME)
    connection = open_memory().connection
    store.put(connection, ALL)
    where, values = chosen.sql(NOW, indexed=has_words(connection))
    found = {key for (key,) in connection.execute(f"SELECT id FROM incident WHERE {where}", values)}
    connection.close()
    passed = [one.id for one in ALL if chosen.matches(one, NOW)]
    assert found == set(passed)
    return passed


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("", ["1", "2", "200", "30"]),
        ("ransomware", ["1"]),
        ("RANSOMWARE wks", ["1"]),
        ('"ware on"', ["1"]),
        ('"on ransom"', []),
        ("encrypted", ["1", "2", "200"]),
        ("sev:high", ["1"]),
        ("severity:HIGH,Medium", ["1", "2", "200"]),
        ("-sev:high", ["2", "200", "30"]),
        ("status:closed", ["200"]),
        ("status:open", ["1", "2", "30"]),
        ("status:inProgress", ["2"]),
        ("assigned:me", ["2"]),
        ("assigned:none", ["1", "30"]),
        ("assigned:ito", ["200"]),
        ("-assigned:none", ["2", "200"]),
        ("assigned:me,none", ["1", "2", "30"]),
        ("tag:crown-jewels", ["1"]),
        ("tag:crown", []),
        ('tag:"defender experts"', ["1"]),
        ("id:2,200", ["2", "200"]),
        ("age:<1d", ["1", "2"]),
        ("age:>1d", ["200", "30"]),
        ("updated:<90m", ["1"]),
        ("created:>=2026-11-24T11:00:00Z", ["1"]),
        ("phishing or sev:high", ["1", "2"]),
        ("-(phishing or sev:high)", ["200", "30"]),
        ("mail or old status:closed", ["2", "200"]),
        ("(mail or old) status:closed", ["200"]),
        ("--phishing", ["2"]),
        ("class:tp", ["30"]),
        ("class:phishing", ["30"]),
        ("class:truePositive,falsePositive", ["30"]),
        ("class:none age:<10d", ["1", "2", "200"]),
        ("tactic:CA", ["30"]),
        ("tactic:credential-access", ["30"]),
        ("tactic:execution,malware", ["30"]),
        ("tactic:IM", []),
        ("technique:T1110", ["30"]),
        ("technique:t1110.003", ["30"]),
        ("technique:T1110.00", []),
        ("source:mdi", ["30"]),
        ("source:custom", ["30"]),
        ("source:endpoint", []),
        ("device:wks-0142", ["30"]),
        ('device:"wks-0142"', []),
        ("user:j.berg", ["30"]),
        ('user:"contoso\\\\j.berg"', ["30"]),
        ("ip:203.0.113.", ["30"]),
        ("ip:3.0.113.7", []),
        ("file:evil", ["30"]),
        ("sha:abc123", ["30"]),
        ("hash:bc123", []),
        ("url:bad.test", ["30"]),
        ('"-enc sqb"', ["30"]),
        ("wks-0142.contoso", ["30"]),
        ("alerts:>1", ["30"]),
        ("alerts:1", ["1", "2", "200"]),
        ("alerts:<=1 -alerts:<1", ["1", "2", "200"]),
        ("tactics:>=2", ["30"]),
        ("devices:>0 users:=1", ["30"]),
        ("prio:>=55", ["1"]),
        ("prio:<55 age:<1w", ["2", "30"]),
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
        (
            "tactic:CA,IM alerts:>10",
            "that reached credential access or impact, with more than 10 alerts",
        ),
        ("class:fp -source:mde", "classified as false positive, not seen by Defender for Endpoint"),
        ("technique:t1059 prio:>85", "with technique T1059, priority more than 85"),
        ("-prio:>=15 users:1", "priority less than 15, with exactly 1 user"),
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
        ("class:fraud", 7, "is no classification"),
        ("class:falsepositve", 7, "Did you mean"),
        ("tactic:lateral", 8, "LateralMovement"),
        ("technique:1059", 11, "no technique"),
        ("a alerts:many", 10, "no number"),
        ("prio:>85,9", 10, "one value"),
    ],
)
def test_wrong_filter_points_at_its_column(text: str, column: int, said: str) -> None:
    with pytest.raises(FilterProblem) as caught:
        parse(text, ME)
    assert caught.value.column == column
    assert said in str(caught.value)


def made(at: str) -> Incident:
    return incident(1, createdDateTime=at)


@pytest.mark.parametrize(
    ("text", "inside", "outside"),
    [
        ("created:2026-11-24T10:00Z", "2026-11-24T10:00:59.9999999Z", "2026-11-24T10:01:00Z"),
        ("created:2026-11-24T10:00:05Z", "2026-11-24T10:00:05.9Z", "2026-11-24T10:00:06Z"),
        ("created:>2026-11-24T10:00Z", "2026-11-24T10:00:00.0000010Z", "2026-11-24T10:00:00Z"),
        ("created:<=2026-11-24T10:00Z", "2026-11-24T10:00:00Z", "2026-11-24T10:00:01Z"),
        ("created:>=2026-11-24T10:00:00.5Z", "2026-11-24T10:00:00.5Z", "2026-11-24T10:00:00.4Z"),
        ("created:<9999-12-31", "2026-11-24T10:00:00Z", "0001-01-01T00:00:00"),
        ("created:>0001-01-01", "2026-11-24T10:00:00Z", "9999-12-31T23:59:59Z"),
        ('created:>"2026-11-24 10:00Z"', "2026-11-24T10:00:01Z", "2026-11-24T10:00:00Z"),
        ("created:>2026-11-24T12:00+02:00", "2026-11-24T10:00:01Z", "2026-11-24T09:59:59Z"),
    ],
)
def test_time_is_as_exact_as_it_is_written(text: str, inside: str, outside: str) -> None:
    asked = parse(text)
    assert asked.matches(made(inside), NOW)
    assert not asked.matches(made(outside), NOW)


def test_field_whose_name_holds_a_digit_is_one() -> None:
    assert parse("sha256:abc123").words() == parse("sha:abc123").words()
    assert kept("sha256:abc123") == ["30"]
    with pytest.raises(FilterProblem, match="is no field"):
        parse("sha3:abc")


def test_empty_owner_is_nobody() -> None:
    assert parse('assigned:""').words() == "nobody's"


@pytest.mark.parametrize("text", ["sev:{}", "{}:x", "alerts:{}", "age:<{}h", "technique:{}"])
def test_endless_value_is_not_repeated_whole(text: str) -> None:
    with pytest.raises(FilterProblem) as caught:
        parse(text.format("x9" * 50_000))
    assert len(str(caught.value)) < 1000


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
        (
            "class:tp,fp",
            "graph",
            "(classification eq 'truePositive' or classification eq 'falsePositive')",
        ),
        ("class:phishing", "graph", "determination eq 'phishing'"),
        ("class:tp", "classic", None),
        ("class:tp,tp", "graph", "classification eq 'truePositive'"),
        ("sev:unknown", "graph", None),
        ("-sev:unknown", "graph", None),
        (" or ".join(["sev:high"] * 100), "graph", None),
        ("class:tp,phishing", "graph", None),
        ("class:other,none", "graph", None),
        ("-class:tp", "graph", None),
        ("device:x alerts:>1 prio:>1 tactic:CA", "graph", None),
        ("updated:<2h", "graph", "lastUpdateDateTime ge 2026-11-24T10:00:00.000000Z"),
    ],
)
def test_service_is_asked_for_what_it_can_filter(
    text: str, dialect: str, odata: str | None
) -> None:
    assert parse(text).odata(dialect, NOW) == odata


@pytest.mark.parametrize(
    ("text", "column"), [("-", 1), ("sev:high -", 10), ("a - b", 3), ("--", 2)]
)
def test_sign_that_negates_nothing_is_named(text: str, column: int) -> None:
    with pytest.raises(FilterProblem, match="negates") as caught:
        parse(text)
    assert caught.value.column == column
    assert parse('"-"')
