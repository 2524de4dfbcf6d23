"""`hunt`: rows in every format, faults of the query, exit codes."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import signal
import stat
from pathlib import Path

import pytest

from tests.cli.services import Machine
from tests.faults.server import (
    Answer,
    FaultServer,
    cut,
    error,
    graph_error,
    json_answer,
    reset,
    silent,
    text_answer,
)
from tui.demo.identity import applications
from tui.demo.server import DemoTenant

RUN = {"graph": "/v1.0/security/runHuntingQuery", "classic": "/api/advancedhunting/run"}
ROWS = {
    "schema": [{"name": "Name", "type": "String"}, {"name": "Hits", "type": "Int64"}],
    "results": [{"Name": "=1+1", "Hits": -5}, {"Name": "é\x1b[31m\u202e", "Hits": 7}],
}


@pytest.fixture
async def server() -> object:
    async with FaultServer() as running:
        running.authority("ThreatHunting.Read.All", "AdvancedHunting.Read.All")
        running.on("POST", RUN["graph"], json_answer(ROWS))
        running.on(
            "POST",
            RUN["classic"],
            json_answer(
                {
                    "Stats": {"ExecutionTime": 0.1},
                    "Schema": [
                        {"Name": "Name", "Type": "String"},
                        {"Name": "Hits", "Type": "Int64"},
                    ],
                    "Results": ROWS["results"],
                }
            ),
        )
        yield running


@pytest.fixture
def machine(tmp_path: object, server: FaultServer) -> Machine:
    machine = Machine(tmp_path)  # type: ignore[arg-type]
    machine.connect(server.url, "graph")
    (machine.home / "q.kql").write_text("Tablé\n| take 2\n", encoding="utf-8")
    return machine


@pytest.mark.parametrize("api", ["graph", "classic"])
async def test_rows_come_in_every_format_from_both_dialects(
    machine: Machine, server: FaultServer, api: str
) -> None:
    machine.connect(server.url, api)
    query = str(machine.home / "q.kql")
    asked = await machine.run("hunt", query, "--format", "json")
    assert (asked.code, asked.json) == (0, ROWS["results"])
    assert "\u202e" not in asked.out
    assert "\x1b" not in asked.out
    assert server.asked(RUN[api])[0].json == {"Query": "Tablé\n| take 2\n"}
    sheet = await machine.run("hunt", query, "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(sheet.out)))
    assert [(row["Name"][:2], row["Hits"]) for row in rows] == [("'=", "-5"), ("é␛", "7")]
    table = await machine.run("hunt", query)
    assert table.out.splitlines()[0].split() == ["Name", "Hits"]
    assert "\x1b" not in table.out
    raw = await machine.run("hunt", query, "--raw")
    assert raw.json["results" if api == "graph" else "Results"] == ROWS["results"]


async def test_a_file_is_written_whole_and_private(machine: Machine) -> None:
    target = machine.home / "rows.parquet"
    ended = await machine.run(
        "hunt", str(machine.home / "q.kql"), "--format", "parquet", "-o", str(target)
    )
    assert (ended.code, ended.out) == (0, "")
    assert "2 rows" in ended.err
    assert target.read_bytes()[:4] == b"PAR1"
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    piped = await machine.run("hunt", "-", "--format", "json", stdin=b"\xef\xbb\xbfT\r\n| take 1")
    assert piped.code == 0


async def test_a_time_span_goes_to_graph_and_is_refused_on_classic(
    machine: Machine, server: FaultServer
) -> None:
    query = str(machine.home / "q.kql")
    await machine.run("hunt", query, "--timespan", "P7D")
    assert server.asked(RUN["graph"])[0].json["Timespan"] == "P7D"
    machine.connect(server.url, "classic")
    refused = await machine.run("hunt", query, "--timespan", "P7D")
    assert (refused.code, refused.out) == (2, "")
    assert server.asked(RUN["classic"]) == []
    tokens = len(server.seen)
    await machine.run("hunt", query, "--timespan", "P7D")
    assert len(server.seen) == tokens  # not even of the authority


async def test_a_fault_of_the_query_is_shown_at_its_place(
    machine: Machine, server: FaultServer
) -> None:
    message = "A recognition error occurred. [line:position=2:2]"
    server.on("POST", RUN["graph"], graph_error(400, "BadRequest", message))
    ended = await machine.run("hunt", str(machine.home / "q.kql"))
    assert (ended.code, ended.out) == (1, "")
    assert message in ended.err
    lines = ended.err.splitlines()
    quoted = next(number for number, line in enumerate(lines) if "| take 2" in line)
    assert lines[quoted].index("take") == lines[quoted + 1].index("▲")


async def test_a_cut_answer_gives_what_came_and_says_so(
    machine: Machine, server: FaultServer
) -> None:
    body = {"schema": ROWS["schema"], "results": [{"Name": "a", "Hits": n} for n in range(50)]}
    length = len(json.dumps(body))
    server.on("POST", RUN["graph"], cut(body, keep=length - 200))
    ended = await machine.run("hunt", str(machine.home / "q.kql"), "--format", "json")
    assert ended.code == 1
    assert 20 < len(ended.json) < 50
    assert "cut" in ended.err


@pytest.mark.parametrize(
    ("answer", "code", "words"),
    [
        (graph_error(403, "Forbidden", "no role"), 4, "no role"),
        (error(404, "NotFound", "nothing"), 1, "nothing"),
        (graph_error(429, "TooManyRequests", "x", retry_after="600"), 1, "10 min"),
        (text_answer("<html><title>Gateway</title>", 504), 1, "Gateway"),
        (text_answer("<html><title>Sign in</title>"), 1, "Sign in"),
        (reset(), 5, "127.0.0.1"),
        (json_answer({"schema": ROWS["schema"], "results": []}), 0, ""),
        (json_answer({"error": {"code": "Worn", "message": "broken"}}), 1, "Worn: broken"),
    ],
)
async def test_every_answer_has_its_exit_code(
    machine: Machine, server: FaultServer, answer: Answer, code: int, words: str
) -> None:
    server.on("POST", RUN["graph"], answer)
    ended = await machine.run("hunt", str(machine.home / "q.kql"), "--format", "json")
    assert (ended.code, ended.out.strip()) == (code, "[]" if code == 0 else "")
    assert words in ended.err


@pytest.mark.parametrize(
    ("answer", "rows", "words"),
    [
        (ROWS | {"error": {"code": "Worn", "message": "broken"}}, 2, "Worn: broken"),
        (ROWS | {"results": {"Name": "x"}}, 0, "no list of rows"),
        (ROWS | {"results": None}, 0, "no list of rows"),
    ],
)
async def test_rows_that_may_be_missing_are_no_success(
    machine: Machine, server: FaultServer, answer: dict[str, object], rows: int, words: str
) -> None:
    server.on("POST", RUN["graph"], json_answer(answer))
    ended = await machine.run("hunt", str(machine.home / "q.kql"), "--format", "json")
    assert (ended.code, len(ended.json)) == (1, rows)
    assert words in ended.err


@pytest.mark.parametrize(
    ("arguments", "stdin"),
    [
        (("hunt",), b""),
        (("hunt", "/no/such/file"), b""),
        (("hunt", "/"), b""),
        (("hunt", "-"), b" \n "),
        (("hunt", "-"), b"\xff\x00\x80"),
        (("hunt", "-"), b"T\x00\n"),
        (("hunt", "-", "--timespan", "2026-11-08/2026-11-01T00:00:00Z"), b"T"),
        (("hunt", "-", "--timespan", "7d"), b"T"),
        (("hunt", "-", "--format", "csv", "--raw"), b"T"),
        (("hunt", "-", "-o", "/no/such/place/x"), b"T"),
    ],
)
async def test_wrong_usage_asks_nothing_of_any_service(
    machine: Machine, server: FaultServer, arguments: tuple[str, ...], stdin: bytes
) -> None:
    ended = await machine.run(*arguments, stdin=stdin)
    assert (ended.code, ended.out) == (2, "")
    assert server.seen == []


async def test_a_raw_answer_that_breaks_off_is_no_success(
    machine: Machine, server: FaultServer
) -> None:
    query = str(machine.home / "q.kql")
    whole = await machine.run("hunt", query, "--raw")
    assert (whole.code, whole.json["schema"]) == (0, ROWS["schema"])
    server.on("POST", RUN["graph"], Answer(body=b'{"schema": [], "results": [{"a": 1'))
    cut = await machine.run("hunt", query, "--raw")
    assert cut.code == 1
    assert "breaks off" in cut.err


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("form", [["--raw"], ["--format", "csv"], ["--format", "parquet"]])
async def test_a_full_disk_is_one_sentence(machine: Machine, form: list[str]) -> None:
    ended = await machine.run("hunt", str(machine.home / "q.kql"), *form, "-o", "/dev/full")
    assert ended.code == 1
    assert "Writing /dev/full failed: no space left on device" in ended.err


async def test_both_dialects_give_the_same_rows_of_the_demo_tenant(
    machine: Machine, demo_tenant: DemoTenant
) -> None:
    app = applications()[0]
    machine.environment["M365D_CLIENT_SECRET"] = app.client_secret
    query = (
        b"DeviceInfo | summarize Devices=dcount(DeviceId) by OSPlatform | order by OSPlatform asc"
    )
    found = []
    for api in ("graph", "classic"):
        machine.connect(demo_tenant.base_url, api, tenant=app.tenant_id, client=app.client_id)
        ended = await machine.run("hunt", "-", "--format", "json", stdin=query)
        assert ended.code == 0
        found.append(ended.json)
    assert found[0] == found[1]
    assert {"OSPlatform", "Devices"} == set(found[0][0])


async def test_an_interrupt_ends_a_query_at_once_and_leaves_nothing(
    machine: Machine, server: FaultServer
) -> None:
    server.on("POST", RUN["graph"], silent())
    process = await machine.start("hunt", str(machine.home / "q.kql"))
    while not server.asked(RUN["graph"]):
        await asyncio.wait_for(server.came(), 60)
    process.send_signal(signal.SIGINT)
    out, err = await asyncio.wait_for(process.communicate(), 60)
    assert (process.returncode, out) == (130, b"")
    assert b"Traceback" not in err
    await asyncio.wait_for(server.left.wait(), 60)
    left = list((machine.home / "cache").rglob("*.json"))
    assert left == []


async def test_a_files_ending_is_its_format_and_a_hyphen_is_standard_output(
    machine: Machine,
) -> None:
    query = str(machine.home / "q.kql")
    for name, beginning in (("a.csv", b"Name,Hits"), ("a.JSON", b"["), ("a.parquet", b"PAR1")):
        target = machine.home / name
        assert (await machine.run("hunt", query, "-o", str(target))).code == 0
        assert target.read_bytes().startswith(beginning)
    named = machine.home / "b.csv"
    await machine.run("hunt", query, "-o", str(named), "--format", "json")
    assert json.loads(named.read_text()) == ROWS["results"]
    shown = await machine.run("hunt", query, "-o", "-", "--format", "json")
    assert shown.json == ROWS["results"]


@pytest.mark.parametrize("form", [["--raw"], ["--format", "csv"]])
async def test_what_a_link_leads_to_is_replaced_whole(machine: Machine, form: list[str]) -> None:
    real, link = machine.home / "real", machine.home / "link"
    real.write_text("before")
    link.symlink_to(real)
    kept = real.open()
    ended = await machine.run("hunt", str(machine.home / "q.kql"), *form, "-o", str(link))
    assert ended.code == 0
    assert link.is_symlink()
    assert "Name" in real.read_text()
    # A new file took the name: whoever reads the old one never sees half of it.
    assert kept.read() == "before"
    kept.close()
