"""Texts to take along: the handover of a shift, the report of an incident."""

from __future__ import annotations

from pathlib import Path

from tests.ui.conftest import Open


async def test_the_handover_tells_what_was_done_since_sign_in(open_app: Open) -> None:
    async with open_app() as screens:
        await screens.sign_in()
        await screens.press("j", "j", "s", "c")
        await screens.until(lambda: len(screens.app.screen_stack) == 1)
        await screens.app.workspace.queue.delivered()
        await screens.press("H")
        await screens.sees("Handover since", "Closed")


async def test_a_name_that_is_typed_replaces_the_one_that_is_offered(
    open_app: Open, tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with open_app() as screens:
        await screens.sign_in()
        await screens.press("enter", "w", "m")
        await screens.sees("Report, md")
        await screens.press("w")
        await screens.sees("Write it to")
        await screens.type("mine.md")
        await screens.press("enter")
        await screens.until((tmp_path / "mine.md").exists)


async def test_a_report_is_written_where_it_is_asked_to(
    open_app: Open, tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with open_app() as screens:
        await screens.sign_in()
        await screens.press("enter", "w", "h")
        await screens.sees("Report, html", "<!doctype html>")
        await screens.press("w")
        await screens.sees("Write it to")
        await screens.press("enter")
        written = tmp_path / "incident-4711.html"
        await screens.until(written.exists)
        page = written.read_text("utf-8")
        assert "Human-operated ransomware" in page
        assert "\u202e" not in page
        assert "<script" not in page.lower()
