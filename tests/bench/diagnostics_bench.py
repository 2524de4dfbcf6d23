"""Whether our remarks and Microsoft's parser agree: a fault, or none.

Run from the project's root: `NODE_PATH=…/node_modules python tests/bench/diagnostics_bench.py`,
with `--show` to see where they differ. The queries are those of the tests, and mutations of
them: a token less, twice or in another's place, wrong names, wrong types, lost brackets.
"""

from __future__ import annotations

import random
import re
import sys
import time
from pathlib import Path

from tests.bench.kusto_judge import Judge, NotThere
from tui.kql import docs, lexer, schema
from tui.kql.diagnostics import diagnose
from tui.kql.lexer import statements

ROOT = Path(__file__).parents[1]
MUTATIONS = 1200
_FOREIGN = re.compile(r"\b(workspace|adx|arg|database|cluster|table|externaldata|FileProfile)\b")
"""What the judge does not know, for it is the service's own."""


_PETS = "datatable(name:string, species:string, age:long)['Rex', 'dog', 3, 'Tom', 'cat', 7]"


def corpus() -> list[str]:
    """Every query of the tests."""
    found: list[str] = []
    for path in sorted(ROOT.glob("kql/**/*.kql")):
        text = path.read_text("utf-8")
        found += [text[start:end] for start, end in statements(text)]
    for path in (ROOT / "kql/results.txt", ROOT / "kql/results/operators.txt"):
        for block in path.read_text("utf-8").split("\n\n"):
            lines = [one for one in block.splitlines() if not one.startswith((": ", "= ", "//"))]
            if lines:
                found.append("\n".join(lines).replace("PETS", _PETS))
    for line in (ROOT / "kql/results/scalars.txt").read_text("utf-8").splitlines():
        if " => " in line:
            found.append("print x = " + line.partition(" => ")[0])
    return [one for one in dict.fromkeys(found) if not _FOREIGN.search(one) and len(one) < 4000]


def mutated(query: str, dice: random.Random) -> tuple[str, str]:
    """A query with something changed, and what was."""
    tokens = [one for one in lexer.tokens(query) if one.kind not in ("space", "comment")]
    at = dice.randrange(len(tokens))
    token = tokens[at]
    text = query[token.start : token.end]
    kind = dice.choice(_KINDS)
    if kind == "drop":
        fresh = ""
    elif kind == "twice":
        fresh = f"{text} {text}"
    elif kind == "swap" and at + 1 < len(tokens):
        other = tokens[at + 1]
        between = query[token.end : other.start]
        fresh = query[other.start : other.end] + between + text
        return query[: token.start] + fresh + query[other.end :], kind
    elif kind in ("typo", "case", "name"):
        names = [one for one in tokens if one.kind in ("column", "table", "function", "name")]
        if not names:
            return mutated(query, dice)
        token = dice.choice(names)
        text = query[token.start : token.end]
        place = dice.randrange(len(text))
        if kind == "typo":
            fresh = text[:place] + dice.choice("xqzk") + text[place + 1 :]
        elif kind == "case":
            fresh = text.swapcase()
        else:
            fresh = dice.choice((*_COLUMNS, *list(docs.functions())))
    elif kind == "literal":
        values = [one for one in tokens if one.kind in ("string", "number", "timespan")]
        if not values:
            return mutated(query, dice)
        token = dice.choice(values)
        fresh = dice.choice(('"x"', "5", "1d", "true", "datetime(2024-01-01)", "dynamic([1])"))
    elif kind == "sign":
        signs = [one for one in tokens if one.kind == "operator"]
        if not signs:
            return mutated(query, dice)
        token = dice.choice(signs)
        fresh = dice.choice(("==", "=", ">", "has", "in", "+", "and", "contains", "-", "=~"))
    elif kind == "cut":
        return query[: token.start], kind
    else:
        fresh = dice.choice((",", ")", "(", "|", "foo", "by", '"x"', "1", "and", "==")) + " " + text
    return query[: token.start] + fresh + query[token.end :], kind


_KINDS = ("drop", "twice", "swap", "typo", "case", "name", "literal", "sign", "cut", "insert")
_COLUMNS = ("FileName", "Timestamp", "DeviceName", "ActionType", "FileSize", "RemotePort",
            "RawEventData", "IsInitiatingProcessRemoteSession")  # fmt: skip


def blamed(query: str) -> list[str]:
    """What we say of a query, hints apart."""
    return [one.message for one in diagnose(query, seconds=5) if one.level != "hint"]


def main() -> None:
    """Compare, print a table."""
    dice = random.Random(int(sys.argv[sys.argv.index("--seed") + 1]) if "--seed" in sys.argv else 7)
    sound = corpus()
    wrong = []
    while len(wrong) < MUTATIONS:
        query, kind = mutated(dice.choice(sound), dice)
        if query.strip():
            wrong.append((kind, query))
    rows: dict[str, list[int]] = {}
    ours = 0.0
    theirs = 0.0
    show = "--show" in sys.argv
    with Judge() as judge:
        for kind, query in [*(("as written", one) for one in sound), *wrong]:
            started = time.perf_counter()
            said = blamed(query)
            ours += time.perf_counter() - started
            started = time.perf_counter()
            try:
                judged = judge.faults(query)
            except RuntimeError:
                # The judge itself broke: no verdict.
                continue
            theirs += time.perf_counter() - started
            row = rows.setdefault(kind, [0, 0, 0, 0])
            row[0] += 1
            row[1] += bool(said) == bool(judged)
            row[2] += bool(said) and not judged
            row[3] += bool(judged) and not said
            if show and bool(said) != bool(judged):
                print(f"--- {kind}\n{query}\n  ours:   {said}")
                places = [(one[0], query[one[1] : one[1] + one[2]], one[3]) for one in judged]
                print(f"  theirs: {places}")
    print(f"{len(schema.tables())} tables, {len(sound) + len(wrong)} queries\n")
    print("| queries | count | same verdict | only we blame | only they blame |")
    print("| --- | --- | --- | --- | --- |")
    for kind, row in [
        *rows.items(),
        ("all", [sum(column) for column in zip(*rows.values(), strict=True)]),
    ]:
        share = 100 * row[1] / row[0]
        print(f"| {kind} | {row[0]} | {share:.1f} % | {row[2]} | {row[3]} |")
    print(f"\nours {ours:.1f} s, theirs {theirs:.1f} s with the pipe between")


if __name__ == "__main__":
    try:
        main()
    except NotThere as missing:
        print(f"Not measured: {missing}.")
