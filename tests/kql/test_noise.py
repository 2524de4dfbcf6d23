"""Noise for a query: bytes, code points, tokens in any order. A fault in words, or an answer.

`python -m tests.kql.test_noise 10000 1` tries as many from that seed on, and counts.
"""

from __future__ import annotations

import random
import re
import sys
import time
from collections import Counter

import pytest
from duckdb_kql.translate.functions import SCALAR_FUNCTIONS

from tests.kql.conftest import NOW
from tui.kql import schema, words
from tui.kql.engine import Engine, KqlFault
from tui.kql.engine.plain.registry import FUNCTIONS
from tui.kql.engine.tables import create_sql, open_database

_OURS = re.compile(
    r"duckdb|binder|catalog|python|traceback|antlr|exception|varchar|bigint|kql_|_s\d|codec"
    r"|nonetype|object|attribute|unexpected error",
    re.IGNORECASE,
)
_TIME_LIMIT = 5.0
_OPERATORS = sorted(words.OPERATORS)
_ARGUMENTS = ("x", "y", "1", "-1", "'a'", "now()", "1d", "dynamic([1])", "dynamic({'a':1})", "true")
_FUNCTIONS = sorted({*SCALAR_FUNCTIONS, *FUNCTIONS})
_PIECES = (
    *_OPERATORS,
    *sorted(words.WORD_OPERATORS),
    *sorted(words.KEYWORDS),
    *("AlertInfo", "DeviceProcessEvents", "Timestamp", "DeviceName", "FileName", "ProcessId"),
    *("AlertId", "AdditionalFields", "Title", "x", "y", "T", "['a b']", "$left.x", "$right.x"),
    *("1", "2.5", "1d", "'a'", '"b"', "@'c'", "true", "null", "dynamic({'a':[1]})", "0x1F"),
    *("datetime(2026-01-01)", "long(null)", "guid(null)", "time(1h)", "typeof(long)"),
    *("|", "|", "|", "|", ",", ",", ";", "(", ")", "(", ")", "[", "]", "{", "}", ".", "..", "="),
    *("==", "!=", "=~", "<", ">=", "+", "-", "*", "/", "%", ":", "=>", "//", "\n", "\n", " "),
    *("count()", "sum(x)", "ago(1d)", "now()", "strcat(x, y)", "bin(Timestamp, 1h)", "tostring(x)"),
    *("parse_json(x)", "make_set(x)", "arg_max(Timestamp, *)", "range x from 1 to 3 step 1"),
    *("print x = 1", "let T = ", "let f = (a: long) { a }", "datatable(x: long)[1, 2]"),
)


def _bytes(random_: random.Random) -> str:
    return random_.randbytes(random_.randrange(1, 200)).decode("latin-1")


def _points(random_: random.Random) -> str:
    return "".join(chr(random_.randrange(0x110000)) for _ in range(random_.randrange(1, 60)))


def _words(random_: random.Random) -> str:
    return " ".join(random_.choices(_PIECES, k=random_.randrange(1, 25)))


def _piped(random_: random.Random) -> str:
    source = random_.choice(
        ("AlertInfo", "print x = 1, y = 'a'", "datatable(x: long, y: string)[1, 'a']")
    )
    stages = [
        f"{random_.choice(_OPERATORS)} {_words(random_)[: random_.randrange(1, 60)]}"
        for _ in range(random_.randrange(1, 4))
    ]
    return " | ".join([source, *stages])


def _called(random_: random.Random) -> str:
    name = random_.choice(_FUNCTIONS)
    arguments = ", ".join(random_.choices(_ARGUMENTS, k=random_.randrange(5)))
    return f"print x = 1, y = 'a' | extend z = {name}({arguments})"


_KINDS = (_bytes, _points, _words, _piped, _called)


def _engine() -> Engine:
    connection = open_database(memory_limit="256MB", threads=1)
    for name in ("AlertInfo", "DeviceProcessEvents"):
        connection.execute(create_sql(schema.tables()[name]))
    tables = {name: schema.tables()[name] for name in ("AlertInfo", "DeviceProcessEvents")}
    return Engine(connection, tables=tables)


def _outcome(engine: Engine, query: str) -> str:
    try:
        list(engine.run(query, now=NOW, time_limit=_TIME_LIMIT, row_limit=1_000).rows())
    except KqlFault as fault:
        quoted = [found for found in _OURS.findall(fault.message) if found.lower() in query.lower()]
        if len(quoted) != len(_OURS.findall(fault.message)):
            return f"not in the service's words: {fault.message} ({fault.detail})"
        return fault.kind
    return "answered"


_EXPECTED = {"answered", "syntax", "semantic", "unsupported", "runtime", "limit"}


def _query(seed: int) -> str:
    random_ = random.Random(seed)
    return _KINDS[seed % len(_KINDS)](random_)


@pytest.mark.parametrize("first", [0, 100, 200])
def test_noise_is_refused_in_words_or_answered(first: int) -> None:
    engine = _engine()
    for seed in range(first, first + 100):
        query = _query(seed)
        assert _outcome(engine, query) in _EXPECTED, (seed, query)
    engine.close()


def main() -> None:
    """Try many, and tell of those that come out wrong."""
    engine, outcomes = _engine(), Counter[str]()
    first = int(sys.argv[2])
    for seed in range(first, first + int(sys.argv[1])):
        query = _query(seed)
        started = time.perf_counter()
        try:
            outcome = _outcome(engine, query)
        except Exception as error:
            outcome = f"{type(error).__name__}: {error}"
        seconds = time.perf_counter() - started
        if outcome not in _EXPECTED or seconds > _TIME_LIMIT:
            print(seed, f"{seconds:.1f} s", ascii(outcome)[:300], ascii(query)[:300], flush=True)
        outcomes[outcome if outcome in _EXPECTED else "wrong"] += 1
    print(dict(outcomes))


if __name__ == "__main__":
    main()
