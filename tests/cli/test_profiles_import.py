"""profiles import: settings of MSTICPy become profiles, and secrets stay where they are."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cli.conftest import Run
from tui.config.outline import Node, read_outline

TENANT = "11111111-2222-3333-4444-555555555555"
OTHER = "99999999-2222-3333-4444-555555555555"
CLIENT = "66666666-7777-8888-9999-000000000000"
SPACE = "d973e3d2-28e6-458e-b2cf-d38876fb1ba4"
WHOLE = f"""\
---
# settings of a team
QueryDefinitions:
  Custom:
    - /var/queries
    - name: odd
AzureSentinel:
  Workspaces:
    Default:
      WorkspaceId: "{SPACE}"   # the first
      TenantId: {TENANT}
    Elsewhere:
      WorkspaceId: "{SPACE}"
      TenantId: {OTHER}
    Broken:
      WorkspaceId: your-workspace-id
      TenantId: {TENANT}
KeyVault:
  VaultName: soc-vault
TIProviders:
  VirusTotal:
    Args:
      AuthKey: mark-of-another-key
DataProviders:
  AzureCLI: {{ Args: {{}} }}
  MicrosoftDefender:
    Args:
      ClientId: {CLIENT}
      ClientSecret: "mark~of the secret"
      TenantId: '{TENANT}'
      Cloud: "global"
  MicrosoftDefender-Fabrikam Ltd:
    Args:
      ClientId: {CLIENT}
      ClientSecret:
        KeyVault: fabrikam-secret
      TenantId: {OTHER}
      Cloud: gcc-high
  M365D-lab:
    Args:
      ClientId: {CLIENT}
      ClientSecret: {{EnvironmentVar: LAB_SECRET}}
      TenantId: lab.example
  MDE:
    Args:
      TenantId: {TENANT}
      ClientId: {CLIENT.upper()}
