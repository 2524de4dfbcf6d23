"""A query in its canonical layout: one pipe to a line, and nothing changed but blanks."""

from __future__ import annotations

from typing import NamedTuple

from tui.kql import lexer

WIDTH = 100
"""Columns beyond which a stage goes on in further lines."""
_STEP = 4
_SPACED = frozenset({"==", "!=", "=~", "!~", "<>", "<=", ">=", "=>"})
_NEVER, _WEAK, _STRONG = range(3)
"""Where a long line may be broken: not here, within brackets, between items."""
_BREAKS = frozenset({"and", "or", "by", "on"})
_CLOSERS = {"(": ")", "[": "]", "{": "}"}
_DEEPEST = 100
_ROUNDS = 4
"""Layouts after which a text that never rests is left alone."""


class _Piece(NamedTuple):
    kind: str
    text: str
    space: bool
    """Something parts it from what stands before."""
    newlines: int


def formatted(text: str) -> str:
    """The canonical layout; the text itself where it cannot be laid out without change.

    Laid out again it stays as it is.
    """
    meant = _meant(text)
    former = text
    for _ in range(_ROUNDS):
        result = _laid_out(former)
        if result is None or _meant(result) != meant:
            return text
        if result == former:
            return result
        former = result
    return text


def _laid_out(text: str) -> str | None:
    pieces = _pieces(text)
    partner = _partners(pieces)
    if partner is None:
        return None
    writer = _Writer(pieces, partner)
    writer.block(0, len(pieces), 0)
    return "\n".join(line.rstrip() for line in writer.lines).strip("\n")


def _meant(text: str) -> list[str]:
    return [
        text[token.start : token.end].rstrip()
        for token in lexer.tokens(text)
        if token.kind != "space"
    ]


def _pieces(text: str) -> list[_Piece]:
    found = []
    space, newlines = False, 0
    for kind, start, end in lexer.tokens(text):
        piece = text[start:end]
        if kind == "space":
            space, newlines = True, newlines + piece.count("\n")
            continue
        found.append(_Piece(kind, piece.rstrip() if kind == "comment" else piece, space, newlines))
        space, newlines = False, 0
    return found


def _partners(pieces: list[_Piece]) -> dict[int, int] | None:
    """Index of each opening bracket to that of its partner; None where some have none."""
    waiting: list[int] = []
    found = {}
    for at, piece in enumerate(pieces):
        if piece.kind != "punctuation":
            continue
        if piece.text in _CLOSERS:
            waiting.append(at)
            if len(waiting) > _DEEPEST:
                return None
        elif piece.text in ")]}":
            if not waiting or _CLOSERS[pieces[waiting[-1]].text] != piece.text:
                return None
            found[waiting.pop()] = at
    return None if waiting else found


