"""Claims of a token as rows: name, value, meaning."""

from __future__ import annotations

import json

from tui.auth import claims as claims_of
from tui.auth.claims import Claims
from tui.text import visible
from tui.ui.page import Span

_LONGEST = 400
"""Cells of a value that stands alone on its row; all of it is shown by Enter, and copied."""


def value_words(value: object) -> str:
    """A claim's value in one line: text as it is, all else as JSON has it."""
    parts = value if isinstance(value, list) else [value]
    return visible(
        ", ".join(
            one if isinstance(one, str) else json.dumps(one, ensure_ascii=False) for one in parts
        )
    )


def shortened(value: str, room: int) -> str:
    """A value that fits: a GUID keeps both its ends, all else its beginning."""
    if len(value) <= room:
        return value
    parts = value.split("-")
    if len(value) == 36 and len(parts) == 5 and room >= 15:
        return f"{parts[0]}-…-{parts[4][-4:]}"
    return value[: max(1, room - 1)] + "…"


def claim_rows(claims: Claims, tenant: str, width: int) -> list[tuple[str, tuple[Span, ...]]]:
    """Headings and claims, as rows for so many cells: an empty name is a heading."""
    rows: list[tuple[str, tuple[Span, ...]]] = []
    room = max(16, min(42, width - 19 - 32))
    for title, names in claims_of.grouped(claims):
        shown_title = "Permissions" if title == "What it may do" else title
        rows += [("", ()), ("", ((shown_title, "bold"),))]
        for name in names:
            value = value_words(claims.raw[name])
            meaning = claims_of.claim_meaning(name, claims.raw[name])
            if name in ("appid", "azp") and not tenant:
                meaning = "client ID"
            if name == "tid" and tenant:
                meaning = f"tenant {visible(tenant)}"
            shown = shortened(value, room if meaning else _LONGEST)
            rows.append(
                (
                    name,
                    (
                        (f"{visible(name):<18} ", "faint"),
                        (shown.ljust(room + 1), ""),
                        (visible(meaning), "faint"),
                    ),
                )
            )
    return rows
