"""What a token may do and says, as rows: an empty id is a heading or a gap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from tui.auth import claims as claims_of
from tui.text import visible
from tui.ui import words
from tui.ui.claim_rows import claim_rows, value_words
from tui.ui.page import Span
from tui.ui.permissions import needed_name

if TYPE_CHECKING:
    from tui.auth.claims import Claims
    from tui.auth.session import SessionEvent
    from tui.auth.signature import SignatureCheck

Row = tuple[str, tuple[Span, ...]]

RESOURCE_NAMES = {
    "graph": "Microsoft Graph",
    "classic": "Defender XDR, classic",
    "endpoint": "Defender for Endpoint",
}
_VERDICTS = {"verified": ("✓", "good"), "forged": ("✗", "bad"), "unknown": ("?", "warn")}


@dataclass
class TokenRows:
    """Rows of a page about one token, and what is copied from each of them.

    Args:
        width: Cells that there are.
    """

    width: int
    rows: list[Row] = field(default_factory=list)
    values: dict[str, str] = field(default_factory=dict)
    """Row's id → its value for the clipboard, displayable."""

    def heading(self, title: str, *more: Span) -> None:
        """Begin a part of the page."""
        if self.rows:
            self.rows.append(("", ()))
        self.rows.append(("", ((title, "bold"), *more)))

    def line(self, *spans: Span) -> None:
        """A line without a cursor."""
        self.rows.append(("", spans))

    def add(self, name: str, value: str, *spans: Span) -> None:
        """A line that can be chosen; where a token says a thing twice, each has a line."""
        while name in self.values:
            name += " "
        self.values[name] = value
        self.rows.append((name, spans))

    def permissions(self, claims: Claims, resource: str) -> None:
        """Each feature with the permission that allows it, or the one that is missing."""
        features = claims_of.features(resource)
        lacks = claims_of.missing(claims, resource)
        spare = claims_of.unneeded(claims, resource) if features else ()
        told: list[Span] = [(f"   {len(features) - len(lacks)} granted", "faint")]
        if lacks:
            told.append((f", {len(lacks)} missing", "bad"))
        if spare:
            told.append((f", {len(spare)} more than needed", "warn"))
        self.heading("What it may do", *(told if features else ()))
        if not features:
            self.line(("This program does nothing with the service it is for.", "warn"))
            for name in (*claims.roles, *claims.scopes):
                self.add(f"role {name}", visible(name), ("·  ", "faint"), (visible(name), ""))
            return
        roomy = self.width >= 108
        first = 35 if roomy else 27
        longest = max(len(needed_name(one, claims)) for one in features)
        second = max([longest, *(len(visible(one)) for one in spare)]) + 2
        if not roomy:
            second = min(second, max(20, self.width - first - 12))
        for at, feature in enumerate(features):
            held = claims_of.granted_by(claims, feature)
            name = held or needed_name(feature, claims)
            more: tuple[Span, ...] = ()
            if not held:
                more = (("missing", "bad"), ("   Enter: how to grant it" if roomy else "", "faint"))
            self.add(
                f"feature {at}",
                visible(name),
                ("✓  ", "good") if held else ("✗  ", "bad"),
                (f"{feature.name:<{first}}"[:first], ""),
                (visible(name).ljust(second), "faint"),
                *more,
            )
        for name in spare:
            said = "granted, and nothing here needs it" if roomy else "unneeded"
            self.add(
                f"spare {name}",
                visible(name),
                ("!  ", "warn"),
                (f"{'–':<{first}}", "faint"),
                (visible(name).ljust(second), "faint"),
                (said, "warn"),
            )

    def claims(self, claims: Claims, tenant: str) -> None:
        """All claims, grouped, with what they mean; unknown ones are kept."""
        for name, spans in claim_rows(claims, tenant, self.width):
            if name:
                self.add(name, value_words(claims.raw[name]), *spans)
            else:
                self.rows.append((name, spans))

    def signature(self, check: SignatureCheck | None, *, pending: bool = False) -> None:
        """What is known of its signature: apart from the decoding, which proves nothing."""
        self.heading("Signature")
        name, told = "signature", "decoded, not verified"
        if pending:
            asked = "asking for the tenant's published keys…"
            self.add(name, told, ("◐  ", "accent"), (asked, "faint"))
        elif check is None:
            keys = " checks it with the tenant's published keys"
            self.add(name, told, (told, "warn"), ("   v", "accent"), (keys, "faint"))
        else:
            glyph, tone = _VERDICTS[check.verdict]
            said = visible(check.words)
            self.add(name, said, (f"{glyph}  ", tone), (f"{check.verdict}   ", f"{tone}bold"),
                     (said, ""))  # fmt: skip
            if check.keys_from:
                keys = visible(check.keys_from)
                self.add("keys", keys, (f"   keys from {keys}", "faint"))

    def notices(self, notices: Sequence[str]) -> None:
        """What is good to know about the tenant."""
        if notices:
            self.heading("Good to know")
        for notice in notices:
            self.add(f"notice {notice}", visible(notice), ("!  ", "warn"), (visible(notice), ""))

    def history(self, source: str, events: Sequence[SessionEvent]) -> None:
        """What happened to tokens in this run, the latest first."""
        self.heading("This run")
        if source:
            self.line((f"the secret came from {visible(source)}", "faint"))
        for at, event in enumerate(reversed(events[-20:])):
            self.add(
                f"event {at}",
                visible(event.detail or event.text),
                (f"{words.clock(event.time)}  ", "faint"),
                (visible(event.text), "bad" if event.failed else "faint"),
            )


def lifetime(claims: Claims, now: datetime) -> tuple[str, str]:
    """How long a decoded token serves yet, in words and their tone."""
    if claims.expires is None:
        return "it does not say until when", "warn"
    left = claims.expires - now
    when = f"{claims.expires.astimezone():%Y-%m-%d %H:%M:%S}"
    if left.total_seconds() <= 0:
        return f"✗ ended {words.ago(-left.total_seconds())} ago, at {when}", "bad"
    return f"◆ valid for {words.span(left)}, until {when}", "good"
