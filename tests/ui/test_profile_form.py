"""A profile's form, what follows from it, and what is said when a sign-in is refused."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest
from textual.widgets import Input

from tests.ui.support import Screens
from tui.config import load_settings
from tui.config.schema import CREDENTIAL_KINDS
from tui.demo.identity import TENANT_ID, applications
from tui.ui import app_recipe, profile_draft
from tui.ui.app import M365dApp
from tui.ui.permissions import permissions_for
from tui.ui.screens.consent import ConsentDialog
from tui.ui.screens.profile_form import ProfileForm

APPS = {one.name: one for one in applications()}
APP = APPS["soc-terminal"]

pytestmark = pytest.mark.usefixtures("home")


@asynccontextmanager
async def opened(size: tuple[int, int] = (120, 40)) -> AsyncIterator[Screens]:
    app = M365dApp(load_settings(None))
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        yield Screens(app, pilot)
        assert not app.defects, app.defects


def fill(screens: Screens, **fields: str) -> None:
    """Put values into the fields, as a paste would."""
    form = screens.app.screen
    assert isinstance(form, ProfileForm)
    for name, value in fields.items():
        field = form.query_one(f"#{name}")
        if isinstance(field, Input):
            field.value = value
        else:
            field._pick(value)


def at_demo(origin: str, app: str = "soc-terminal", **more: str) -> dict[str, str]:
    """What a newcomer types for an application of the demo tenant."""
    one = APPS[app]
    base = {
        "name": "lab",
        "tenant_id": TENANT_ID,
        "client_id": one.client_id,
        "credential": "prompt",
        "secret": one.client_secret,
        "cloud": "custom",
        "authority": origin,
    }
    return base | more


def values(**more: str) -> dict[str, str]:
    base = {"name": "a", "tenant_id": "contoso.com", "client_id": APP.client_id}
    return profile_draft.values_of(None) | base | more


@pytest.mark.parametrize("kind", CREDENTIAL_KINDS)
def test_every_kind_of_credential_has_its_fields_and_makes_settings(kind, tmp_path) -> None:
    given = values(
        credential=kind,
        secret_command="op read 'op://soc/m365d secret'",
        certificate_path=str(tmp_path / "app.pem"),
        token_file=str(tmp_path / "token.txt"),
        secret="s",
    )
    assert profile_draft.faults_of(given, []) == {}
    made = profile_draft.settings_of(given, None)
    assert made.credential == kind
    assert bool(made.secret_command) == (kind == "command")
    assert made.secret_command in ((), ("op", "read", "op://soc/m365d secret"))
    assert (made.certificate_path is not None) == (kind == "certificate")
    assert (made.token_file is not None) == (kind in ("federated", "token-file"))
    assert ("secret" in profile_draft.shown(given)) == (
        kind in ("keyring", "prompt", "certificate")
    )
    # What the form shows of it again is what was typed.
    again = profile_draft.values_of(made)
    assert all(again[one] == given[one] for one in profile_draft.shown(given) if one != "secret")


@pytest.mark.parametrize(
    ("fields", "field", "words"),
    [
        ({"tenant_id": "not a tenant"}, "tenant_id", "neither a GUID nor a domain"),
        ({"client_id": "1234"}, "client_id", "no GUID"),
        ({"name": "a/b"}, "name", "cannot be the name"),
        ({"name": "taken"}, "name", "already"),
        ({"cloud": "custom", "authority": "http://evil.example"}, "authority", "is http"),
        ({"cloud": "custom", "authority": "https://a@b.example"}, "authority", "user name"),
        (
            {
                "cloud": "custom",
                "authority": "https://login.microsoftonline.us",
                "graph": "https://graph.microsoft.com",
            },
            "graph",
            "another cloud",
        ),
        ({"secret": "s" * 4001}, "secret", "it has 4,001 characters"),
        ({"secret": "a\x1bb"}, "secret", "control characters"),
        ({"credential": "command", "secret_command": "op 'read"}, "secret_command", "quotation"),
        ({"tenants": "fabrikam = nowhere"}, "tenants", "neither a GUID nor a domain"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(fields, field, words) -> None:
    faults = profile_draft.faults_of(values(**fields), ["taken"])
    assert list(faults) == [field]
    assert words in faults[field]


async def test_a_profile_is_made_signs_in_and_can_be_changed(tenant, home) -> None:
    async with opened() as screens:
        await screens.press("n")
        await screens.sees("New profile")
        fill(screens, **at_demo(tenant, tenant_id="unknown.example"))
        screens.app.screen.query_one("#tenant_id").focus()
        await screens.sees("knows no tenant unknown.example")
        fill(screens, tenant_id="contoso.com")
        await screens.sees(f"knows it as {TENANT_ID}")

        # Left and taken up again: nothing is lost but the secret.
        await screens.press("escape", "n")
        await screens.sees("contoso.com", APP.client_id, tenant)
        assert screens.app.screen.query_one("#secret", Input).value == ""
        fill(screens, secret=APP.client_secret)
        await screens.press("ctrl+s")
        await screens.sees("m365d  lab", "30 incidents", "synced")
        assert load_settings(None).profiles["lab"].tenant_id == "contoso.com"

        await screens.app.run_action("app.sign_out")
        await screens.sees("Enter sign in")
        await screens.press("e")
        await screens.sees("Profile lab", "contoso.com")
        fill(screens, tenant_id=TENANT_ID)
        await screens.press("ctrl+o")
        await screens.sees("Enter sign in")
        assert load_settings(None).profiles["lab"].tenant_id == TENANT_ID


async def test_what_the_app_may_not_do_is_offered_after_the_form(tenant) -> None:
    async with opened((80, 24)) as screens:
        await screens.press("n")
        fill(screens, **at_demo(tenant, "soc-reader"))
        await screens.press("ctrl+s")
        await screens.sees("may not do everything", "ThreatHunting.Read.All", "Grant admin consent")
        await screens.press("y")
        assert "ThreatHunting.Read.All" in screens.app.clipboard
        await screens.press("enter")
        await screens.sees("m365d  lab", "30 incidents")


async def test_a_refusal_is_explained_and_the_form_corrects_it(tenant) -> None:
    async with opened() as screens:
        await screens.press("n")
        fill(screens, **at_demo(tenant, secret="wrong"))
        await screens.press("ctrl+s")
        await screens.sees("AADSTS7000215", "the client secret is wrong", "error?code=7000215")
        await screens.press("y")
        assert "code: AADSTS7000215" in screens.app.clipboard
        assert "request: " in screens.app.clipboard
        assert "time: 20" in screens.app.clipboard
        await screens.press("e")
        await screens.sees("Profile lab")
        fill(screens, secret=APP.client_secret)
        await screens.press("ctrl+s")
        await screens.sees("m365d  lab", "30 incidents")


async def test_a_device_code_is_shown_large_and_copied(tenant) -> None:
    async with opened() as screens:
        await screens.press("n")
        fill(screens, **at_demo(tenant, credential="certificate"))
        await screens.sees("pass phrase")
        fill(screens, **at_demo(tenant, credential="device-code"))
        await screens.press("ctrl+s")
        await screens.sees("type this code", " left", "copies the code")
        await screens.press("y")
        code = screens.app.clipboard
        assert "  ".join(code) in screens.text()
        await screens.press("a")
        assert screens.app.clipboard.startswith(tenant)
        await screens.press("escape")
        await screens.sees("Stopped. Nothing was changed.")


async def test_consent_links_are_copied_and_answers_understood(tenant) -> None:
    customer = "99999999-2222-3333-4444-555555555555"
    async with opened() as screens:
        await screens.press("n")
        fill(screens, **at_demo(tenant))
        await screens.press("ctrl+o")
        await screens.sees("lab", "Enter sign in")
        await screens.press("l")
        await screens.sees("Admin consent for the app of lab")
        await screens.press("enter")
        assert "/v2.0/adminconsent?client_id=" in screens.app.clipboard
        await screens.press("down", "enter")
        assert "/common/oauth2/authorize?prompt=consent" in screens.app.clipboard
        dialog = screens.app.screen
        assert isinstance(dialog, ConsentDialog)
        field = dialog.query_one("#ended", Input)
        field.value = "https://portal.azure.com/?error=access_denied&error_description=AADSTS65004"
        await screens.sees("not granted: access_denied", "The administrator declined")
        field.value = "https://portal.azure.com/"
        await screens.until(lambda: "not granted" not in screens.text())
        field.value = f"https://portal.azure.com/?admin_consent=True&tenant={customer}"
        await screens.sees("consent granted", customer, "adds this customer")
        await screens.press("a")
        await screens.sees("What is this customer called?")
        await screens.type("fabrikam")
        await screens.press("enter")
        await screens.sees("lab/fabrikam is in the list")
        assert load_settings(None).profiles["lab"].tenants == {"fabrikam": customer}


async def test_an_answer_is_caught_on_this_machine(tenant) -> None:
    import httpx

    async with opened() as screens:
        await screens.press("n")
        fill(screens, **at_demo(tenant))
        await screens.press("ctrl+o")
        await screens.sees("Enter sign in")
        await screens.press("l", "down", "down", "enter")
        await screens.sees("waiting at http://localhost:")
        await screens.until(lambda: "redirect_uri=" in screens.app.clipboard)
        asked = httpx.URL(screens.app.clipboard).params
        back = {"admin_consent": "True", "tenant": TENANT_ID, "state": asked["state"]}
        async with httpx.AsyncClient(trust_env=False) as client:
            await client.get(asked["redirect_uri"].replace("localhost", "127.0.0.1"), params=back)
        await screens.sees("consent granted", "this profile's own tenant")


def test_the_recipe_asks_for_no_more_than_was_wished() -> None:
    assert permissions_for(["read"], "graph") == {
        "graph": ("SecurityIncident.Read.All", "SecurityAlert.Read.All")
    }
    assert permissions_for(["read", "write", "hunt"], "graph")["graph"] == (
        "SecurityIncident.ReadWrite.All",
        "SecurityAlert.ReadWrite.All",
        "ThreatHunting.Read.All",
    )
    assert permissions_for(["hunt", "read"], "classic") == {
        "classic": ("Incident.Read.All", "AdvancedHunting.Read.All")
    }
    assert "Machine.Isolate" in permissions_for(["act"], "graph")["endpoint"]
    manifest = json.loads(app_recipe.manifest(["read", "act"], "graph"))
    assert len(manifest["requiredResourceAccess"]) == 2
    assert len(app_recipe.steps(["read"], "graph", "m365d-tui", partner=False)) == 9


async def test_the_app_is_created_by_a_checklist_commands_or_a_manifest() -> None:
    async with opened((80, 24)) as screens:
        await screens.press("g")
        await screens.sees("1  Open entra.microsoft.com", "SecurityIncident.ReadWrite.All")
        await screens.press("enter")
        await screens.sees("✓  Open entra.microsoft.com")
        await screens.press("w")
        await screens.sees("SecurityIncident.Read.All")
        await screens.press("]", "y")
        await screens.sees("az ad app create")
        assert "az ad app permission admin-consent" in screens.app.clipboard
        await screens.press("]", "y")
        assert '"requiredResourceAccess"' in screens.app.clipboard
        await screens.press("n")
        await screens.sees("New profile")


async def test_a_wrong_clock_is_named_where_a_sign_in_fails(tenant) -> None:
    async with opened() as screens:
        screens.app.fixed_now = lambda: datetime.now(UTC) - timedelta(minutes=17)
        await screens.press("n")
        fill(screens, **at_demo(tenant, secret="wrong"))
        await screens.press("ctrl+s")
        await screens.sees("AADSTS7000215", "clock is 17 minutes behind the server's")


async def test_conditional_access_says_what_it_is() -> None:
    from tui.errors import SignInProblem
    from tui.ui.refusals import refusal_blocks

    problem = SignInProblem("Signing in failed", "blocked", "Ask.", code="AADSTS53003")
    words = " ".join(text for block in refusal_blocks(problem, None) for text, _ in block.spans)
    assert "Conditional Access is the tenant's own set of rules" in words
