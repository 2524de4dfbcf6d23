"""Going through the tokens of a query: what comes, what must come, what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tui.kql.scope_model import Analysis, Columns, Lets, Stage, Tok
from tui.kql.signatures import Value

_MOST_DEEP = 60


class Fault(Exception):
    """The text is not of the language here; the rest of the stage cannot be read."""

    def __init__(self, start: int, end: int, message: str, fix: str = "") -> None:
        super().__init__(message)
        self.start = start
        self.end = end
        self.message = message
        self.fix = fix


Report = Callable[[int, int, str, str], None]


class Cursor:
    """Goes through tokens one by one.

    Args:
        found: What a walk found: tokens, brackets, stages.
        report: Takes what is wrong and does not end the reading.
    """

    def __init__(self, found: Analysis, report: Report) -> None:
        self.tokens = found.tokens
        self.partner = found.partner
        self.stages: dict[int, Stage] = {one.start: one for one in found.stages}
        self.report = report
        self.at = 0
        self.end = len(found.tokens)
        self.columns = Columns(sure=False)
        self.lets: Lets = found.lets
        self.right: Columns | None = None
        self.aggregates = False
        """Aggregates may stand here, and columns may not."""
        self.searching = False
        """Texts are conditions by themselves."""
        self.depth = 0

    # Tokens.

    @property
    def text(self) -> str:
        """The token to come; empty at the end."""
        return self.tokens[self.at].text if self.at < self.end else ""

    def ahead(self, count: int = 1) -> str:
        """A token after the one to come."""
        at = self.at + count
        return self.tokens[at].text if at < self.end else ""

    def take(self) -> Tok:
        """Go on by one token."""
        token = self.tokens[self.at]
        self.at += 1
        return token

    def skip(self, *texts: str) -> bool:
        """Go on where one of these words comes."""
        if self.at < self.end and self.tokens[self.at].text in texts:
            self.at += 1
            return True
        return False

    def need(self, text: str, what: str = "") -> None:
        """Go on by a word that must come."""
        if not self.skip(text):
            raise self.fault(f"{what or text} must come here.")

    def fault(self, message: str, fix: str = "") -> Fault:
        """A fault at the token to come, or behind the last one."""
        if self.at < self.end:
            token = self.tokens[self.at]
            return Fault(token.start, token.end, message, fix)
        if self.at and self.at <= len(self.tokens):
            token = self.tokens[self.at - 1]
            return Fault(token.start, token.end, message, fix)
        return Fault(0, 0, message, fix)

    def unexpected(self) -> Fault:
        """What stands here does not belong here."""
        return self.fault(f"{shown(self.text)} does not belong here.")

    @contextmanager
    def within(self, lo: int, hi: int) -> Iterator[None]:
        """Read a piece, up to its end; then go on behind it."""
        before = self.end
        self.at, self.end = lo, hi
        self.depth += 1
        if self.depth > _MOST_DEEP:
            raise Fault(0, 0, "")
        try:
            yield
        finally:
            self.depth -= 1
            self.end = before
        self.at = min(hi + 1, before) if hi < before else before

    def bracket(self) -> tuple[int, int]:
        """What stands in the bracket that comes."""
        hi = min(self.partner.get(self.at, self.end), self.end)
        return self.at + 1, hi

    def pipeline(self) -> Value:
        """A pipe, or only an expression."""
        raise NotImplementedError

    def whole(self) -> None:
        """The piece must end here."""
        if self.at < self.end:
            raise self.unexpected()

    def items(self, one: Callable[[], object]) -> None:
        """One or more, with commas between, up to the end of the piece."""
        self.some(one)
        self.whole()

    def some(self, one: Callable[[], object]) -> None:
        """One or more, with commas between."""
        one()
        while self.skip(","):
            if self.at >= self.end:
                raise self.fault("Something must follow the comma.")
            one()


def shown(text: str) -> str:
    """A token as it is quoted: not too long."""
    return text if len(text) < 30 else text[:28] + "…"
