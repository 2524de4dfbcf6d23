"""Everyday mail, sign-ins and activity in cloud applications."""

from __future__ import annotations

from tui.demo.identity import TENANT_ID
from tui.demo.story.world import CLOUD_APPS, INTERNET, NT_DOMAIN
from tui.demo.tables.catalogue import DOCUMENTS, SUBJECTS
from tui.demo.tables.everyday import Everyday, as_guid, h, one_of, quoted

_SUBJECT = one_of(tuple(subject for subject, _ in SUBJECTS), h(51))
_SENDER_DOMAIN = one_of(tuple(domain for _, domain in SUBJECTS), h(51))
_SENDER = (
    f"{one_of(('anna', 'no-reply', 'orders', 'j.smith', 'team', 'm.weber'), h(52))} || '@' || "
    f"{_SENDER_DOMAIN}"
)
_MESSAGE_ID = as_guid("'mail' || i")
_HOME = "CASE WHEN {0} % 9 = 0 THEN '82.113.' || ({0} % 200) || '.' || (i % 250) ELSE {1} END"
_ADDRESS = _HOME.format(h(61), quoted(INTERNET))
_AGENT = one_of(
    (
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Edg/131.0.0.0",
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Safari/605.1.15",
        "Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.18227; Pro)",
        "Outlook-iOS/2.0",
    ),
    h(62),
)
_APPLICATION = tuple(one.name for one in CLOUD_APPS)
_APPLICATION_IDS = ", ".join(str(one.app_id) for one in CLOUD_APPS)
_APPLICATION_ID = f"([{_APPLICATION_IDS}])[1 + {h(63)} % {len(CLOUD_APPS)}]"
_PERSON = {
    "AccountObjectId": "u.object_id",
    "AccountUpn": "u.upn",
    "AccountDisplayName": "u.display",
    "AccountName": "u.account",
    "AccountDomain": quoted(NT_DOMAIN),
    "AccountSid": "u.sid",
}
_SERVICES = ("Contoso HR Sync", "backup-runner", "PowerBI gateway", "ci-deploy", "soc-automation")
_BEHAVIOURS = (
    "ImpossibleTravelActivity",
    "MultipleFailedLoginAttempts",
    "UnusualAdministrativeActivity",
    "UnusualFileDownload",
)

_FAILED = f"{h(64)} % 15 = 0"
_PLACE = {"City": "u.city", "CountryCode": "u.country", "Isp": "'Contoso Networks'"}
_WHEN = {"Timestamp": "ts", "ReportId": as_guid("'report' || i")}

