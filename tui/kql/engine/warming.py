"""Queries to run before the first one: the grammar's decisions are learned a process, not a query.

A decision between two rules that was never met takes a hundred times longer than one that was.
These spell what hunters write most, over rows of their own.
"""

from __future__ import annotations

_ROWS = (
    "datatable(Timestamp: datetime, Name: string, n: long, d: dynamic) "
    "[datetime(2026-01-01), 'a', 1, dynamic({})]"
)

QUERIES = (
    f"""let Names = dynamic(["a", "b"]);
let Rows = {_ROWS};
let Since = 7d;
let Kind = (n: long) {{ iff(n > 5, "many", "few") }};
let Seen = Rows | where Timestamp between (ago(30d) .. now()) | distinct Name;
Rows
| where Timestamp > ago(Since) and Timestamp < now() - 1h
| where Name has_any (Names) or Name in~ ("a", "b") or Name !in ("c", "d") or Name =~ "a"
| where not(Name has "x") and Name contains "a" and Name startswith "a" and Name !endswith "z"
| where isnotempty(Name) and Name matches regex @"^[a-z]+$" and n >= 1 and n != 2 and n == 1
| where Name in (Seen) and Name !contains "q" and Name !has "q" and Name !~ "q" and n <= 10
| extend Parsed = parse_json(tostring(d)), Kind = Kind(n), Word = tostring(split(Name, ".")[0])
| extend Value = toint(Parsed.k), Inner = tostring(Parsed.a.b[0]), Twice = n * 2 + 1 - n / 3
| extend Risk = case(n > 3, "high", n > 1, "medium", "low"), Text = strcat(Name, "-", Word)
| join kind=inner (Rows | summarize arg_max(Timestamp, *) by Name) on Name
| join kind=leftanti (Rows | where n > 5) on $left.Name == $right.Name
| summarize Count = count(), Names = make_set(Name), Last = max(Timestamp), dcount(n),
    countif(Risk == "low") by bin(Timestamp, 1h), Name
| where Count > 1
| project-rename Other = Name
| project-reorder Other, Count
| project Timestamp, Other, Count, Half = round(1.0 * Count / 2, 1)
| sort by Count desc, Other asc
| take 10""",
    f"""{_ROWS}
| mv-expand Item = d.items
| mv-apply Part = d.parts on (where Part.x == 1 | project Part)
| parse Name with * "a" Rest " " *
| lookup kind=leftouter ({_ROWS} | project Name, m = n) on Name
| union ({_ROWS} | project Name, Timestamp)
| project-away d
| summarize arg_max(Timestamp, n), min(Timestamp), make_list(Name) by Day = startofday(Timestamp), n
| top 5 by n desc
| count""",
    f"""let Most = toscalar({_ROWS} | summarize max(n));
let Whole = materialize({_ROWS} | where n == Most);
Whole
| make-series Total = sum(n) default = 0 on Timestamp from ago(2d) to now() step 1d by Name
| render timechart""",
    f"{_ROWS} | evaluate bag_unpack(d) | order by Name asc | limit 5",
)
