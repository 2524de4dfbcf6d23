from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import keyring
import pytest
from keyring.backends import fail, null

from tests.auth.conftest import CLIENT, TENANT, MemoryKeyring
from tui.auth import keychain
from tui.auth.clouds import custom_cloud
from tui.auth.profiles import Profile
from tui.auth.secret import Secret
from tui.auth.vault import describe_secret, find_secret, remove_secret, store_secret
from tui.config import HostTable
from tui.errors import SignInProblem


def profile(credential: str, **more: Any) -> Profile:
    base: dict[str, Any] = {"name": "contoso", "tenant_id": TENANT, "client_id": CLIENT}
    return Profile(credential=credential, **(base | more))


async def refused(one: Profile) -> SignInProblem:
    with pytest.raises(SignInProblem) as caught:
        await find_secret(one)
    return caught.value


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("M365D_CLIENT_SECRET", "AZURE_CLIENT_SECRET", "AZURE_CLIENT_ID"):
        monkeypatch.delenv(name, raising=False)


# Environment


async def test_our_variable_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("M365D_CLIENT_SECRET", "ours")
    monkeypatch.setenv("AZURE_CLIENT_SECRET", "theirs")
    found = await find_secret(profile("env"))
    assert found.secret.reveal() == "ours"
    assert found.source == "environment variable M365D_CLIENT_SECRET"


@pytest.mark.parametrize("client", [None, CLIENT, CLIENT.upper()])
async def test_azures_variable_counts_for_its_application(
    monkeypatch: pytest.MonkeyPatch, client: str | None
) -> None:
    monkeypatch.setenv("AZURE_CLIENT_SECRET", "theirs")
    if client:
        monkeypatch.setenv("AZURE_CLIENT_ID", client)
    assert (await find_secret(profile("env"))).secret.reveal() == "theirs"


async def test_azures_variable_of_another_application_is_left_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AZURE_CLIENT_SECRET", "theirs")
    monkeypatch.setenv("AZURE_CLIENT_ID", TENANT)
    assert "another application" in (await refused(profile("env"))).why


async def test_empty_environment_says_what_to_set() -> None:
    assert "M365D_CLIENT_SECRET" in (await refused(profile("env"))).remedy


# Command


def command(code: str) -> Profile:
    return profile("command", secret_command=(sys.executable, "-c", code))


async def test_command_prints_the_secret_and_one_newline_goes() -> None:
    found = await find_secret(command("print(' s3 cret ')"))
    assert found.secret.reveal() == " s3 cret "
    assert found.source.startswith("python")


async def test_command_gets_no_shell() -> None:
    one = profile(
        "command",
        secret_command=(sys.executable, "-c", "import sys; print(sys.argv[1])", "$HOME; `id`"),
    )
    assert (await find_secret(one)).secret.reveal() == "$HOME; `id`"


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("import sys; sys.exit('vault is locked')", "ended with 1: vault is locked"),
        ("import sys; sys.stderr.write('bad \\x1b[31m'); sys.exit(3)", "ended with 3: bad ␛[31m"),
        ("pass", "printed nothing"),
        ("print('a\\nb')", "several lines"),
        ("print('x' * 70000)", "more than a secret"),
        ("import sys; sys.stdout.buffer.write(b'\\xff')", "no text"),
    ],
)
async def test_command_that_fails_is_explained(code: str, words: str) -> None:
    assert words in (await refused(command(code))).why


async def test_command_that_echoes_its_secret_is_not_quoted() -> None:
    code = "import sys; print('hunter2'); sys.exit('could not write hunter2')"
    assert "hunter2" not in str(await refused(command(code)))


async def test_command_that_hangs_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.auth.vault._COMMAND_LIMIT", 0.2)
    assert "did not end" in (await refused(command("import time; time.sleep(60)"))).why


async def test_missing_command_is_named() -> None:
    problem = await refused(profile("command", secret_command=("/no/such/vault-tool", "read")))
    assert "vault-tool was not found" in problem.why


# Prompt


async def test_prompt_without_anybody_to_ask() -> None:
    assert "no terminal" in (await refused(profile("prompt"))).why


async def test_prompt_declined() -> None:
    async def ask(one: Profile, question: str) -> Secret | None:
        return None

    with pytest.raises(SignInProblem, match="no secret was given"):
        await find_secret(profile("prompt"), ask)


@pytest.mark.parametrize("kind", ["certificate", "device-code", "azure-cli", "managed-identity"])
async def test_kind_without_a_secret_has_none_to_find(kind: str) -> None:
    problem = await refused(profile(kind))
    assert kind in problem.why
    assert "keyring" in problem.remedy


# Keyring


async def test_keyring_entry_is_named_as_documented(memory_keyring: MemoryKeyring) -> None:
    store_secret(profile("keyring"), Secret("kept-secret"))
    assert memory_keyring.kept == {("m365d-tui", f"{TENANT}/{CLIENT}"): "kept-secret"}
    found = await find_secret(profile("keyring"))
    assert found.secret.reveal() == "kept-secret"


async def test_custom_hosts_have_entries_of_their_own(memory_keyring: MemoryKeyring) -> None:
    store_secret(profile("keyring"), Secret("real-secret"))
    evil = custom_cloud(HostTable(authority="https://evil.example:8443"))
    problem = await refused(profile("keyring", cloud=evil))
    assert f"evil.example:8443/{TENANT}/{CLIENT}" in problem.why
    assert "login" in problem.remedy


