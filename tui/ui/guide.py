"""How to register the application in Microsoft Entra, step by step."""

from __future__ import annotations

from tui.ui.page import Block, field, gap, line, text


def guide_blocks() -> list[Block]:
    """How to register the application in Microsoft Entra."""
    return [
        text("Register the app, once a tenant", "bold"),
        gap(),
        field(
            "1",
            (
                "Microsoft Entra admin center, App registrations, New registration. "
                "Any name; accounts in this directory only; no redirect URI.",
                "",
            ),
            margin=4,
        ),
        field(
            "2", ("API permissions, Add: Microsoft Graph, Application permissions:", ""), margin=4
        ),
        text(
            "SecurityIncident.ReadWrite.All, SecurityAlert.Read.All, ThreatHunting.Read.All",
            "accent",
            indent=4,
        ),
        text(
            "Read only: SecurityIncident.Read.All instead. For the classic API: APIs my "
            "organization uses, Microsoft Threat Protection: Incident.ReadWrite.All, "
            "AdvancedHunting.Read.All.",
            "faint",
            indent=4,
        ),
        field("3", ("Grant admin consent.", ""), margin=4),
        field(
            "4",
            (
                "Certificates & secrets, New client secret. Copy its value, not its ID: it "
                "is shown once.",
                "",
            ),
            margin=4,
        ),
        field(
            "5",
            (
                "Overview: copy the Application (client) ID and the Directory (tenant) ID. "
                "Here press n and paste the three.",
                "",
            ),
            margin=4,
        ),
        gap(),
        line(("Esc", "accent"), (" closes", "faint")),
    ]
