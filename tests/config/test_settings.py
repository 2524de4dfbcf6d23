from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.auth.profiles import add_profile, profile_named, profiles_of, remove_profile
from tui.config import (
    HostTable,
    ProfileSettings,
    load_settings,
    private_dir,
    private_file,
    settings_schema,
    validate_settings,
    write_private,
)
from tui.config.scan import key_lines
from tui.errors import UsageProblem

GUID = "5f0c8e2a-7b1d-4c3e-8f62-0a4d5e6c91d7"
WHOLE = f"""\
# who we are
default_profile = "contoso"

[profiles.contoso]
tenant_id = "contoso.onmicrosoft.com"  # the production tenant
client_id = "{GUID}"
api = "graph"
credential = "command"
secret_command = ["op", "read", "op://soc/m365d/secret"]

[profiles.contoso.engines.archive]
kind = "adx"
cluster = "https://soc.westeurope.kusto.windows.net"
database = "defender"

# about the lab
[profiles.lab]
tenant_id = "{GUID}"
client_id = "{GUID}"
[profiles.lab.cloud]
authority = "http://127.0.0.1:8765"

[keys]
refresh = "f9"

[ui]
theme = "m365d-dark"
"""


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "config.toml"
    monkeypatch.setenv("M365D_CONFIG", str(path))
    return path


def test_everything_of_a_good_file_is_there(file: Path) -> None:
    file.write_text(WHOLE)
    settings = load_settings()
    contoso = settings.profiles["contoso"]
    assert contoso.secret_command == ("op", "read", "op://soc/m365d/secret")
    assert contoso.engines["archive"].database == "defender"
    assert settings.profiles["lab"].cloud == HostTable("http://127.0.0.1:8765")
    assert settings.keys == {"refresh": "f9"}
    assert settings.ui.theme == "m365d-dark"
    assert str(settings.origin("profiles.contoso.api")) == f"{file}:7"
    assert str(settings.origin("profiles.contoso.cloud")) == "default"


def test_missing_file_is_all_defaults(file: Path) -> None:
    assert load_settings().profiles == {}
    assert validate_settings() == []


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes of POSIX")
def test_a_pipe_that_nobody_writes_to_is_no_wait(file: Path) -> None:
    os.mkfifo(file)
    assert "is a pipe that nothing came out of" in str(validate_settings()[0])


def test_missing_file_named_by_hand_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(UsageProblem, match="no file"):
        load_settings(tmp_path / "none.toml")


@pytest.mark.parametrize(
    ("text", "line", "message", "suggestion"),
    [
        ('a = "x', 1, "not closed", ""),
        ("a = 1\na = 2\n", 2, "before", ""),
        ("\n\n[profiles\n", 3, "not TOML", ""),
        ('defaut_profile = "x"', 1, "defaut_profile", "default_profile"),
        ('default_profile = "x"', 1, "no profile 'x'", "none yet"),
        ("\nprofiles = 3", 2, "must be a table", "[profiles]"),
        (f'[profiles.a]\nclient_id = "{GUID}"', 1, "lacks tenant_id", "tenant"),
        ('[profiles.a]\ntenant_id = "a b"', 2, "neither a GUID nor a domain", "contoso"),
        ('[profiles.a]\ntenant_id = "x.y"\nclient_id = "12"', 3, "no GUID", "00000000-"),
        ('[profiles.a]\ncredental = "env"', 2, "'credental'", "Did you mean credential?"),
        ('[profiles.a]\ncredential = "keyrng"', 2, "'keyrng'", "Did you mean keyring?"),
        ('[profiles.a]\napi = "Graph"', 2, "'Graph'", "Did you mean graph?"),
        ('[profiles.a]\ncloud = "gcchigh"', 2, "'gcchigh'", "Did you mean gcc-high?"),
        ("[profiles.a]\napi = 4", 2, "must be a text", "auto, graph, classic"),
        ('[profiles.a]\ncredential = "command"', 2, "needs secret_command", "secret_command"),
        ('[profiles.a]\nsecret_command = "op read"', 2, "list of texts", "pass"),
        ('[profiles.a.cloud]\nauthority = "http://x.example"', 2, "is http", "https://"),
        ('[profiles.a.cloud]\nauthority = "https://u:p@x.example"', 2, "user name", ""),
        ('[profiles.a.cloud]\nauthority = "https://x.example/p"', 2, "more than scheme", ""),
        ('[profiles.a.cloud]\nauthority = "https://x.example#"', 2, "no address", ""),
        ('[profiles.a.cloud]\nauthority = " https://x.example"', 2, "no address", ""),
        ('[profiles.a.cloud]\nauthority = "https://a..b"', 2, "no address", ""),
        (f'[profiles.a.cloud]\nauthority = "https://{"a" * 64}.b"', 2, "no address", ""),
        ('[profiles.a.cloud]\nauthority = "ftp://x.example"', 2, "no address", ""),
        (
            '[profiles.a.cloud]\nclasic = "https://x.example"',
            2,
            "'clasic'",
            "Did you mean classic?",
        ),
        ('[profiles.a.cloud]\ngraph = "https://x.example"', 1, "lacks authority", ""),
        ('[profiles.a.engines.b]\nkind = "adx"', 1, "needs cluster", ""),
        ('[profiles.a.engines.b]\nknid = "adx"', 2, "'knid'", "Did you mean kind?"),
        ('[profiles."a/b"]\n', 1, "cannot be the name", "letters"),
        ('[keys]\nrefresh = ""', 2, "is empty", ""),
        ('[ui]\nthemes = "x"', 2, "'themes'", "Did you mean theme?"),
    ],
)
def test_fault_has_line_and_what_is_right(
    file: Path, text: str, line: int, message: str, suggestion: str
) -> None:
    file.write_text(text)
    found = [
        fault
        for fault in validate_settings()
        if message in fault.message and suggestion in fault.suggestion
    ]
    assert [fault.line for fault in found] == [line], validate_settings()
    with pytest.raises(UsageProblem, match=f"config.toml:{validate_settings()[0].line}"):
        load_settings()


