from __future__ import annotations

from typing import Any

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.auth.conftest import make_token
from tui.auth.claims import (
    Claims,
    Feature,
    allowed,
    claim_meaning,
    decode,
    features,
    granted_by,
    grouped,
    how_to_grant,
    missing,
    summary,
    unneeded,
)

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
_NAMES = st.sampled_from(
    ["roles", "scp", "exp", "iat", "aud", "tid", "idtyp", "appid", "appidacr", "amr", "xms_x", "q"]
)


def feature(resource: str, name: str) -> Feature:
    return next(one for one in features(resource) if one.name == name)


def test_greater_permission_serves_for_the_lesser() -> None:
    claims = Claims({"roles": ["SecurityIncident.ReadWrite.All"]})
    assert granted_by(claims, feature("graph", "Read incidents")).endswith("ReadWrite.All")
    assert summary(claims, "graph") == "read, change"


def test_reading_does_not_allow_changing() -> None:
    claims = Claims({"roles": ["Incident.Read.All"]})
    assert allowed(claims, feature("classic", "Read incidents"))
    assert not allowed(claims, feature("classic", "Change incidents, comment"))
    assert [one.short for one in missing(claims, "classic")] == ["change", "hunt"]


def test_delegated_scopes_count() -> None:
    claims = Claims({"scp": "Incident.Read AdvancedHunting.Read openid", "idtyp": "user"})
    assert claims.is_user
    assert summary(claims, "classic") == "read, hunt"
    assert "Delegated permissions › Incident.ReadWrite" in how_to_grant(
        feature("classic", "Change incidents, comment"), claims
    )


def test_more_than_needed_is_found() -> None:
    claims = Claims({"roles": ["Incident.Read.All", "Directory.Read.All"]})
    assert unneeded(claims, "classic") == ("Directory.Read.All",)


def test_way_to_grant_names_app_api_and_permission() -> None:
    claims = Claims({"app_displayname": "soc-terminal"})
    text = how_to_grant(feature("endpoint", "Isolate a device"), claims)
    for part in ("soc-terminal", "WindowsDefenderATP", "Machine.Isolate", "admin consent"):
        assert part in text


def test_token_that_cannot_be_read_is_given_the_chance() -> None:
    assert all(allowed(None, one) for one in features("graph"))


@pytest.mark.parametrize("garbage", ["", "abc", "a.b.c", "eyJ.eyJ.x", "ä.ö.ü", "x" * 10_000])
def test_garbage_is_a_value_error(garbage: str) -> None:
    with pytest.raises(ValueError):
        decode(garbage)


def test_expired_and_foreign_tokens_are_read_all_the_same() -> None:
    claims = decode(make_token(exp=1, aud="somebody else", azpacr="2"))
    assert claims.expires is not None
    assert claims.audience == "somebody else"


def test_meanings() -> None:
    assert claim_meaning("appidacr", "1") == "proved itself with a secret"
    assert claim_meaning("exp", 0) == "valid until 1970-01-01 00:00:00 UTC"
    assert claim_meaning("idtyp", "app") == "no user behind it"
    assert claim_meaning("made_up", 1) == ""


@given(st.dictionaries(_NAMES, _JSON))
def test_any_claims_can_be_read(raw: dict[str, Any]) -> None:
    claims = Claims(raw)
    for name, value in raw.items():
        claim_meaning(name, value)
    summary(claims, "graph")
    assert isinstance(claims.audience + claims.app_name, str)
    assert (claims.is_user, claims.expires, claims.issued) is not None
    assert sorted(name for _, names in grouped(claims) for name in names) == sorted(raw)


@given(st.text(alphabet="abcdXYZ019-_=.+/{ \n", max_size=40) | st.text(max_size=30))
def test_what_is_no_token_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no token that can be read"):
        decode(text)


# PyJWT makes no token whose issuer is no text.
@given(st.dictionaries(st.text().filter(lambda name: name != "iss"), _JSON, max_size=5))
def test_a_token_says_what_pyjwt_reads_in_it(said: dict[str, Any]) -> None:
    token = jwt.encode(said, "k" * 32, algorithm="HS256")
    assert decode(token).raw == jwt.decode(token, options={"verify_signature": False})


def test_what_is_not_an_object_is_no_token() -> None:
    token = jwt.encode({"tid": "t"}, "k" * 32, algorithm="HS256")
    header, payload, signature = token.split(".")
    for broken in (
        f"{header}.{payload}",
        f"{header}.{payload}.{signature}.{signature}",
        f"WzFd.{payload}.{signature}",
        f"{header}.WzFd.{signature}",
        f"{header}.{payload}.a",
        f"{header}.bm90IGpzb24.{signature}",
    ):
        with pytest.raises(ValueError, match="no token that can be read"):
            decode(broken)
