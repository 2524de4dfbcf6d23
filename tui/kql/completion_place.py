"""Where in a query the cursor stands, and what can come there."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from tui.kql import words
from tui.kql.completion_words import CHARTS, HINTS, KINDS, SORTING, TYPES
from tui.kql.scope import Walk
from tui.kql.scope_expr import bare
from tui.kql.scope_model import (
    LONGEST,
    OPENING,
    Analysis,
    Budget,
    Columns,
    GaveUp,
    Lets,
    Stage,
    Tok,
    read,
)

Want = Literal[
    "nothing",  # a new name, a number, a comment
    "source",  # a table
    "operator",  # what stands behind a pipe
    "operand",  # a column, a function, a value
    "follow",  # what goes on behind an operand
    "word",  # one of a few words: those of `words`
]


@dataclass(slots=True)
class Place:
    """What can come at a point of a query."""

    want: Want
    start: int
    """Where the word at the cursor begins."""
    prefix: str
    """The part of it before the cursor, without the quote where it is a string."""
    quote: str = ""
    """What opened the string in which the cursor stands."""
    operator: str = ""
    columns: Columns = field(default_factory=Columns)
    right: Columns | None = None
    """The other side of a join, where its keys are asked for."""
    lets: Lets = field(default_factory=dict)
    words: tuple[str, ...] = ()
    """Words that may come besides."""
    compared: str = ""
    """The column whose value is asked for."""
    type: str = ""
    """The type of what is compared, or of what stands before the cursor."""
    naming: bool = False
    """A new name may come, with = behind it."""
    aggregates: bool = False
    tables: bool = False
    """Tables may come too."""
    seen: tuple[str, ...] = ()
    """Values that answers held in the compared column."""
    used: frozenset[str] = frozenset()
    """Names that the query uses already."""
    calls: tuple[tuple[str, int], ...] = ()
    """Functions whose arguments are being typed, and which one; the innermost last."""


_COMPARING = frozenset({"==", "!=", "=~", "!~", "<>", "<", ">", "<=", ">="})
_LISTS = frozenset({"in", "in~", "!in", "!in~", "has_any", "has_all", "!has_any", "!has_all"})
_JOINING = frozenset({"and", "or"})
_OPENERS = frozenset(
    {"by", "on", "with", "of", "from", "to", "step", "not", "between", "!between", "default"}
)
_NEW_NAMES = frozenset({"as", "let", "set", "declare", "statement"})
_COUNTS = ("10", "100", "1000")
_PLAIN = frozenset({"count", "getschema", "consume", "take", "limit", "sample"})


def place_at(text: str, offset: int, start: int = 0, *, seconds: float = 0.03) -> Place | None:
    """Where the cursor stands; None where nothing can be said.

    Args:
        text: The whole text.
        offset: The cursor.
        start: Where its query begins.
        seconds: Time to take at most.
    """
    if offset - start > LONGEST or start > offset:
        return None
    found = read(text, start, offset)
    if found.in_comment:
        return None
    begin, prefix, quote = _typed(found.tokens, offset)
    found.pair()
    walk = Walk(found, Budget(seconds))
    try:
        walk.statements(0, len(found.tokens), found.lets)
    except (GaveUp, RecursionError):
        return None
    place = Place("source", begin, prefix, quote, lets=found.lets)
    place.used = frozenset(token.text for token in found.tokens if token.is_name)
    stage = found.last
    if stage is not None:
        place.lets = {**found.lets, **stage.lets}
        place.columns = stage.columns
        _Reading(found, walk, stage, place).read()
    if quote and not place.compared and place.want != "nothing":
        place.want = "nothing"
    return place


def _typed(tokens: list[Tok], offset: int) -> tuple[int, str, str]:
    """Take the word at the cursor off the tokens: where it begins, its text, its quote."""
    if not tokens or tokens[-1].end != offset:
        return offset, "", ""
    last = tokens[-1]
    if last.kind == "string":
        body = last.text.lstrip("hH@")
        quote = body[:3] if body[:3] in ("```", "~~~") else body[:1]
        if len(body) >= 2 * len(quote) and body.endswith(quote):
            return offset, "", ""
        tokens.pop()
        skip = len(last.text) - len(body) + len(quote)
        return last.start, last.text[skip:], last.text[:skip]
    begin = last.start
    joined = last.text
    if last.text == "!" or last.text[0] == "!":
        tokens.pop()
        return begin, joined, ""
    if len(tokens) > 1 and (last.text == "-" or last.is_name):
        # `project-aw`, `mv-`: words with a hyphen, not yet whole.
        at = -1 if last.text == "-" else -2
        if len(tokens) >= -at + 1 and tokens[at].text == "-":
            former = tokens[at - 1]
            if former.end == tokens[at].start and former.text in _HYPHENED:
                joined = former.text + "-" + ("" if at == -1 else last.text)
                del tokens[at - 1 :]
                return former.start, joined, ""
    if last.is_name or (last.kind == "error" and last.text.isalpha()):
        tokens.pop()
        return begin, joined, ""
    return offset, "", ""


_HYPHENED = frozenset(word.partition("-")[0] for word in words.OPERATORS if "-" in word)


class _Reading:
    """Reads the tokens of the innermost stage, up to the cursor."""

    def __init__(self, found: Analysis, walk: Walk, stage: Stage, place: Place) -> None:
        self.tokens = found.tokens
        self.partner = found.partner
        self.walk = walk
        self.stage = stage
        self.place = place
        self.end = len(found.tokens)

    def read(self) -> None:
        """Fill the place."""
        stage, place = self.stage, self.place
        place.operator = stage.operator
        brackets = self._brackets(stage.start)
        place.calls = self._calls(brackets)
        if stage.start >= self.end:
            self._beginning()
            return
        if brackets and self._in_bracket(brackets[-1]):
            return
        if stage.operator == "" and not brackets:
            self._behind_source()
            return
        last = self.tokens[-1]
        if last.text == ".":
            self._member()
        elif last.text == "=" and self._behind_kind():
            pass
        elif self._is_open(last):
            self._operand(last, brackets)
        else:
            self._follow(brackets)

    def _brackets(self, start: int) -> list[int]:
        return [
            at
            for at in range(start, self.end)
            if self.tokens[at].text in OPENING
            and self.tokens[at].kind == "punctuation"
            and at not in self.partner
        ]

    def _calls(self, brackets: list[int]) -> tuple[tuple[str, int], ...]:
        calls = []
        for at in brackets:
            if at > self.stage.start - 1 and at and self.tokens[at - 1].is_name:
                commas = len(self.walk.split(at + 1, self.end)) - 1
                calls.append((self.tokens[at - 1].text, commas))
        return tuple(calls)

    def _beginning(self) -> None:
        """Nothing stands in this stage yet."""
        place, stage = self.place, self.stage
        behind = self.tokens[stage.start - 1].text if stage.start else ""
        parent = stage.parent
        if not stage.piped:
            place.want = "source"
            if parent is not None and parent.operator in ("join", "lookup", "union"):
                if behind == parent.operator:
                    place.words = HINTS[parent.operator]
                elif behind != "(":
                    place.operator = parent.operator
        else:
            place.want = "operator"

    def _behind_source(self) -> None:
        """A source stands there whole: only a join goes on with words."""
        parent = self.stage.parent
        if parent is not None and parent.operator in ("join", "lookup"):
            self.place.want, self.place.words = "word", ("on",)
        else:
            self.place.want = "nothing"

    def _in_bracket(self, at: int) -> bool:
        """Brackets that are no calls: lists of values, declared columns, tables."""
        before = self.tokens[at - 1] if at else None
        last = self.tokens[-1]
        place = self.place
        if before is None:
            return False
        if before.text in ("datatable", "externaldata", "typeof") or (
            before.text == "as" and self.stage.operator == "parse-kv"
        ):
            place.want = "word" if last.text == ":" or before.text == "typeof" else "nothing"
            place.words = TYPES
            return True
        if before.text in _LISTS and last.text in "(,":
            place.want = "operand"
            place.tables = True
            self._compared(at - 2)
            return True
        if before.text in ("toscalar", "materialize") and at == self.end - 1:
            place.want = "source"
            return True
        if self.stage.operator == "render" or before.text == "with":
            place.want = "nothing"
            return True
        return False

    def _compared(self, at: int) -> None:
        if at < self.stage.start:
            return
        token = self.tokens[at]
        if token.text == "]" and self.tokens[at - 1].kind == "string":
            name = bare(self.tokens[at - 1].text)
        else:
            name = token.text
        if token.text == ")" and at in self.partner:
            # tolower(Column) and its like take the values of their column
            at = self.partner[at]
            inner = self.tokens[at + 1] if at + 2 < self.end else None
            name = inner.text if inner is not None else ""
        if name in self.place.columns.types or not self.place.columns.sure:
            self.place.compared = name
            self.place.type = self.place.columns.types.get(name, "")

    def _member(self) -> None:
        place = self.place
        side = self.tokens[-2].text if self.end > 1 else ""
        if side in ("$left", "$right"):
            right = self.stage.right or Columns()
            place.columns = self.stage.columns if side == "$left" else right
            place.want, place.operator = "operand", "on"
            place.right = None
        else:
            place.want = "nothing"

    def _behind_kind(self) -> bool:
        name = self.tokens[-2].text
        place = self.place
        operator = self.stage.operator
        if operator == "" and self.stage.parent is not None:
            operator = self.stage.parent.operator
        if name == "kind" and operator in KINDS:
            place.want, place.words = "word", KINDS[operator]
            return True
        if name == "isfuzzy":
            place.want, place.words = "word", ("true", "false")
            return True
        if name == "strategy":
            place.want, place.words = "word", ("shuffle", "broadcast")
            return True
        if name in ("withsource", "with_source", "with_itemindex", "shufflekey"):
            place.want = "nothing"
            return True
        return False

    def _is_open(self, last: Tok) -> bool:
        """Whether an operand must come next."""
        if self.stage.start == self.end - 1 and self.stage.operator:
            return True
        if last.kind == "operator" or last.text in _OPENERS:
            return True
        return last.text in (",", "(", "[", "=", ":", "..", "{")

    def _has(self, word: str) -> bool:
        return self.walk.find(self.stage.start, self.end, word) < self.end

    def _operand(self, last: Tok, brackets: list[int]) -> None:
        place, operator = self.place, self.stage.operator
        place.want = "operand"
        first = self.stage.start == self.end - 1
        if operator in _NEW_NAMES and (first or not self._has("=")):
            place.want = "nothing"
        elif operator == "let":
            place.tables = last.text == "=" and self.end - self.stage.start == 3
        elif operator in _PLAIN:
            place.want = "nothing" if operator in ("count", "getschema", "consume") else "operand"
            place.columns = Columns()
            place.words = _COUNTS
        elif operator in ("sort", "order", "reduce", "partition") and first:
            place.want, place.words = "word", ("by",)
        elif operator == "top" and first:
            place.columns = Columns()
            place.words = tuple(f"{count} by" for count in _COUNTS)
        elif operator == "render":
            place.want, place.words = ("word", CHARTS) if first else ("nothing", ())
        elif (operator == "project-rename" and last.text != "=") or (
            operator in ("parse", "parse-where") and self._has("with")
        ):
            place.want = "nothing"
        elif last.text == ":":
            place.want, place.words = "word", TYPES
        elif operator in ("join", "lookup"):
            if self._has("on"):
                place.right = self.stage.right
            else:
                place.want, place.words = "source", HINTS[operator] if first else ()
        elif operator == "union":
            place.want, place.words = "source", HINTS[operator] if first else ()
        elif operator in ("summarize", "make-series"):
            place.aggregates = not brackets and not self._has("by")
            place.words = HINTS.get(operator, ()) if first else ()
        elif first:
            place.words = HINTS.get(operator, ())
        place.naming = operator == "extend" and not brackets and (first or last.text == ",")
        word = last.kind == "operator" and (last.text[0].isalpha() or last.text[0] == "!")
        if last.text in _COMPARING or word:
            self._compared(self.end - 2)

    def _follow(self, brackets: list[int]) -> None:
        """An operand stands there: what may go on with it."""
        place, operator = self.place, self.stage.operator
        place.want = "follow"
        if operator in _NEW_NAMES and not self._has("="):
            place.want = "nothing"
            return
        start = self._piece(brackets)
        place.type = self.walk.type_of(start, self.end, self.stage.columns, place.lets)
        if brackets:
            return
        if operator in ("sort", "order", "top", "project-reorder"):
            place.words = SORTING if self._has("by") or operator == "project-reorder" else ("by",)
            place.want = "word"
        elif operator in ("join", "lookup"):
            place.want, place.words = "word", () if self._has("on") else ("on",)
        elif operator == "union":
            place.want = "nothing"
        elif operator == "summarize":
            place.words = () if self._has("by") else ("by",)
        elif operator == "make-series":
            place.words = ("default=", "on", "from", "to", "step", "by")
        elif operator in ("mv-expand", "mv-apply"):
            place.want = "word"
            place.words = ("to typeof(", "limit", *(("on (",) if operator == "mv-apply" else ()))
        elif operator in ("parse", "parse-where"):
            place.want, place.words = "word", ("with",)
        elif operator == "render":
            place.want, place.words = "word", ("with (",)
        elif operator == "parse-kv":
            place.want, place.words = "word", ("as (", "with (")
        elif operator == "range":
            place.words = ("from", "to", "step")
        elif operator in ("sample-distinct", "top-nested"):
            place.words = ("of", "by")
        elif operator in _PLAIN | {"project-away", "project-keep", "distinct", "evaluate"}:
            place.want = "nothing"

    def _piece(self, brackets: list[int]) -> int:
        """Where the operand before the cursor begins: behind a comma, `and`, `=`, …"""
        at = brackets[-1] + 1 if brackets else self.stage.start + 1
        begin = at
        while at < self.end:
            text = self.tokens[at].text
            if text in (",", "=", "by", "on", "with") or text in _JOINING:
                begin = at + 1
            at = self.walk.after(at, self.end)
        return begin
