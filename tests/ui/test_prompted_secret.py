"""A secret typed into the masked field is in no picture and in no crash report."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from urllib.parse import quote

from tests.ui.conftest import Open, SharedDemo
from tests.ui.support import Screens
from tui.auth.profiles import Profile
from tui.config import HostTable, ProfileSettings, Settings
from tui.ui.app import M365dApp


def written(folder: Path) -> str:
    return "".join(path.read_text(errors="replace") for path in folder.rglob("*") if path.is_file())


async def test_pictures_and_reports_while_it_is_typed_and_after(
    open_app: Open,  # The home of its own.
    demo_profile: Profile,
    tmp_path: Path,
) -> None:
    assert demo_profile.given_secret is not None
    secret = demo_profile.given_secret.reveal()
    lab = ProfileSettings(
        "lab",
        demo_profile.tenant_id,
        demo_profile.client_id,
        cloud=HostTable(authority=demo_profile.cloud.authority),
        credential="prompt",
    )
    settings = Settings(profiles={"lab": lab})
    app = M365dApp(settings, profile_name="lab", demo=SharedDemo(demo_profile))
    async with app.run_test(size=(120, 40)) as pilot:
        screens = Screens(app, pilot)
        await screens.sees("lab", "Enter sign in")
        await screens.press("enter")
        await screens.sees("Client secret of lab")
        await screens.type(secret.replace("~", ""))
        pictures = app.export_screenshot()
        app.report_defect(RuntimeError(f"while it is typed: {app.focused!r}"))
        app.defects.clear()
        app.focused.value = secret  # type: ignore[union-attr]
        pictures += app.export_screenshot()
        app.focused.select_all()  # type: ignore[union-attr]
        await screens.press("ctrl+c")
        assert app.clipboard == ""
        await screens.press("ctrl+x")
        assert app.clipboard == ""
        assert app.focused.value == ""  # type: ignore[union-attr]
        app.focused.value = secret  # type: ignore[union-attr]
        await screens.press("enter")
        await screens.sees("synced", "4711")
        pictures += app.export_screenshot()
        app.report_defect(RuntimeError(f"a defect that quotes {secret}"))
        app.defects.clear()
    everything = pictures + written(tmp_path)
    assert "a defect that quotes" in everything
    raw = secret.encode()
    for form in (
        secret,
        secret.replace("~", ""),
        quote(secret, safe=""),
        json.dumps(secret)[1:-1],
        base64.b64encode(raw).decode().rstrip("=")[:-1],
    ):
        assert form not in everything
