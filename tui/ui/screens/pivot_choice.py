"""From evidence to a hunting query: which entity, which question, then off to Hunting."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.api.records import Alert, Evidence, Incident
from tui.text import visible
from tui.ui import words
from tui.ui.incident_blocks import alert_time, entities, identity, shown
from tui.ui.page import Choice
from tui.ui.widgets.dialogs import Choose

if TYPE_CHECKING:
    from pathlib import Path

    from tui.config import Settings
    from tui.ui.host import Host


def alert_of(incident: Incident, evidence: Evidence) -> Alert | None:
    """The first alert that names this entity."""
    wanted = identity(evidence)
    return next(
        (
            alert
            for alert in incident.alerts
            if any(identity(found) == wanted for found in alert.evidence)
        ),
        None,
    )


def own_folder(settings: Settings) -> Path:
    """Where the user's own hunting queries about entities are: `pivots`, beside the settings."""
    from tui.config import config_path

    return (settings.path or config_path()).parent / "pivots"


async def choose_entity(app: Host, incident: Incident) -> None:
    """Ask which entity of the incident to hunt on, then hunt."""
    found = entities(incident)
    if not found:
        app.notify("This incident names no evidence to hunt on.", markup=False)
        return
    choices = []
    for at, evidence in enumerate(found[:60]):
        verdict = words.verdict(evidence.verdict)
        choices.append(
            Choice(
                str(at),
                (
                    (f"{verdict.glyph} ", verdict.tone),
                    (f"{shown(evidence.title)[:44]:<45}", ""),
                    (words.kind(evidence.kind), "faint"),
                ),
            )
        )
    chosen = await app.push_screen_wait(Choose("Hunt on which entity?", choices))
    if chosen is not None:
        evidence = found[int(chosen)]
        await hunt_on(app, evidence, alert_of(incident, evidence))


async def hunt_on(app: Host, evidence: Evidence, alert: Alert | None) -> None:
    """Open Hunting with a query about the entity; ask where several fit."""
    import asyncio

    from tui.hunting.own_pivots import read_own
    from tui.hunting.pivots import pivots

    around = (alert_time(alert) if alert else None) or evidence.created
    own, faults = await asyncio.to_thread(read_own, own_folder(app.settings))
    fitting = pivots(evidence, around, alert, own=own)
    if not fitting:
        app.notify(
            f"No hunting table knows a {words.kind(evidence.kind)}; the JSON tab has its fields.",
            severity="warning",
            markup=False,
        )
        return
    pivot = fitting[0]
    if len(fitting) > 1 or faults:
        chosen = await app.push_screen_wait(
            Choose(
                f"Hunt on {shown(evidence.title)[:60]}",
                [
                    Choice(
                        str(at),
                        ((visible(one.name), ""), ("   yours" if one.own else "", "accent")),
                    )
                    for at, one in enumerate(fitting)
                ],
                note=" ".join(visible(str(fault)) for fault in faults[:3]),
            )
        )
        if chosen is None:
            return
        pivot = fitting[int(chosen)]
    await app.hunt(pivot.query, pivot.name, pivot.timespan)
