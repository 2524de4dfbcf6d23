"""A fast tokenizer for the editor: total, so that any text has tokens.

It knows words, not grammar: what it says is good enough to colour a text by, and to find
where one query ends and the next begins. It never raises, and its tokens tile the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal, NamedTuple

from tui.kql import schema, words

Kind = Literal[
    "keyword",
    "operator",
    "table",
    "column",
    "function",
    "type",
    "let",
    "name",
    "string",
    "number",
    "timespan",
    "datetime",
    "comment",
    "punctuation",
    "pipe",
    "space",
    "error",
]

Fence = Literal["", "```", "~~~"]
"""The multi-line string that a line begins inside of."""


class Token(NamedTuple):
    """One token: its kind and where it stands."""

    kind: Kind
    start: int
    end: int


_MASTER = re.compile(
    r"""
      (?P<space>[ \t\r\n\f\v\u00a0\u1680\u180e\u2000-\u200b\u202f\u205f\u3000\ufeff]+)
    | (?P<comment>//[^\n]*)
    | (?P<datetime>\bdatetime[ \t]*\([^()\n]*\))
    | (?P<timespan>\b(?:timespan|time)[ \t]*\([^()\n]*\))
    | (?P<string>
          [hH]?```(?:[^`]|`(?!``))*(?:```|\Z)
        | [hH]?~~~(?:[^~]|~(?!~~))*(?:~~~|\Z)
        | [hH]?@"(?:[^"\n]|"")*(?:"|(?=\n)|\Z)
        | [hH]?@'(?:[^'\n]|'')*(?:'|(?=\n)|\Z)
        | [hH]?"(?:[^"\\\n]|\\.)*(?:"|\\?(?=\n)|\\?\Z)
        | [hH]?'(?:[^'\\\n]|\\.)*(?:'|\\?(?=\n)|\\?\Z)
        | \bguid[ \t]*\([^()\n]*\)
      )
    | (?P<span>\d+(?:\.\d+)?(?:microseconds?|milliseconds?|nanoseconds?|seconds?|minutes?
          |hours?|hrs?|days?|ticks?|micros?|millis?|nanos?|ms|min|sec|[dhms])\b)
    | (?P<number>0[xX][0-9a-fA-F]+|\d+(?:\.(?!\.)\d*)?(?:[eE][+-]?\d+)?(?![A-Za-z_]))
    | (?P<compound>\b(?:project-(?:away|by-names|keep|rename|reorder)|mv-(?:apply|expand)
          |make-(?:graph|series)|parse-(?:kv|where)|top-(?:hitters|nested)
          |graph-(?:match|to-table|mark-components)|macro-expand|sample-distinct
          |granny-(?:asc|desc))\b)
    | (?P<among>!?\bin~)
    | (?P<word>[A-Za-z_\d$][A-Za-z_\d]*)
    | (?P<negated>![A-Za-z_]+)
    | (?P<pipe>\|)
    | (?P<sign>==|=~|!=|!~|<>|<=|>=|=>|\.\.|[-+*/%<>=])
    | (?P<punctuation>[()\[\]{},;:.])
    | (?P<error>.)
    """,
    re.VERBOSE | re.DOTALL,
)

_DIRECT: dict[str, Kind] = {
    "space": "space",
    "comment": "comment",
    "datetime": "datetime",
    "timespan": "timespan",
    "string": "string",
    "span": "timespan",
    "number": "number",
    "compound": "keyword",
    "pipe": "pipe",
    "among": "operator",
    "sign": "operator",
    "punctuation": "punctuation",
    "error": "error",
}

_WORDS: dict[str, Kind] = {
    **dict.fromkeys(words.JOIN_KINDS, "keyword"),
    **dict.fromkeys(words.TYPES, "type"),
    **dict.fromkeys(words.CONSTANTS, "keyword"),
    **dict.fromkeys(words.KEYWORDS, "keyword"),
    **dict.fromkeys(words.OPERATORS, "keyword"),
    **dict.fromkeys(words.WORD_OPERATORS, "operator"),
}
_CALLED = frozenset({"count", "range", "materialize", "toscalar", "typeof"})
_FENCE_ENDS: dict[str, re.Pattern[str]] = {"```": re.compile("```"), "~~~": re.compile("~~~")}


def tokens(text: str, *, lets: Iterable[str] = ()) -> list[Token]:
    """The tokens of a text; they tile it.

    Args:
        text: Any text.
        lets: Names bound by `let` elsewhere, for a text that is part of another.
    """
    found: list[Token] = []
    _scan(text, 0, found, set(lets))
    return found


def word_count(text: str, most: int) -> int:
    """How many words and signs a text has, blanks and comments aside; counted to `most` only."""
    count = 0
    for match in _MASTER.finditer(text):
        if _DIRECT.get(match.lastgroup or "error") not in ("space", "comment"):
            count += 1
            if count >= most:
                break
    return count


def line_tokens(
    line: str, inside: Fence = "", *, lets: Iterable[str] = ()
) -> tuple[list[Token], Fence]:
    """The tokens of one line, for a highlighter that goes line by line.

    Args:
        line: The line without its end.
        inside: What the line before answered: the multi-line string it left open.
        lets: Names bound by `let` in the lines before.

    Returns:
        The tokens, and the multi-line string that is open at the line's end.
    """
    found: list[Token] = []
    start = 0
    if inside:
        close = _FENCE_ENDS[inside].search(line)
        start = close.end() if close else len(line)
        if start:
            found.append(Token("string", 0, start))
        if close is None:
            return found, inside
    _scan(line, start, found, set(lets))
    if found and found[-1].kind == "string" and found[-1].end > start:
        return found, _left_open(line[found[-1].start : found[-1].end])
    return found, ""


def _left_open(string: str) -> Fence:
    body = string.lstrip("hH")
    for fence in ("```", "~~~"):
        if body.startswith(fence) and (len(body) < 6 or not body.endswith(fence)):
            return "```" if fence == "```" else "~~~"
    return ""


def let_names(found: Iterable[Token], text: str) -> list[str]:
    """The names that the text of these tokens binds or uses as bound by `let`."""
    return list(dict.fromkeys(text[t.start : t.end] for t in found if t.kind == "let"))


def _scan(text: str, start: int, found: list[Token], lets: set[str]) -> None:
    tables = schema.known()
    columns = schema.known_columns()
    before = ""
    for match in _MASTER.finditer(text, start):
        group = match.lastgroup or "error"
        first, last = match.span()
        kind = _DIRECT.get(group)
        if kind is None:
            word = match.group()
            if group == "negated":
                kind = "operator" if word in words.NEGATED_OPERATORS else "error"
            elif before == "let":
                lets.add(word)
                kind = "let"
            elif before == ".":
                kind = "function" if text.startswith("(", last) else "name"
            elif word in lets:
                kind = "let"
            else:
                called = text.startswith("(", last) or text.startswith(" (", last)
                kind = _WORDS.get(word)
                if called and (kind is None or (word in _CALLED and before != "|")):
                    kind = "function"
                elif kind is None:
                    kind = "table" if word in tables else "column" if word in columns else "name"
            before = word
        elif kind != "space" and kind != "comment":
            before = text[first] if last - first == 1 else ""
        found.append(Token(kind, first, last))


def statement_at(text: str, offset: int) -> tuple[int, int]:
    """The query under the cursor, as (start, end) without surrounding blank lines.

    Blank lines part queries, as in the portal. Those inside a multi-line string do not; nor
    do those after a block of only comments or of finished `let` statements, or before a
    pipe, for such a block is no query by itself. A cursor on a blank line belongs to the
    query before it, or else to the one behind it.

    Args:
        text: The whole text of the editor.
        offset: Position of the cursor in it.
    """
    blocks = statements(text)
    best = (0, 0)
    for start, end in blocks:
        if start > offset:
            return best if best != (0, 0) else (start, end)
        best = (start, end)
        if offset <= end:
            break
    return best


def statements(text: str) -> list[tuple[int, int]]:
    """All queries of a text as (start, end), in order."""
    found: list[Token] = []
    _scan(text, 0, found, set())
    result: list[tuple[int, int]] = []
    start = end = -1
    code: list[str] = []
    for token in found:
        if token.kind == "space":
            if start >= 0 and text.count("\n", token.start, token.end) > 1 and is_whole(code):
                result.append((start, end))
                start = -1
                code = []
            continue
        piece = text[token.start : token.end]
        if token.kind == "pipe" and start < 0 and result:
            start = result.pop()[0]
        if start < 0:
            start = token.start
        if token.kind != "comment":
            code.append("''" if token.kind == "string" else piece)
        end = token.end
    if start >= 0:
        result.append((start, end))
    return result


_BINDING = frozenset({"let", "set", "declare", "alias", "restrict"})


def is_whole(code: list[str]) -> bool:
    """Whether a blank line behind these pieces of code ends a query."""
    if not code:
        return False
    if code[-1] != ";":
        return True
    depth = 0
    for index in range(len(code) - 2, -1, -1):
        piece = code[index]
        if piece in ")]}":
            depth += 1
        elif piece in "([{":
            depth -= 1
        elif piece == ";" and depth == 0:
            return code[index + 1] not in _BINDING
    return code[0] not in _BINDING
