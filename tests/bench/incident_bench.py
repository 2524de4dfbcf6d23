"""How long an incident of 500 alerts (and one of 10,000 entities) takes to show each tab.

Run: python tests/bench/incident_bench.py. The goal: the first tab within one frame of the
data. A frame is 1/60 s; the best of several runs counts, for the machine may be busy.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
from datetime import UTC, datetime, timedelta
from time import perf_counter

FRAME = 1 / 60
SIZE = (120, 40)
TACTICS = ("InitialAccess", "Execution", "Persistence", "Discovery", "LateralMovement", "Impact")
START = datetime(2026, 11, 24, 5, tzinfo=UTC)


def raw(alerts: int, each: int) -> dict[str, object]:
    """An incident as Graph sends it: so many alerts, each with so many entities of its own."""

    def evidence(alert: int, place: int) -> dict[str, object]:
        number = alert * each + place
        kinds = (
            {
                "@odata.type": "#microsoft.graph.security.processEvidence",
                "processId": number,
                "parentProcessId": number - 3,
                "mdeDeviceId": f"d{number % 7}",
                "processCommandLine": f"powershell.exe -enc {number:064x}",
                "imageFile": {"fileName": "powershell.exe", "sha256": f"{number:064x}"},
            },
            {
                "@odata.type": "#microsoft.graph.security.ipEvidence",
                "ipAddress": f"192.0.{number // 250}.{number % 250}",
            },
            {
                "@odata.type": "#microsoft.graph.security.deviceEvidence",
                "deviceDnsName": f"wks-{number % 7}.contoso.com",
                "mdeDeviceId": f"d{number % 7}",
            },
        )
        return {**kinds[place % 3], "verdict": ("malicious", "suspicious")[number % 2]}

    return {
        "id": "500",
        "displayName": "Many alerts",
        "severity": "high",
        "status": "active",
        "createdDateTime": START.isoformat(),
        "alerts": [
            {
                "id": f"a{at}",
                "title": f"Alert {at} of many",
                "severity": ("high", "medium", "low")[at % 3],
                "status": "new",
                "category": TACTICS[at % len(TACTICS)],
                "description": "Something was seen. " * 10,
                "mitreTechniques": ["T1059.001"],
                "firstActivityDateTime": (START + timedelta(seconds=37 * at)).isoformat(),
                "lastActivityDateTime": (START + timedelta(seconds=37 * at + 90)).isoformat(),
                "evidence": [evidence(at, place) for place in range(each)],
            }
            for at in range(alerts)
        ],
    }


async def measured(alerts: int, each: int) -> dict[str, float]:
    """Seconds from the data to each tab's picture, the best of ten."""
    from tui.api.decode import decode_incident
    from tui.cli.context import demo_launcher
    from tui.config import Settings
    from tui.ui.app import M365dApp
    from tui.ui.screens.incident import IncidentScreen
    from tui.ui.screens.incident_tabs import TABS

    incident = decode_incident(raw(alerts, each))
    launcher = demo_launcher()
    app = M365dApp(Settings(), demo=launcher, use_demo=True)
    best: dict[str, float] = {}
    try:
        async with app.run_test(size=SIZE) as pilot:
            await pilot.pause()
            await pilot.press("enter")
            while app.workspace is None or len(app.screen.query("#pane, Grid")) == 0:
                await pilot.pause(0.05)
            screen = IncidentScreen("500")
            screen._refresh_incident = lambda: None  # type: ignore[method-assign]
            await app.push_screen(screen)
            await pilot.pause()
            for _ in range(10):
                for tab in TABS:
                    screen._choose_tab(tab)
                    await pilot.pause()
                    screen._counted = False
                    began = perf_counter()
                    await screen.take(incident)
                    screen._tell_tabs()
                    screen._compositor.render_strips()
                    took = perf_counter() - began
                    best[tab] = min(took, best.get(tab, took))
                    await pilot.pause()
    finally:
        launcher.stop()
    return best


async def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as home:
        for name in ("XDG_STATE_HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"):
            os.environ[name] = home
        many = await measured(500, 6)
        huge = await measured(500, 20)
    print("| tab | 500 alerts, 3,000 entities | 500 alerts, 10,000 entities | goal |")
    print("| --- | --- | --- | --- |")
    for tab, took in many.items():
        goal = f"≤ {FRAME * 1000:.1f} ms" if tab == "summary" else "–"
        print(f"| {tab} | {took * 1000:.1f} ms | {huge[tab] * 1000:.1f} ms | {goal} |")


if __name__ == "__main__":
    asyncio.run(main())
