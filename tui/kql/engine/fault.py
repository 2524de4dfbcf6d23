"""What the language engine says when a query cannot be answered."""

from __future__ import annotations


class KqlFault(Exception):
    """A query refused, in the words of the service.

    Args:
        message: The sentence, as Kusto writes it ("'where' operator: Failed to resolve …").
        code: Kusto's code of the fault (`SYN0002`, `SEM0100`); empty for faults of limits.
        line: Line in the query, from 1; None where no place is known.
        column: Column in that line, from 1; None likewise.
        kind: `syntax`, `semantic`, `limit` (rows, size, memory, time), `runtime` or
            `interrupted`.
    """

    def __init__(
        self,
        message: str,
        *,
        code: str = "",
        line: int | None = None,
        column: int | None = None,
        kind: str = "semantic",
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.line = line
        self.column = column
        self.kind = kind
        self.detail = ""
        """What lay beneath, for logs of developers; never shown."""
