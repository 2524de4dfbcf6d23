from __future__ import annotations

import base64
import copy
import json
import pickle
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.auth.conftest import make_token
from tui.auth.secret import Secret, redact

VALUE = "p4ss~w&rd/ä of+tests"


def test_nothing_shows_it() -> None:
    secret = Secret(VALUE)
    shown = f"{secret} {secret!r} {secret!s:>30} {[secret]} {vars if False else ''}"
    assert VALUE not in shown
    assert secret.reveal() == VALUE


def test_it_is_not_stored() -> None:
    with pytest.raises(TypeError):
        pickle.dumps(Secret(VALUE))
    assert copy.deepcopy(secret := Secret(VALUE)) is secret


def test_equality_needs_a_secret() -> None:
    assert Secret(VALUE) == Secret(VALUE)
    assert Secret(VALUE) != Secret(VALUE + "x")
    assert Secret(VALUE) != VALUE
    assert not Secret("")


@pytest.mark.parametrize(
    "form",
    [
        VALUE,
        quote(VALUE, safe=""),
        json.dumps(VALUE),
        base64.b64encode(VALUE.encode()).decode(),
        base64.urlsafe_b64encode(VALUE.encode()).decode(),
        repr({"client_secret": VALUE}),
    ],
)
def test_every_form_of_it_is_struck_out(form: str) -> None:
    secret = Secret(VALUE)
    text = redact(f"before {form} after")
    assert form not in text
    assert text.startswith("before ")
    assert text.endswith(" after")
    assert secret


def test_tokens_nobody_told_us_of_are_struck_out_by_their_shape() -> None:
    token = make_token()
    assert token not in redact(f"Authorization: Bearer {token}")
    assert "abcdefgh12345" not in redact("authorization: bearer abcdefgh12345")
    assert "hunter2" not in redact("POST client_secret=hunter2&scope=x")


@given(st.text(min_size=6, max_size=40), st.text(max_size=40), st.text(max_size=40))
def test_a_secret_never_survives(value: str, before: str, after: str) -> None:
    Secret(value)
    assert value not in redact(before + value + after) or value in "[redacted]"
