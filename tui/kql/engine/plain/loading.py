"""Brings every function into the registry."""

from __future__ import annotations


def load() -> None:
    """Import the modules that declare the functions."""
    from tui.kql.engine.plain import (  # noqa: F401
        addresses,
        agents,
        bags,
        markup,
        pairs,
        places,
        series,
        series_plain,
        statistics,
        texts,
        units,
    )