"""


@pytest.fixture
def source(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(home)
    monkeypatch.delenv("MSTICPYCONFIG", raising=False)
    file = home / ".msticpy" / "msticpyconfig.yaml"
    file.parent.mkdir()
    file.write_text(WHOLE)
    return file


def test_each_instance_is_a_profile(run: Run, source: Path, home: Path) -> None:
    ended = run("profiles", "import", "--msticpy", "--default")
    assert ended.code == 0, ended.err
    written = next(home.rglob("config.toml")).read_text()
    found = tomllib.loads(written)
    assert found["default_profile"] == "defender"
    profiles = found["profiles"]
    assert list(profiles) == ["defender", "Fabrikam Ltd", "lab"]
    assert profiles["defender"] == {
        "tenant_id": TENANT,
        "client_id": CLIENT,
        "engines": {"Default": {"kind": "log-analytics", "workspace": SPACE}},
    }
    assert profiles["Fabrikam Ltd"]["cloud"] == "gcc-high"
    assert profiles["Fabrikam Ltd"]["secret_command"][:5] == [
        "az", "keyvault", "secret", "show", "--vault-name",
    ]  # fmt: skip
    assert {"soc-vault", "fabrikam-secret"} <= set(profiles["Fabrikam Ltd"]["secret_command"])
    assert profiles["lab"]["secret_command"] == ["printenv", "LAB_SECRET"]
    assert "mark" not in written + ended.out + ended.err
    line = next(n for n, one in enumerate(WHOLE.splitlines(), 1) if "mark~of" in one)
    assert f"{source}:{line} holds the secret as plain text" in ended.err
    assert "m365d-tui login --profile defender" in ended.err
    assert run("config", "validate").code == 0


def test_nothing_is_imported_over_a_profile_that_is_there(
    run: Run, source: Path, home: Path
) -> None:
    guid = CLIENT
    assert run("profiles", "add", "lab", "--tenant-id", "x.example", "--client-id", guid).code == 0
    ended = run("profiles", "import", "--msticpy")
    assert (ended.code, "'lab' already" in ended.err) == (2, True)
    assert [one["name"] for one in json.loads(run("profiles", "list", "--json").out)] == ["lab"]


def test_one_name_is_for_one_profile(run: Run, source: Path) -> None:
    ended = run("profiles", "import", "soc", "--msticpy", str(source))
    assert (ended.code, "defender, Fabrikam Ltd, lab" in ended.err) == (2, True)
    source.write_text(WHOLE[: WHOLE.index("  MicrosoftDefender-Fabrikam")])
    assert run("profiles", "import", "soc", "--msticpy", str(source)).code == 0
    assert json.loads(run("profiles", "list", "--json").out)[0]["name"] == "soc"


def test_a_secret_in_a_variable_signs_in(
    run: Run, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tui.demo.identity import TENANT_ID, applications

    app = applications()[0]
    monkeypatch.setenv("SOC_SECRET", app.client_secret)
    source.write_text(
        "DataProviders:\n  M365D:\n    Args:\n"
        f"      TenantId: {TENANT_ID}\n      ClientId: {app.client_id}\n"
        "      ClientSecret:\n        EnvironmentVar: SOC_SECRET\n"
    )
    assert run("profiles", "import", "--msticpy").code == 0
    import asyncio

    from tui.auth.profiles import profile_named
    from tui.auth.vault import find_secret
    from tui.config import load_settings

    found = asyncio.run(find_secret(profile_named(load_settings())))
    assert found.secret.reveal() == app.client_secret


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "has no section"),
        ("DataProviders:\n  M365D:\n    Args:\n      ClientId: x\n", "has no section"),
        ("DataProviders:\n\tM365D:\n", "line 2 is indented with a tab"),
        ("a:\n" * 30_000, "too long"),
        ("x" * 1_100_000, "larger than a megabyte"),
        ("\ufeff# nothing\n", "has no section"),
        ("- a\n- b: c\n", "has no section"),
    ],
)
def test_a_file_without_settings(run: Run, source: Path, text: str, words: str) -> None:
    source.write_text(text)
    ended = run("profiles", "import", "--msticpy")
    assert (ended.code, words in ended.err) == (2, True), ended.err


def test_a_file_that_is_none(run: Run, source: Path, home: Path) -> None:
    assert "no such file" in run("profiles", "import", "--msticpy", "none.yaml").err
    source.write_bytes(b"a: \xff\n")
    assert "no text in UTF-8" in run("profiles", "import", "--msticpy").err
    source.unlink()
    ended = run("profiles", "import", "--msticpy")
    assert (ended.code, "MSTICPYCONFIG" in ended.err) == (2, True)
    assert run("profiles", "import").code == 2


def test_where_azure_says_nothing_the_file_is_offered(
    run: Run, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AZURE_TENANT_ID", raising=False)
    assert "--msticpy" in run("profiles", "import", "x").err


def test_a_value_that_is_no_id_is_refused_by_name(run: Run, source: Path) -> None:
    source.write_text(WHOLE.replace(f"ClientId: {CLIENT}", "ClientId: CLIENT ID"))
    ended = run("profiles", "import", "--msticpy")
    assert (ended.code, "'CLIENT ID' is no GUID" in ended.err) == (2, True)


def test_outlines() -> None:
    node = read_outline(
        "a: 'it''s'\nb: \"q\\\"\" # c\nc:   plain text  # c\nd: |\n  x: y\ne: [1,\n  2]\n"
        "f: {g: h, 'i': j}\nk:\n    l:\n        m: n\n    o: p\n'q r': ~\n"
    )
    assert (node.text("a"), node.text("b"), node.text("c")) == ("it's", 'q"', "plain text")
    assert "d" not in node.values
    assert node.node("f").text("i") == "j"
    assert (node.node("k", "l").text("m"), node.node("k").text("o")) == ("n", "p")
    assert node.lines["k"] == 9
    assert node.node("none", "at", "all") == Node()


@given(st.text(alphabet=" \n:{}[]'\"#-ab|&*~", max_size=200))
def test_no_text_breaks_the_reader(text: str) -> None:
    assert isinstance(read_outline(text), Node)
