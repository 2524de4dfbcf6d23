"""`range` as a source, made piece by piece: a long one can be stopped, and fills no memory."""

from __future__ import annotations

from duckdb_kql import ir
from duckdb_kql.translate import quote_ident

from tui.kql.engine.additions.stages import sql_of
from tui.kql.engine.kinds import kind_of

_PIECE = 10_000
_MOST = 100_000_000_000


def render(source: ir.RangeSource) -> str:
    """The rows of `range Name from Start to Stop step Step`, both ends included."""
    start, stop, step = (sql_of(part) for part in (source.start, source.stop, source.step))
    kinds = [kind_of(part) for part in (source.start, source.stop, source.step)]
    if "datetime" in kinds[:2] or kinds[2] == "timespan":
        count = "floor((epoch_us(b) - epoch_us(a)) / nullif(epoch_us(s), 0))"
        value = "a + to_microseconds(epoch_us(s) * i)"
        if kinds[0] == "timespan":
            value = "to_microseconds(epoch_us(a) + epoch_us(s) * i)"
    elif "real" in kinds or "decimal" in kinds:
        start, stop, step = (f"CAST({part} AS DOUBLE)" for part in (start, stop, step))
        count, value = "floor((b - a) / nullif(s, 0) + 1e-9)", "a + s * i"
    else:
        start, stop, step = (f"CAST({part} AS BIGINT)" for part in (start, stop, step))
        count, value = "floor((CAST(b AS HUGEINT) - a) / nullif(s, 0))", "a + s * i"
    return (
        f"SELECT {value} AS {quote_ident(source.name)} FROM (SELECT a, s, h * {_PIECE} + "
        f"unnest(range(least({_PIECE}, n - h * {_PIECE}))) AS i FROM (SELECT a, s, n, "
        f"unnest(range(n // {_PIECE} + 1)) AS h FROM (SELECT a, s, "
        f"CAST(least({_MOST}, greatest(0, coalesce({count}, -1) + 1)) AS BIGINT) AS n "
        f"FROM (SELECT {start} AS a, {stop} AS b, {step} AS s))))"
    )
