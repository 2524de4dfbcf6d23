"""What identities and cloud applications recorded of an alert's entities."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from tui.demo.dice import guid
from tui.demo.identity import TENANT_ID
from tui.demo.story.evidence import account
from tui.demo.story.world import OFFICE, CloudApp, Person
from tui.demo.tables.context import (
    Evidence,
    Row,
    Scene,
    account_columns,
    somebody,
    times,
)

Add = Callable[[str, Row], None]
_AGENT = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/131.0.0.0 Safari/537.36"
)


def leave(scene: Scene, add: Add) -> None:
    """Add the rows of the tables of identities and cloud applications."""
    for person in scene.persons:
        _person(scene, person, add)
    for kind, write in _KINDS.items():
        for one in scene.by_kind.get(kind, []):
            write(scene, one, add)


def row_id(scene: Scene, *parts: object) -> str:
    """The identifier of a row that an alert left."""
    return guid("/".join(map(str, (scene.alert["id"], *parts))))


def activity(
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
        "ReportId": row_id(scene, action, person.name, when, thing, source, app.app_id),
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
        "ReportId": row_id(scene, "sign-in", person.name, when, address),
        "RequestId": row_id(scene, "request", person.name, when, address),
        "CorrelationId": row_id(scene, "correlation", person.name),
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
        "ReportId": row_id(scene, "logon", person.name, when, address),
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
        add("CloudAppEvents", activity(scene, person, when, "UserLoggedIn", OFFICE))


def _address(scene: Scene, one: Evidence, add: Add) -> None:
    address, country = one["ipAddress"], one["countryLetterCode"] or ""
    if address.startswith("10."):
        return
    for person in (scene.persons or [scene.person()])[:3]:
        for when in times(scene):
            add("IdentityLogonEvents", logon(scene, person, when, address, country))
            add("EntraIdSignInEvents", _sign_in(scene, person, when, address, country))
        row = activity(scene, person, scene.first, "UserLoggedIn", OFFICE, address=address)
        add("CloudAppEvents", row)


def _cloud_app(scene: Scene, one: Evidence, add: Add) -> None:
    app = CloudApp(one["appId"], one["displayName"], one["instanceId"])
    for when in times(scene):
        row = activity(scene, scene.person(), when, "FileDownloaded", app, thing="Report.docx")
        add("CloudAppEvents", row)


def _oauth(scene: Scene, one: Evidence, add: Add) -> None:
    app_id, object_id, name = one["appId"], one["objectId"], one["displayName"]
    for when in times(scene):
        row = activity(scene, scene.person(), when, "Consent to application.", OFFICE, thing=name)
        add("CloudAppEvents", {**row, "OAuthAppId": app_id, "ObjectId": object_id})
    add(
        "OAuthAppInfo",
        {
            "ReportId": row_id(scene, "oauth", app_id),
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
                {
                    "PermissionValue": value,
                    "PermissionType": "Delegated",
                    "PrivilegeLevel": level,
                    "TargetAppId": guid("app Microsoft Graph"),
                    "TargetAppDisplayName": "Microsoft Graph",
                    "UsageStatus": "InUse",
                }
                for value, level in (("Mail.Read", "High"), ("Files.Read.All", "High"))
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
            "ReportId": row_id(scene, "graph", app_id),
            "RequestId": row_id(scene, "graph request", app_id),
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
            "ReportId": row_id(scene, "spn", name),
            "RequestId": row_id(scene, "spn request", name),
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
            "ReportId": row_id(scene, "group", one["displayName"]),
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


def _resource(scene: Scene, one: Evidence, add: Add) -> None:
    address, country = scene.address(), scene.country()
    add(
        "CloudAuditEvents",
        {
            "Timestamp": scene.first,
            "ReportId": row_id(scene, "audit", one["resourceId"]),
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
            "ReportId": row_id(scene, "storage", one["resourceId"]),
        },
    )


_KINDS: dict[str, Callable[[Scene, Evidence, Add], None]] = {
    "ip": _address,
    "cloudApplication": _cloud_app,
    "oauthApplication": _oauth,
    "servicePrincipal": _principal,
    "securityGroup": _group,
    "cloudLogonSession": _session,
    "azureResource": _resource,
}
