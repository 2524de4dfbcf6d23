"""What the engine says of queries it cannot answer: the service's words, and where."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.kql.conftest import Ask
from tui.kql.engine import KqlFault

_NOT_OURS = re.compile(
    r"duckdb|binder|catalog error|python|traceback|antlr|exception|varchar|bigint|select |_s\d|"
    r"extraneous input|mismatched",
    re.IGNORECASE,
)


def fault_of(ask: Ask, query: str) -> KqlFault:
    with pytest.raises(KqlFault) as caught:
        ask(query)
    return caught.value


def said(ask: Ask, query: str) -> str:
    """What the fault says, with the query's own words taken out; empty for an answer."""
    try:
        ask(query)
    except KqlFault as fault:
        return re.sub(r"'[^']*'", "", fault.message) or "-"
    return ""


@pytest.mark.parametrize(
    ("query", "message", "code", "place"),
    [
        (
            "DeviceInfo | where Foo == 1",
            "'where' operator: Failed to resolve column or scalar expression named 'Foo'",
            "SEM0100",
            (1, 20),
        ),
        (
            "DeviceInfo\n| project DeviceName,\n  Nope",
            "'project' operator: Failed to resolve scalar expression named 'Nope'",
            "SEM0100",
            (3, 3),
        ),
        (
            "DeviceInfo | where devicename == 'x'",
            "'where' operator: Failed to resolve column or scalar expression named 'devicename'",
            "SEM0100",
            (1, 20),
        ),
        (
            "NoSuchTable | where x == 1",
            "'where' operator: Failed to resolve table or column expression named 'NoSuchTable'",
            "SEM0100",
            (1, 1),
        ),
        (
            "DeviceInfo | join kind=inner (NoSuch | take 1) on DeviceId",
            "'take' operator: Failed to resolve table or column expression named 'NoSuch'",
            "SEM0100",
            (1, 31),
        ),
        (
            "DeviceInfo | join kind=inner AlertEvidence on NoKey",
            "'join' operator: Failed to resolve scalar expression named 'NoKey'",
            "SEM0100",
            (1, 47),
        ),
        (
            "print a = 1 | extend b = 2, c = b",
            "'extend' operator: Failed to resolve scalar expression named 'b'",
            "SEM0100",
            (1, 22),
        ),
        (
            "DeviceInfo | where Timestamp",
            "'where' operator: the predicate must be of type 'bool' and is of type 'datetime'",
            "SEM0001",
            (None, None),
        ),
        (
            "DeviceInfo | where DeviceName > 'a'",
            "Cannot compare values of types string and string with '>'. Try adding explicit casts",
            "SEM0064",
            (None, None),
        ),
        (
            "DeviceInfo | where Timestamp > '2024-01-01'",
            "Cannot compare values of types datetime and string. Try adding explicit casts",
            "SEM0064",
            (None, None),
        ),
        (
            "print x = 1d > 3",
            "Cannot compare values of types timespan and long. Try adding explicit casts",
            "SEM0064",
            (None, None),
        ),
        (
            "DeviceInfo | where isnotempty(DeviceId) and DeviceName",
            "The operation is not valid for arguments of these types: (bool, string). "
            "Try adding explicit casts",
            "SEM0062",
            (None, None),
        ),
        (
            "DeviceInfo | extend x = iff(Timestamp, 1, 2)",
            "The operation is not valid for arguments of these types: (datetime). "
            "Try adding explicit casts",
            "SEM0062",
            (None, None),
        ),
        (
            "DeviceInfo | join kind=inner (AlertInfo | project DeviceId = Timestamp) on DeviceId",
            "Inconsistent data types for join keys: (string, datetime)",
            "SEM0001",
            (None, None),
        ),
        (
            "DeviceInfo | project | take 1",
            "A recognition error occurred. [line:position=1:20]",
            "SYN0002",
            (1, 21),
        ),
        ("print x = frobnicate(1)", "Unknown function: 'frobnicate'", "SEM0260", (1, 11)),
        (
            "DeviceInfo | wherex y",
            "A recognition error occurred. [line:position=1:13]",
            "SYN0002",
            (1, 14),
        ),
        (
            "print x=1 | where x = 5",
            "A recognition error occurred. [line:position=1:20]",
            "SYN0002",
            (1, 21),
        ),
        (
            "DeviceInfo\n| where (x",
            "A recognition error occurred. [line:position=2:10]",
            "SYN0002",
            (2, 11),
        ),
        ("let x = 1;", "No tabular expression statement found", "SYN0001", (1, 1)),
        ("   // nothing", "No tabular expression statement found", "SYN0001", (1, 1)),
        (".show tables", "A recognition error occurred. [line:position=1:0]", "SYN0002", (1, 1)),
        (
            "let v = 1; let v = 2; print v",
            "Let with the same name was already used in current context: 'v'",
            "SEM0079",
            (1, 5),
        ),
        (
            "print 1 | project x = 1, x = 2",
            "'project' operator: duplicate column name 'x'",
            "SEM0034",
            (1, 19),
        ),
    ],
)
def test_fault(
    ask: Ask, query: str, message: str, code: str, place: tuple[int | None, int | None]
) -> None:
    fault = fault_of(ask, query)
    assert fault.message == message
    assert fault.code == code
    assert (fault.line, fault.column) == place