def test_storing_replaces_and_removing_removes(memory_keyring: MemoryKeyring) -> None:
    one = profile("keyring")
    store_secret(one, Secret("first-secret"))
    store_secret(one, Secret("second-secret"))
    assert list(memory_keyring.kept.values()) == ["second-secret"]
    assert remove_secret(one)
    assert not remove_secret(one)
    assert memory_keyring.kept == {}


@pytest.mark.parametrize("length", [1, 1000, 1001, 1280, 5000])
async def test_values_longer_than_a_backend_takes_are_split(
    memory_keyring: MemoryKeyring, length: int
) -> None:
    memory_keyring.longest = 1_200
    one = profile("keyring")
    value = "".join(chr(33 + n % 90) for n in range(length))
    store_secret(one, Secret(value))
    assert (await find_secret(one)).secret.reveal() == value
    store_secret(one, Secret("short"))
    assert list(memory_keyring.kept.values()) == ["short"], "no piece is left behind"


async def test_half_of_a_split_value_is_none(memory_keyring: MemoryKeyring) -> None:
    one = profile("keyring")
    store_secret(one, Secret("x" * 3000))
    second = next(key for key in memory_keyring.kept if key[1].endswith("-1"))
    del memory_keyring.kept[second]
    assert "holds no secret" in (await refused(one)).why


@pytest.mark.parametrize("backend", [fail.Keyring, null.Keyring])
async def test_no_keyring_offers_environment_or_prompt(backend: Any) -> None:
    former = keyring.get_keyring()
    keyring.set_keyring(backend())
    try:
        problem = await refused(profile("keyring"))
        assert "no keyring on this machine" in problem.why
        assert '"env"' in problem.remedy
        assert '"prompt"' in problem.remedy
        with pytest.raises(SignInProblem, match="was not stored"):
            store_secret(profile("keyring"), Secret("some-secret"))
    finally:
        keyring.set_keyring(former)


async def test_a_keyring_that_cannot_be_loaded_is_named(
    memory_keyring: MemoryKeyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keyring.core, "_keyring_backend", None)
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "no.such.Backend")
    problem = await refused(profile("keyring"))
    assert "PYTHON_KEYRING_BACKEND names, no.such.Backend, cannot be opened" in problem.why
    assert '"prompt"' in problem.remedy
    assert "no.such.Backend" in keychain.backend_name()[0]


async def test_keyring_in_plain_text_is_refused(memory_keyring: MemoryKeyring) -> None:
    class PlainTextKeyring(MemoryKeyring):
        pass

    keyring.set_keyring(PlainTextKeyring())
    assert "plain text" in (await refused(profile("keyring"))).why


async def test_locked_keyring_is_said_so(memory_keyring: MemoryKeyring) -> None:
    def locked(service: str, user: str) -> str:
        raise keyring.errors.KeyringLocked("words of the backend")

    memory_keyring.get_password = locked  # type: ignore[method-assign]
    problem = await refused(profile("keyring"))
    assert "is locked" in problem.why
    assert "words of the backend" not in str(problem)


async def test_keyring_that_hangs_is_given_up(
    memory_keyring: MemoryKeyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    import threading

    monkeypatch.setattr(keychain, "_LIMIT", 0.1)
    memory_keyring.get_password = lambda *_: threading.Event().wait(5)  # type: ignore
    assert "did not answer" in (await refused(profile("keyring"))).why


def test_description_opens_nothing() -> None:
    assert describe_secret(profile("keyring")) == "secret in the keyring"
    assert describe_secret(profile("prompt")) == "asks each time"
    tool = profile("command", secret_command=("/usr/bin/op", "read"))
    assert describe_secret(tool) == "secret from op"


def test_relative_paths_stay_what_they_were(tmp_path: Path) -> None:
    assert profile("token-file", token_file=tmp_path / "t").token_file == tmp_path / "t"


def test_long_value_can_be_read_at_every_moment_of_its_replacement(
    memory_keyring: MemoryKeyring,
) -> None:
    one = profile("keyring")
    user = one.keyring_user
    seen: set[str] = set()
    former, coming = "a" * 2500, "b" * 3500

    class Watched(MemoryKeyring):
        """Somebody reads after every change."""

        def _look(self) -> None:
            value = keychain._get(self, user)
            assert value is not None
            seen.add(value)

        def set_password(self, service: str, username: str, password: str) -> None:
            super().set_password(service, username, password)
            self._look()

        def delete_password(self, service: str, username: str) -> None:
            super().delete_password(service, username)
            self._look()

    store_secret(one, Secret(former))
    watched = Watched()
    watched.kept = memory_keyring.kept
    keychain._set(watched, user, coming)
    assert seen == {former, coming}
    assert len(watched.kept) == 5
    keychain._set(watched, user, "short")
    assert watched.kept == {("m365d-tui", user): "short"}


def test_values_that_older_versions_split_are_read_and_removed(
    memory_keyring: MemoryKeyring,
) -> None:
    one = profile("keyring")
    name = one.keyring_user
    for user, value in ((name, "m365d-tui:split:2:"), (f"{name}#0", "ab"), (f"{name}#1", "cd")):
        memory_keyring.kept["m365d-tui", user] = value
    assert keychain.read(one)[0] == "abcd"
    assert remove_secret(one)
    assert not memory_keyring.kept


@pytest.mark.parametrize("backend", [fail.Keyring, null.Keyring])
def test_removing_without_a_keyring_offers_no_other_way_to_sign_in(
    backend: type, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keyring, "get_keyring", backend)
    with pytest.raises(SignInProblem, match="not removed") as caught:
        remove_secret(profile("keyring"))
    assert "M365D_CLIENT_SECRET" not in caught.value.remedy
    assert "where the keyring can be opened" in caught.value.remedy
