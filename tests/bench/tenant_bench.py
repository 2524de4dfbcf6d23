"""How long it takes from Enter in the tenant switcher to the other's cached queue on screen.

Run it with `python -m tests.bench.tenant_bench`; it prints a Markdown table.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import tempfile
from pathlib import Path
from time import perf_counter

from tests.ui.support import Screens
from tests.ui.two_tenants import APP, Gate, write_settings
from tui.config import load_settings
from tui.config.paths import app_paths
from tui.demo.options import Options
from tui.demo.server import DemoTenant
from tui.ui.app import M365dApp

ROUNDS = 7
INCIDENTS = 2_000


async def _shown(screens: Screens, name: str, profile: object) -> float:
    """Seconds from the choice to the frame that shows header and rows of the tenant."""
    began = perf_counter()
    await screens.app.switch_tenant(profile)  # type: ignore[arg-type]
    while True:
        text = screens.text()
        if f"m365d  {name}" in text and f"{INCIDENTS:,} incidents" in text and "4711" in text:
            return perf_counter() - began
        await asyncio.sleep(0.001)


async def measure(folder: Path) -> None:
    """Fill both caches, then switch: to a tenant that is open, and to one that is not."""
    from tui.auth.profiles import profiles_of

    with (
        DemoTenant(Options(incidents=INCIDENTS, unlimited=True)) as one,
        DemoTenant(Options(incidents=INCIDENTS, unlimited=True)) as two,
    ):
        async with Gate(one.base_url).listening() as gate, Gate(two.base_url).listening() as other:
            file = write_settings(
                folder / "config.toml", contoso=gate.origin, fabrikam=other.origin
            )
            settings = load_settings(file)
            profiles = profiles_of(settings)
            opened: list[float] = []
            cold: list[float] = []
            for at in range(ROUNDS):
                app = M365dApp(settings)
                async with app.run_test(size=(120, 40)) as pilot:
                    screens = Screens(app, pilot)
                    await screens.press("home", "enter")
                    await screens.sees(f"{INCIDENTS:,} incidents", "synced")
                    # Nothing of the second is answered: what shows can only be its cache.
                    if at:
                        other.open.clear()
                    seconds = await _shown(screens, "fabrikam", profiles["fabrikam"])
                    if at:
                        cold.append(seconds)
                    other.open.set()
                    await screens.sees("synced")
                    await _shown(screens, "contoso", profiles["contoso"])
                    for name in ("fabrikam", "contoso"):
                        opened.append(await _shown(screens, name, profiles[name]))
    print("| switch to | median ms | worst ms |")
    print("| --- | --- | --- |")
    for name, times in (("a tenant that is open", opened), ("a cached queue, not open", cold)):
        print(f"| {name} | {statistics.median(times) * 1e3:.0f} | {max(times) * 1e3:.0f} |")


def main() -> None:
    """Measure in a home of its own."""
    with tempfile.TemporaryDirectory() as folder:
        for name in ("CONFIG", "DATA", "STATE", "CACHE"):
            os.environ[f"XDG_{name}_HOME"] = str(Path(folder) / name.lower())
        os.environ["M365D_CLIENT_SECRET"] = APP.client_secret
        app_paths.cache_clear()
        asyncio.run(measure(Path(folder)))


if __name__ == "__main__":
    main()