def _wrong() -> list[list[str]]:
    """Queries without a meaning: each, what is said of it, and the code."""
    file = Path(__file__).parent / "results" / "faults.tsv"
    return [line.split("\t") for line in file.read_text("utf-8").splitlines()]


@pytest.mark.parametrize(("query", "message", "code"), _wrong())
def test_what_has_no_meaning_is_said(ask: Ask, query: str, message: str, code: str) -> None:
    fault = fault_of(ask, query)
    assert (fault.message, fault.code) == (message, code)


def test_external_data_is_refused_by_the_services_policy(ask: Ask) -> None:
    for query in (
        'externaldata(a:string) ["https://example.org/list.csv"] | take 1',
        "let l = externaldata(a:string) [@'https://example.org/x.csv'] with (format='csv'); l",
        "DeviceInfo | where DeviceName in ((externaldata(a:string) ['file:///etc/passwd']))",
    ):
        fault = fault_of(ask, query)
        assert "denied by the callout policy" in fault.message
    assert "'file:///etc/passwd'" in fault.message


@pytest.mark.parametrize(
    "query",
    [
        "workspace('abc').SecurityEvent | take 1",
        "adx('https://help.kusto.windows.net/Samples').StormEvents | take 1",
        "cluster('x').database('y').T",
        "database('memory').duckdb_settings",
        "external_table('x')",
    ],
)
def test_other_places_are_out_of_reach(ask: Ask, query: str) -> None:
    assert not _NOT_OURS.search(fault_of(ask, query).message)


@pytest.mark.parametrize(
    "query",
    [
        "duckdb_settings | take 1",
        "['read_text(/etc/passwd)'] | take 1",
        "sqlite_master",
        "print x = read_text('/etc/passwd')",
        "print x = getenv('HOME')",
        "DeviceInfo | where DeviceName == query('select 1')",
        "DeviceInfo | where DeviceId > 5 and DeviceName + 1 == 2",
        "print x = 'a' * 2",
        "DeviceInfo | summarize sum(DeviceName)",
        "DeviceInfo | scan declare (x:long) with (step s: true => x = 1;)",
        "print strlen(1, 2, 3)",
        "DeviceInfo | take -",
        "print a = dynamic({'a':}) ",
        "let f = (x:long) { f(x) }; print f(1)",
        "DeviceInfo | where Timestamp has 5",
        "print x = toscalar(DeviceInfo | project NoColumn)",
        "print '\x00\ud800",
        "union NoTable1, NoTable2",
        "print " + "(" * 400 + "1" + ")" * 400,
        "DeviceInfo " + "| where 1 == 1 " * 30 + "| where",
        "print series_decompose_anomalies(dynamic([1,2]))",
    ],
)
def test_no_word_of_the_machinery_comes_out(ask: Ask, query: str) -> None:
    assert not _NOT_OURS.search(said(ask, query))


_PIECES = st.sampled_from(
    ["DeviceInfo", "| where", "| extend", "|", "x", "DeviceName", "==", "'a'", "(", ")", "let", "=",
     ";", "summarize", "count()", "by", "dynamic([1])", ".", "[0]", "1h", "in", "!in~", "and", "}",
     "union", "join", "on", "print", "now()", "has_any", "\n", "//", "'", "mv-expand", "to typeof("]
)  # fmt: skip


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(_PIECES, max_size=14).map(" ".join))
def test_any_text_is_answered_or_refused(ask: Ask, query: str) -> None:
    assert not _NOT_OURS.search(said(ask, query))
