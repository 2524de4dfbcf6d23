"""Texts as the cache can keep and compare them."""

from __future__ import annotations


def storable(text: str) -> str:
    """The text as SQLite can keep it: lone surrogates become question marks."""
    if text.isascii():
        return text
    return text.encode("utf-8", "replace").decode("utf-8")


def fold(text: str) -> str:
    """The form in which texts are compared: without case, on one line, without NUL."""
    return storable(text).casefold().replace("\n", " ").replace("\0", " ")
