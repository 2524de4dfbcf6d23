"""Settings of clouds, regions and partners: checked, shown, written and read back."""

from __future__ import annotations

from pathlib import Path

import pytest

from tui.auth.profiles import add_profile, change_profile, profile_named
from tui.config import load_settings, settings_schema, validate_text
from tui.config.settings import ProfileSettings, Settings
from tui.config.show import shown_values

HEAD = """[profiles.a]
tenant_id = "contoso.com"
client_id = "11111111-2222-3333-4444-555555555555"
"""


def messages(text: str) -> str:
    return " ".join(str(fault) for fault in validate_text(HEAD + text, Path("config.toml")))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('region = "eu"\n', ""),
        ('region = "mars"\n', "Allowed: us, eu, uk"),
        ('region = "eu"\ncloud = "gcc"\n', "config.toml:4: region is for the global cloud alone"),
        ('home_tenant = "msp.example"\n', ""),
        ('home_tenant = "no tenant"\n', "neither a GUID nor a domain"),
        ('home_tenat = "msp.example"\n', "Did you mean home_tenant?"),
        ('tenant = "contoso.com"\n', "Did you mean tenant_id?"),
        ('application_id = "x"\n', "Did you mean client_id?"),
        ('[profiles.a.cloud]\nauthority = "https://login.microsoftonline.us"\n'
         'graph = "https://graph.microsoft.com"\n',
         "config.toml:6: graph graph.microsoft.com belongs to another cloud"),
        ('[profiles.a.cloud]\nauthority = "https://login.microsoftonline.com"\n'
         'classic = "https://eu.api.security.microsoft.com"\n', ""),
        ('[profiles.a.cloud]\nauthority = "https://lab.example"\n'
         'graph = "https://graph.microsoft.com"\n', "is Microsoft's, and authority"),
    ],
)  # fmt: skip
def test_what_is_allowed(text: str, words: str) -> None:
    found = messages(text)
    assert words in found
    assert bool(found) == bool(words)


def test_values_survive_writing_reading_and_changing(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text("# mine\n")
    settings = Settings(path=file)
    one = ProfileSettings(
        "customer", "contoso.com", "11111111-2222-3333-4444-555555555555",
        home_tenant="msp.example", region="eu",
    )  # fmt: skip
    add_profile(settings, one)
    read = load_settings(file)
    assert read.profiles["customer"] == one
    profile = profile_named(read, "customer")
    assert profile.keyring_user == "msp.example/11111111-2222-3333-4444-555555555555"
    assert profile.cloud.classic == "https://eu.api.security.microsoft.com"
    shown = {value.name: value.text for value in shown_values(read)}
    assert shown["profiles.customer.home_tenant"] == '"msp.example"'
    assert shown["profiles.customer.region"] == '"eu"'
    change_profile(read, "customer", "api", "graph")
    text = file.read_text()
    assert text.startswith("# mine\n")
    assert 'api = "graph"' in text
    assert 'region = "eu"' in text


def test_schema_knows_them() -> None:
    schema = str(settings_schema())
    assert "home_tenant" in schema
    assert "region" in schema