def test_all_faults_are_found_at_once(file: Path) -> None:
    file.write_text('x = 1\n[profiles.a]\ntenant_id = "q"\nclient_id = "q"\napi = "q"\n')
    assert [fault.line for fault in validate_settings()] == [1, 3, 4, 5]


@pytest.mark.parametrize("raw", [b"\xff\xfe", b"a = \x00", b"x" * 1_100_000])
def test_file_that_is_no_text(file: Path, raw: bytes) -> None:
    file.write_bytes(raw)
    assert len(validate_settings()) == 1


def test_directory_instead_of_a_file(file: Path) -> None:
    file.mkdir()
    with pytest.raises(UsageProblem, match="cannot be read"):
        load_settings()


def test_credentials_without_a_client_need_none(file: Path) -> None:
    file.write_text('[profiles.a]\ntenant_id = "x.com"\ncredential = "managed-identity"\n')
    assert validate_settings() == []


def test_profile_is_chosen_by_name_default_or_being_alone(file: Path) -> None:
    file.write_text(WHOLE)
    settings = load_settings()
    assert profile_named(settings).name == "contoso"
    assert profile_named(settings, "lab").cloud.graph == "http://127.0.0.1:8765"
    with pytest.raises(UsageProblem, match="Did you mean contoso"):
        profile_named(settings, "contso")
    file.write_text(WHOLE.replace('default_profile = "contoso"', ""))
    with pytest.raises(UsageProblem, match="none is the default"):
        profile_named(load_settings())


def test_microsofts_own_authority_brings_microsofts_hosts(file: Path) -> None:
    file.write_text(
        f'[profiles.a]\ntenant_id = "{GUID}"\nclient_id = "{GUID}"\n'
        '[profiles.a.cloud]\nauthority = "https://login.windows.net"\n'
        'classic = "https://eu.api.security.microsoft.com/"\n'
    )
    cloud = profiles_of(load_settings())["a"].cloud
    assert cloud.graph == "https://graph.microsoft.com"
    assert cloud.classic == "https://eu.api.security.microsoft.com"
    assert cloud.classic_resource == "https://api.security.microsoft.com"


# Changing the file


def test_adding_makes_the_file_private(file: Path) -> None:
    add_profile(load_settings(), ProfileSettings("a b", "x.com", GUID), default=True)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert profile_named(load_settings()).name == "a b"


def test_adding_keeps_what_is_there(file: Path) -> None:
    file.write_text(WHOLE)
    hosts = HostTable("http://localhost:1", portal="http://localhost:2")
    new = ProfileSettings("new", "x.com", GUID, cloud=hosts, secret_command=("a", 'b"c\\'))
    add_profile(load_settings(), new)
    assert file.read_text().startswith(WHOLE)
    assert load_settings().profiles["new"] == new


