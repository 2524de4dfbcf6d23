"""Small queries that ask for endless work: each ends within its limits, in words."""

from __future__ import annotations

import subprocess
import sys
import threading

import pytest

from tests.kql.conftest import NOW
from tui.kql.engine import Engine, KqlFault
from tui.kql.engine.tables import open_database

_LIMIT = 0.4
_LONG = "x" * 10_000


def _doubled(step: str, times: int) -> str:
    return "".join(" | extend " + step for _ in range(times))


_MANY = "strrep(strrep('a', 1000), 1000)"

ENDLESS = {
    "a long range": "range x from 1 to 1000000000000 step 1 | summarize sum(x)",
    "a long sorted range": "range x from 1 to 1000000000000 step 1 | sort by x desc",
    "ranges of ranges": "range a from 1 to 1000000 step 1 | extend x = range(1, 1048576) "
    "| mv-expand x | count",
    "expansions of expansions": "print x = range(1, 1000)"
    + "".join(f" | mv-expand x | extend {n} = range(1, 1000) | mv-expand {n}" for n in "abc")
    + " | summarize count()",
    "a cross join": "range a from 1 to 1000000 step 1 | extend k = 1 | join kind=inner "
    "(range b from 1 to 1000000 step 1 | extend k = 1) on k | summarize max(a * b)",
    "repeats of repeats": "print repeat(repeat(repeat(1, 1000), 1000), 1000)",
    "texts of texts": "print strlen(strrep(strrep(strrep('xxxxxxxxxx', 1000), 1000), 1000))",
    "a text doubled": "print x = '0123456789'" + _doubled("x = strcat(x, x)", 40),
    "an array doubled": "print x = dynamic([1, 2])" + _doubled("x = array_concat(x, x)", 40),
    "a pattern replaced": f"print strlen(replace_regex({_MANY}, 'a', '{_LONG}'))",
    "a text replaced": f"print strlen(replace_string({_MANY}, 'a', '{_LONG}'))",
    "functions that call twice": "let f0 = (x: long) { x + 1 };"
    + "".join(f"let f{i} = (x: long) {{ f{i - 1}(x) + f{i - 1}(x) }};" for i in range(1, 30))
    + "print f29(1)",
    "values that read twice": "let a0 = 1;"
    + "".join(f"let a{i} = a{i - 1} + a{i - 1};" for i in range(1, 200))
    + "print a199",
    "tables that read twice": "let a0 = range x from 1 to 2 step 1;"
    + "".join(f"let a{i} = union a{i - 1}, a{i - 1};" for i in range(1, 40))
    + "a39 | count",
    "a filter over a long series": "print s = range(1, 1000000) "
    "| extend r = series_fir(s, range(1, 1000000))",
    "periods of a long series": "range i from 1 to 100000 step 1 | summarize s = make_list(i % 7) "
    "| extend a = series_periods_detect(s, 1, 10000, 5)",
    "a big sum": "print " + "+".join(["1"] * 14000),
    "many conditions": "print x = 1 | where " + " or ".join(["x == 2"] * 6000),
    "many stages": "print x = 1" + " | where x == 1" * 6000,
    "brackets in brackets": "print " + "(" * 500 + "1" + ")" * 500,
    "arrays in arrays": "print dynamic(" + "[" * 3000 + "]" * 3000 + ")",
    "queries in queries": "print " + "toscalar(print " * 150 + "1" + ")" * 150,
    "a megabyte of words": "print " + "a " * 490_000,
    "a megabyte of pipes": "|" * 990_000,
    "a megabyte of brackets": "(" * 990_000,
    "ten thousand lines": "print x = 1\n" + "| where x != 2\n" * 10_000,
}

HARMLESS = {
    "a pattern that backtracks elsewhere": f"print {_MANY} matches regex '(a+)+$b'",
    "forty brackets": "print " + "(" * 40 + "1" + ")" * 40,
    "a megabyte of comment": "print 1 // " + "x" * 200_000,
    "a megabyte of text": "print strlen('" + "x" * 200_000 + "')",
    "rows of a long range": "range x from 1 to 1000000000000 step 1 | take 3",
    "a value nested deeply": "print parse_json(strcat("
    "strrep('[[[[[', 1000), strrep(']]]]]', 1000)))",
    "entities in entities": 'print parse_xml(\'<!DOCTYPE l [<!ENTITY a "aa"><!ENTITY b '
    '"&a;&a;&a;&a;">]><x>&b;&b;</x>\')',
}


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine(open_database(memory_limit="256MB", threads=2), tables={})


@pytest.mark.parametrize("name", ENDLESS)
def test_endless_work_is_ended(engine: Engine, name: str) -> None:
    with pytest.raises(KqlFault) as caught:
        list(engine.run(ENDLESS[name], now=NOW, time_limit=_LIMIT).rows())
    assert caught.value.kind in ("limit", "syntax"), caught.value.message
    assert list(engine.run("print 1", now=NOW).rows()) == [(1,)]


@pytest.mark.parametrize("name", HARMLESS)
def test_what_only_looks_endless_is_answered(engine: Engine, name: str) -> None:
    assert list(engine.run(HARMLESS[name], now=NOW, time_limit=60).rows())


@pytest.mark.parametrize("query", ["let f = (n: long) { f(n - 1) }; print f(3)", "let T = T; T"])
def test_what_names_itself_is_unknown(engine: Engine, query: str) -> None:
    with pytest.raises(KqlFault) as caught:
        engine.run(query, now=NOW, time_limit=_LIMIT)
    assert caught.value.kind == "semantic"


def test_a_computation_in_python_can_be_interrupted_in_its_midst(engine: Engine) -> None:
    query = ENDLESS["a filter over a long series"]
    faults: list[KqlFault] = []

    def run() -> None:
        try:
            engine.run(query, now=NOW)
        except KqlFault as fault:
            faults.append(fault)

    thread = threading.Thread(target=run)
    thread.start()
    while engine._halting._thread is None and thread.is_alive():
        thread.join(0.01)
    engine.interrupt()
    thread.join(30)
    assert [fault.kind for fault in faults] == ["interrupted"]


_IN_A_PROCESS = """
import re, resource
from pathlib import Path
from tests.kql.conftest import NOW
from tests.kql.test_bombs import ENDLESS
from tui.kql.engine import Engine, KqlFault
from tui.kql.engine.tables import open_database
engine = Engine(open_database(memory_limit="256MB", threads=2), tables={})
for name in ("an array doubled", "a text replaced", "a pattern replaced", "values that read twice"):
    try:
        engine.run(ENDLESS[name], now=NOW, time_limit=60)
    except KqlFault:
        pass
status = Path("/proc/self/status")
# The system's own figure for a process begins with the size of the one that started it.
most = re.search(r"VmHWM:\\s+(\\d+)", status.read_text()) if status.exists() else None
print((int(most[1]) if most else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss) // 1024)
"""


def test_memory_stays_bounded() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _IN_A_PROCESS], capture_output=True, text=True, check=True
    )
    assert int(done.stdout) < 700
