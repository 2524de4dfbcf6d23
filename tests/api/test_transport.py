"""The transport against answers of every kind, over a real socket."""

from __future__ import annotations

import logging
import zlib
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tests.api.helpers import NOW, PATH, Bench, asking
from tests.faults.server import (
    Answer,
    FaultServer,
    bomb,
    drip,
    error,
    graph_error,
    gzipped,
    json_answer,
    redirect,
    silent,
    text_answer,
)
from tui.api.request import Request, Timeouts
from tui.errors import (
    BadAnswer,
    Conflict,
    Forbidden,
    NotFound,
    Problem,
    QueryProblem,
    ServiceProblem,
    SignInProblem,
    Unreachable,
    UsageProblem,
)

Make = Callable[..., Bench]


async def test_a_good_answer_is_decoded_and_the_call_names_itself(
    server: FaultServer, bench: Make
) -> None:
    server.on("GET", PATH, json_answer({"value": [1]}))
    one = bench()
    assert await one.transport.json(asking(server)) == {"value": [1]}
    headers = server.seen[0].headers
    assert headers["authorization"] == "Bearer token-0-of-graph"
    assert len(headers["client-request-id"]) == 36
    assert headers["accept-encoding"] == "gzip"


async def test_a_401_is_answered_with_a_fresh_token_once(server: FaultServer, bench: Make) -> None:
    server.on("POST", PATH, error(401, "Unauthorized", "expired"), json_answer({"ok": 1}))
    one = bench()
    assert await one.transport.json(asking(server, "POST", body={})) == {"ok": 1}
    assert [seen.headers["authorization"] for seen in server.seen] == [
        "Bearer token-0-of-graph",
        "Bearer token-1-of-graph",
    ]


async def test_a_second_401_asks_to_sign_in_again(server: FaultServer, bench: Make) -> None:
    server.on("GET", PATH, graph_error(401, "InvalidAuthenticationToken", "bad audience"))
    with pytest.raises(SignInProblem, match="bad audience") as caught:
        await bench().transport.json(asking(server))
    assert len(server.seen) == 2
    assert caught.value.code == "InvalidAuthenticationToken"
    assert caught.value.request_id == "graph-9"


async def test_a_claims_challenge_is_said_to_be_one(server: FaultServer, bench: Make) -> None:
    told = 'Bearer realm="", error="insufficient_claims", claims="eyJhY2Nlc3NfdG9rZW4iOnt9fQ=="'
    refused = graph_error(401, "InvalidAuthenticationToken", "Continuous access evaluation")
    server.on("GET", PATH, replace(refused, headers={**refused.headers, "WWW-Authenticate": told}))
    with pytest.raises(SignInProblem, match="Conditional Access") as caught:
        await bench().transport.json(asking(server))
    assert "asks for more than the token shows" in caught.value.why
    assert "eyJhY2" not in str(caught.value)


async def test_silence_is_named_by_host_and_stage(server: FaultServer, bench: Make) -> None:
    server.on("POST", PATH, silent())
    one = bench(timeouts=Timeouts(wait=0.1))
    with pytest.raises(Unreachable) as caught:
        await one.transport.json(asking(server, "POST", body={}))
    assert caught.value.stage == "wait"


