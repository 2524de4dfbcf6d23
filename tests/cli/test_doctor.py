"""doctor: the right first thing, the right code, and nothing of the tenant."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tui.demo.identity import ANALYST, TENANT_ID, all_applications
from tui.demo.server import DemoTenant
from tui.errors import SignInProblem

APPS = {app.name: app for app, _ in all_applications()}


def bad(out: str) -> list[str]:
    return [line.split(maxsplit=2)[1] for line in out.splitlines() if line.startswith("✗")]


def test_all_is_well_in_order(run: Run, contoso: Path) -> None:
    ended = run("doctor", "--json")
    assert ended.code == 0, ended.out
    listed = json.loads(ended.out)
    names = list(dict.fromkeys(one["name"] for one in listed))
    order = ["program", "terminal", "settings", "keyring", "profile", "name", "way", "TLS", "clock",
             "token", "role", "read", "quota"]  # fmt: skip
    places = [next(i for i, name in enumerate(names) if name.startswith(one)) for one in order]
    assert places == sorted(places)
    reads = [one["found"].split(" ")[0].rstrip(":") for one in listed if one["name"] == "read"]
    assert reads == ["incidents", "hunting", "endpoint"]
    assert {one["verdict"] for one in listed} <= {"ok", "note"}
    for mark in (TENANT_ID, APPS["soc-terminal"].client_id, APPS["soc-terminal"].client_secret,
                 "contoso", ANALYST, str(contoso.parent.parent.parent), "eyJ"):  # fmt: skip
        assert mark.lower() not in ended.out.lower()


def test_offline_asks_nobody(run: Run, settings_at: Callable[..., Path]) -> None:
    settings_at("http://127.0.0.1:9", lab="soc-terminal")
    ended = run("doctor", "--offline")
    assert ended.code == 0
    assert "TLS" not in ended.out


def test_without_a_profile(run: Run) -> None:
    ended = run("doctor")
    assert ended.code == 0
    assert "profiles add" in ended.out


def test_no_network(run: Run, settings_at: Callable[..., Path]) -> None:
    settings_at("http://127.0.0.1:9", lab="soc-terminal")
    ended = run("doctor")
    assert (ended.code, bad(ended.out)) == (5, ["TLS"])
    assert "connection refused" in ended.out


@pytest.mark.parametrize(
    ("app", "code", "first", "words"),
    [
        ("soc-forgotten", 3, "token", "AADSTS7000222: the client secret has expired"),
        ("soc-retired", 3, "token", "AADSTS7000112: the application is disabled"),
        ("soc-reader", 4, "role", "ThreatHunting.Read.All is missing"),
        ("soc-newcomer", 4, "role", "SecurityIncident.Read.All is missing"),
    ],
)
def test_first_thing_that_is_wrong(
    run: Run,
    settings_at: Callable[..., Path],
    demo_tenant: DemoTenant,
    monkeypatch: pytest.MonkeyPatch,
    app: str,
    code: int,
    first: str,
    words: str,
) -> None:
    monkeypatch.setenv("M365D_CLIENT_SECRET", APPS[app].client_secret)
    file = settings_at(demo_tenant.base_url)
    file.write_text(
        f'[profiles.customer-x]\ntenant_id = "{TENANT_ID}"\nclient_id = "{APPS[app].client_id}"\n'
        f'credential = "env"\n[profiles.customer-x.cloud]\nauthority = "{demo_tenant.base_url}"\n'
    )
    ended = run("doctor")
    assert (ended.code, bad(ended.out)[0]) == (code, first), ended.out
    assert words in ended.out
    for mark in (TENANT_ID, APPS[app].client_id, "customer-x", "Contoso", app):
        assert mark not in ended.out


def test_wrong_clock_is_said_before_what_it_causes(
    run: Run, contoso: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.auth.session.Session.skew", property(lambda self: 5400.0))
    ended = run("doctor")
    assert bad(ended.out)[0] == "clock"
    assert "90 min behind" in ended.out


def test_broken_settings(run: Run, contoso: Path) -> None:
    contoso.write_text('[profiles.x]\ntenant_id = "secret-customer"\nclient_id = "1"\n')
    ended = run("doctor")
    assert (ended.code, bad(ended.out)) == (2, ["settings"])
    assert "config.toml:2" in ended.out
    assert "secret-customer" not in ended.out


def test_words_of_services_stay_out(
    run: Run, contoso: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(*_: object, **__: object) -> None:
        raise SignInProblem("x", "y", code="AADSTS999999", request_id="z")

    monkeypatch.setattr("tui.auth.session.Session.token", refuse)
    ended = run("doctor")
    assert "AADSTS999999" in ended.out
    assert ended.code == 3
