"""`demo serve --tls` as other programs see it: this one, curl, and the plainest of scripts."""

from __future__ import annotations

import json
import os
import re
import shutil
import ssl
import subprocess
import sys
import urllib.parse
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.auth.conftest import Served, kept
from tui.demo.assertions import certificate_pem
from tui.demo.identity import TENANT_ID, applications, registrations

APP = applications()[0]
CLASSIC = "https://api.security.microsoft.com"


@dataclass(frozen=True)
class Machine:
    """A home of its own, where the installed program runs."""

    home: Path
    served: Served

    def run(self, *argv: str, **environ: str) -> subprocess.CompletedProcess[str]:
        """Run the program to its end."""
        return subprocess.run(
            [sys.executable, "-m", "tui", *argv],
            env=self.environ(**environ),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def environ(self, **more: str) -> dict[str, str]:
        """What the program finds in its environment."""
        own = {"HOME": str(self.home), "SSL_CERT_FILE": str(self.served.certificate)}
        path = {"PATH": os.environ["PATH"], "PYTHONPATH": str(Path(__file__).parents[2])}
        keyring = {"PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring"}
        return own | path | keyring | more

    def profile(self, credential: str, client_id: str, *more: str) -> None:
        """Make the profile `contoso`."""
        made = self.run(
            "profiles", "add", "contoso", "--tenant-id", TENANT_ID, "--client-id", client_id,
            "--credential", credential, "--authority", self.served.origin, *more,
        )  # fmt: skip
        assert made.returncode == 0, made.stderr


@pytest.fixture
def machine(tmp_path: Path, served: Served) -> Machine:
    return Machine(tmp_path, served)


def test_secret(machine: Machine) -> None:
    machine.profile("env", APP.client_id)
    ended = machine.run("token", "--json", M365D_CLIENT_SECRET=APP.client_secret)
    assert ended.returncode == 0, ended.stderr
    assert json.loads(ended.stdout)["tenant_id"] == TENANT_ID
    wrong = machine.run("token", M365D_CLIENT_SECRET="wrong")
    assert (wrong.returncode, "AADSTS7000215" in wrong.stderr) == (3, True)


def test_a_certificate_that_nobody_trusts_is_named(machine: Machine) -> None:
    machine.profile("env", APP.client_id)
    ended = machine.run("token", M365D_CLIENT_SECRET=APP.client_secret, SSL_CERT_FILE="")
    assert ended.returncode == 5
    assert "signed by itself" in ended.stderr
    assert "SSL_CERT_FILE" in ended.stderr


def test_certificate(machine: Machine) -> None:
    app = next(one for one in registrations() if one.has_certificate)
    pem = kept(machine.home / "app.pem", certificate_pem())
    machine.profile("certificate", app.client_id, "--certificate-path", str(pem))
    ended = machine.run("token", "--json")
    assert ended.returncode == 0, ended.stderr
    assert json.loads(ended.stdout)["client_id"] == app.client_id


def test_device_code(machine: Machine) -> None:
    machine.profile("device-code", APP.client_id)
    process = subprocess.Popen(
        [sys.executable, "-m", "tui", "login"],
        env=machine.environ(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    try:
        said = ""
        while "type " not in said:
            line = process.stderr.readline()
            assert line, said
            said += line
        address = re.search(r"Open (\S+)", said)
        code = re.search(r"type (\S+)", said)
        assert address
        assert code
        form = urllib.parse.urlencode({"code": code[1]}).encode()
        trust = ssl.create_default_context(cafile=str(machine.served.certificate))
        with urllib.request.urlopen(address[1], form, context=trust) as answer:
            assert answer.status == 200
        _, err = process.communicate(timeout=120)
    finally:
        process.kill()
    assert process.returncode == 0, err
    assert "Signed in" in err


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
@pytest.mark.parametrize("version", ["", "v2.0/"])
def test_curl(served: Served, version: str) -> None:
    what = f"scope={CLASSIC}/.default" if version else f"resource={CLASSIC}"
    asked = subprocess.run(
        ["curl", "-sS", "--cacert", str(served.certificate), "-X", "POST",
         "-H", "Content-Type:application/x-www-form-urlencoded",
         "-d", "grant_type=client_credentials", "-d", f"client_id={APP.client_id}",
         "-d", what, "-d", f"client_secret={APP.client_secret}",
         f"{served.origin}/{TENANT_ID}/oauth2/{version}token"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    token = json.loads(asked.stdout)["access_token"]
    got = subprocess.run(
        ["curl", "-sS", "--cacert", str(served.certificate), "-H", f"Authorization: Bearer {token}",
         f"{served.origin}/api/incidents?$top=1"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert len(json.loads(got.stdout)["value"]) == 1


def test_the_script_of_the_guide(served: Served) -> None:
    trust = ssl.create_default_context(cafile=str(served.certificate))

    def post(url: str, data: bytes, headers: dict[str, str]) -> dict[str, object]:
        request = urllib.request.Request(url, data, headers)
        with urllib.request.urlopen(request, context=trust) as answer:
            found: dict[str, object] = json.loads(answer.read())
            return found

    body = {
        "resource": CLASSIC,
        "client_id": APP.client_id,
        "client_secret": APP.client_secret,
        "grant_type": "client_credentials",
    }
    url = f"{served.origin}/{TENANT_ID}/oauth2/token"
    token = post(url, urllib.parse.urlencode(body).encode("utf-8"), {})["access_token"]
    found = post(
        f"{served.origin}/api/advancedhunting/run",
        json.dumps({"Query": "DeviceInfo | take 1"}).encode("utf-8"),
        {
            "Content-Type": "application/json",
            "Accept": "application/json",
            "Authorization": f"Bearer {token}",
        },
    )
    assert len(found["Results"]) == 1  # type: ignore[arg-type]
