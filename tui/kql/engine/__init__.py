"""KQL executed over DuckDB."""

from __future__ import annotations

from tui.kql.engine.answer import Answer, AnswerColumn, Render, Stats
from tui.kql.engine.engine import Engine
from tui.kql.engine.fault import KqlFault

__all__ = ["Answer", "AnswerColumn", "Engine", "KqlFault", "Render", "Stats"]
