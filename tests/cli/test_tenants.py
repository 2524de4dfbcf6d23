"""token decode, profiles import, consent and migrate, and signing in by every kind."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import jwt
import pytest

from tests.auth.conftest import MemoryKeyring
from tests.auth.test_given import CLASSIC, demo_token
from tests.cli.conftest import Run
from tui.demo.identity import TENANT_ID, applications
from tui.demo.server import DemoTenant

APP = applications()[0]


def test_decode_reads_a_file_and_standard_input(
    run: Run, home: Path, demo_tenant: DemoTenant
) -> None:
    token = demo_token(demo_tenant, CLASSIC)
    file = home / "Latest-token.txt"
    file.write_text(json.dumps({"access_token": token}))
    ended = run("token", "decode", str(file))
    assert ended.code == 0
    assert "Incident.ReadWrite.All" in ended.out
    assert "decoded, not verified" in ended.out
    assert token not in ended.out + ended.err
    found = json.loads(run("token", "decode", "--json", stdin=f"Bearer {token}\n").out)
    assert (found["resource"], found["verified"]) == ("classic", False)
    assert found["tenant_id"] == TENANT_ID


def test_decode_checks_what_is_needed(run: Run) -> None:
    token = jwt.encode({"roles": ["Incident.Read.All"], "aud": CLASSIC}, "k" * 32)
    assert run("token", "decode", "--need", "incident.read.all", stdin=token).code == 0
    ended = run("token", "decode", "--need", "AdvancedHunting.Read.All", stdin=token)
    assert ended.code == 4
    assert "lacks AdvancedHunting.Read.All" in ended.err


@pytest.mark.parametrize("text", ["", "rubbish", "a.b.c", "{}", "\x00\xff", "\udcff\udc80.a.b"])
def test_decode_of_what_is_none(run: Run, text: str) -> None:
    ended = run("token", "decode", stdin=text)
    assert ended.code == 2
    assert "no JWT" in ended.err


def test_decode_verifies_on_request(
    run: Run, contoso: Path, home: Path, demo_tenant: DemoTenant
) -> None:
    token = demo_token(demo_tenant)
    assert "signature verified" in run("token", "decode", "--verify", stdin=token).out
    head, body, _ = token.split(".")
    forged = f"{head}.{body}.{'A' * 342}"
    found = json.loads(run("token", "decode", "--verify", "--json", stdin=forged).out)
    assert found["signature"]["verdict"] == "forged"
    assert found["verified"] is False


def test_token_still_takes_its_own_words(run: Run, contoso: Path) -> None:
    assert run("token", "--resource", "graph").code == 0
    assert run("token", "nonsense").code == 2
    assert run("token", "--help").code == 0


def test_import_of_azures_variables(
    run: Run, demo_tenant: DemoTenant, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AUTHORITY_HOST", "CLIENT_CERTIFICATE_PATH", "FEDERATED_TOKEN_FILE"):
        monkeypatch.delenv(f"AZURE_{name}", raising=False)
    assert run("profiles", "import", "new").code == 2
    monkeypatch.setenv("AZURE_TENANT_ID", TENANT_ID)
    monkeypatch.setenv("AZURE_CLIENT_ID", APP.client_id)
    monkeypatch.setenv("AZURE_CLIENT_SECRET", "secret-of-the-environment")
    assert run("profiles", "import", "one").code == 0
    monkeypatch.delenv("AZURE_CLIENT_SECRET")
    monkeypatch.setenv("AZURE_CLIENT_CERTIFICATE_PATH", "app.pem")
    monkeypatch.setenv("AZURE_AUTHORITY_HOST", "https://login.microsoftonline.us/")
    assert run("profiles", "import", "two").code == 0
    monkeypatch.setenv("AZURE_AUTHORITY_HOST", "https://login.evil.example")
    assert run("profiles", "import", "three").code == 2
    listed = {one["name"]: one for one in json.loads(run("profiles", "list", "--json").out)}
    assert listed["one"]["credential"] == "env"
    assert (listed["two"]["credential"], listed["two"]["cloud"]) == ("certificate", "gcc-high")
    text = "".join(path.read_text() for path in home.rglob("*.toml"))
    assert "secret-of-the-environment" not in text


def test_consent_link_and_its_answer(run: Run, contoso: Path, demo_tenant: DemoTenant) -> None:
    link = run("profiles", "consent").out.strip()
    assert link.startswith(f"{demo_tenant.base_url}/{TENANT_ID}/v2.0/adminconsent?client_id=")
    assert "prompt=consent" in run("profiles", "consent", "--form", "v1").out
    back = f"https://portal.azure.com/?admin_consent=True&tenant={TENANT_ID}"
    assert TENANT_ID in run("profiles", "consent", "--answer", back).out
    ended = run("profiles", "consent", "--answer", "https://x/?error=access_denied")
    assert (ended.code, "access_denied" in ended.err) == (4, True)


def test_migrate_compares_and_switches(run: Run, contoso: Path) -> None:
    contoso.write_text(
        contoso.read_text().replace("[profiles.contoso]", "# ours\n[profiles.contoso]")
    )
    ended = run("profiles", "migrate", "contoso", "--check", "--json")
    found = json.loads(ended.out)
    assert ended.code == 0, ended.err
    assert found["ready"]
    assert (found["compared"], found["probe"]) == (50, "same")
    assert "api" not in contoso.read_text()
    assert run("profiles", "migrate", "contoso").code == 0
    text = contoso.read_text()
    assert 'api = "graph"' in text
    assert "# ours" in text
    assert run("incidents", "--top", "1").code == 0


def test_migrate_names_what_to_grant(
    run: Run,
    settings_at: Callable[..., Path],
    demo_tenant: DemoTenant,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    legacy = next(one for one in applications() if one.name == "soc-legacy")
    monkeypatch.setenv("M365D_CLIENT_SECRET", legacy.client_secret)
    file = settings_at(demo_tenant.base_url, old="soc-legacy")
    before = file.read_text()
    ended = run("profiles", "migrate", "old")
    assert ended.code == 4
    for role in ("SecurityIncident.ReadWrite.All", "ThreatHunting.Read.All"):
        assert role in ended.out + ended.err
    assert "adminconsent" in ended.err
    assert file.read_text() == before


def test_one_app_signs_in_to_the_tenants_of_its_profile(
    run: Run, demo_tenant: DemoTenant, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("M365D_CLIENT_SECRET", APP.client_secret)
    made = run(
        "profiles", "add", "partner/contoso", "--tenant-id", TENANT_ID, "--client-id",
        APP.client_id, "--credential", "env", "--authority", demo_tenant.base_url, "--default",
    )  # fmt: skip
    assert made.code == 0, made.err
    other = "11111111-2222-3333-4444-555555555555"
    assert run("profiles", "add", "partner/none", "--tenant-id", other).code == 0
    taken = run("profiles", "add", "partner/x", "--tenant-id", other, "--api", "graph")
    assert (taken.code, "--api" in taken.err) == (2, True)
    listed = json.loads(run("profiles", "list", "--json").out)
    assert [(one["name"], one["default"]) for one in listed] == [
        ("partner/contoso", True),
        ("partner/none", False),
    ]
    assert run("token").code == 0
    assert run("incidents", "--profile", "partner/contoso", "--top", "1").code == 0
    refused = run("token", "--profile", "partner/none")
    assert (refused.code, "AADSTS90002" in refused.err) == (3, True)
    assert run("config", "validate").code == 0
    assert "profiles.partner.tenants.none" in run("config", "show").out
    assert run("profiles", "remove", "partner/none").code == 0
    gone = run("token", "--profile", "partner/none")
    assert (gone.code, "partner/contoso" in gone.err) == (2, True)


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (["--redirect", "javascript:alert(1)"], "no address"),
        (["--redirect", ""], "no address"),
        (["--redirect", "http://evil.example"], "no address"),
        (["--redirect", "https://u@evil.example"], "no address"),
        (["--listen", "99999"], "no port 99999"),
        (["--listen", "-1"], "no port -1"),
    ],
)
def test_links_lead_nowhere_odd(run: Run, contoso: Path, argv: list[str], words: str) -> None:
    ended = run("profiles", "consent", *argv)
    assert (ended.code, ended.out) == (2, "")
    assert words in ended.err


def test_migrate_keeps_the_queue_the_edits_and_the_views(
    run: Run, contoso: Path, home: Path, demo_tenant: DemoTenant
) -> None:
    import asyncio

    from tui.api.records import IncidentChange
    from tui.api.service import connect
    from tui.auth.profiles import profile_named
    from tui.auth.session import Session
    from tui.config import app_paths, load_settings
    from tui.incidents.queue import Queue

    folder = app_paths().state_dir
    folder.mkdir(parents=True)
    for name in ("views.json", "history.jsonl"):
        (folder / name).write_text(f'{{"of": "{name}"}}')
    contoso.write_text(contoso.read_text().replace("credential", 'api = "classic"\ncredential'))

    async def work() -> str:
        profile = profile_named(load_settings())
        session = Session(profile)
        connection = await connect(session)
        queue = await Queue.open(connection, profile)
        await queue.sync()
        await queue.close()
        await connection.close()
        await session.close()
        queue = await Queue.open(None, profile)
        row = (await queue.source().window(0, 1))[0]
        await queue.edit([row.key], IncidentChange(tags=("kept-through-the-move",)))
        await queue.close()
        return str(row.key)

    key = asyncio.run(work())
    ended = run("profiles", "migrate", "contoso")
    assert ended.code == 0, ended.err
    assert "with one edit that is not delivered" in ended.err

    async def look() -> tuple[int, int, str]:
        profile = profile_named(load_settings())
        assert profile.api == "graph"
        queue = await Queue.open(None, profile)
        try:
            one = await queue.incident(key)
            assert one is not None
            return await queue.total(), len(await queue.outbox()), " ".join(one.tags)
        finally:
            await queue.close()

    total, waiting, tags = asyncio.run(look())
    assert (total, waiting) == (300, 1)
    assert "kept-through-the-move" in tags
    assert (folder / "views.json").read_text() == '{"of": "views.json"}'
    assert (folder / "history.jsonl").read_text() == '{"of": "history.jsonl"}'


def test_migrate_of_many_tenants_is_one_decision(
    run: Run, contoso: Path, demo_tenant: DemoTenant
) -> None:
    other = "11111111-2222-3333-4444-555555555555"
    contoso.write_text(
        f'[profiles.partner]\nclient_id = "{APP.client_id}"\ncredential = "env"\napi = "classic"\n'
        f'tenants = {{ contoso = "{TENANT_ID}", none = "{other}" }}\n'
        f'[profiles.partner.cloud]\nauthority = "{demo_tenant.base_url}"\n'
    )
    alone = run("profiles", "migrate", "partner/contoso")
    assert (alone.code, "profiles migrate partner`" in alone.err) == (2, True)
    assert run("profiles", "migrate", "partner/contoso", "--check").code == 0
    ended = run("profiles", "migrate", "partner")
    assert ended.code in (3, 4)
    assert 'api = "classic"' in contoso.read_text()
    assert run("profiles", "remove", "partner/none").code == 0
    ended = run("profiles", "migrate", "partner")
    assert ended.code == 0, ended.err
    assert 'api = "graph"' in contoso.read_text()


def test_one_secret_is_stored_for_all_tenants(
    run: Run, demo_tenant: DemoTenant, kept: MemoryKeyring
) -> None:
    made = run(
        "profiles", "add", "partner/contoso", "--tenant-id", TENANT_ID, "--client-id",
        APP.client_id, "--authority", demo_tenant.base_url, "--home-tenant", "home.example",
    )  # fmt: skip
    assert made.code == 0, made.err
    assert run("profiles", "add", "partner/other", "--tenant-id", "other.example").code == 0
    assert run("login", "--profile", "partner", stdin=APP.client_secret).code == 0
    [(_, user)] = kept.kept
    assert user.endswith(f"/home.example/{APP.client_id}")
    assert run("token", "--profile", "partner/contoso").code == 0
    gone = run("logout", "--profile", "partner/other")
    assert (gone.code, "for all its tenants" in gone.err) == (0, True)
    assert not kept.kept
