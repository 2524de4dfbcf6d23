"""Both dialects into one model, and what arrives broken."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tui.api.body import BodyFault, parse
from tui.api.brief import brief_incident
from tui.api.decode import decode_comments, decode_incident, records_to_json
from tui.api.records import Incident
from tui.api.titles import KINDS, title_of
from tui.text import visible

CLASSIC = {
    "incidentId": 924565,
    "redirectIncidentId": None,
    "incidentName": "Ransomware on SRV01",
    "createdTime": "2026-11-06T08:13:11.1234567Z",
    "lastUpdateTime": "2026-11-06T08:20:00+00:00",
    "assignedTo": "",
    "classification": "TruePositive",
    "determination": "CompromisedUser",
    "status": "InProgress",
    "severity": "UnSpecified",
    "tags": ["vip"],
    "comments": [{"comment": "looked", "createdBy": "kim", "createdTime": "2026-11-06T08:14:00Z"}],
    "alerts": [
        {
            "alertId": "da1",
            "incidentId": 1,
            "creationTime": "2026-11-06T08:13:11Z",
            "firstActivity": "2026-11-06T08:00:00.12Z",
            "resolvedTime": "0001-01-01T00:00:00",
            "status": "New",
            "severity": "High",
            "category": "SuspiciousActivity",
            "investigationState": "UnsupportedAlertType",
            "serviceSource": "MicrosoftDefenderForEndpoint",
            "mitreTechniques": ["T1059.001"],
            "actorName": "Storm-1",
            "devices": [
                {
                    "mdatpDeviceId": "m1",
                    "deviceDnsName": "srv01.contoso.com",
                    "riskScore": "High",
                    "healthStatus": "ImpairedCommunication",
                    "firstSeen": "2026-01-01T00:00:00Z",
                    "osProcessor": "x64",
                }
            ],
            "entities": [
                {
                    "entityType": "Process",
                    "evidenceCreationTime": "2026-11-06T08:13:11Z",
                    "verdict": "Malicious",
                    "remediationStatus": "NotFound",
                    "sha1": "aa",
                    "fileName": "lock.exe",
                    "processId": 77,
                    "processCommandLine": "lock.exe /all",
                    "accountName": "svc",
                    "parentProcessFileName": "cmd.exe",
                    "deviceId": "m1",
                    "url": None,
                },
                {"entityType": "User", "userPrincipalName": "a@b.c", "aadUserId": "g"},
                {"entityType": "MailBox", "mailboxAddress": "m@b.c", "mailboxDisplayName": "M"},
                {"entityType": "MailMessage", "subject": "Invoice", "sender": "x@y.z"},
                {"entityType": "Registry", "registryHive": "HKLM", "registryKey": "Run"},
                {"entityType": "Teleport", "gateName": "north"},
            ],
        }
    ],
    "entities": [{"entityType": "Ip", "ipAddress": "10.0.0.1"}],
    "somethingNew": {"kept": True},
}
GRAPH = {
    "id": "924565",
    "displayName": "Ransomware on SRV01",
    "createdDateTime": "2026-11-06T08:13:11.1234567Z",
    "lastUpdateDateTime": "2026-11-06T08:20:00Z",
    "assignedTo": None,
    "classification": "truePositive",
    "determination": "compromisedAccount",
    "status": "inProgress",
    "severity": "unknown",
    "tags": ["vip"],  # seen instead of customTags
    "comments": [{"comment": "looked", "createdBy": "kim", "createdTime": "2026-11-06T08:14:00Z"}],
}
SHARED = (
    *("id", "name", "created", "updated", "assigned_to", "classification", "determination"),
    *("status", "severity", "tags", "comments"),
)


def test_both_dialects_make_the_same_incident() -> None:
    classic, graph = decode_incident(CLASSIC), decode_incident(GRAPH)
    for name in SHARED:
        assert getattr(classic, name) == getattr(graph, name), name
    assert classic.created == datetime(2026, 11, 6, 8, 13, 11, 123456, UTC)
    assert classic.raw is CLASSIC
    assert classic.faults == graph.faults == ()


def test_a_classic_alert_reads_like_one_of_graph() -> None:
    alert = decode_incident(CLASSIC).alerts[0]
    assert alert.incident_id == "924565"  # the container wins
    assert (alert.status, alert.severity, alert.resolved) == ("new", "high", None)
    assert alert.investigation_state == "unsupportedAlertType"
    assert alert.service_source == "microsoftDefenderForEndpoint"
    assert alert.category == "SuspiciousActivity"
    assert alert.actor == "Storm-1"


def test_classic_devices_and_entities_become_evidence_of_graph() -> None:
    incident = decode_incident(CLASSIC)
    device, process, user, mailbox, mail, key, unknown = incident.alerts[0].evidence
    assert (device.kind, device.title) == ("device", "srv01.contoso.com")
    assert device.fields["mdeDeviceId"] == "m1"
    assert device.fields["hostName"] == "srv01"
    assert device.fields["riskScore"] == "high"
    assert device.fields["healthStatus"] == "impairedCommunication"
    assert device.fields["osProcessor"] == "x64"
    assert process.fields["imageFile"] == {"fileName": "lock.exe", "sha1": "aa"}
    assert process.fields["parentProcessImageFile"] == {"fileName": "cmd.exe"}
    assert process.fields["userAccount"] == {"accountName": "svc"}
    assert process.fields["mdeDeviceId"] == "m1"
    assert "url" not in process.fields
    assert (process.verdict, process.remediation_status) == ("malicious", "notFound")
    assert process.title == "lock.exe (77)"
    assert user.fields["userAccount"]["azureAdUserId"] == "g"
    assert mailbox.fields["primaryAddress"] == mailbox.title == "m@b.c"
    assert (mail.kind, mail.title) == ("analyzedMessage", "Invoice")
    assert (key.kind, key.title) == ("registryKey", "HKLM\\Run")
    assert (unknown.kind, unknown.title) == ("Teleport", "north")
    assert [(one.kind, one.title) for one in incident.evidence] == [("ip", "10.0.0.1")]


@pytest.mark.parametrize(
    ("spelt", "read"),
    [
        ("NotEnoughDataToValidate", "notEnoughDataToValidate"),
        ("NoEnoughDataToValidate", "notEnoughDataToValidate"),
        ("InsufficientData", "notEnoughDataToValidate"),
        ("Clean", "notMalicious"),
        ("ConfirmedUserActivity", "confirmedActivity"),
        ("NotAvailable", "unknown"),
        ("multistagedattack", "multiStagedAttack"),
        ("BrandNewWord", "BrandNewWord"),
        (None, "unknown"),
    ],
)
def test_determinations_are_read_in_every_spelling(spelt: str | None, read: str) -> None:
    assert decode_incident({"id": "1", "determination": spelt}).determination == read


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2026-11-06T08:13:11Z", datetime(2026, 11, 6, 8, 13, 11, 0, UTC)),
        ("2026-11-06T08:13:11.123Z", datetime(2026, 11, 6, 8, 13, 11, 123000, UTC)),
        ("2026-11-06T10:13:11.1234567+02:00", datetime(2026, 11, 6, 8, 13, 11, 123456, UTC)),
        ("2026-11-06T08:13:11", datetime(2026, 11, 6, 8, 13, 11, 0, UTC)),
        ("0001-01-01T00:00:00", None),
        ("0001-01-01T00:00:00Z", None),
        ("9999-12-31T23:59:59.9999999Z", None),
        ("9999-12-31T23:59:59-10:00", None),
        ("", None),
        (None, None),
    ],
)
def test_times_are_read_in_every_form(written: str | None, read: datetime | None) -> None:
    incident = decode_incident({"id": "1", "createdDateTime": written})
    assert incident.created == read
    assert incident.faults == ()


@pytest.mark.parametrize("written", ["yesterday", 5, {"a": 1}, "2026-13-01"])
def test_what_is_no_time_is_named_and_the_rest_kept(written: object) -> None:
    incident = decode_incident({"id": "1", "displayName": "n", "createdDateTime": written})
    assert (incident.created, incident.name) == (None, "n")
    assert len(incident.faults) == 1
    assert "created" in incident.faults[0]


def test_wrong_types_are_tolerated_and_named() -> None:
    incident = decode_incident(
        {
            "id": 7,
            "displayName": ["x"],
            "customTags": None,
            "comments": {"comment": "alone", "createdBy": {"user": {"displayName": "kim"}}},
            "alerts": [None, "text", {"id": 8, "evidence": "none", "mitreTechniques": "T1"}],
            "priorityScore": "85",
            "severity": 3,
        }
    )
    assert (incident.id, incident.name, incident.priority) == ("7", "", 85)
    assert [(one.text, one.author) for one in incident.comments] == [("alone", "kim")]
    assert [(one.id, one.mitre_techniques) for one in incident.alerts] == [("8", ("T1",))]
    assert incident.severity == "3"
    assert any("displayName" in fault for fault in incident.faults)
    assert any("evidence" in fault for fault in incident.faults)


def test_alerts_are_the_same_by_id_and_creation_time() -> None:
    def alert(created: str, title: str, updated: str = "2026-01-01T00:00:00Z") -> dict[str, str]:
        return {
            "id": "a",
            "createdDateTime": created,
            "title": title,
            "lastUpdateDateTime": updated,
        }

    incident = decode_incident(
        {
            "id": "1",
            "alerts": [
                alert("2026-01-01T00:00:00Z", "first"),
                alert("2026-01-02T00:00:00Z", "another"),
                alert("2026-01-01T00:00:00Z", "later", "2026-01-03T00:00:00Z"),
                {"title": "no id"},
                {"title": "no id either"},
            ],
        }
    )
    titles = [one.title for one in incident.alerts]
    assert titles == ["later", "another", "no id", "no id either"]


@pytest.mark.parametrize("kind", KINDS.values())
def test_every_kind_of_graph_has_a_title_even_without_fields(kind: str) -> None:
    assert title_of(kind, {}) == kind


@pytest.mark.parametrize(
    ("kind", "fields", "title"),
    [
        ("user", {"userAccount": {"accountName": "bob", "domainName": "CONTOSO"}}, "CONTOSO\\bob"),
        ("file", {"fileDetails": {"sha256": "ab"}}, "ab"),
        ("url", {"url": "http://x"}, "http://x"),
        (
            "networkConnection",
            {
                "sourceAddress": {"ipAddress": "1.1.1.1"},
                "destinationAddress": {"ipAddress": "2.2.2.2"},
            }
            | {"destinationPort": 443},
            "1.1.1.1 → 2.2.2.2:443",
        ),
        (
            "hostLogonSession",
            {"account": {"userAccount": {"accountName": "eve"}}, "host": {"deviceDnsName": "h"}},
            "eve on h",
        ),
        ("gitHubRepo", {"owner": "contoso", "login": "app"}, "contoso/app"),
        ("registryValue", {"registryKey": "K", "registryValueName": "V"}, "K\\V"),
        ("cloudApplication", {"appId": 20595}, "20595"),
        ("quantumThing", {"quantumName": "cat"}, "cat"),
        ("quantumThing", {"spin": "up"}, "up"),
        ("file", {"fileDetails": {"sha1": 5}, "a": True}, "5"),
        ("", {}, "entity"),
    ],
)
def test_titles(kind: str, fields: dict[str, Any], title: str) -> None:
    assert title_of(kind, fields) == title


def test_json_for_scripts_has_the_names_of_the_model_and_times_in_utc() -> None:
    rendered = records_to_json(decode_incident(CLASSIC))
    assert rendered["created"] == "2026-11-06T08:13:11.123456Z"
    assert rendered["updated"] == "2026-11-06T08:20:00Z"
    assert (rendered["severity"], rendered["status"]) == ("unknown", "inProgress")
    assert (rendered["assigned_to"], rendered["priority"]) == (None, None)
    assert rendered["alerts"][0]["evidence"][0]["title"] == "srv01.contoso.com"
    assert "raw" not in json.dumps(list(rendered))
    assert set(rendered) == set(Incident.__struct_fields__) - {"raw"}


def test_what_is_nested_beyond_all_measure_is_still_written() -> None:
    deep: Any = {"spin": "up"}
    for _ in range(900):
        deep = {"within": [deep]}
    incident = decode_incident({"id": "1", "alerts": [{"id": "a", "evidence": [deep]}]})
    json.dumps(records_to_json(incident))


_scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=12)
    | st.sampled_from(
        [
            *("2026-11-06T08:13:11Z", "0001-01-01T00:00:00", "High", "InProgress", "User"),
            *("Process", "#microsoft.graph.security.userEvidence"),
        ]
    )
)
_names = st.sampled_from(
    sorted(
        {*CLASSIC, *GRAPH, *CLASSIC["alerts"][0], *CLASSIC["alerts"][0]["entities"][0]}  # type: ignore[index]
        | {"evidence", "@odata.type", "userAccount", "imageFile", "fileDetails", "customTags"}
        | {"priorityScore", "entities", "roles", "account", "deviceDnsName", "createdBy"}
    )
) | st.text(max_size=4)
_json = st.recursive(
    _scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_names, inner, max_size=5),
    max_leaves=30,
)


@settings(max_examples=300, deadline=None)
@given(_json)
def test_no_json_at_all_makes_the_decoder_fail(value: Any) -> None:
    incident = decode_incident(value)
    json.dumps(records_to_json(incident))
    decode_comments(value)
    for one in incident.alerts:
        assert all(evidence.title for evidence in one.evidence)


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(_names, _json, max_size=12))
def test_no_object_makes_the_decoder_fail(value: dict[str, Any]) -> None:
    incident = decode_incident(value)
    json.dumps(records_to_json(incident))
    assert incident.raw is value


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
def test_no_body_makes_the_parser_fail_otherwise_than_in_words(body: bytes) -> None:
    fault = ""
    try:
        msgspec.json.encode(parse(body))
    except BodyFault as found:
        fault = found.why
    assert visible(fault) == fault


@pytest.mark.parametrize(
    ("service", "detection", "as_graph"),
    [
        (
            "MicrosoftCloudAppSecurity",
            "MCAS",
            ("microsoftDefenderForCloudApps", "cloudAppSecurity"),
        ),
        ("OfficeATP", "OfficeATP", ("microsoftDefenderForOffice365",) * 2),
        (
            "MicrosoftDefenderForEndpoint",
            "WindowsDefenderAv",
            ("microsoftDefenderForEndpoint", "antivirus"),
        ),
        ("AzureATP", "Quantum", ("microsoftDefenderForIdentity", "Quantum")),
    ],
)
def test_classic_names_of_sources_are_said_as_graph_says_them(
    service: str, detection: str, as_graph: tuple[str, str]
) -> None:
    alert = {"alertId": "a", "serviceSource": service, "detectionSource": detection}
    (found,) = decode_incident({"incidentId": 1, "alerts": [alert]}).alerts
    assert (found.service_source, found.detection_source) == as_graph


@pytest.mark.parametrize("score", [1_000_000_000, -5, 101])
def test_a_priority_beyond_its_bounds_is_named_and_not_used(score: int) -> None:
    raw = {"id": "1", "priorityScore": score}
    incident = decode_incident(raw)
    assert incident.priority is None
    assert incident.faults == (f"priorityScore: not from 0 to 100 but {score}",)
    assert brief_incident(raw) is None