async def test_an_answer_that_drips_is_stopped(server: FaultServer, bench: Make) -> None:
    server.on("POST", PATH, drip({"value": list(range(100))}, pause=0.05))
    one = bench(timeouts=Timeouts(whole=0.3))
    with pytest.raises(Unreachable, match="not complete") as caught:
        await one.transport.json(asking(server, "POST", body={}))
    assert caught.value.stage == "read"


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (
            text_answer("<html><title>Sign in to Wi-Fi</title></html>"),
            "HTML page.*Sign in to Wi-Fi",
        ),
        (text_answer("  \n"), "empty answer"),
        (text_answer('{"value": [1, 2'), "cut or malformed"),
        (text_answer("Bad \x1b[31mgateway"), "␛"),
        (Answer(headers={"content-encoding": "br"}, body=b"x"), "packed as br"),
        (Answer(headers={"content-encoding": "gzip"}, body=b"plain"), "says it is gzip"),
        (gzipped(b'{"value": []}', cut_at=-6), "ends too early"),
    ],
)
async def test_what_is_no_json_is_named(
    server: FaultServer, bench: Make, answer: Answer, words: str
) -> None:
    server.on("GET", PATH, answer)
    with pytest.raises(BadAnswer, match=words) as caught:
        await bench().transport.json(asking(server))
    assert "\x1b" not in str(caught.value)
    assert caught.value.exit_code == 1


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b'\xef\xbb\xbf{"a": 1}', {"a": 1}),
        ('{"a": 1}'.encode("utf-16"), {"a": 1}),
        ('{"a": 1}'.encode("utf-32-be"), {"a": 1}),
        (b'{"a": NaN}', {"a": None}),
        (b'{"a": 1e999}', {"a": None}),
        (b'{"a": "\\ud83d"}', {"a": "\u27e8D83D\u27e9"}),
        (b'{"a": "\xff"}', {"a": "\ufffd"}),
        (b'{"a": "tab\there"}', {"a": "tab\there"}),
    ],
)
async def test_json_that_is_almost_right_is_read(
    server: FaultServer, bench: Make, body: bytes, value: object
) -> None:
    server.on("GET", PATH, Answer(body=body))
    assert await bench().transport.json(asking(server)) == value


async def test_packed_bodies_are_unpacked(server: FaultServer, bench: Make) -> None:
    server.on("GET", PATH, gzipped(b'{"value": [1, 2, 3]}'))
    assert await bench().transport.json(asking(server)) == {"value": [1, 2, 3]}


@pytest.mark.parametrize("window", [-zlib.MAX_WBITS, zlib.MAX_WBITS])
async def test_deflate_is_read_with_and_without_its_envelope(
    server: FaultServer, bench: Make, window: int
) -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, window)
    packed = packer.compress(b'{"value": [1, 2, 3]}') + packer.flush()
    server.on("GET", PATH, Answer(headers={"content-encoding": "deflate"}, body=packed))
    assert await bench().transport.json(asking(server)) == {"value": [1, 2, 3]}


async def test_what_pads_a_packed_body_is_passed_over(server: FaultServer, bench: Make) -> None:
    packed = gzipped(b'{"value": [1]}')
    server.on("GET", PATH, Answer(headers=packed.headers, body=packed.body + b"\0" * 512))
    assert await bench().transport.json(asking(server)) == {"value": [1]}


@pytest.mark.parametrize(
    "raw",
    [
        b"220 mail.contoso.com ESMTP\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: some\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nx: " + b"y" * 200_000 + b"\r\n\r\n{}",
    ],
)
async def test_what_is_no_http_is_not_said_to_be_cut(
    server: FaultServer, bench: Make, raw: bytes
) -> None:
    server.on("GET", PATH, Answer(raw=raw))
    with pytest.raises(Unreachable, match="no answer in HTTP"):
        await bench().transport.json(asking(server))


async def test_a_small_body_that_unpacks_to_too_much_is_stopped(
    server: FaultServer, bench: Make
) -> None:
    server.on("GET", PATH, bomb(80))
    with pytest.raises(BadAnswer, match="larger than 64 MB"):
        await bench().transport.json(asking(server))


async def test_a_redirect_is_not_followed_and_says_where_it_led(
    server: FaultServer, bench: Make
) -> None:
    async with FaultServer() as elsewhere:
        server.on("GET", PATH, redirect(f"{elsewhere.url}/steal"))
        with pytest.raises(BadAnswer) as caught:
            await bench().transport.json(asking(server))
        assert elsewhere.url.removeprefix("http://") in str(caught.value)
        assert elsewhere.seen == []


@pytest.mark.parametrize("to", ["http://[bad", "/login", "mailto:a@b", "http://a\x7fb/", ""])
async def test_a_redirect_to_an_odd_address_is_no_defect(
    server: FaultServer, bench: Make, to: str
) -> None:
    server.on("GET", PATH, redirect(to))
    with pytest.raises(BadAnswer, match="sends us"):
        await bench().transport.json(asking(server))


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/v1.0/x",
        "http://127.0.0.1:1/v1.0/x",
        "{url}@evil.example/x",
        "//evil.example/x",
        "file:///etc/passwd",
        "http://[::1/x",
    ],
)
async def test_a_token_goes_to_the_origin_of_its_resource_only(
    server: FaultServer, bench: Make, url: str
) -> None:
    one = bench()
    request = Request("GET", url.format(url=server.url), "graph", "Listing incidents")
    with pytest.raises(UsageProblem):
        await one.transport.json(request)
    assert one.session.given == []


