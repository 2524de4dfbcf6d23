"""Questions about mail, applications, directories, registries and cloud resources.

Sources: *alertEvidence resource type* and its kinds (Microsoft Graph v1.0); the tables of
the advanced hunting schema.
"""

from __future__ import annotations

from tui.api.records import Evidence
from tui.hunting.asking import (
    IN_ORDER,
    Ask,
    Fields,
    alerts,
    alike,
    all_of,
    any_of,
    has,
    in_order,
    number,
    part,
    same,
    text,
    texts,
)
from tui.hunting.entities_device import file_asks, ip, on_device, user
from tui.hunting.literals import string

_MAIL = (
    "Timestamp",
    "SenderFromAddress",
    "RecipientEmailAddress",
    "Subject",
    "DeliveryAction",
    "DeliveryLocation",
    "ThreatTypes",
    "SenderIPv4",
    "NetworkMessageId",
)
_CLOUD = (
    "Timestamp",
    "ActionType",
    "Application",
    "AccountDisplayName",
    "ObjectName",
    "IPAddress",
    "UserAgent",
)


def mailbox(fields: Fields, evidence: Evidence) -> list[Ask]:
    """A mailbox: its mail, and what was done with it."""
    address = (
        text(fields, "primaryAddress")
        or text(fields, "mailboxPrimaryAddress")
        or text(fields, "upn")
        or evidence.title
    )
    account = part(fields, "userAccount")
    object_id = text(account, "azureAdUserId") or text(fields, "externalDirectoryObjectId")
    return [
        Ask(
            "mail to and from it",
            "EmailEvents",
            any_of(alike("RecipientEmailAddress", address), alike("SenderFromAddress", address)),
            in_order(*_MAIL),
        ),
        Ask(
            "what was done in it",
            "CloudAppEvents",
            any_of(same("AccountObjectId", object_id), alike("AccountId", address)),
            in_order(*_CLOUD),
        ),
    ]


def mailbox_configuration(fields: Fields, evidence: Evidence) -> list[Ask]:
    """A rule, a delegation or a forwarding: the changes of the mailbox come first."""
    mail, done = mailbox(fields, evidence)
    return [done, mail]


def message(fields: Fields, evidence: Evidence) -> list[Ask]:
    """A mail: itself, and what else its sender sent."""
    itself = any_of(
        same("NetworkMessageId", text(fields, "networkMessageId")),
        same("InternetMessageId", text(fields, "internetMessageId")),
    )
    subject = text(fields, "subject") or evidence.title
    sender = text(fields, "p2Sender", "emailAddress") or text(fields, "sender")
    sender = sender or text(fields, "p1Sender", "emailAddress")
    recipient = text(fields, "recipientEmailAddress") or text(fields, "recipient")
    if not itself:
        itself = any_of(
            all_of(
                same("Subject", subject),
                alike("SenderFromAddress", sender),
                alike("RecipientEmailAddress", recipient),
            )
        )
    return [
        Ask("this message", "EmailEvents", itself, in_order(*_MAIL)),
        Ask(
            "what else the sender sent",
            "EmailEvents",
            any_of(alike("SenderFromAddress", sender)),
            in_order(*_MAIL),
        ),
    ]


def mail_cluster(fields: Fields, evidence: Evidence) -> list[Ask]:
    """Mails that are alike."""
    ids = texts(fields, "networkMessageIds")
    value = text(fields, "clusterByValue")
    listed = f"NetworkMessageId in ({', '.join(map(string, ids[:500]))})" if ids else ""
    where = any_of(listed or number("EmailClusterId", value))
    if not where:
        return message(fields, evidence)
    return [Ask("its messages", "EmailEvents", where, in_order(*_MAIL))]


def teams_message(fields: Fields, evidence: Evidence) -> list[Ask]:
    """A message in Teams."""
    del evidence
    where = any_of(
        same("TeamsMessageId", text(fields, "messageId")),
        same("ThreadId", text(fields, "threadId")),
    )
    return [Ask("the message and its thread", "MessageEvents", where, IN_ORDER)]


def cloud_application(fields: Fields, evidence: Evidence) -> list[Ask]:
    """An application that Defender for Cloud Apps watches."""
    where = any_of(
        number("ApplicationId", text(fields, "appId") or text(fields, "saasAppId")),
        alike("Application", text(fields, "displayName") or evidence.title),
    )
    return [Ask("what was done in it", "CloudAppEvents", where, in_order(*_CLOUD))]


