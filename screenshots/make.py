"""Draw the pictures of the README from the demo tenant, at a fixed time and seed.

Run from the project's root: `python screenshots/make.py [FOLDER]`.
"""

from __future__ import annotations

import asyncio
import os
import re
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

NOW = datetime(2026, 11, 24, 17, 22, 20, tzinfo=UTC)
PROFILES = """
[profiles.contoso]
tenant_id = "contoso.onmicrosoft.com"
client_id = "5f0c8e2a-7b1d-4c3e-8f62-0a4d5e6c91d7"
[profiles.fabrikam]
tenant_id = "fabrikam.onmicrosoft.com"
client_id = "5f0c8e2a-7b1d-4c3e-8f62-0a4d5e6c91d7"
credential = "env"
[profiles.lab]
tenant_id = "72f988bf-3c41-4d0a-9b7e-5a1c0d2edb47"
client_id = "5f0c8e2a-7b1d-4c3e-8f62-0a4d5e6c91d7"
credential = "prompt"
[profiles.lab.cloud]
authority = "http://127.0.0.1:8765"
"""
"""Profiles for the picture of the sign-in; nothing is asked of their tenants."""

SIZE = (120, 34)
_CELL = 12.2
"""Width of a cell in Textual's SVG, in its units."""


def tidy(svg: str) -> str:
    """The picture with the blanks at the ends of each text moved into its place.

    Some renderers drop leading and trailing blanks, no-break ones too, and shift the text.
    """

    def moved(match: re.Match[str]) -> str:
        attributes, text = match[1], match[2].replace("&#160;", "\u00a0")
        body = text.strip("\u00a0")
        place = re.search(r' x="([\d.]+)"', attributes)
        length = re.search(r'textLength="([\d.]+)"', attributes)
        if not body or place is None or length is None:
            return match[0]
        lead = len(text) - len(text.lstrip("\u00a0"))
        x = float(place[1]) + lead * _CELL
        long = float(length[1]) - (len(text) - len(body)) * _CELL
        attributes = attributes.replace(place[0], f' x="{x:.1f}"')
        attributes = attributes.replace(length[0], f'textLength="{long:.1f}"')
        return f"<text{attributes}>{body.replace(chr(0xA0), '&#160;')}</text>"

    svg = re.sub(r"<text([^>]*)>([^<]*)</text>", moved, svg)
    # The names of the styles are made of a hash of the run; one name serves all pictures.
    return re.sub(r"terminal-\d+", "terminal", svg)


async def draw(folder: Path) -> None:
    """Walk through the places and save each."""
    from tests.ui.support import Screens
    from tui.cli.context import Launcher
    from tui.config import load_settings
    from tui.demo.options import Options
    from tui.ui.app import M365dApp

    launcher = Launcher(Options(now=NOW))
    settings = Path(os.environ["XDG_CONFIG_HOME"]) / "config.toml"
    settings.write_text(PROFILES, encoding="utf-8")
    app = M365dApp(
        load_settings(settings), demo=launcher, use_demo=True, no_cache=True, now=lambda: NOW
    )
    async with app.run_test(size=SIZE) as pilot:
        screens = Screens(app, pilot)

        async def save(name: str, *seen: str, ready: Callable[[], bool] | None = None) -> None:
            await screens.sees(*seen)
            if ready is not None:
                await screens.until(ready)
            await pilot.pause()
            picture = tidy(app.export_screenshot(title=f"m365d-tui: {name}"))
            (folder / f"{name}.svg").write_text(picture, encoding="utf-8")
            print(folder / f"{name}.svg")

        await save("sign-in", "embedded tenant", "Enter sign in")
        await screens.sign_in()
        await save("incidents", "300 incidents", "Evidence 3")
        await screens.press("enter", "right_square_bracket", "right_square_bracket")
        await screens.press("right_square_bracket")
        await save("timeline", "Credential access", "Do next")
        await screens.press("right_square_bracket")
        await save("graph", "├─", "EXCEL.EXE")
        await screens.press("2")
        await screens.sees("F5 run")
        await screens.type("DeviceProcessEvents\n| summarize Hits=count() by FileName\n")
        await screens.type("| top 10 by Hits")
        await screens.press("f5")
        await save("hunting", "10 rows")
        await screens.press("f4")
        await save("token", "What it may do", "soc-terminal")
    launcher.stop()


def main() -> None:
    """Draw into the folder given, or beside this file."""
    root = Path(__file__).resolve().parent
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else root
    folder.mkdir(parents=True, exist_ok=True)
    sys.path.insert(0, str(root.parent))
    os.environ["TZ"] = "UTC"
    if hasattr(time, "tzset"):
        time.tzset()
    with tempfile.TemporaryDirectory() as home:
        for name in ("CONFIG", "DATA", "STATE", "CACHE"):
            os.environ[f"XDG_{name}_HOME"] = home
        asyncio.run(draw(folder))


if __name__ == "__main__":
    main()
