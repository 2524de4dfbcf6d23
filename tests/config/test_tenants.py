"""One app for many tenants: `tenants` of a profile."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from tui.auth.keychain import entry_user
from tui.auth.profiles import (
    add_profile,
    add_tenant,
    change_profile,
    profile_named,
    profiles_of,
    remove_profile,
)
from tui.config import ProfileSettings, load_settings, settings_schema, validate_settings
from tui.errors import UsageProblem

GUID = "5f0c8e2a-7b1d-4c3e-8f62-0a4d5e6c91d7"
HOME = "11111111-2222-3333-4444-555555555555"
PARTNER = f"""\
[profiles.first]
tenant_id = "first.example"
client_id = "{GUID}"

[profiles.partner]  # our customers
client_id = "{GUID}"
credential = "env"
home_tenant = "{HOME}"
tenants = {{ zeta = "zeta.example", contoso = "{GUID}" }}  # by name

[profiles.last]
tenant_id = "last.example"
client_id = "{GUID}"
"""


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "config.toml"
    path.write_text(PARTNER)
    monkeypatch.setenv("M365D_CONFIG", str(path))
    return path


def test_each_tenant_is_a_profile_of_its_own(file: Path) -> None:
    settings = load_settings()
    found = profiles_of(settings)
    assert list(found) == ["first", "partner/zeta", "partner/contoso", "last"]
    zeta, contoso = found["partner/zeta"], found["partner/contoso"]
    assert replace(zeta, name="", tenant_id="") == replace(contoso, name="", tenant_id="")
    assert zeta.table == contoso.table == "partner"
    assert zeta.keyring_user == contoso.keyring_user == f"{HOME}/{GUID}"
    assert zeta.tenant_key != contoso.tenant_key
    assert entry_user(zeta, "user") == f"zeta.example/{GUID}/user"
    assert str(settings.origin("profiles.partner.tenants.contoso")) == f"{file}:9"
    assert profile_named(settings, "partner/zeta") == zeta


def test_an_own_tenant_comes_first_and_is_the_home(file: Path) -> None:
    file.write_text(PARTNER.replace("home_tenant", "tenant_id"))
    found = profiles_of(load_settings())
    assert list(found) == ["first", "partner", "partner/zeta", "partner/contoso", "last"]
    assert len({found[name].keyring_user for name in list(found)[1:4]}) == 1


def test_without_a_home_the_secret_is_shared_all_the_same(file: Path) -> None:
    file.write_text(PARTNER.replace(f'home_tenant = "{HOME}"\n', ""))
    found = profiles_of(load_settings())
    assert found["partner/zeta"].keyring_user == found["partner/contoso"].keyring_user


@pytest.mark.parametrize(
    ("text", "line", "message", "suggestion"),
    [
        ('tenants = "x.example"', 3, "must be a table", "[profiles.a.tenants]"),
        ("tenants = {}", 3, "names none", "contoso"),
        ('tenants = { b = "x y" }', 3, "neither a GUID nor a domain", ""),
        ("tenants = { b = 4 }", 3, "must be a text", "GUID or a domain"),
        ('tenants = { "b/c" = "x.example" }', 3, "cannot be the name of a tenant", "letters"),
        ('tenants = { b = "x.example", c = "X.example" }', 3, "same tenant as b", "Leave one"),
        ('tenants = { b = "x.example" }\ntenant_id = "x.example"', 3, "same tenant as", ""),
        ('tenants = { b = "x.example" }\ncredential = "token-file"', 3, "one tenant", "another"),
        ('tenant = { b = "x.example" }', 3, "'tenant'", "Did you mean tenant"),
        ('credential = ["env"]', 3, "must be a text", "keyring"),
    ],
)
def test_faults_are_named(file: Path, text: str, line: int, message: str, suggestion: str) -> None:
    file.write_text(f'[profiles.a]\nclient_id = "{GUID}"\n{text}\n')
    found = [one for one in validate_settings() if message in one.message]
    assert found, validate_settings()
    assert found[0].line == line
    assert suggestion in found[0].suggestion


def test_a_slash_is_for_tenants_alone(file: Path) -> None:
    file.write_text(f'[profiles."a/b"]\ntenant_id = "x.example"\nclient_id = "{GUID}"\n')
    assert "cannot be the name of a profile" in validate_settings()[0].message


def test_the_default_may_be_a_tenant_and_must_be_one(file: Path) -> None:
    file.write_text('default_profile = "partner/zeta"\n' + PARTNER)
    assert profile_named(load_settings()).tenant_id == "zeta.example"
    file.write_text('default_profile = "partner"\n' + PARTNER)
    fault = validate_settings()[0]
    assert fault.line == 1
    assert "partner/zeta" in fault.suggestion


def test_a_table_of_several_asks_which(file: Path) -> None:
    with pytest.raises(UsageProblem, match="partner/zeta, partner/contoso"):
        profile_named(load_settings(), "partner")
    remove_profile(load_settings(), "partner/zeta")
    assert profile_named(load_settings(), "partner").name == "partner/contoso"


def test_the_schema_wants_either(file: Path) -> None:
    profile = settings_schema()["properties"]["profiles"]["additionalProperties"]  # type: ignore[index]
    assert "tenants" in profile["properties"]
    assert profile["anyOf"] == [{"required": ["tenant_id"]}, {"required": ["tenants"]}]


@pytest.mark.parametrize("form", ["inline", "table", "none"])
def test_tenants_come_and_go_and_the_rest_stays(file: Path, form: str) -> None:
    inline = f'tenants = {{ zeta = "zeta.example", contoso = "{GUID}" }}  # by name\n'
    if form == "table":
        below = f'\n[profiles.partner.tenants]\nzeta = "zeta.example" # z\ncontoso = "{GUID}"\n'
        file.write_text(PARTNER.replace(inline, below))
    elif form == "none":
        file.write_text(PARTNER.replace(inline, "").replace("home_tenant", "tenant_id"))
    before = tomllib.loads(file.read_text())
    add_tenant(load_settings(), "partner/new one", "new.example", default=True)
    after = tomllib.loads(file.read_text())
    assert after.pop("default_profile") == "partner/new one"
    assert after["profiles"]["partner"]["tenants"].pop("new one") == "new.example"
    if form == "none":
        del after["profiles"]["partner"]["tenants"]
    assert after == before
    assert "# our customers" in file.read_text()
    remove_profile(load_settings(), "partner/new one")
    assert tomllib.loads(file.read_text()) == before


def test_the_last_tenant_takes_its_table_along(file: Path) -> None:
    remove_profile(load_settings(), "partner/zeta")
    remove_profile(load_settings(), "partner/contoso")
    assert list(profiles_of(load_settings())) == ["first", "last"]
    file.write_text('default_profile = "partner/zeta"\n' + PARTNER)
    remove_profile(load_settings(), "partner")
    assert list(profiles_of(load_settings())) == ["first", "last"]
    assert "default_profile" not in file.read_text()


def test_a_new_table_of_tenants_is_written(file: Path) -> None:
    new = ProfileSettings("msp", "", GUID, tenants={"a": "a.example", "b": "b.example"})
    add_profile(load_settings(), new, default=True)
    assert profile_named(load_settings()).name == "msp/a"
    assert load_settings().profiles["msp"] == new
    with pytest.raises(UsageProblem, match="already"):
        add_tenant(load_settings(), "msp/a", "c.example")
    with pytest.raises(UsageProblem, match="same tenant"):
        add_tenant(load_settings(), "msp/c", "a.example")


def test_the_api_is_that_of_all(file: Path) -> None:
    change_profile(load_settings(), "partner/zeta", "api", "graph")
    assert {one.api for one in profiles_of(load_settings()).values()} == {"auto", "graph"}
    assert profile_named(load_settings(), "partner/contoso").api == "graph"


def test_windows_that_change_the_settings_at_once_lose_nothing(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(file.parent / "state"))
    code = (
        "import sys\nfrom tui.auth.profiles import add_profile\n"
        "from tui.config import ProfileSettings, load_settings\n"
        "for number in range(8):\n"
        f"    new = ProfileSettings(f'{{sys.argv[1]}}{{number}}', 'x.example', {GUID!r})\n"
        "    add_profile(load_settings(), new)\n"
    )
    windows = [subprocess.Popen([sys.executable, "-c", code, word]) for word in "abc"]
    assert [window.wait() for window in windows] == [0, 0, 0]
    assert len(load_settings().profiles) == 3 + 24
