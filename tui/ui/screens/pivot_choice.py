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


_MOST = 60
_ASSETS = {"device": 0, "user": 1, "mailbox": 2}
"""What an attack is about stands before what it left behind."""


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


def _digit(at: int) -> str:
    """The key that picks the choice at this place; empty where digits have run out."""
    return str(at + 1) if at < 9 else ""


async def ask_entity(app: Host, title: str, incident: Incident) -> Evidence | None:
    """Ask for one entity of an incident: devices and people first, each with a digit."""
    found = entities(incident)
    found = sorted(found, key=lambda one: _ASSETS.get(one.kind, len(_ASSETS)))
    if not found:
        app.notify("This incident names no evidence.", markup=False)
        return None
    choices = []
    for at, evidence in enumerate(found[:_MOST]):
        verdict = words.verdict(evidence.verdict)
        key = _digit(at)
        choices.append(
            Choice(
                str(at),
                (
                    (f"{key:<2} ", "accent"),
                    (f"{verdict.glyph} ", verdict.tone),
                    (f"{shown(evidence.title)[:41]:<42}", ""),
                    (words.kind(evidence.kind), "faint"),
                ),
                key,
            )
        )
    more = len(found) - _MOST
    note = f"{more:,} more: the Evidence tab has them all." if more > 0 else ""
    chosen = await app.push_screen_wait(Choose(title, choices, note=note))
    return None if chosen is None else found[int(chosen)]


async def choose_entity(app: Host, incident: Incident) -> None:
    """Ask which entity of the incident to hunt on, then hunt."""
    evidence = await ask_entity(app, "Hunt on which entity?", incident)
    if evidence is not None:
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
                        (
                            (f"{_digit(at):<2} ", "accent"),
                            (visible(one.name), ""),
                            ("   yours" if one.own else "", "accent"),
                        ),
                        _digit(at),
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
