"""The tenant switcher: every profile and tenant with its state, and one key to each."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input

from tui.text import visible
from tui.ui import words
from tui.ui.claim_rows import shortened
from tui.ui.page import Choice, Span, line, text
from tui.ui.profile_words import credential_words, place_of
from tui.ui.widgets.pick_dialog import PickDialog
from tui.ui.widgets.pick_list import PickList
from tui.ui.widgets.sheet import Sheet

if TYPE_CHECKING:
    from tui.auth.profiles import Profile
    from tui.ui.host import Host
    from tui.ui.workspace import Workspace

_DEMO = "\0demo"


@dataclass(frozen=True, slots=True)
class TenantRow:
    """A tenant in the list."""

    id: str
    name: str
    place: str
    state: tuple[Span, ...]


async def choose_tenant(app: Host) -> None:
    """Ask which tenant to show, and show it."""
    from tui.auth.profiles import profiles_of

    profiles = profiles_of(app.settings)
    rows = [_row(app, name, profile) for name, profile in profiles.items()]
    demo = next((one for one in app.open_workspaces() if one.profile.is_demo), None)
    if app.demo is not None:
        state = _state(app, demo) if demo is not None else (("not signed in", "faint"),)
        rows.append(TenantRow(_DEMO, "demo", "embedded tenant, no account", state))
    front = app.workspace
    here = _DEMO if front is not None and front.profile.is_demo else None
    here = here or (front.profile.name if front is not None else None)
    chosen = await app.push_screen_wait(TenantChoice(rows, here))
    if chosen is None or chosen == here:
        return
    if chosen == _DEMO:
        assert app.demo is not None
        profile = demo.profile if demo is not None else await asyncio.to_thread(app.demo.start)
    else:
        profile = profiles[chosen]
    await app.switch_tenant(profile)


def _row(app: Host, name: str, profile: Profile) -> TenantRow:
    workspace = next((one for one in app.open_workspaces() if one.profile.name == name), None)
    if workspace is not None:
        return TenantRow(name, name, place_of(profile), _state(app, workspace))
    return TenantRow(name, name, place_of(profile), (credential_words(app, profile),))


def _state(app: Host, workspace: Workspace) -> tuple[Span, ...]:
    state, left = workspace.token_state()
    here: tuple[Span, ...] = (("   here", "accent"),) if workspace is app.workspace else ()
    if workspace.joining:
        return (("◇ signing in", "warn"), *here)
    if state == "valid" and left is not None:
        return (("◆ ", "good"), (f"signed in, {words.span(left)}", "faint"), *here)
    if state in ("renewing", "expired"):
        glyph, tone = ("◇ ", "warn") if state == "renewing" else ("✗ ", "bad")
        return ((glyph, tone), (f"token {state}", "faint"), *here)
    if workspace.problem is not None:
        said = workspace.problem.code or "sign-in failed"
        return (("✗ ", "bad"), (visible(said), "faint"), *here)
    return (("✗ ", "warn"), ("the cached queue, offline", "faint"), *here)


class TenantChoice(PickDialog):
    """Pick a tenant; typing narrows the list. Answers the row's id, or None."""

    DEFAULT_CSS = """
    TenantChoice { & > .dialog { width: 96; } PickList { margin: 0; max-height: 14; } }
    """

    def __init__(self, rows: list[TenantRow], here: str | None) -> None:
        super().__init__()
        self._rows = rows
        self._here = here

    def compose(self) -> ComposeResult:
        """A field to narrow, and the list."""
        with Vertical(classes="dialog"):
            yield Sheet([text("Switch to a tenant", "bold")])
            yield Input(placeholder="part of its name", select_on_focus=False)
            yield PickList()
            yield Sheet(
                [
                    line(),
                    line(
                        ("Enter", "accent"),
                        (" shows its queue   ", "faint"),
                        ("↑ ↓", "accent"),
                        (" choose   ", "faint"),
                        ("Esc", "accent"),
                        (" stays here", "faint"),
                    ),
                ]
            )

    def offer(self, wanted: str) -> None:
        """Those whose names hold the words; on the one after that in front: T Enter goes round."""
        terms = wanted.casefold().split()
        rows = [
            row
            for row in self._rows
            if all(term in f"{row.name} {row.place}".casefold() for term in terms)
        ]
        first = min(28, max((len(visible(row.name)) for row in rows), default=6)) + 3
        places = [shortened(visible(row.place), 30) for row in rows]
        second = max(map(len, places), default=6) + 2
        choices = [
            Choice(
                row.id,
                (
                    (shortened(visible(row.name), first - 2).ljust(first), "bold"),
                    (place.ljust(second), "faint"),
                    *row.state,
                ),
            )
            for row, place in zip(rows, places, strict=True)
        ]
        ids = [row.id for row in rows]
        after = None
        if ids and self._here in ids:
            after = ids[(ids.index(self._here) + 1) % len(ids)]
        self.query_one(PickList).offer(choices, after)
