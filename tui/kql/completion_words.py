"""Words that only one operator has, or one place of it."""

from __future__ import annotations

SORTING = ("asc", "desc", "nulls first", "nulls last")
JOINKINDS = (
    "inner", "innerunique", "leftouter", "rightouter", "fullouter", "leftanti", "rightanti",
    "leftsemi", "rightsemi",
)  # fmt: skip
CHARTS = (
    "timechart", "barchart", "columnchart", "piechart", "linechart", "areachart",
    "stackedareachart", "scatterchart", "anomalychart", "table", "card", "pivotchart",
    "ladderchart",
    "timepivot", "treemap", "list", "plotly", "graph", "sankey",
)  # fmt: skip
KINDS = {
    "join": JOINKINDS,
    "lookup": ("leftouter", "inner"),
    "union": ("outer", "inner"),
    "parse": ("simple", "regex", "relaxed"),
    "parse-where": ("simple", "regex", "relaxed"),
    "mv-expand": ("bag", "array"),
    "search": ("case_sensitive", "case_insensitive", "default"),
}
TYPES = ("string", "datetime", "long", "int", "real", "bool", "dynamic", "timespan", "guid")
HINTS = {
    "join": ("kind=", "hint.strategy=", "hint.shufflekey="),
    "lookup": ("kind=",),
    "union": ("kind=", "withsource=", "isfuzzy="),
    "parse": ("kind=",),
    "parse-where": ("kind=",),
    "mv-expand": ("kind=",),
    "summarize": ("hint.shufflekey=", "hint.strategy="),
    "search": ("kind=", "in ("),
}
