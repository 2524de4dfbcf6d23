"""What the word under the cursor is: the page that F1 opens."""

from __future__ import annotations

from tui.kql import docs, schema
from tui.kql.scope import analyse
from tui.kql.scope_model import Binding, Columns
from tui.text import visible
from tui.ui.page import Block, field, gap, line, spans, text

_KINDS = {"f": "function", "a": "aggregate", "p": "plugin of evaluate", "t": "gives a table"}
_SHOWN = 24


def explain_blocks(source: str, offset: int, start: int, end: int) -> list[Block]:
    """The page about the word at a place of a text; empty where there is nothing to say.

    Args:
        source: The whole text.
        offset: The cursor.
        start: Where its query begins.
        end: Where it ends.
    """
    found = analyse(source, start, end)
    token = next(
        (one for one in reversed(found.tokens) if one.start <= offset <= one.end and
         (one.is_name or one.kind == "operator")),
        None,
    )  # fmt: skip
    if token is None:
        return []
    name = token.text
    ref = next((one for one in found.refs if one.token == token), None)
    operator = any(
        one.operator == name and one.start < len(found.tokens) and found.tokens[one.start] == token
        for one in found.stages
    )
    lets = {**found.lets, **(ref.lets if ref else {})}
    if operator:
        return _word("op", name, "operator")
    if name in lets and (ref is None or ref.role in ("table", "function")):
        return _let(lets[name], source)
    if ref is not None and ref.role == "column":
        return _column(name, ref.columns)
    if name in schema.known() and (ref is None or ref.role == "table"):
        return _table(name)
    if name in docs.functions() and token.kind == "function":
        return _function(docs.functions()[name])
    for kind, title in (("word", "word"), ("op", "operator")):
        blocks = _word(kind, name, title)
        if blocks:
            return blocks
    if name in docs.functions():
        return _function(docs.functions()[name])
    return _column(name, Columns()) if name in schema.known_columns() else []


def _head(name: str, what: str) -> list[Block]:
    return [line((visible(name), "bold"), (f"   {what}", "faint")), gap()]


def _example(example: str) -> list[Block]:
    if not example:
        return []
    return [gap(), field("for example", (example, "accent"))]


def _word(kind: str, name: str, title: str) -> list[Block]:
    found = docs.explanations().get((kind, name))
    if found is None:
        return []
    return [*_head(name, title), text(found.summary), *_example(found.example)]


def _function(function: docs.Function) -> list[Block]:
    found = docs.explanations().get(("fn", function.name))
    kind = _KINDS.get(function.kind, "function")
    gives = f", gives {function.result}" if function.result not in ("-", "first") else ""
    blocks = _head(function.signature, kind + gives)
    if found is not None:
        blocks.append(text(found.summary))
    if function.deprecated:
        blocks.append(text("An older spelling; it still works.", "warn"))
    typed = [one.partition(":") for one in function.parameters if ":" in one]
    if typed:
        blocks.append(gap())
        blocks += [field(name.rstrip("?*"), (kind, "faint"), margin=18) for name, _, kind in typed]
    return [*blocks, *_example(found.example if found else "")]


def _table(name: str) -> list[Block]:
    table = schema.known()[name]
    found = docs.explanations().get(("table", name))
    blocks = _head(name, f"table of {len(table.columns)} columns")
    if found is not None:
        blocks.append(text(found.summary))
        blocks += _example(found.example)
    blocks.append(gap())
    for column in table.columns:
        note = docs.summary("col", f"{name}.{column.name}") or docs.summary("col", column.name)
        blocks.append(
            line((f"{column.name:<38}", ""), (f"{column.type:<10}", "accent"), (note, "faint"))
        )
    return blocks


def _column(name: str, columns: Columns) -> list[Block]:
    tables = [table for table in schema.known().values() if table.column(name)]
    here = [table for table in tables if table.name in columns.tables] or tables
    type = columns.types.get(name, "")
    if not type and here:
        found = here[0].column(name)
        type = found.type if found else ""
    if not type and not tables:
        return []
    blocks = _head(name, f"column, {type}" if type else "column")
    note = docs.summary("col", name)
    if note:
        blocks.append(text(note[:1].upper() + note[1:] + "."))
    values: tuple[str, ...] = ()
    for table in sorted(columns.tables) or [""]:
        values += docs.values(name, table)
    if values:
        shown = ", ".join(values[:_SHOWN]) + (", …" if len(values) > _SHOWN else "")
        blocks += [gap(), field("values", (shown, ""))]
    if tables:
        names = ", ".join(table.name for table in tables[:_SHOWN])
        more = f" and {len(tables) - _SHOWN} more" if len(tables) > _SHOWN else ""
        blocks += [gap(), field("in", (names + more, "faint"))]
    elif name in columns.types:
        blocks.append(text("Made by this query.", "faint"))
    return blocks


def _let(binding: Binding, source: str) -> list[Block]:
    what = {"table": "a table", "function": "a function", "scalar": binding.type or "a value"}
    blocks = _head(binding.name, f"{what.get(binding.kind, 'a name')}, bound by let")
    end = source.find(";", binding.start)
    words = " ".join(source[binding.start : end if end > 0 else None].split())
    blocks.append(spans((visible(words[:400]), "accent")))
    if binding.columns is not None and binding.columns.types:
        names = [f"{name}:{type}" if type else name for name, type in binding.columns.types.items()]
        shown = ", ".join(names[:_SHOWN]) + (", …" if len(names) > _SHOWN else "")
        blocks += [gap(), field("columns", (visible(shown), ""))]
    return blocks