def test_replacing_keeps_comments_and_place(file: Path) -> None:
    file.write_text(WHOLE)
    from msgspec.structs import replace

    settings = load_settings()
    changed = replace(settings.profiles["contoso"], tenant_id="fabrikam.com", api="auto")
    add_profile(settings, changed, replace=True)
    text = file.read_text()
    assert 'tenant_id = "fabrikam.com"  # the production tenant' in text
    assert "# about the lab" in text
    assert load_settings().profiles["contoso"] == changed
    assert list(load_settings().profiles) == ["contoso", "lab"]


def test_removing_takes_its_tables_and_nothing_else(file: Path) -> None:
    file.write_text(WHOLE)
    remove_profile(load_settings(), "contoso")
    text = file.read_text()
    assert "# who we are" in text
    assert "# about the lab\n[profiles.lab]" in text
    assert "archive" not in text
    assert load_settings().default_profile is None
    assert list(load_settings().profiles) == ["lab"]


def test_name_that_is_taken(file: Path) -> None:
    file.write_text(WHOLE)
    with pytest.raises(UsageProblem, match="already"):
        add_profile(load_settings(), ProfileSettings("lab", "x.com", GUID))


def test_wrong_value_changes_nothing(file: Path) -> None:
    file.write_text(WHOLE)
    with pytest.raises(UsageProblem, match="no GUID"):
        add_profile(load_settings(), ProfileSettings("new", "x.com", "12"))
    assert file.read_text() == WHOLE


def test_inline_tables_are_left_to_their_author(file: Path) -> None:
    text = f'profiles = {{a = {{tenant_id = "x.com", client_id = "{GUID}"}}}}\n'
    file.write_text(text)
    with pytest.raises(UsageProblem, match="by hand"):
        remove_profile(load_settings(), "a")
    assert file.read_text() == text


# Lines of keys


def test_scanner_sees_through_every_form() -> None:
    text = (
        "a = 1 # [x]\n"
        'b.c = """\n[no]\nd = 2\n"""\n'
        "e = [\n  1, # ]\n  { f = 2 },\n]\n"
        "[g . \"h i\"]\n'j' = '#'\n"
        'k = { l = 1, m = { n = "}" } }\n'
        "[[o]]\np = 1\n"
    )
    lines = key_lines(text)
    assert lines["a",] == 1
    assert lines["b", "c"] == 2
    assert ("d",) not in lines
    assert lines["e",] == 6
    assert lines["g", "h i"] == 10
    assert lines["g", "h i", "j"] == 11
    assert lines["g", "h i", "k", "m", "n"] == 12
    assert lines["o", "0", "p"] == 14


@given(st.text(alphabet="ab.[]{}=\"'#\\\n ,1", max_size=60))
def test_scanner_ends_on_any_text(text: str) -> None:
    assert all(line <= text.count("\n") + 1 for line in key_lines(text).values())


@given(
    st.dictionaries(
        st.text(min_size=1, max_size=8).filter(str.isprintable),
        st.text(max_size=20).filter(str.isprintable),
        max_size=5,
    )
)
def test_what_is_written_is_read(values: dict[str, str]) -> None:
    import tomllib

    from tui.config.edit import table_text

    text = table_text(("profiles", 'a"b.c'), values)
    assert tomllib.loads(text) == {"profiles": {'a"b.c': values}}
    assert all(("profiles", 'a"b.c', name) in key_lines(text) for name in values)


# Schema and places


def test_schema_knows_every_key() -> None:
    schema = settings_schema()
    assert schema["additionalProperties"] is False
    assert {"default_profile", "profiles", "keys", "ui"} < set(schema["properties"])  # type: ignore


def test_private_places(tmp_path: Path) -> None:
    folder = private_dir(tmp_path / "a" / "b")
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    folder.chmod(0o755)
    assert stat.S_IMODE(private_dir(folder).stat().st_mode) == 0o700
    made = private_file(folder / "f")
    assert stat.S_IMODE(made.stat().st_mode) == 0o600
    write_private(made, "text")
    assert made.read_text() == "text"
    assert stat.S_IMODE(made.stat().st_mode) == 0o600
    assert list(folder.iterdir()) == [made]