async def test_an_unencrypted_service_is_not_shown_a_token(
    server: FaultServer, bench: Make
) -> None:
    from dataclasses import replace

    from tests.api.helpers import cloud_at

    one = bench()
    cloud = cloud_at("http://service.example")
    one.session.profile = replace(one.session.profile, cloud=cloud)
    with pytest.raises(UsageProblem, match="not encrypted"):
        await one.transport.json(Request("GET", "http://service.example/x", "graph", "Listing"))
    assert one.session.given == []


async def test_a_403_names_the_missing_role(server: FaultServer, bench: Make) -> None:
    server.on("GET", PATH, graph_error(403, "Forbidden", "Missing application roles."))
    with pytest.raises(Forbidden) as caught:
        await bench("Other.Role").transport.json(asking(server))
    text = str(caught.value)
    assert "SecurityIncident.Read.All" in text
    assert "Missing application roles" in text
    assert "graph-9" in text
    assert caught.value.exit_code == 4


async def test_a_403_with_the_role_says_that_the_role_is_there(
    server: FaultServer, bench: Make
) -> None:
    server.on("GET", PATH, graph_error(403, "Forbidden", "no"))
    with pytest.raises(Forbidden, match=r"carries SecurityIncident\.ReadWrite\.All"):
        await bench().transport.json(asking(server))


@pytest.mark.parametrize(
    ("answer", "now"),
    [
        (error(410, "Gone", "gone"), NOW),
        (text_answer("<html>nothing here</html>", 404), NOW),
        (error(404, "NotFound", "x"), datetime(2027, 3, 1, tzinfo=UTC)),
        (error(403, "Forbidden", "x"), datetime(2027, 3, 1, tzinfo=UTC)),
        (error(403, "Forbidden", "x"), NOW),
    ],
)
async def test_the_end_of_the_classic_api_is_explained(
    server: FaultServer, bench: Make, answer: Answer, now: datetime
) -> None:
    server.on("GET", "/api/incidents", answer)
    request = asking(server, path="/api/incidents", resource="classic")
    with pytest.raises(Problem, match=r"2027-02-01.*api = \"graph\""):
        await bench(now=now).transport.json(request)


async def test_an_incident_that_is_not_there_is_no_retirement(
    server: FaultServer, bench: Make
) -> None:
    server.on("GET", "/api/incidents/7", error(404, "ResourceNotFound", "Incident 7 x"))
    request = asking(server, path="/api/incidents/7", resource="classic", missing="No 7.")
    with pytest.raises(NotFound) as caught:
        await bench().transport.json(request)
    assert "2027" not in str(caught.value)
    assert "No 7." in str(caught.value)
    assert caught.value.request_id == "|track-7.1."


@pytest.mark.parametrize(
    ("message", "place"),
    [
        ("Query could not be parsed at 'x' on line [1,22]", (1, 22)),
        ("A recognition error occurred. [line:position=3:4]", (3, 5)),
        ("Could not parse that. [line:position=0:0]", (None, None)),
        ("'project' operator: no column. At line 2, position 10", (2, 10)),
        ("Syntax error (5:6)", (5, 6)),
        ("wrong on line 7", (7, None)),
        ("Unknown table", (None, None)),
    ],
)
async def test_a_query_that_is_refused_keeps_its_place(
    server: FaultServer, bench: Make, message: str, place: tuple[int | None, int | None]
) -> None:
    server.on("POST", "/v1.0/q", graph_error(400, "BadRequest", message))
    with pytest.raises(QueryProblem) as caught:
        await bench().transport.json(asking(server, "POST", "/v1.0/q", body={}, is_query=True))
    assert (caught.value.line, caught.value.column) == place
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [
        (error(409, "Conflict", "changed"), Conflict, "changed"),
        (error(400, "InvalidInput", "bad filter"), ServiceProblem, "bad filter"),
        (text_answer("nope", 418, "text/plain"), ServiceProblem, "nope"),
        (json_answer(["odd"], 400), ServiceProblem, "400"),
        (json_answer({"error": "plain"}, 400), ServiceProblem, "plain"),
        (
            json_answer({"error": {"code": 7, "message": {"value": "v2"}}}, 400),
            ServiceProblem,
            "v2",
        ),
        (json_answer({"error": None, "Message": "old style"}, 400), ServiceProblem, "old style"),
        (Answer(400, {}, b""), ServiceProblem, "400"),
        (Answer(400, {"content-encoding": "gzip"}, b"junk"), ServiceProblem, "400"),
    ],
)
async def test_error_bodies_are_read_however_malformed(
    server: FaultServer, bench: Make, answer: Answer, kind: type[Problem], words: str
) -> None:
    server.on("GET", PATH, answer)
    with pytest.raises(kind, match=words):
        await bench().transport.json(asking(server))