TABLES: dict[str, Everyday] = {
    "EmailEvents": Everyday(
        14_000,
        {
            "Timestamp": "ts",
            "ReportId": "'mail-' || i",
            "NetworkMessageId": _MESSAGE_ID,
            "InternetMessageId": "'<' || md5('m' || i) || '@' || " + _SENDER_DOMAIN + " || '>'",
            "SenderMailFromAddress": _SENDER,
            "SenderFromAddress": _SENDER,
            "SenderDisplayName": one_of(("Anna", "Orders", "J. Smith", "Team"), h(52)),
            "SenderMailFromDomain": _SENDER_DOMAIN,
            "SenderFromDomain": _SENDER_DOMAIN,
            "SenderIPv4": f"'40.107.' || ({h(53)} % 200) || '.' || ({h(54)} % 250)",
            "RecipientEmailAddress": "u.upn",
            "RecipientObjectId": "u.object_id",
            "Subject": _SUBJECT,
            "EmailClusterId": f"{h(55)} % 4000000000",
            "EmailDirection": f"CASE {_SENDER_DOMAIN} WHEN 'contoso.com' THEN 'Intra-org' "
            "ELSE 'Inbound' END",
            "DeliveryAction": one_of(("Delivered",) * 17 + ("Junked", "Junked", "Blocked"), h(56)),
            "DeliveryLocation": one_of(
                ("Inbox/folder",) * 17 + ("Junk folder", "Junk folder", "Quarantine"), h(56)
            ),
            "LatestDeliveryAction": one_of(
                ("Delivered",) * 17 + ("Junked", "Junked", "Blocked"), h(56)
            ),
            "LatestDeliveryLocation": one_of(
                ("Inbox/folder",) * 17 + ("Junk folder", "Junk folder", "Quarantine"), h(56)
            ),
            "ThreatTypes": one_of(("",) * 17 + ("Spam", "Spam", "Phish, Spam"), h(56)),
            "DetectionMethods": one_of(
                ("",) * 17
                + (
                    '{"Spam":["Fingerprint matching"]}',
                    '{"Spam":["URL malicious reputation"]}',
                    '{"Phish":["General filter"]}',
                ),
                h(56),
            ),
            "AttachmentCount": f"([0, 0, 0, 1])[1 + {h(57)} % 4]",
            "UrlCount": f"([0, 1, 1, 2])[1 + {h(58)} % 4]",
            "EmailLanguage": one_of(("en", "en", "de", "fr", "ja"), h(59)),
            "AuthenticationDetails": quoted(
                '{"SPF":"pass","DKIM":"pass","DMARC":"pass","CompAuth":"pass"}'
            ),
            "BulkComplaintLevel": f"{h(60)} % 5",
        },
        "u",
    ),
    "EmailUrlInfo": Everyday(
        14_000,
        {
            "Timestamp": "ts",
            "ReportId": "'mail-' || i",
            "NetworkMessageId": _MESSAGE_ID,
            "Url": "'https://www.' || " + _SENDER_DOMAIN + " || '/r/' || (i % 700)",
            "UrlDomain": "'www.' || " + _SENDER_DOMAIN,
            "UrlLocation": one_of(("Body", "Body", "Body", "Attachment"), h(80)),
        },
        "",
    ),
    "EmailAttachmentInfo": Everyday(
        2_300,
        {
            "Timestamp": "ts",
            "ReportId": "'mail-' || i",
            "NetworkMessageId": _MESSAGE_ID,
            "SenderFromAddress": _SENDER,
            "RecipientEmailAddress": "u.upn",
            "RecipientObjectId": "u.object_id",
            "FileName": one_of(DOCUMENTS, h(81)),
            "FileType": f"split_part({one_of(DOCUMENTS, h(81))}, '.', -1)",
            "SHA256": "sha256('attachment' || (i % 900))",
            "FileSize": f"4000 + {h(82)} % 3000000",
        },
        "u",
    ),
    "EmailPostDeliveryEvents": Everyday(
        300,
        {
            "Timestamp": "least(ts + INTERVAL 20 MINUTE, $now::TIMESTAMP)",
            "ReportId": "'zap-' || i",
            "NetworkMessageId": _MESSAGE_ID,
            "Action": "'Moved to quarantine'",
            "ActionType": one_of(("Phish ZAP", "Spam ZAP", "Malware ZAP"), h(83)),
            "ActionTrigger": "'SpecialAction'",
            "ActionResult": "'Success'",
            "RecipientEmailAddress": "u.upn",
            "DeliveryLocation": "'Quarantine'",
        },
        "u",
    ),
    "UrlClickEvents": Everyday(
        5_000,
        {
            "Timestamp": "ts",
            "TimeGenerated": "ts",
            "ReportId": as_guid("'click' || i"),
            "Url": "'https://www.' || " + _SENDER_DOMAIN + " || '/r/' || (i % 700)",
            "ActionType": one_of(("ClickAllowed",) * 19 + ("ClickBlocked",), h(84)),
            "AccountUpn": "u.upn",
            "Workload": one_of(("Email", "Email", "Teams", "Office"), h(85)),
            "NetworkMessageId": _MESSAGE_ID,
            "IPAddress": _ADDRESS,
            "IsClickedThrough": "false",
            "TenantId": quoted(TENANT_ID),
            "Type": "'UrlClickEvents'",
        },
        "u",
    ),
    "CloudAppEvents": Everyday(
        20_000,
        {
            **_WHEN,
            **_PLACE,
            "ActionType": one_of(
                (
                    "FileAccessed",
                    "FileDownloaded",
                    "FileModified",
                    "FilePreviewed",
                    "MailItemsAccessed",
                    "MailItemsAccessed",
                    "Send",
                    "MessageSent",
                    "UserLoggedIn",
                    "SearchQueryPerformed",
                ),
                h(86),
            ),
            "Application": one_of(_APPLICATION, h(63)),
            "ApplicationId": _APPLICATION_ID,
            "AccountObjectId": "u.object_id",
            "AccountId": "u.upn",
            "AccountDisplayName": "u.display",
            "AccountType": "'Regular'",
            "IsAdminOperation": "false",
            "IsExternalUser": "false",
            "IsImpersonated": "false",
            "IsAnonymousProxy": "false",
            "DeviceType": "'Desktop'",
            "OSPlatform": "'Windows 11'",
            "IPAddress": _ADDRESS,
            "IPCategory": "'Corporate'",
            "UserAgent": _AGENT,
            "ObjectName": one_of(DOCUMENTS, h(87)),
            "ObjectType": "'File'",
            "ActivityType": "'Basic'",
            "AuditSource": "'Microsoft 365 audit log'",
            "RawEventData": "json_object('Workload', 'SharePoint', 'UserId', u.upn, "
            f"'ClientIP', {_ADDRESS}, 'ObjectId', 'https://contoso.sharepoint.com/sites/' || "
            "lower(replace(u.department, ' ', '-')))",
        },
        "u",
    ),
    "IdentityLogonEvents": Everyday(
        16_000,
        {
            **_WHEN,
            **_PERSON,
            "ActionType": f"CASE WHEN {_FAILED} THEN 'LogonFailed' ELSE 'LogonSuccess' END",
            "FailureReason": f"CASE WHEN {_FAILED} THEN 'WrongPassword' ELSE '' END",
            "Application": one_of(("Microsoft 365", "Active Directory"), h(88)),
            "LogonType": one_of(
                ("OAuth2:Token", "Interactive", "Credentials validation", "Resource access"), h(89)
            ),
            "Protocol": one_of(("OAuth2", "Kerberos", "Ntlm"), h(88)),
            "IPAddress": _ADDRESS,
            "Location": "u.country",
            "Isp": "'Contoso Networks'",
            "OSPlatform": "'Windows11'",
            "DeviceType": "'Desktop'",
            "DestinationDeviceName": one_of(("", "dc-01.contoso.com"), h(88)),
        },
        "u",
    ),
    "IdentityQueryEvents": Everyday(
        2_400,
        {
            **_WHEN,
            **_PERSON,
            "ActionType": one_of(("LDAP query", "DNS query", "SAMR query"), h(90)),
            "Application": "'Active Directory'",
            "QueryType": one_of(("AllObjects", "A", "QueryUser"), h(90)),
            "QueryTarget": one_of(("contoso.com", "sap.contoso.com", "Domain Users"), h(90)),
            "Protocol": one_of(("Ldap", "Dns", "Samr"), h(90)),
            "IPAddress": f"'10.20.1.' || ({h(91)} % 240)",
            "DestinationDeviceName": "'dc-01.contoso.com'",
            "DestinationIPAddress": "'10.20.1.20'",
            "DestinationPort": f"([389, 53, 445])[1 + {h(90)} % 3]",
        },
        "u",
    ),
    "IdentityDirectoryEvents": Everyday(
        900,
        {
            **_WHEN,
            **_PERSON,
            "ActionType": one_of(
                (
                    "Account Password changed",
                    "Group Membership changed",
                    "Account Expired",
                    "Device Operating System changed",
                ),
                h(92),
            ),
            "Application": "'Active Directory'",
            "TargetAccountUpn": "u.upn",
            "TargetAccountDisplayName": "u.display",
            "DestinationDeviceName": "'dc-01.contoso.com'",
            "AdditionalFields": "json_object('TARGET_OBJECT.USER', u.display, 'Count', "
            f"{h(93)} % 3)",
        },
        "u",
    ),
    "EntraIdSignInEvents": Everyday(
        14_000,
        {
            "Timestamp": "ts",
            "ReportId": as_guid("'signin' || i"),
            "RequestId": as_guid("'request' || i"),
            "CorrelationId": as_guid("'correlation' || i"),
            "SessionId": as_guid("'session' || (i // 3)"),
            "Application": one_of(
                (
                    "Office 365 Exchange Online",
                    "SharePoint Online",
                    "Microsoft Teams",
                    "Azure Portal",
                ),
                h(94),
            ),
            "ApplicationId": as_guid(f"'app' || ({h(94)} % 4)"),
            "LogonType": "'[\"interactiveUser\"]'",
            "ErrorCode": f"CASE WHEN {_FAILED} THEN 50126 ELSE 0 END",
            "AccountDisplayName": "u.display",
            "AccountObjectId": "u.object_id",
            "AccountUpn": "u.upn",
            "IsExternalUser": "0",
            "IsGuestUser": "false",
            "IsConfidentialClient": "false",
            "ResourceDisplayName": "'Microsoft Graph'",
            "ResourceId": "'00000003-0000-0000-c000-000000000000'",
            "ResourceTenantId": quoted(TENANT_ID),
            "OSPlatform": "'Windows 11'",
            "IsManaged": "1",
            "IsCompliant": "1",
            "AuthenticationRequirement": one_of(
                ("multiFactorAuthentication", "singleFactorAuthentication"), h(95)
            ),
            "RiskLevelAggregated": "0",
            "RiskState": "0",
            "UserAgent": _AGENT,
            "ClientAppUsed": "'Browser'",
            "Browser": "'Edge 131.0.0'",
            "ConditionalAccessStatus": "0",
            "IPAddress": _ADDRESS,
            "Country": "u.country",
            "City": "u.city",
        },
        "u",
    ),
    "EntraIdSpnSignInEvents": Everyday(
        1_500,
        {
            "Timestamp": "ts",
            "ReportId": as_guid("'spn' || i"),
            "RequestId": as_guid("'spnrequest' || i"),
            "CorrelationId": as_guid("'spncorrelation' || i"),
            "Application": one_of(_SERVICES, h(96)),
            "ServicePrincipalName": one_of(_SERVICES, h(96)),
            "ApplicationId": as_guid(f"'spnapp' || ({h(96)} % {len(_SERVICES)})"),
            "ServicePrincipalId": as_guid(f"'spn' || ({h(96)} % {len(_SERVICES)})"),
            "IsManagedIdentity": f"{h(96)} % 2 = 0",
            "ErrorCode": "0",
            "ResourceDisplayName": "'Microsoft Graph'",
            "ResourceId": "'00000003-0000-0000-c000-000000000000'",
            "ResourceTenantId": quoted(TENANT_ID),
            "IPAddress": f"'20.50.2.' || ({h(97)} % 90)",
            "Country": "'NL'",
            "City": "'Amsterdam'",
        },
        "",
    ),
    "GraphAPIAuditEvents": Everyday(
        6_000,
        {
            "Timestamp": "ts",
            "TimeGenerated": "ts",
            "ReportId": as_guid("'graph' || i"),
            "RequestId": as_guid("'graphrequest' || i"),
            "ClientRequestId": as_guid("'graphclient' || i"),
            "OperationId": as_guid("'graphoperation' || i"),
            "ApiVersion": one_of(("v1.0", "v1.0", "beta"), h(98)),
            "ApplicationId": as_guid(f"'spnapp' || ({h(98)} % {len(_SERVICES)})"),
            "IdentityProvider": quoted(f"https://sts.windows.net/{TENANT_ID}/"),
            "RequestMethod": one_of(("GET", "GET", "GET", "POST", "PATCH"), h(99)),
            "RequestUri": "'https://graph.microsoft.com/v1.0/' || "
            + one_of(("users", "groups", "me/messages", "sites/root", "devices"), h(100)),
            "ResponseStatusCode": one_of(("200", "200", "200", "200", "404", "429"), h(101)),
            "RequestDuration": f"({h(102)} % 90000)::VARCHAR",
            "ResponseSize": f"200 + {h(103)} % 90000",
            "Scopes": one_of(("User.Read.All", "Group.Read.All", "Mail.Read"), h(100)),
            "IpAddress": f"'20.50.2.' || ({h(97)} % 90)",
            "AccountObjectId": "u.object_id",
            "EntityType": "'app'",
            "TargetWorkload": "'Microsoft.DirectoryServices'",
            "Location": "'West Europe'",
            "TenantId": quoted(TENANT_ID),
            "Type": "'GraphAPIAuditEvents'",
        },
        "u",
    ),
    "BehaviorInfo": Everyday(
        600,
        {
            "Timestamp": "ts",
            "BehaviorId": as_guid("'behaviour' || i"),
            "ActionType": one_of(_BEHAVIOURS, h(104)),
            "Title": one_of(_BEHAVIOURS, h(104)),
            "Description": "'Something that is unusual for the account, and no alert by itself.'",
            "Categories": "'[\"InitialAccess\"]'",
            "AttackTechniques": "'[\"Valid Accounts (T1078)\"]'",
            "ServiceSource": "'Microsoft Defender for Cloud Apps'",
            "DetectionSource": "'App Security'",
            "AccountUpn": "u.upn",
            "AccountObjectId": "u.object_id",
            "StartTime": "ts - INTERVAL 30 MINUTE",
            "EndTime": "ts",
        },
        "u",
    ),
    "BehaviorEntities": Everyday(
        600,
        {
            "Timestamp": "ts",
            "BehaviorId": as_guid("'behaviour' || i"),
            "ActionType": one_of(_BEHAVIOURS, h(104)),
            "Categories": "'[\"InitialAccess\"]'",
            "ServiceSource": "'Microsoft Defender for Cloud Apps'",
            "DetectionSource": "'App Security'",
            "EntityType": "'User'",
            "EntityRole": "'Impacted'",
            "AccountName": "u.account",
            "AccountUpn": "u.upn",
            "AccountObjectId": "u.object_id",
            "AccountSid": "u.sid",
        },
        "u",
    ),
}
"""The everyday rows of mail, identities and cloud applications."""