def oauth_application(fields: Fields, evidence: Evidence) -> list[Ask]:
    """An application with consent to the tenant's data."""
    app_id, object_id = text(fields, "appId"), text(fields, "objectId")
    name = text(fields, "displayName") or evidence.title
    return [
        Ask(
            "consent to it, and what it did",
            "CloudAppEvents",
            any_of(
                same("OAuthAppId", app_id),
                same("ObjectId", app_id),
                same("ObjectId", object_id),
                alike("ObjectName", name),
            ),
            in_order(*_CLOUD),
        ),
        Ask(
            "what it may do",
            "OAuthAppInfo",
            any_of(
                same("OAuthAppId", app_id),
                same("ServicePrincipalId", object_id),
                "" if app_id else alike("AppName", name),
            ),
            state=True,
        ),
    ]


def service_principal(fields: Fields, evidence: Evidence) -> list[Ask]:
    """An application's identity in the tenant."""
    object_id, app_id = text(fields, "servicePrincipalObjectId"), text(fields, "appId")
    name = text(fields, "servicePrincipalName") or evidence.title
    return [
        Ask(
            "its sign-ins",
            "EntraIdSpnSignInEvents",
            any_of(
                same("ServicePrincipalId", object_id),
                same("ApplicationId", app_id),
                "" if object_id or app_id else alike("ServicePrincipalName", name),
            ),
            IN_ORDER,
        ),
        *oauth_application({"appId": app_id, "objectId": object_id, "displayName": name}, evidence),
    ]


def registry(fields: Fields, evidence: Evidence) -> list[Ask]:
    """A key or a value of a registry."""
    key = (text(fields, "registryKey") or evidence.title).strip("\\")
    hive = text(fields, "registryHive").strip("\\")
    whole = key if not hive or key.upper().startswith("HKEY_") else f"{hive}\\{key}"
    place = any_of(alike("RegistryKey", whole), f"RegistryKey endswith {string(chr(92) + key)}")
    name = text(fields, "registryValueName")
    return [
        Ask(
            "changes to it",
            "DeviceRegistryEvents",
            (*place, *any_of(alike("RegistryValueName", name))),
            in_order(
                "Timestamp",
                "DeviceName",
                "ActionType",
                "RegistryKey",
                "RegistryValueName",
                "RegistryValueData",
                "InitiatingProcessFileName",
                "InitiatingProcessCommandLine",
            ),
        )
    ]


def security_group(fields: Fields, evidence: Evidence) -> list[Ask]:
    """A group: who was put in and taken out."""
    name = text(fields, "displayName") or text(fields, "friendlyName") or evidence.title
    ids = [text(fields, "securityGroupId"), text(fields, "sid")]
    return [
        Ask(
            "changes of its members",
            "IdentityDirectoryEvents",
            any_of(
                has("tostring(AdditionalFields)", name),
                alike("TargetAccountDisplayName", name),
                *(has("tostring(AdditionalFields)", one) for one in ids),
            ),
            IN_ORDER,
        )
    ]


def host_logon(fields: Fields, evidence: Evidence) -> list[Ask]:
    """A session on a device."""
    del evidence
    account = part(part(fields, "account"), "userAccount")
    name = alike("AccountName", text(account, "accountName"))
    who = any_of(name or same("AccountSid", text(account, "userSid")))
    host = on_device(part(fields, "host"))
    if not who and not host:
        return []
    columns = ("Timestamp", "DeviceName", "ActionType", "LogonType", "AccountName", "RemoteIP")
    return [Ask("the logons", "DeviceLogonEvents", (*host, *who), in_order(*columns))]


def cloud_logon(fields: Fields, evidence: Evidence) -> list[Ask]:
    """A session in the cloud: by its account."""
    account = part(fields, "account")
    if part(account, "userAccount"):
        return user(account, evidence)
    request, session = text(fields, "requestId"), text(fields, "sessionId")
    where = any_of(same("RequestId", request), same("SessionId", session))
    return [Ask("the sign-in", "EntraIdSignInEvents", where, IN_ORDER)]


def connection(fields: Fields, evidence: Evidence) -> list[Ask]:
    """A connection between two addresses."""
    del evidence
    target = text(fields, "destinationAddress", "ipAddress")
    source = text(fields, "sourceAddress", "ipAddress")
    ends = [one for one in (target, source) if one]
    columns = ("RemoteIP", "LocalIP")
    where = [f"({' or '.join(same(column, one) for column in columns)})" for one in ends]
    return [Ask("connections between the two", "DeviceNetworkEvents", tuple(where), IN_ORDER)]


