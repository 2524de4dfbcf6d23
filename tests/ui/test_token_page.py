"""The token panel, other tokens decoded, and the move to Microsoft Graph."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import jwt
import pytest
from msgspec.structs import replace
from textual.widgets import Input

from tests.ui.support import Screens
from tui.api.records import IncidentChange
from tui.auth.claims import Claims
from tui.cli.output import cell_text
from tui.config import load_settings
from tui.demo.identity import TENANT_ID, applications
from tui.errors import SignInProblem, Unreachable
from tui.ui.app import M365dApp
from tui.ui.claim_rows import claim_rows
from tui.ui.widgets.pick_list import PickList

APPS = {one.name: one for one in applications()}
OTHER = "99999999-2222-3333-4444-555555555555"
SIZES = [(120, 40), (80, 24)]

pytestmark = pytest.mark.usefixtures("home")


@asynccontextmanager
async def signed_in(
    origin: str,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    *,
    app: str = "soc-automation",
    more: str = "",
    size: tuple[int, int] = (120, 40),
) -> AsyncIterator[Screens]:
    one = APPS[app]
    monkeypatch.setenv("M365D_CLIENT_SECRET", one.client_secret)
    file = home / "config.toml"
    if not file.exists():
        file.write_text(
            f'[profiles.lab]\ntenant_id = "{TENANT_ID}"\nclient_id = "{one.client_id}"\n'
            f'credential = "env"\n{more}\n[profiles.lab.cloud]\nauthority = "{origin}"\n'
        )
        file.chmod(0o600)
    program = M365dApp(load_settings(file))
    async with program.run_test(size=size) as pilot:
        await pilot.pause()
        screens = Screens(program, pilot)
        await screens.press("enter")
        await screens.sees("m365d  lab", "30 incidents", "synced")
        yield screens
        assert not program.defects, program.defects


def made(**claims: object) -> str:
    """A token that somebody else signed."""
    now = int(time.time())
    base = {"tid": TENANT_ID, "iat": now, "nbf": now, "exp": now + 3000, "aud": "nobody"}
    return jwt.encode(base | claims, "k" * 32, algorithm="HS256")


async def decode(screens: Screens, token: str) -> None:
    await screens.press("d")
    await screens.sees("Decode a token", "neither sent")
    screens.app.screen.query_one(Input).value = token
    await screens.press("enter")
    await screens.sees("Another token")


def test_values_of_claims_are_written_as_json_has_them() -> None:
    claims = Claims({"a": [1, [None, {"ä": True}], "x\x1b"], "b": False, "c": {"d": None}})
    words = ["".join(part for part, _ in spans) for name, spans in claim_rows(claims, "", 120)]
    assert any('1, [null, {"ä": true}], x␛' in one for one in words)
    assert any("false" in one for one in words)
    assert any('{"d": null}' in one for one in words)
    assert cell_text([None, {"ä": True}]) == 'null, {"ä": true}'


async def test_permissions_are_held_against_features(tenant, home, monkeypatch) -> None:
    async with signed_in(tenant, home, monkeypatch) as screens:
        await screens.press("3")
        for size in SIZES:
            await screens.pilot.resize_terminal(*size)
            await screens.sees("5 granted", "1 more than needed", "Directory.Read.All")
            await screens.sees("◆ Microsoft Graph", "· Defender for Endpoint")
        await screens.press("]", "]")
        await screens.sees("no token for this service was needed yet")
        await screens.press("r")
        for size in SIZES:
            await screens.pilot.resize_terminal(*size)
            await screens.sees("◆ Defender for Endpoint", "2 granted", "missing", "Machine.Scan")
        await screens.press("j", "j", "j", "enter")
        await screens.sees("Ask for", "Machine.Scan", "Grant admin consent")


async def test_the_headings_stay_in_sight_where_rows_come_anew_at_once(
    tenant, home, monkeypatch
) -> None:
    async with signed_in(tenant, home, monkeypatch) as screens:
        await screens.press("3", "G")
        await screens.sees("This run")
        page = screens.app.screen
        page.action_edge("first")
        page.list_facts()
        laid_out = asyncio.Event()
        page.call_after_refresh(laid_out.set)
        await laid_out.wait()
        await screens.sees("What it may do")
        assert page.query_one(PickList).scroll_offset.y == 0


async def test_a_signature_is_verified_apart_from_the_decoding(tenant, home, monkeypatch) -> None:
    async with signed_in(tenant, home, monkeypatch) as screens:
        await screens.press("3", "G")
        await screens.sees("decoded, not verified", "This run")
        await screens.press("v")
        await screens.sees("✓  verified   Signed by the tenant's key", "keys from http://")
        session = screens.app.workspace.session
        former = session.current("graph")
        await screens.press("r")
        await screens.until(lambda: session.current("graph") is not former)
        await screens.sees("renewed", "decoded, not verified")
        token = session.current("graph").value.reveal()
        session._tokens["graph"] = replace(session.current("graph"), doubt="it ended long ago")
        screens.app.screen.list_facts()
        await screens.press("g")
        await screens.sees("! The service may refuse this token: it ended long ago.")
        assert "Microsoft Graph may refuse the token: it ended long ago." in (
            screens.app.workspace.notices
        )
        head, body, seal = token.split(".")
        await decode(screens, f"{head}.{body}.{'B' if seal[0] == 'A' else 'A'}{seal[1:]}")
        await screens.press("v")
        await screens.sees("forged")
        assert token not in screens.text()


async def test_the_token_itself_is_copied_only_when_told_twice(tenant, home, monkeypatch) -> None:
    async with signed_in(tenant, home, monkeypatch) as screens:
        await screens.press("3", "Y")
        token = screens.app.workspace.session.current("graph").value.reveal()
        await screens.until(lambda: '"roles"' in screens.app.clipboard)
        assert token not in screens.app.clipboard
        await screens.press("ctrl+y")
        await screens.sees("Copy the token itself?", "Whoever holds it")
        await screens.press("n")
        await screens.until(lambda: len(screens.app.screen_stack) == 1)
        assert token not in screens.app.clipboard
        await screens.press("ctrl+y")
        await screens.sees("Whoever holds it")
        await screens.press("y")
        await screens.until(lambda: screens.app.clipboard == token)


async def test_other_tokens_are_decoded_for_what_they_are(tenant, home, monkeypatch) -> None:
    graph = "https://graph.microsoft.com"
    async with signed_in(tenant, home, monkeypatch) as screens:
        await screens.press("3")
        for token, words in (
            (
                made(aud="8ee8fdad-f234-4243-8f3b-15c294843740", ver="2.0", azp="a-b",
                     roles=["Incident.Read.All"], strange="\x1b[31m\u202ered"),
                ("of an application", "Defender XDR, classic", "1 granted", "2 missing"),
            ),
            (
                made(aud=graph, idtyp="user", upn="a.novak@contoso.com",
                     scp="SecurityIncident.Read.All Mail.Read"),
                ("on behalf of a user: a.novak@contoso.com", "1 more than needed", "Mail.Read"),
            ),
            (
                made(aud=graph, exp=int(time.time()) - 7200, roles=["ThreatHunting.Read.All"]),
                ("✗ ended 2 h ago", "1 granted"),
            ),
            (
                made(aud="https://management.azure.com", tid=OTHER),
                ("for another service, https://management.azure.com", "of another tenant than lab"),
            ),
        ):  # fmt: skip
            await decode(screens, token)
            for size in SIZES:
                await screens.pilot.resize_terminal(*size)
                await screens.press("g")
                await screens.sees(*words)
                assert token not in screens.text()
                await screens.press("G")
                await screens.sees("decoded, not verified")
                assert "\x1b" not in screens.text()
                assert "\u202e" not in screens.text()
            await screens.press("escape")
            await screens.sees("Microsoft Graph", "· Defender")


async def test_a_token_is_decoded_without_signing_in_from_a_file(home) -> None:
    file = home / "Latest-token.txt"
    file.write_text(made(app_displayname="somebody", roles=["X.Read"]))
    program = M365dApp(load_settings(None))
    async with program.run_test(size=(80, 24)) as pilot:
        screens = Screens(program, pilot)
        await decode(screens, str(file))
        await screens.sees("of an application: somebody", "X.Read")
        await screens.press("escape", "d")
        await screens.sees("Decode a token")
        await screens.type("nonsense")
        await screens.press("enter")
        await screens.sees("That is no token")
        assert program.screen.query_one(Input).value == "nonsense"


async def test_the_move_to_graph_tells_what_is_missing(tenant, home, monkeypatch) -> None:
    more = 'api = "classic"'
    async with signed_in(tenant, home, monkeypatch, app="soc-legacy", more=more) as screens:
        await screens.press("3", "M")
        await screens.sees("The classic APIs end on 2027-02-01", " days")
        await screens.sees("SecurityIncident.Read.All", "ThreatHunting.Read.All", "stays as it is")
        await screens.sees("not compared: the roles are missing")
        await screens.press("y")
        assert "ThreatHunting.Read.All" in screens.app.clipboard
        await screens.press("enter")
        assert load_settings(home / "config.toml").profiles["lab"].api == "classic"


async def test_a_network_lost_in_the_middle_is_no_missing_role(tenant, home, monkeypatch) -> None:
    more = 'api = "classic"'
    async with signed_in(tenant, home, monkeypatch, app="soc-terminal", more=more) as screens:
        session = screens.app.workspace.session

        async def cut(*_: object) -> None:
            raise Unreachable("Signing in to lab failed", "the answer was cut", "Try again.")

        with monkeypatch.context() as patched:
            patched.setattr(session, "_ask_for", cut)
            await screens.press("3", "M")
            await screens.sees("the answer was cut", "There is nothing to compare with")
            assert "Roles to grant" not in screens.text()
        await screens.press("R")
        await screens.sees("the same answer", "Nothing is lost by the move")


async def test_the_move_to_graph_keeps_cache_views_edits_and_history(
    tenant, home, monkeypatch
) -> None:
    more = 'api = "classic"'
    async with signed_in(tenant, home, monkeypatch, app="soc-terminal", more=more) as screens:
        queue = screens.app.workspace.queue
        await queue.edit(["4711"], IncidentChange(tags=("before-the-move",)))
        await queue.delivered()
        # An edit that the service refuses waits with its reason.
        await queue.edit(["no-such-incident"], IncidentChange(status="resolved"))
        await queue.delivered()
        waiting = [one for one in await queue.outbox() if one.state != "confirmed"]
        history = [one.change for one in await queue.history("4711")]
        assert waiting
        assert history
        from tui.ui.views import View

        screens.app.views.save(View("kept", "sev:high"))
        screens.app.workspace.notebook(memory=False).save_drafts([], 0)
        folder = screens.app.workspace.notebook(memory=False)._directory

        await screens.press("3", "M")
        await screens.sees("the same answer", "Nothing is lost by the move")
        await screens.press("enter")
        await screens.until(
            lambda: (
                screens.app.workspace.connection is not None
                and screens.app.workspace.resource == "graph"
            )
        )
        await screens.sees("m365d  lab", "30 incidents", "synced")
        moved = screens.app.workspace
        assert moved.profile.api == "graph"
        assert load_settings(home / "config.toml").profiles["lab"].api == "graph"
        assert [one.change for one in await moved.queue.history("4711")] == history
        kept = [one for one in await moved.queue.outbox() if one.state != "confirmed"]
        assert [one.change for one in kept] == [one.change for one in waiting]
        assert (await moved.queue.incident("4711")).tags == ("before-the-move",)
        assert "kept" in [one.name for one in screens.app.views.all()]
        assert moved.notebook(memory=False)._directory == folder


@pytest.mark.parametrize("size", SIZES)
async def test_a_token_that_says_things_twice_and_at_length(
    tenant: str, home: Path, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int]
) -> None:
    odd = {
        "aud": "https://graph.microsoft.com",
        "roles": ["A.All", "A.All", "[red]B[/]", "C" * 5000],
        "signature": "x",
        "keys": "y",
        "feature 0": "z",
        "event 0": "q",
        "notice n": "v",
        "spare A.All": "w",
        "": "nameless",
        "a\nb": "c\nd",
        "big": "x" * 100_000,
    }
    async with signed_in(tenant, home, monkeypatch, size=size) as screens:
        await screens.press("3")
        await screens.sees("What it may do")
        await decode(screens, made(**odd))
        await screens.press("G")
        await screens.sees("Signature")
        for key in ("enter", "escape", "v", "g", "enter", "escape"):
            await screens.press(key)


async def test_what_failed_is_told_whole_where_it_is_asked_for(
    tenant: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with signed_in(tenant, home, monkeypatch) as screens:
        await screens.press("3")
        await screens.sees("What it may do")
        session = screens.app.workspace.session
        assert session is not None
        monkeypatch.setattr(
            "tui.auth.session.Session._ask_for", _refusing("the secret has expired; host says: all")
        )
        await screens.press("r")
        await screens.until(lambda: bool(screens.app._notifications))
        (said,) = [one.message for one in screens.app._notifications]
        assert said.startswith("Signing in failed: the secret has expired (AADSTS7000222).")
        assert "host says" not in said
        row = screens.app.screen.query_one(PickList)
        row.highlighted = row.get_option_index("event 0")
        await screens.sees("renewal failed: AADSTS7000222")
        await screens.press("enter")
        await screens.sees("host says: all")


def _refusing(why: str) -> Callable[..., Awaitable[None]]:
    async def refuse(*_: object) -> None:
        raise SignInProblem("Signing in failed", why, "Make a new one.", code="AADSTS7000222")

    return refuse
