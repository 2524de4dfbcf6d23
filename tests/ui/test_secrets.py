"""No secret and no token of a session is in any file it made or picture it drew."""

from __future__ import annotations

import logging
from pathlib import Path

from tests.ui.conftest import Open
from tui.auth.profiles import Profile
from tui.cli.logs import start_log


def files_of(folder: Path) -> dict[Path, bytes]:
    """Every file below a folder, whole."""
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


async def test_nothing_secret_is_left_behind(
    open_app: Open, demo_profile: Profile, tmp_path: Path
) -> None:
    assert demo_profile.given_secret is not None
    secret = demo_profile.given_secret.reveal()
    start_log(tmp_path / "session.log")
    try:
        async with open_app() as screens:
            await screens.sign_in()
            session = screens.app.workspace.session
            token = session.current("graph").value.reveal()
            await screens.press("m")
            await screens.type("seen")
            await screens.press("ctrl+s")
            await screens.app.workspace.queue.delivered()
            await screens.press("2")
            await screens.sees("F5 run")
            await screens.type("DeviceInfo | take 3")
            await screens.press("f5")
            await screens.sees("3 rows")
            await screens.press("f4")
            await screens.sees("soc-terminal")
            screens.app.report_defect(RuntimeError(f"{secret} and Bearer {token}"))
            screens.app.defects.clear()
            pictures = screens.app.export_screenshot()
            said = repr(session) + repr(session.current("graph")) + repr(demo_profile)
            said += str(list(session.history))
    finally:
        logging.getLogger("tui").handlers.clear()
    left = files_of(tmp_path)
    assert any(path.name == "session.log" and content for path, content in left.items())
    assert any(path.name == "defects.log" for path in left)
    parts = [secret.encode(), token.encode(), token.split(".")[2].encode()]
    for path, content in left.items():
        assert not any(part in content for part in parts), path
    assert not any(part.decode() in pictures + said for part in parts)