def nic(fields: Fields, evidence: Evidence) -> list[Ask]:
    """A network interface."""
    mac = text(fields, "macAddress")
    interface = Ask(
        "the device it belongs to",
        "DeviceNetworkInfo",
        any_of(alike("MacAddress", mac), alike("MacAddress", mac.replace("-", ":"))),
        IN_ORDER,
    )
    address = part(fields, "ipAddress")
    return [interface, *(ip(address, evidence) if address else [])]


def azure_resource(fields: Fields, evidence: Evidence) -> list[Ask]:
    """A resource of Azure."""
    resource = text(fields, "resourceId") or evidence.title
    where = any_of(alike("ResourceId", resource))
    storage = any_of(alike("AzureResourceId", resource))
    asks = [Ask("what was done to it", "CloudAuditEvents", where, IN_ORDER)]
    if "/storageaccounts/" in resource.lower():
        asks.insert(0, Ask("access to it", "CloudStorageAggregatedEvents", storage, IN_ORDER))
    return asks


def other_resource(fields: Fields, evidence: Evidence) -> list[Ask]:
    """A resource of another cloud."""
    names = ("amazonResourceId", "fullResourceName", "resourceName")
    resource = next((text(fields, name) for name in names if text(fields, name)), evidence.title)
    where = any_of(
        alike("ResourceId", resource),
        f"tostring(RawEventData) contains {string(resource)}" if resource else "",
    )
    return [Ask("what was done to it", "CloudAuditEvents", where, IN_ORDER)]


def blob(fields: Fields, evidence: Evidence) -> list[Ask]:
    """A blob or its container."""
    container = text(part(fields, "blobContainer"), "name") or text(fields, "name")
    account = part(part(fields, "blobContainer"), "storageResource") or part(
        fields, "storageResource"
    )
    where = any_of(
        all_of(
            alike("StorageContainer", container or evidence.title),
            alike("AzureResourceId", text(account, "resourceId")),
        )
    )
    return [Ask("access to it", "CloudStorageAggregatedEvents", where, IN_ORDER)]


def container(fields: Fields, evidence: Evidence) -> list[Ask]:
    """A container, a pod, or what Kubernetes runs them by."""
    where = any_of(
        same("ContainerId", text(fields, "containerId")),
        alike("ContainerName", text(fields, "name")),
        alike("KubernetesPodName", text(fields, "name") or text(fields, "pod", "name")),
        alike("ContainerImageName", text(fields, "imageId") or text(fields, "image", "imageId")),
    ) or any_of(alike("ContainerName", evidence.title))
    return [Ask("processes in it", "CloudProcessEvents", where, IN_ORDER)]


def kubernetes(fields: Fields, evidence: Evidence) -> list[Ask]:
    """A namespace or a workload of Kubernetes."""
    name = text(fields, "name") or evidence.title
    where = any_of(alike("KubernetesNamespace", name), has("KubernetesResource", name))
    return [Ask("processes in it", "CloudProcessEvents", where, IN_ORDER)]


def malware(fields: Fields, evidence: Evidence) -> list[Ask]:
    """A named threat: its files, else what names it."""
    files = fields.get("files")
    asks: list[Ask] = []
    for one in files[:1] if isinstance(files, list) else []:
        details = part(one, "fileDetails") if isinstance(one, dict) else {}
        asks += file_asks(details, "") if details else []
    name = text(fields, "name") or evidence.title
    return [*asks, alerts(has("ThreatFamily", name), has("Title", name))]


def iot_device(fields: Fields, evidence: Evidence) -> list[Ask]:
    """A device without a sensor."""
    name = text(fields, "deviceName") or evidence.title
    where = any_of(same("DeviceId", text(fields, "deviceId")), alike("DeviceName", name))
    address = part(fields, "ipAddress")
    known = Ask("what is known of it", "DeviceInfo", where, IN_ORDER)
    return [*(ip(address, evidence) if address else []), known]


def domain(fields: Fields, evidence: Evidence) -> list[Ask]:
    """A domain of Active Directory."""
    name = text(fields, "activeDirectoryDomainName") or evidence.title
    where = any_of(alike("AccountDomain", name), alike("AccountDomain", name.partition(".")[0]))
    return [
        Ask("changes in its directory", "IdentityDirectoryEvents", where, IN_ORDER),
        Ask("logons to it", "IdentityLogonEvents", where, IN_ORDER),
    ]


def ai_agent(fields: Fields, evidence: Evidence) -> list[Ask]:
    """An agent that acts for people."""
    where = any_of(
        same("AgentId", text(fields, "agentId")),
        alike("AgentName", text(fields, "agentName") or evidence.title),
    )
    return [Ask("what is known of it", "AgentsInfo", where, IN_ORDER, state=True)]
