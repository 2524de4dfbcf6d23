"""Evidence of mail: messages, mailboxes, their rules, and chats.

Source: *alertEvidence resource type* and its kinds (Microsoft Graph v1.0).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Unpack

from tui.demo.dice import digest, guid
from tui.demo.options import stamp
from tui.demo.story.evidence import Evidence, Reading, account, evidence, url
from tui.demo.story.world import Person


def mailbox(one: Person, **reading: Unpack[Reading]) -> Evidence:
    """A mailbox."""
    fields = {
        "primaryAddress": one.upn,
        "displayName": one.display,
        "upn": one.upn,
        "userAccount": account(one),
    }
    return evidence("mailbox", fields, reading)


@dataclass(frozen=True)
class Mail:
    """A message as one recipient got it."""

    subject: str
    sender: str
    sender_name: str
    to: Person
    received: datetime
    sender_ip: str
    urls: tuple[str, ...] = ()
    attachments: int = 0
    action: str = "delivered"
    """`delivered`, `deliveredAsSpam`, `blocked`, `replaced`."""
    location: str = "inbox"
    threats: tuple[str, ...] = ("phish",)
    envelope_sender: str = ""

    @property
    def network_id(self) -> str:
        """The message's name within the service, one a recipient."""
        return guid(f"contoso/mail/{self.subject}/{self.sender}/{self.to.name}")

    @property
    def internet_id(self) -> str:
        """The Message-ID header."""
        domain = self.sender.rpartition("@")[2]
        return f"<{digest(self.subject + self.sender, 'md5')}@{domain}>"


def _sender(address: str, name: str) -> dict[str, Any]:
    return {
        "emailAddress": address,
        "displayName": name,
        "domainName": address.rpartition("@")[2],
    }


def mail(one: Mail, **reading: Unpack[Reading]) -> Evidence:
    """A message that was analysed."""
    fields = {
        "networkMessageId": one.network_id,
        "internetMessageId": one.internet_id,
        "subject": one.subject,
        "language": "en",
        "senderIp": one.sender_ip,
        "recipientEmailAddress": one.to.upn,
        "antiSpamDirection": "inbound",
        "deliveryAction": one.action,
        "deliveryLocation": one.location,
        "urn": f"urn:MailEntity:{digest(one.network_id, 'md5')}",
        "threats": list(one.threats),
        "threatDetectionMethods": ["urlReputation"] if one.urls else ["fileDetonation"],
        "urls": list(one.urls),
        "urlCount": len(one.urls),
        "attachmentsCount": one.attachments,
        "receivedDateTime": stamp(one.received),
        "p1Sender": _sender(one.envelope_sender or one.sender, ""),
        "p2Sender": _sender(one.sender, one.sender_name),
    }
    return evidence("analyzedMessage", fields, reading)


def mail_cluster(mails: Sequence[Mail], by: str, **reading: Unpack[Reading]) -> Evidence:
    """Messages that are alike."""
    first = mails[0]
    value = str(int(digest(f"contoso/cluster/{first.subject}/{first.sender}")[:8], 16))
    fields = {
        "clusterBy": by,
        "clusterByValue": value,
        "emailCount": len(mails),
        "networkMessageIds": [one.network_id for one in mails],
        "query": f'( (( (BodyFingerprintBin1:"{value}") )) ) AND ( (ContentType: 1) )',
        "urn": f"urn:MailClusterEntity:{digest(value, 'md5')}",
    }
    return evidence("mailCluster", fields, reading)


def mailbox_rule(one: Person, name: str, **reading: Unpack[Reading]) -> Evidence:
    """A rule of a mailbox."""
    fields = {
        "configurationId": f"{one.object_id}\\{int(digest(one.name + name)[:12], 16)}",
        "configurationType": "userInboxRule",
        "displayName": name,
        "externalDirectoryObjectId": one.object_id,
        "mailboxPrimaryAddress": one.upn,
        "upn": one.upn,
    }
    return evidence("mailboxConfiguration", fields, reading)


def submission(one: Mail, moment: datetime, **reading: Unpack[Reading]) -> Evidence:
    """A message that its recipient reported."""
    fields = {
        "networkMessageId": one.network_id,
        "recipient": one.to.upn,
        "reportType": "Phish",
        "sender": one.sender,
        "senderIp": one.sender_ip,
        "subject": one.subject,
        "submissionDateTime": stamp(moment),
        "submissionId": guid(f"submission/{one.network_id}"),
        "submitter": one.to.upn,
    }
    return evidence("submissionMail", fields, reading)


def teams_message(
    one: Person, address: str, moment: datetime, **reading: Unpack[Reading]
) -> Evidence:
    """A message of a chat with somebody outside."""
    key = f"{one.name}/{address}"
    fields = {
        "campaignId": None,
        "channelId": None,
        "deliveryAction": "delivered",
        "deliveryLocation": "teams",
        "files": [],
        "groupId": None,
        "isExternal": True,
        "isOwned": False,
        "lastModifiedDateTime": stamp(moment),
        "messageDirection": "inbound",
        "messageId": str(int(moment.timestamp() * 1000)),
        "owningTenantId": guid("tenant of helpdesk"),
        "parentMessageId": "",
        "receivedDateTime": stamp(moment),
        "recipients": [one.upn],
        "senderFromAddress": "support@helpdesk-it.example",
        "senderIP": None,
        "sourceAppName": "Teams",
        "sourceId": guid(f"teams/{key}"),
        "subject": "",
        "suspiciousRecipients": [],
        "threadId": f"19:{digest(key, 'md5')}@unq.gbl.spaces",
        "threadType": "chat",
        "urls": [url(address)],
    }
    return evidence("teamsMessage", fields, reading)
