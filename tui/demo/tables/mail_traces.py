"""What mail and chats recorded of an alert's entities."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import cache
from urllib.parse import urlsplit

from tui.demo.dice import guid
from tui.demo.identity import TENANT_ID
from tui.demo.story.world import EXCHANGE, Person, people
from tui.demo.tables.cloud_traces import activity, row_id
from tui.demo.tables.context import Evidence, Row, Scene, moment, somebody

Add = Callable[[str, Row], None]


def leave(scene: Scene, add: Add) -> None:
    """Add the rows of the tables of mail and chats."""
    for kind, write in _KINDS.items():
        for one in scene.by_kind.get(kind, []):
            write(scene, one, add)


def _url(scene: Scene, one: Evidence, add: Add) -> None:
    person = scene.person()
    messages = scene.by_kind.get("analyzedMessage", [])
    add(
        "UrlClickEvents",
        {
            "Timestamp": scene.first,
            "TimeGenerated": scene.first,
            "ReportId": row_id(scene, "click", one["url"]),
            "Url": one["url"],
            "ActionType": "ClickBlocked"
            if one["remediationStatus"] == "blocked"
            else "ClickAllowed",
            "AccountUpn": person.upn,
            "Workload": "Email" if messages else "Office",
            "NetworkMessageId": messages[0]["networkMessageId"] if messages else "",
            "ThreatTypes": "Phish" if one["verdict"] == "malicious" else "",
            "IPAddress": "203.0.113.24",
            "IsClickedThrough": one["remediationStatus"] != "blocked",
            "UrlChain": f'["{one["url"]}"]',
            "TenantId": TENANT_ID,
        },
    )
    for message in messages:
        add("EmailUrlInfo", _link(message["networkMessageId"], one["url"], scene.first))


def _link(message: str, url: str, when: datetime) -> Row:
    return {
        "Timestamp": when,
        "ReportId": f"{message}-url",
        "NetworkMessageId": message,
        "Url": url,
        "UrlDomain": urlsplit(url).hostname or "",
        "UrlLocation": "Body",
    }


def _delivery(action: str, location: str) -> tuple[str, str]:
    actions = {"delivered": "Delivered", "deliveredAsSpam": "Junked", "blocked": "Blocked"}
    places = {"inbox": "Inbox/folder", "quarantine": "Quarantine"}
    return actions.get(action, "Delivered"), places.get(location, location)


def _message(scene: Scene, one: Evidence, add: Add) -> None:
    received = moment(one["receivedDateTime"])
    action, place = _delivery(one["deliveryAction"], one["deliveryLocation"])
    removed = one["remediationStatus"] == "remediated" or place == "Quarantine"
    threats = ", ".join(name.capitalize() for name in one["threats"])
    sender, envelope = one["p2Sender"], one["p1Sender"]
    internal = sender["domainName"] == "contoso.com"
    clusters = scene.by_kind.get("mailCluster", [])
    version6 = ":" in one["senderIp"]
    add(
        "EmailEvents",
        {
            "Timestamp": received,
            "ReportId": f"{one['networkMessageId']}-1",
            "NetworkMessageId": one["networkMessageId"],
            "InternetMessageId": one["internetMessageId"],
            "SenderMailFromAddress": envelope["emailAddress"],
            "SenderMailFromDomain": envelope["domainName"],
            "SenderFromAddress": sender["emailAddress"],
            "SenderFromDomain": sender["domainName"],
            "SenderDisplayName": sender["displayName"],
            "SenderIPv4": "" if version6 else one["senderIp"],
            "SenderIPv6": one["senderIp"] if version6 else "",
            "RecipientEmailAddress": one["recipientEmailAddress"],
            "RecipientObjectId": _object_id(one["recipientEmailAddress"]),
            "Subject": one["subject"],
            "EmailClusterId": int(clusters[0]["clusterByValue"]) if clusters else 0,
            "EmailDirection": "Intra-org" if internal else "Inbound",
            "DeliveryAction": action,
            "DeliveryLocation": "Inbox/folder" if removed else place,
            "LatestDeliveryAction": "Moved to quarantine" if removed else action,
            "LatestDeliveryLocation": "Quarantine" if removed else place,
            "ThreatTypes": threats,
            "DetectionMethods": '{"Phish":["URL detonation reputation"]}' if threats else "",
            "ConfidenceLevel": '{"Phish":"High"}' if threats else "",
            "AuthenticationDetails": '{"SPF":"pass","DKIM":"none","DMARC":"bestguesspass"}',
            "AttachmentCount": one["attachmentsCount"],
            "UrlCount": one["urlCount"],
            "EmailLanguage": one["language"],
        },
    )
    for url in one["urls"]:
        add("EmailUrlInfo", _link(one["networkMessageId"], url, received))
    if removed:
        add(
            "EmailPostDeliveryEvents",
            {
                "Timestamp": scene.last,
                "ReportId": f"{one['networkMessageId']}-zap",
                "NetworkMessageId": one["networkMessageId"],
                "InternetMessageId": one["internetMessageId"],
                "Action": "Moved to quarantine",
                "ActionType": "Phish ZAP",
                "ActionTrigger": "SpecialAction",
                "ActionResult": "Success",
                "RecipientEmailAddress": one["recipientEmailAddress"],
                "DeliveryLocation": "Quarantine",
                "ThreatTypes": threats,
            },
        )


@cache
def _object_ids() -> dict[str, str]:
    return {one.upn: one.object_id for one in people()}


def _object_id(address: str) -> str:
    return _object_ids().get(address, "")


def _cluster(scene: Scene, one: Evidence, add: Add) -> None:
    """The messages of a cluster that the alert does not name one by one."""
    known = {mail["networkMessageId"] for mail in scene.by_kind.get("analyzedMessage", [])}
    sample = scene.by_kind["analyzedMessage"][0]
    subject, sender = sample["subject"], sample["p2Sender"]["emailAddress"]
    recipients = {
        guid(f"contoso/mail/{subject}/{sender}/{person.name}"): person for person in people()
    }
    for identifier in one["networkMessageIds"]:
        if identifier not in known:
            message = {
                **sample,
                "networkMessageId": identifier,
                "recipientEmailAddress": recipients[identifier].upn,
            }
            _message(scene, message, add)


def _submission(scene: Scene, one: Evidence, add: Add) -> None:
    reported = {"SubmissionId": one["submissionId"], "Subject": one["subject"]}
    person = scene.person()
    when = moment(one["submissionDateTime"])
    row = activity(
        scene, person, when, "UserSubmission", EXCHANGE, thing=one["subject"], raw=reported
    )
    add("CloudAppEvents", row)


def _mailbox(scene: Scene, one: Evidence, add: Add) -> None:
    person = somebody(one["userAccount"]) or scene.person()
    _mailbox_of(scene, person, "MailItemsAccessed", "", add)


def _rule(scene: Scene, one: Evidence, add: Add) -> None:
    person = next(found for found in people() if found.upn == one["upn"])
    _mailbox_of(scene, person, "New-InboxRule", one["displayName"], add)


def _mailbox_of(scene: Scene, person: Person, action: str, thing: str, add: Add) -> None:
    raw = {"Workload": "Exchange", "Parameters": [{"Name": "Name", "Value": thing}]}
    row = activity(scene, person, scene.first, action, EXCHANGE, thing=thing, raw=raw)
    add("CloudAppEvents", row)
    add(
        "EmailEvents",
        {
            "Timestamp": scene.first,
            "ReportId": row_id(scene, "mail", person.name),
            "NetworkMessageId": row_id(scene, "message", person.name),
            "InternetMessageId": f"<{row_id(scene, 'internet', person.name)}@contoso.com>",
            "SenderFromAddress": "intranet@contoso.com",
            "SenderMailFromAddress": "intranet@contoso.com",
            "SenderFromDomain": "contoso.com",
            "SenderDisplayName": "Intranet",
            "RecipientEmailAddress": person.upn,
            "RecipientObjectId": person.object_id,
            "Subject": "Canteen: menu of the week",
            "EmailDirection": "Intra-org",
            "DeliveryAction": "Delivered",
            "DeliveryLocation": "Inbox/folder",
            "EmailLanguage": "en",
        },
    )


def _teams(scene: Scene, one: Evidence, add: Add) -> None:
    when = moment(one["receivedDateTime"])
    add(
        "MessageEvents",
        {
            "Timestamp": when,
            "TeamsMessageId": one["messageId"],
            "MessageId": one["messageId"],
            "ThreadId": one["threadId"],
            "SenderEmailAddress": one["senderFromAddress"],
            "SenderDisplayName": "IT Support",
            "SenderType": "User",
            "RecipientDetails": [{"RecipientSmtpAddress": to} for to in one["recipients"]],
            "IsExternalThread": True,
            "IsOwnedThread": False,
            "ThreatTypes": "Phish",
            "DeliveryAction": "Delivered",
            "DeliveryLocation": "Teams",
            "ReportId": row_id(scene, "teams", one["messageId"]),
        },
    )
    for url in one["urls"]:
        add(
            "MessageUrlInfo",
            {
                "Timestamp": when,
                "TeamsMessageId": one["messageId"],
                "Url": url["url"],
                "UrlDomain": urlsplit(url["url"]).hostname or "",
                "ReportId": row_id(scene, "teams url", one["messageId"]),
            },
        )


_KINDS: dict[str, Callable[[Scene, Evidence, Add], None]] = {
    "url": _url,
    "analyzedMessage": _message,
    "mailCluster": _cluster,
    "submissionMail": _submission,
    "mailbox": _mailbox,
    "mailboxConfiguration": _rule,
    "teamsMessage": _teams,
}
