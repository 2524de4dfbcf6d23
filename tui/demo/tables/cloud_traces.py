"""What mail, identities and cloud applications recorded of an alert's entities."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from tui.demo.dice import guid
from tui.demo.identity import TENANT_ID
from tui.demo.story.evidence import account
from tui.demo.story.world import EXCHANGE, OFFICE, CloudApp, Person, people
from tui.demo.tables.context import (
    Evidence,
    Row,
    Scene,
    account_columns,
    moment,
    somebody,
    times,
)

Add = Callable[[str, Row], None]
_AGENT = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/131.0.0.0 Safari/537.36"
)


def leave(scene: Scene, add: Add) -> None:
    """Add the rows of the tables of mail, identities and cloud applications."""
    for person in scene.persons:
        _person(scene, person, add)
    for kind, write in _KINDS.items():
        for one in scene.by_kind.get(kind, []):
            write(scene, one, add)


def _id(scene: Scene, *parts: object) -> str:
    return guid("/".join(map(str, (scene.alert["id"], *parts))))


def _activity(
    scene: Scene,
    person: Person,
    when: datetime,
    action: str,
    app: CloudApp,
    *,
    thing: str = "",
    address: str = "",
    raw: dict[str, Any] | None = None,
) -> Row:
    """A row of CloudAppEvents."""
    source = address or scene.address()
    return {
        "Timestamp": when,
        "ReportId": _id(scene, action, person.name, when, thing, source, app.app_id),
        "ActionType": action,
        "Application": app.name,
        "ApplicationId": app.app_id,
        "AppInstanceId": app.instance_id,
        "AccountObjectId": person.object_id,
        "AccountId": person.upn,
        "AccountDisplayName": person.display,
        "AccountType": "Regular",
        "IsAdminOperation": False,
        "IPAddress": source,
        "CountryCode": scene.country(),
        "UserAgent": _AGENT,
        "DeviceType": "Desktop",
        "ObjectName": thing,
        "ActivityType": "Basic",
        "AuditSource": "Microsoft 365 audit log",
        "RawEventData": {"UserId": person.upn, "ClientIP": source, "Operation": action}
        | (raw or {}),
    }


def _sign_in(scene: Scene, person: Person, when: datetime, address: str, country: str) -> Row:
    """A row of EntraIdSignInEvents."""
    return {
        "Timestamp": when,
        "ReportId": _id(scene, "sign-in", person.name, when, address),
        "RequestId": _id(scene, "request", person.name, when, address),
        "CorrelationId": _id(scene, "correlation", person.name),
        "SessionId": guid(f"session/{person.name}/{address}"),
        "Application": "Office 365 Exchange Online",
        "ApplicationId": "00000002-0000-0ff1-ce00-000000000000",
        "LogonType": '["interactiveUser"]',
        "ErrorCode": 0,
        "AccountDisplayName": person.display,
        "AccountObjectId": person.object_id,
        "AccountUpn": person.upn,
        "ResourceDisplayName": "Office 365 Exchange Online",
        "ResourceTenantId": TENANT_ID,
        "OSPlatform": "Windows 10",
        "UserAgent": _AGENT,
        "Browser": "Chrome 131.0.0",
        "ClientAppUsed": "Browser",
        "AuthenticationRequirement": "singleFactorAuthentication",
        "RiskLevelAggregated": 50,
        "IPAddress": address,
        "Country": country,
    }


def logon(scene: Scene, person: Person, when: datetime, address: str, country: str) -> Row:
    """A row of IdentityLogonEvents."""
    return {
        "Timestamp": when,
        "ReportId": _id(scene, "logon", person.name, when, address),
        **account_columns(account(person)),
        "AccountDisplayName": person.display,
        "ActionType": "LogonSuccess",
        "Application": "Microsoft 365",
        "LogonType": "OAuth2:Authorize",
        "Protocol": "OAuth2",
        "DeviceType": "Desktop",
        "OSPlatform": "Windows10",
        "IPAddress": address,
        "Location": country,
    }


def _person(scene: Scene, person: Person, add: Add) -> None:
    address, country = scene.address(), scene.country()
    for when in times(scene):
        add("IdentityLogonEvents", logon(scene, person, when, address, country))
        add("EntraIdSignInEvents", _sign_in(scene, person, when, address, country))
        add("CloudAppEvents", _activity(scene, person, when, "UserLoggedIn", OFFICE))


def _address(scene: Scene, one: Evidence, add: Add) -> None:
    address, country = one["ipAddress"], one["countryLetterCode"] or ""
    if address.startswith("10."):
        return
    for person in (scene.persons or [scene.person()])[:3]:
        for when in times(scene):
            add("IdentityLogonEvents", logon(scene, person, when, address, country))
            add("EntraIdSignInEvents", _sign_in(scene, person, when, address, country))
        row = _activity(scene, person, scene.first, "UserLoggedIn", OFFICE, address=address)
        add("CloudAppEvents", row)


def _url(scene: Scene, one: Evidence, add: Add) -> None:
    person = scene.person()
    messages = scene.by_kind.get("analyzedMessage", [])
    add(
        "UrlClickEvents",
        {
            "Timestamp": scene.first,
            "TimeGenerated": scene.first,
            "ReportId": _id(scene, "click", one["url"]),
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
    row = _activity(
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
    row = _activity(scene, person, scene.first, action, EXCHANGE, thing=thing, raw=raw)
    add("CloudAppEvents", row)
    add(
        "EmailEvents",
        {
            "Timestamp": scene.first,
            "ReportId": _id(scene, "mail", person.name),
            "NetworkMessageId": _id(scene, "message", person.name),
            "InternetMessageId": f"<{_id(scene, 'internet', person.name)}@contoso.com>",
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


def _cloud_app(scene: Scene, one: Evidence, add: Add) -> None:
    app = CloudApp(one["appId"], one["displayName"], one["instanceId"])
    for when in times(scene):
        row = _activity(scene, scene.person(), when, "FileDownloaded", app, thing="Report.docx")
        add("CloudAppEvents", row)


def _oauth(scene: Scene, one: Evidence, add: Add) -> None:
    app_id, object_id, name = one["appId"], one["objectId"], one["displayName"]
    for when in times(scene):
        row = _activity(scene, scene.person(), when, "Consent to application.", OFFICE, thing=name)
        add("CloudAppEvents", {**row, "OAuthAppId": app_id, "ObjectId": object_id})
    add(
        "OAuthAppInfo",
        {
            "ReportId": _id(scene, "oauth", app_id),
            "Timestamp": scene.first,
            "OAuthAppId": app_id,
            "ServicePrincipalId": object_id,
            "AppName": name,
            "AddedOnTime": scene.first,
            "LastModifiedTime": scene.last,
            "LastUsedTime": scene.last,
            "AppStatus": "Enabled",
            "VerifiedPublisher": {},
            "PrivilegeLevel": "High",
            "Permissions": [
                {"PermissionValue": "Mail.Read", "TargetAppDisplayName": "Microsoft Graph"},
                {"PermissionValue": "Files.Read.All", "TargetAppDisplayName": "Microsoft Graph"},
            ],
            "ConsentedUsersCount": 3,
            "IsAdminConsented": False,
            "AppOrigin": "External",
            "AppOwnerTenantId": guid(f"tenant of {name}"),
        },
    )
    add(
        "GraphAPIAuditEvents",
        {
            "Timestamp": scene.first,
            "TimeGenerated": scene.first,
            "ReportId": _id(scene, "graph", app_id),
            "RequestId": _id(scene, "graph request", app_id),
            "ApplicationId": app_id,
            "ServicePrincipalId": object_id,
            "RequestMethod": "GET",
            "RequestUri": "https://graph.microsoft.com/v1.0/me/messages?$top=500",
            "ResponseStatusCode": "200",
            "Scopes": "Files.Read.All Mail.Read offline_access",
            "IpAddress": scene.address(),
            "AccountObjectId": scene.person().object_id,
            "EntityType": "user",
            "ApiVersion": "v1.0",
            "TenantId": TENANT_ID,
            "ResponseSize": 184_302,
        },
    )


def _principal(scene: Scene, one: Evidence, add: Add) -> None:
    name = one["servicePrincipalName"]
    add(
        "EntraIdSpnSignInEvents",
        {
            "Timestamp": scene.first,
            "ReportId": _id(scene, "spn", name),
            "RequestId": _id(scene, "spn request", name),
            "Application": name,
            "ApplicationId": one["appId"],
            "ServicePrincipalName": name,
            "ServicePrincipalId": one["servicePrincipalObjectId"],
            "IsManagedIdentity": False,
            "ErrorCode": 0,
            "ResourceDisplayName": "Microsoft Graph",
            "ResourceId": "00000003-0000-0000-c000-000000000000",
            "ResourceTenantId": TENANT_ID,
            "IPAddress": scene.address(),
            "Country": scene.country(),
        },
    )
    app = {
        "appId": one["appId"],
        "objectId": one["servicePrincipalObjectId"],
        "displayName": name,
    }
    _oauth(scene, app, add)


def _group(scene: Scene, one: Evidence, add: Add) -> None:
    person = scene.person()
    add(
        "IdentityDirectoryEvents",
        {
            "Timestamp": scene.first,
            "ReportId": _id(scene, "group", one["displayName"]),
            **account_columns(account(person)),
            "AccountDisplayName": person.display,
            "ActionType": "Group Membership changed",
            "Application": "Active Directory",
            "TargetAccountUpn": person.upn,
            "TargetAccountDisplayName": person.display,
            "DestinationDeviceName": "dc-01.contoso.com",
            "AdditionalFields": {
                "TO.GROUP": one["displayName"],
                "TARGET_OBJECT.GROUP_SID": one["sid"],
                "TARGET_OBJECT.ENTITY_USER": person.display,
                "GROUP.ID": one["securityGroupId"],
            },
        },
    )


def _session(scene: Scene, one: Evidence, add: Add) -> None:
    person = somebody(one["account"]["userAccount"]) or scene.person()
    row = _sign_in(scene, person, scene.first, scene.address(), scene.country())
    add("EntraIdSignInEvents", {**row, "SessionId": one["sessionId"]})
    _person(scene, person, add)


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
            "ReportId": _id(scene, "teams", one["messageId"]),
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
                "ReportId": _id(scene, "teams url", one["messageId"]),
            },
        )


def _resource(scene: Scene, one: Evidence, add: Add) -> None:
    address, country = scene.address(), scene.country()
    add(
        "CloudAuditEvents",
        {
            "Timestamp": scene.first,
            "ReportId": _id(scene, "audit", one["resourceId"]),
            "DataSource": "Azure",
            "ActionType": "Read",
            "OperationName": "Microsoft.Storage/storageAccounts/listKeys/action",
            "ResourceId": one["resourceId"],
            "IPAddress": address,
            "CountryCode": country,
            "IsAnonymousProxy": True,
        },
    )
    add(
        "CloudStorageAggregatedEvents",
        {
            "Timestamp": scene.first,
            "DataAggregationStartTime": scene.first,
            "DataAggregationEndTime": scene.last,
            "FirstEventTimestamp": scene.first,
            "LastEventTimestamp": scene.last,
            "DataSource": "Azure",
            "StorageAccount": one["resourceName"],
            "StorageContainer": "images",
            "ServiceType": "Blob",
            "IpAddress": address,
            "OperationsCount": 61,
            "SuccessfulOperationsCount": 61,
            "OperationNamesList": ["GetBlob", "ListBlobs"],
            "CountryName": country,
            "IsTorExitNode": True,
            "AzureResourceId": one["resourceId"],
            "ReportId": _id(scene, "storage", one["resourceId"]),
        },
    )


_KINDS: dict[str, Callable[[Scene, Evidence, Add], None]] = {
    "ip": _address,
    "url": _url,
    "analyzedMessage": _message,
    "mailCluster": _cluster,
    "submissionMail": _submission,
    "mailbox": _mailbox,
    "mailboxConfiguration": _rule,
    "cloudApplication": _cloud_app,
    "oauthApplication": _oauth,
    "servicePrincipal": _principal,
    "securityGroup": _group,
    "cloudLogonSession": _session,
    "teamsMessage": _teams,
    "azureResource": _resource,
}