@pytest.mark.parametrize("status", [413, 414, 431])
async def test_what_is_too_much_is_answered_with_how_to_send_less(
    server: FaultServer, bench: Make, status: int
) -> None:
    server.on("GET", PATH, text_answer("<html><title>Too Large</title></html>", status))
    with pytest.raises(ServiceProblem, match="Too Large") as caught:
        await bench().transport.json(asking(server))
    assert "shorter" in caught.value.remedy


@pytest.mark.parametrize("is_query", [True, False])
@pytest.mark.parametrize(
    "filler", ["x" * 500_000, "many words " * 50_000, "\n" * 500_000, "a\n" * 40]
)
async def test_long_words_of_the_service_are_cut_and_keep_their_ends(
    server: FaultServer, bench: Make, filler: str, is_query: bool
) -> None:
    message = f"Wrong: {filler} at line [1,22]"
    server.on("POST", "/v1.0/q", graph_error(400, "BadRequest", message))
    with pytest.raises(Problem, match="Wrong: ") as caught:
        await bench().transport.json(asking(server, "POST", "/v1.0/q", body={}, is_query=is_query))
    said = str(caught.value)
    assert len(said) < 1300
    assert said.count("\n") < 12
    assert "at line [1,22]" in said
    assert ("characters left out" in said) == bool(filler.strip() and len(filler) > 1000)
    if isinstance(caught.value, QueryProblem):
        assert (caught.value.line, caught.value.column) == (1, 22)


async def test_a_refusal_that_is_an_array_is_said_to_be_one(
    server: FaultServer, bench: Make
) -> None:
    server.on("GET", PATH, json_answer(["odd"], 400))
    with pytest.raises(ServiceProblem, match="a JSON array came instead of an object") as caught:
        await bench().transport.json(asking(server))
    assert "malformed" not in str(caught.value)


async def test_logs_hold_no_header_and_no_body(
    server: FaultServer, bench: Make, caplog: pytest.LogCaptureFixture
) -> None:
    server.on("POST", PATH, json_answer({"secret": "in the answer"}))
    with caplog.at_level(logging.DEBUG, "tui.api"):
        await bench().transport.json(
            asking(server, "POST", PATH + "?$filter=name", body={"secret": "in the question"})
        )
    logged = caplog.text
    assert f"POST {PATH} 200" in logged
    for hidden in ("token-0", "secret", "Bearer", "$filter"):
        assert hidden not in logged


async def test_calls_are_spaced_near_the_limit_of_a_quota(server: FaultServer, bench: Make) -> None:
    server.on("POST", "/q", json_answer({}))
    one = bench()
    moments: list[float] = []
    for _ in range(150):
        await one.transport.json(asking(server, "POST", "/q", body={}, quota="hunting"))
        moments.append(one.clock.at)
    for moment in moments:
        assert sum(moment - 60 < other <= moment for other in moments) <= 45
    assert moments[-1] - moments[0] < 200
    assert {wait.reason for wait in one.waits} == {"quota"}
    assert str(one.transport.quota_left("hunting")).endswith(" of 45 a minute")


async def test_a_burst_within_a_quota_passes_at_once(server: FaultServer, bench: Make) -> None:
    server.on("POST", "/q", json_answer({}))
    one = bench()
    for _ in range(36):
        await one.transport.json(asking(server, "POST", "/q", body={}, quota="hunting"))
    assert one.clock.slept == []
    assert str(one.transport.quota_left("hunting")) == "9 of 45 a minute"
