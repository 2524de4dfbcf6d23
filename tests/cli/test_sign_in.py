"""token, login, logout, profiles, config and doctor, against the demo tenant."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.auth.conftest import MemoryKeyring
from tests.cli.conftest import Run
from tui.demo.identity import applications, registrations
from tui.demo.server import DemoTenant

APP = applications()[0]


def test_token_as_json(run: Run, contoso: Path) -> None:
    ended = run("token", "--json")
    assert ended.code == 0, ended.err
    token = json.loads(ended.out)
    assert token["resource"] == "graph"
    assert token["verified"] is False
    assert token["claims"]["appid"] == APP.client_id
    assert 3000 < token["seconds_left"] <= 3600
    assert token["secret_source"] == "environment variable M365D_CLIENT_SECRET"
    assert all(one["granted"] for one in token["permissions"])


@pytest.mark.parametrize("endpoint", ["v1", "v2"])
@pytest.mark.parametrize("api", ["graph", "classic"])
def test_both_endpoints_and_both_apis(run: Run, contoso: Path, endpoint: str, api: str) -> None:
    text = contoso.read_text()
    more = f'token_endpoint = "{endpoint}"\napi = "{api}"\n[profiles.contoso.cloud]'
    contoso.write_text(text.replace("[profiles.contoso.cloud]", more))
    ended = run("token", "--json", "--profile", "contoso")
    assert ended.code == 0, ended.err
    assert json.loads(ended.out)["resource"] == api


def test_auto_falls_back_to_classic(
    run: Run,
    settings_at: Callable[..., Path],
    demo_tenant: DemoTenant,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    legacy = next(app for app in applications() if app.name == "soc-legacy")
    monkeypatch.setenv("M365D_CLIENT_SECRET", legacy.client_secret)
    settings_at(demo_tenant.base_url, old="soc-legacy")
    assert json.loads(run("token", "--json").out)["resource"] == "classic"


def test_token_for_people_says_what_is_missing(
    run: Run,
    settings_at: Callable[..., Path],
    demo_tenant: DemoTenant,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reader = next(app for app in applications() if app.name == "soc-reader")
    monkeypatch.setenv("M365D_CLIENT_SECRET", reader.client_secret)
    settings_at(demo_tenant.base_url, reader="soc-reader")
    ended = run("token")
    assert ended.code == 0
    assert "✗  Advanced hunting" in ended.out
    assert "decoded, not verified" in ended.out
    assert "ThreatHunting.Read.All, then Grant admin consent" in ended.err


def test_demo_needs_no_profile(run: Run) -> None:
    assert run("--demo", "token", "--json").code == 0
    assert run("token", "--json", "--demo", "--resource", "endpoint").code == 0


def test_wrong_secret_is_3_with_code_and_remedy(
    run: Run, contoso: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("M365D_CLIENT_SECRET", "wrong-secret-of-the-tests")
    ended = run("token")
    assert (ended.code, ended.out) == (3, "")
    assert "AADSTS7000215" in ended.err
    assert "M365D_CLIENT_SECRET" in ended.err
    assert "wrong-secret-of-the-tests" not in ended.err


def test_unknown_tenant_and_application_are_3(run: Run, contoso: Path) -> None:
    good = contoso.read_text()
    contoso.write_text(good.replace(APP.tenant_id, "00000000-0000-0000-0000-000000000000"))
    ended = run("token")
    assert ended.code == 3
    assert "AADSTS90002" in ended.err
    contoso.write_text(good.replace(APP.client_id, "00000000-0000-0000-0000-000000000000"))
    ended = run("token")
    assert ended.code == 3
    assert "AADSTS700016" in ended.err


@pytest.mark.parametrize(
    ("name", "code"), [("soc-retired", "7000112"), ("soc-forgotten", "7000222")]
)
def test_disabled_and_expired_are_explained(
    run: Run, contoso: Path, monkeypatch: pytest.MonkeyPatch, name: str, code: str
) -> None:
    app = next(one for one in registrations() if one.name == name)
    monkeypatch.setenv("M365D_CLIENT_SECRET", app.client_secret)
    contoso.write_text(contoso.read_text().replace(APP.client_id, app.client_id))
    ended = run("token")
    assert ended.code == 3
    assert f"AADSTS{code}" in ended.err


def test_missing_secret_is_3(run: Run, contoso: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("M365D_CLIENT_SECRET")
    assert run("token").code == 3


def test_nobody_listening_is_5(run: Run, contoso: Path, demo_tenant: DemoTenant) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        origin = f"http://127.0.0.1:{free.getsockname()[1]}"
    contoso.write_text(contoso.read_text().replace(demo_tenant.base_url, origin))
    ended = run("token")
    assert ended.code == 5
    assert origin.removeprefix("http://") in ended.err


def test_broken_settings_are_2_with_file_and_line(run: Run, contoso: Path) -> None:
    contoso.write_text(contoso.read_text().replace("credential", "credental"))
    ended = run("token")
    assert ended.code == 2
    assert f"{contoso}:5" in ended.err
    assert "Did you mean credential?" in ended.err


def test_prompt_without_a_terminal_is_3(run: Run, contoso: Path) -> None:
    contoso.write_text(contoso.read_text().replace('"env"', '"prompt"'))
    ended = run("token", stdin="not-read")
    assert ended.code == 3
    assert "no terminal" in ended.err


def test_login_token_logout(run: Run, contoso: Path, kept: MemoryKeyring) -> None:
    contoso.write_text(contoso.read_text().replace('"env"', '"keyring"'))
    assert run("token").code == 3
    ended = run("login", "--profile", "contoso", stdin=APP.client_secret + "\n")
    assert ended.code == 0, ended.err
    assert ended.out == ""
    assert APP.client_secret not in ended.err
    [(service, user)] = kept.kept
    assert service == "m365d-tui"
    assert user.startswith("127.0.0.1:")
    assert user.endswith(f"/{APP.tenant_id}/{APP.client_id}")
    assert run("token").code == 0
    assert run("logout").code == 0
    assert kept.kept == {}
    assert run("token").code == 3


@pytest.mark.parametrize("typed", ["", "\n", "a\nb\n", "a\x1b[31m"])
def test_login_takes_no_nonsense(run: Run, contoso: Path, kept: MemoryKeyring, typed: str) -> None:
    contoso.write_text(contoso.read_text().replace('"env"', '"keyring"'))
    ended = run("login", stdin=typed)
    assert ended.code == 2
    assert "othing was stored" in ended.err
    assert kept.kept == {}


def test_login_where_nothing_reads_the_keyring(run: Run, contoso: Path) -> None:
    assert run("login", stdin="x").code == 2


def test_purge_removes_this_tenants_cache_and_the_history(
    run: Run, contoso: Path, home: Path
) -> None:
    from tui.auth.profiles import profile_named
    from tui.config import app_paths, load_settings
    from tui.incidents.cache import path_for

    paths = app_paths()
    cache = path_for(profile_named(load_settings()), paths.cache_dir, "graph")
    assert cache is not None
    paths.cache_dir.mkdir(parents=True)
    paths.state_dir.mkdir(parents=True)
    other = paths.cache_dir / "another-tenant.sqlite"
    history = paths.state_dir / "hunting-history.jsonl"
    for file in (cache, cache.with_name(cache.name + "-wal"), other, history):
        file.write_text("x")
    assert run("logout", "--purge").code == 0
    assert list(paths.cache_dir.iterdir()) == [other]
    assert not history.exists()
    assert contoso.exists()


def test_profiles_are_added_listed_and_removed(run: Run) -> None:
    ended = run(
        "profiles", "add", "lab", "--tenant-id", "contoso.com", "--client-id", APP.client_id,
        "--authority", "http://127.0.0.1:8765", "--credential", "env", "--default",
    )  # fmt: skip
    assert ended.code == 0, ended.err
    [listed] = json.loads(run("profiles", "list", "--json").out)
    assert listed["name"] == "lab"
    assert listed["default"] is True
    assert listed["authority"] == "http://127.0.0.1:8765"
    assert "secret in the environment" in run("profiles", "list").out
    assert run("profiles", "add", "lab", "--tenant-id", "a.b", "--client-id", "x").code == 2
    assert run("profiles", "remove", "lba").code == 2
    assert run("profiles", "remove", "lab").code == 0
    assert json.loads(run("profiles", "list", "--json").out) == []


def test_first_profile_makes_the_file_that_config_names(run: Run, home: Path) -> None:
    file = home / "new folder" / "lab.toml"
    named = ("--config", str(file), "--tenant-id", "contoso.com", "--client-id", APP.client_id)
    ended = run("profiles", "add", "Müller GmbH", *named)
    assert ended.code == 0, ended.err
    assert "login --profile 'Müller GmbH'`" in ended.err
    assert "Müller GmbH" in run("profiles", "list", "--config", str(file)).out


def test_profile_that_lacks_something_without_a_terminal(run: Run) -> None:
    ended = run("profiles", "add", "lab", "--tenant-id", "contoso.com")
    assert ended.code == 2
    assert "--client-id is missing" in ended.err


def test_a_secret_is_no_option(run: Run) -> None:
    assert run("login", "--secret", "x").code == 2
    assert run("profiles", "add", "lab", "--client-secret", "x").code == 2


def test_config_shows_where_each_value_came_from(run: Run, contoso: Path) -> None:
    ended = run("config", "show")
    assert 'profiles.contoso.credential = "env"' in ended.out
    assert f"# {contoso}:5" in ended.out
    assert "# default" in ended.out
    values = {one["name"]: one for one in json.loads(run("config", "show", "--json").out)}
    assert values["profiles.contoso.credential"]["line"] == 5
    assert values["profiles.contoso.api"]["file"] is None


def test_config_validate_names_every_fault(run: Run, contoso: Path) -> None:
    assert run("config", "validate").code == 0
    contoso.write_text(contoso.read_text() + "\n[keyz]\n[ui]\nthem = 1\n")
    ended = run("config", "validate")
    assert ended.code == 2
    assert len(ended.out.splitlines()) == 2
    assert all(line.startswith(str(contoso)) for line in ended.out.splitlines())


def test_config_schema_is_json(run: Run) -> None:
    assert json.loads(run("config", "schema").out)["type"] == "object"


def test_doctor(run: Run, contoso: Path) -> None:
    ended = run("doctor", "--online")
    assert ended.code == 0, ended.out
    assert "~/config/m365d-tui/config.toml" in ended.out
    assert "token from 127.0.0.1" in ended.out
    assert APP.client_secret not in ended.out
    contoso.write_text("[x]")
    assert run("doctor").code == 2


def test_demo_credentials(run: Run) -> None:
    listed = json.loads(run("demo", "credentials", "--json").out)
    assert set(listed[0]) == {"name", "tenant_id", "client_id", "client_secret", "roles"}
    assert listed[0]["client_secret"] == APP.client_secret
    assert APP.client_secret in run("demo", "credentials").out


def test_no_secret_and_no_token_is_left_anywhere(
    run: Run, contoso: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = home / "log.txt"
    taken: list[str] = []
    from tui.auth import session as module

    original = module.Session.token

    async def watching(self: module.Session, *args: object, **more: object) -> module.Token:
        token = await original(self, *args, **more)  # type: ignore[arg-type]
        taken.append(token.value.reveal())
        return token

    monkeypatch.setattr(module.Session, "token", watching)
    outputs = [
        run(*argv, "--log", str(log))
        for argv in (["token"], ["token", "--json"], ["doctor", "--online"], ["config", "show"])
    ]
    monkeypatch.setenv("M365D_CLIENT_SECRET", "wrong" + APP.client_secret)
    outputs.append(run("token", "--log", str(log)))
    assert outputs[-1].code == 3
    assert taken
    text = "".join(ended.out + ended.err for ended in outputs)
    files = [path for path in home.rglob("*") if path.is_file()]
    assert log in files
    text += "".join(path.read_text(errors="replace") for path in files)
    assert "oauth2/v2.0/token 200" in text
    for mark in (APP.client_secret, *taken, *(one.split(".")[2] for one in taken)):
        assert mark not in text
    assert log.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("HTTPS_PROXY", "ftp://user:mark-of-it@proxy.example:1", "HTTPS_PROXY is of kind ftp"),
        ("ALL_PROXY", "socks5://127.0.0.1:9", "ALL_PROXY is of kind socks5"),
        ("HTTP_PROXY", "http://[::", "HTTP_PROXY is no address"),
    ],
)
def test_a_proxy_that_is_none_is_named(
    run: Run, contoso: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, words: str
) -> None:
    monkeypatch.setenv(name, value)
    ended = run("token")
    assert ended.code == 2
    assert words in ended.err
    assert "mark-of-it" not in ended.err


@pytest.mark.parametrize("value", ["a\nb", "a\x00b".replace("\x00", "\x07"), "\udcff"])
def test_a_variable_that_holds_no_secret_is_named(
    run: Run, contoso: Path, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("M365D_CLIENT_SECRET", value)
    ended = run("token")
    assert ended.code == 3
    assert "M365D_CLIENT_SECRET" in ended.err


def test_a_line_break_behind_the_variable_is_cut(
    run: Run, contoso: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("M365D_CLIENT_SECRET", applications()[0].client_secret + "\r\n")
    assert run("token").code == 0


def test_settings_that_are_a_circle_of_links(run: Run, contoso: Path) -> None:
    contoso.unlink()
    contoso.symlink_to(contoso)
    guid = applications()[0].client_id
    ended = run("profiles", "add", "x", "--tenant-id", "x.example", "--client-id", guid)
    assert (ended.code, "config.toml" in ended.err) == (2, True)
