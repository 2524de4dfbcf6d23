"""The words of the language: operators, keywords, functions, types."""

from __future__ import annotations


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


OPERATORS = _set(
    """
    as consume count distinct evaluate extend facet filter find fork getschema
    graph-match graph-to-table graph-mark-components invoke join limit lookup macro-expand
    make-graph make-series mv-apply mv-expand mvapply mvexpand order parse parse-kv parse-where
    partition print project project-away project-by-names project-keep project-rename
    project-reorder range reduce render sample sample-distinct scan search serialize sort
    summarize take top top-hitters top-nested union where
    """
)
"""Tabular operators: what may stand after a pipe, or begin a query."""

KEYWORDS = _set(
    """
    alias asc by database datatable declare default desc externaldata first from granny-asc
    granny-desc in include isfuzzy kind last let limit materialize nulls of on others outer
    pattern query_parameters restrict access set step to toscalar typeof view with
    with_itemindex withsource with_source
    """
)
"""Words with a meaning beside the operators."""

WORD_OPERATORS = _set(
    """
    and or between contains contains_cs endswith endswith_cs has has_all has_any has_cs
    hasprefix hasprefix_cs hassuffix hassuffix_cs in like notlike matches regex startswith
    startswith_cs
    """
)
"""Operators written as words."""

NEGATED_OPERATORS = _set(
    """
    !between !contains !contains_cs !endswith !endswith_cs !has !has_all !has_any !has_cs !hasprefix
    !hasprefix_cs !hassuffix !hassuffix_cs !in !startswith !startswith_cs
    """
)

TYPES = _set(
    """
    bool boolean date datetime decimal double dynamic guid int int32 int64 long real string
    time timespan uniqueid uuid
    """
)
"""Scalar types and their older spellings."""

JOIN_KINDS = _set(
    """
    anti fullouter inner innerunique leftanti leftantisemi leftouter leftsemi rightanti
    rightantisemi rightouter rightsemi
    """
)

CONSTANTS = frozenset({"true", "false", "null", "nan", "inf"})
