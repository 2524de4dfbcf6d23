"""Where a text stops being a query."""

from __future__ import annotations

from typing import Any

from antlr4 import CommonTokenStream, InputStream  # type: ignore[import-untyped]
from antlr4.error.ErrorListener import ErrorListener  # type: ignore[import-untyped]
from duckdb_kql._antlr.KqlLexer import KqlLexer
from duckdb_kql._antlr.KqlParser import KqlParser


class _First(ErrorListener):  # type: ignore[misc]  # ANTLR's runtime is untyped
    """Keeps the first complaint, and how far the parser had read by then."""

    def __init__(self) -> None:
        self.place: tuple[int, int] | None = None
        self.stream: Any = None

    def syntaxError(
        self, recognizer: Any, symbol: Any, line: int, column: int, msg: str, e: Any
    ) -> None:
        """ANTLR tells of an error."""
        del recognizer, msg, e
        if self.place is not None:
            return
        self.place = (line, column)
        # A pipe is complained of when what is behind it fits no operator: the fault is there.
        if symbol is not None and symbol.text == "|" and self.stream is not None:
            furthest = self.stream.tokens[-1]
            if furthest.line > line or furthest.column > column:
                self.place = (furthest.line, furthest.column)


def first_fault(text: str) -> tuple[int, int]:
    """Line (from 1) and column (from 0) of the first place that fits no query."""
    listener = _First()
    lexer = KqlLexer(InputStream(text))
    lexer.removeErrorListeners()
    lexer.addErrorListener(listener)
    listener.stream = CommonTokenStream(lexer)
    parser: Any = KqlParser(listener.stream)
    parser.removeErrorListeners()
    parser.addErrorListener(listener)
    parser.top()
    return listener.place or (1, 0)
