"""What the engine does not do: said as *not supported* or as the service says it, never guessed."""

from __future__ import annotations

import re
import time

import pytest

from tests.kql.conftest import Ask
from tui.kql.engine import KqlFault

_NOT_OURS = re.compile(
    r"duckdb|binder|catalog|python|traceback|antlr|exception|varchar|bigint|json_|kql_|_s\d",
    re.IGNORECASE,
)


def _fault(ask: Ask, query: str, **options: object) -> KqlFault:
    with pytest.raises(KqlFault) as caught:
        ask(query, **options)
    assert not _NOT_OURS.search(re.sub(r"'[^']*'", "", caught.value.message))
    return caught.value


UNSUPPORTED = {
    "autocluster": "DeviceEvents | evaluate autocluster()",
    "basket": "DeviceEvents | evaluate basket()",
    "diffpatterns": "DeviceEvents | evaluate diffpatterns(ActionType, 'a', 'b')",
    "SeenBy": "SeenBy('x')",
    "invoke DeviceFromIP": "DeviceNetworkEvents | invoke DeviceFromIP('RemoteIP')",
    "ticks": "print 1tick",
    "several queries": "print 1; print 2",
}


@pytest.mark.parametrize("query", UNSUPPORTED.values(), ids=list(UNSUPPORTED))
def test_what_is_not_done_is_called_not_supported(ask: Ask, query: str) -> None:
    fault = _fault(ask, query)
    assert "not supported" in fault.message
    assert fault.kind == "unsupported"


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("externaldata(a: string)['https://example.com/a.csv'] | take 1", "SEM0180"),
        (
            "let T = externaldata(a: string)[@'file:///etc/passwd'] with (format='csv'); T",
            "SEM0180",
        ),
        ("DeviceInfo | where DeviceName in (externaldata(a: string)[h@'https://x.io'])", "SEM0180"),
        ("workspace('w').SecurityEvent | take 1", "SEM0139"),
        ("adx('https://help.kusto.windows.net/Samples').StormEvents | take 1", "SEM0139"),
        ("cluster('x').database('y').T", "SEM0139"),
        ("external_table('x') | take 1", "SEM0139"),
    ],
)
def test_what_lies_elsewhere_is_not_reached(ask: Ask, query: str, code: str) -> None:
    assert _fault(ask, query).code == code


@pytest.mark.parametrize(
    "query",
    [
        "read_csv('/etc/passwd')",
        "print read_text('/etc/passwd')",
        "['/etc/passwd'] | take 1",
        "['read_csv(''/etc/passwd'')'] | take 1",
        "database('/tmp/x.db').T | take 1",
        "print getenv('HOME')",
        "print current_setting('memory_limit')",
        "duckdb_settings() | take 1",
        "['duckdb_secrets()']",
        "information_schema.tables | take 1",
        "print x = 1 | evaluate http_request('https://example.com')",
        "print x = 1 | evaluate sql_request('a', 'b')",
        "print x = 1 | evaluate python(typeof(*), 'import os')",
        ".drop table DeviceInfo",
        ".set T <| print 1",
        ".ingest into table T ('https://x.io/a')",
        "INSTALL httpfs",
        "ATTACH 'x.db'",
        "COPY DeviceInfo TO '/tmp/x'",
        "print 1; DROP TABLE DeviceInfo",
        'print ["\\"; ATTACH \'x\'; --"] = 1 | project nope',
    ],
)
def test_nothing_leaves_and_nothing_changes(ask: Ask, query: str) -> None:
    _fault(ask, query)
    assert ask("DeviceInfo | count").columns


def test_names_cannot_end_the_statement(ask: Ask) -> None:
    answer = ask("print ['a\"; DROP TABLE DeviceInfo; --'] = 'x''; DROP TABLE DeviceInfo; --'")
    assert answer.columns[0].name == 'a"; DROP TABLE DeviceInfo; --'
    assert ask("DeviceInfo | count").columns


@pytest.mark.parametrize(
    "query",
    [
        "range x from 1 to 40000000000000 step 1 | summarize count() by x % 1000",
        "range x from 1 to 3000000 step 1 | extend k = 1 | join kind=inner "
        "(range y from 1 to 3000000 step 1 | extend k = 1) on k | summarize sum(x * y)",
        "range x from 1 to 10000000000000 step 1 | extend y = hash_sha256(x) | summarize max(y)",
    ],
)
def test_no_query_outlives_its_time(ask: Ask, query: str) -> None:
    # Without its limit each goes on for hours: that it ends at all is what is shown.
    fault = _fault(ask, query, time_limit=0.5)
    assert fault.kind == "limit"
    assert next(ask("print 1").rows()) == (1,)


@pytest.mark.parametrize(
    "query",
    [
        "print " + "(" * 500 + "1" + ")" * 500,
        "print " + "(" * 5_000,
        "print 1 + " + "-" * 3_000 + "1",
        "DeviceInfo" + " | where 1 == 1" * 60_000,
        "print '" + "x" * 1_048_577 + "'",
        "print " + "{" * 2_000 + "]" * 2_000,
    ],
    ids=["500 deep", "open", "minus", "long pipe", "1 MB", "unbalanced"],
)
def test_monsters_are_refused_with_little_work(ask: Ask, query: str) -> None:
    started = time.process_time()  # What a busy neighbour does not lengthen.
    said = "an answer"
    try:
        ask(query, time_limit=60)
    except KqlFault as fault:
        said = fault.message
    assert said
    assert not _NOT_OURS.search(re.sub(r"'[^']*'", "", said))
    assert time.process_time() - started < 12