class _Writer:
    """Lays pieces out in lines."""

    def __init__(self, pieces: list[_Piece], partner: dict[int, int]) -> None:
        self.pieces = pieces
        self.partner = partner
        self.lines: list[str] = []
        self._line: list[tuple[str, int]] = []
        """Texts of the line under way, each with whether a break may come before it."""
        self._indent = 0
        self._ended = False
        """A comment stands at the end of the line: nothing may follow it."""

    def block(self, lo: int, hi: int, indent: int) -> None:
        """Statements and pipes: each on lines of their own."""
        at = lo
        self._indent = indent
        fresh = True
        """Nothing of the statement stands yet."""
        while at < hi:
            piece = self.pieces[at]
            if piece.kind == "comment":
                self._comment(piece, indent, fresh, first=at == lo)
            elif piece.kind == "pipe":
                self._flush()
                self._indent = indent
                self._line = [("|", _NEVER)]
                fresh = False
            else:
                if fresh and not self._line and piece.newlines > 1 and at > lo:
                    self._blank()
                if self._ended:
                    self._flush()
                    self._indent = indent if fresh else indent + _STEP
                at = self._put(at, indent, 0)
                fresh = False
                if piece.text == ";" and piece.kind == "punctuation":
                    follows = self.pieces[at + 1] if at + 1 < hi else None
                    if follows is None or follows.kind != "comment" or follows.newlines:
                        self._flush()
                    self._indent = indent
                    fresh = True
            at += 1
        self._flush()

    def _comment(self, piece: _Piece, indent: int, fresh: bool, *, first: bool) -> None:
        if piece.newlines and not first:
            blank = piece.newlines > 1 and (fresh or not self._line)
            self._flush()
            if blank and fresh:
                self._blank()
            self._indent = indent
        elif self._ended:
            self._flush()
        if self._line:
            self._line.append((" " + piece.text, _NEVER))
        else:
            self._line.append((piece.text, _NEVER))
        self._ended = True

    def _blank(self) -> None:
        if self.lines and self.lines[-1]:
            self.lines.append("")

    def _put(self, at: int, indent: int, depth: int) -> int:
        """Write one piece, or a bracket with all that is in it; the index of the last."""
        piece = self.pieces[at]
        if self._ended:
            self._flush()
            self._indent = indent + _STEP
        if at not in self.partner:
            self._add(at, depth)
            return at
        end = self.partner[at]
        self._add(at, depth)
        if piece.text in "({" and self._is_pipe(at + 1, end):
            self._flush()
            self.block(at + 1, end, indent + _STEP)
            self._indent = indent
            self._line = [(self.pieces[end].text, _NEVER)]
            return end
        rows = (
            piece.text == "["
            and self.pieces[at - 1].text == ")"
            and any(one.newlines for one in self.pieces[at + 1 : end + 1])
        )
        inner = at + 1
        while inner < end:
            if rows and self.pieces[inner].newlines:
                self._flush()
                self._indent = indent + _STEP
            if self.pieces[inner].kind == "comment":
                self._comment(self.pieces[inner], indent + _STEP, False, first=False)
            else:
                inner = self._put(inner, indent, depth + 1)
            inner += 1
        if self._ended or (rows and self.pieces[end].newlines):
            self._flush()
            self._indent = indent
        self._line.append((self.pieces[end].text, _NEVER))
        return end

    def _is_pipe(self, lo: int, hi: int) -> bool:
        at = lo
        while at < hi:
            piece = self.pieces[at]
            if piece.kind == "pipe" or (piece.text == ";" and piece.kind == "punctuation"):
                return True
            at = self.partner.get(at, at) + 1
        return False

    def _add(self, at: int, depth: int) -> None:
        piece = self.pieces[at]
        text = piece.text
        before = self.pieces[at - 1] if at else None
        space = before is not None and bool(self._line) and self._parted(at, piece, before)
        breaks = (before is not None and before.text == ",") or (depth == 0 and text in _BREAKS)
        kind = _NEVER if not (breaks and space) else _WEAK if depth else _STRONG
        self._line.append(((" " if space else "") + text, kind))

    def _parted(self, at: int, piece: _Piece, before: _Piece) -> bool:
        """Whether a blank stands between these two."""
        text = piece.text
        if piece.kind == "punctuation" and text in ",;)]":
            return False
        if before.kind == "punctuation" and before.text in "([":
            return False
        if before.kind == "pipe" or (before.kind == "punctuation" and before.text == ","):
            return True
        if text in _SPACED or before.text in _SPACED:
            return True
        if text == "=" or before.text == "=":
            return self._spaced_equal(at if text == "=" else at - 1)
        return piece.space

    def _spaced_equal(self, at: int) -> bool:
        behind = self.pieces[at + 1] if at + 1 < len(self.pieces) else None
        return self.pieces[at].space or (behind is not None and behind.space)

    def _flush(self) -> None:
        """End the line; one that is too long is broken where it may be."""
        line, self._line, self._ended = self._line, [], False
        if not line:
            return
        current = " " * self._indent
        further = " " * (self._indent + _STEP)
        for index, (text, kind) in enumerate(line):
            if kind != _NEVER and index:
                ahead = len(text)
                for follow, other in line[index + 1 :]:
                    if other == _STRONG or (other == _WEAK and kind == _WEAK):
                        break
                    ahead += len(follow)
                    if ahead > WIDTH:
                        break
                if len(current) + ahead > WIDTH:
                    self.lines.append(current)
                    current, text = further, text.lstrip(" ")
            current += text
        self.lines.append(current)
