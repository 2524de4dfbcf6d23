"""A change of many incidents in words: what changes from what, and how far it came."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from msgspec import UNSET

from tui.api.records import Incident, IncidentChange
from tui.incidents.bulk import BulkProgress
from tui.text import calm, visible
from tui.ui import words
from tui.ui.page import Block, Span, field, gap, line, text
from tui.ui.widgets.bars import bar

_MOST_VALUES = 4
_MOST_NAMED = 200
_FIELDS = {
    "status": "Status",
    "assigned_to": "Owner",
    "classification": "Class",
    "determination": "Kind",
    "severity": "Severity",
    "name": "Name",
    "tags": "Tags",
}


def value_words(name: str, value: object, me: str | None) -> str:
    """A value of a field as people say it."""
    if name == "assigned_to":
        owner, _ = words.owner(str(value) if value else None, me)
        return "nobody" if owner == "–" else owner
    if name == "tags":
        return words.listed([str(tag) for tag in value], 6) if value else "none"  # type: ignore[attr-defined]
    if name == "status":
        return words.status(str(value)).word
    if name == "severity":
        return words.severity(str(value)).word
    if name == "name":
        return calm(visible(str(value)))
    said = words.spaced(str(value))
    return "not set" if said in ("unknown", "") else said


def preview_blocks(
    incidents: Sequence[Incident],
    changes: Mapping[str, IncidentChange],
    *,
    already: int,
    unfit: Sequence[tuple[str, str]],
    me: str | None,
) -> list[Block]:
    """How many incidents change, what of them from what to what, and which do not."""
    blocks: list[Block] = []
    for name, label in _FIELDS.items():
        former: Counter[str] = Counter()
        later: Counter[str] = Counter()
        for one in incidents:
            wanted = getattr(changes[one.id], name)
            if wanted is UNSET:
                continue
            before = value_words(name, getattr(one, name), me)
            after = value_words(name, wanted, me)
            if before != after:
                former[before] += 1
                later[after] += 1
        if former:
            blocks.append(
                field(label, (_counts(former), "faint"), ("  →  ", "faint"), (_goal(later), "bold"))
            )
    comments = {change.comment for change in changes.values() if change.comment is not UNSET}
    for comment in comments:
        blocks.append(field("Comment", (f"“{visible(str(comment))[:160]}”", "")))
        blocks.append(field("", ("A comment cannot be taken back once it is sent.", "warn")))
    if foreign := _foreign(incidents, me):
        blocks.append(field("Of others", (foreign, "warn")))
    if already:
        said = "has it all already and is" if already == 1 else "have it all already and are"
        blocks.append(field("Left alone", (f"{already:,} {said} left as it is.", "faint")))
    for key, why in unfit[:_MOST_VALUES]:
        blocks.append(field("Left out", (f"{visible(key)}: {visible(why)}", "warn")))
    if len(unfit) > _MOST_VALUES:
        blocks.append(field("", (f"{len(unfit) - _MOST_VALUES} more are left out.", "warn")))
    blocks.append(gap())
    return blocks


def named_blocks(incidents: Sequence[Incident]) -> list[Block]:
    """The incidents, a line each."""
    blocks: list[Block] = []
    for one in incidents[:_MOST_NAMED]:
        sign = words.severity(one.severity)
        blocks.append(
            line(
                (f"{sign.glyph} ", sign.tone),
                (f"{visible(one.id):<8} ", "faint"),
                (calm(visible(one.name)) or "(no name)", ""),
            )
        )
    if len(incidents) > _MOST_NAMED:
        blocks.append(text(f"and {len(incidents) - _MOST_NAMED:,} more", "faint"))
    return blocks


def _counts(values: Counter[str]) -> str:
    if len(values) == 1:
        return f"{next(iter(values))} ({values.total():,})"
    most = values.most_common(_MOST_VALUES)
    rest = values.total() - sum(count for _, count in most)
    said = ", ".join(f"{count:,} {value[:30]}" for value, count in most)
    return said + (f", {rest:,} other" if rest else "")


def _goal(values: Counter[str]) -> str:
    return next(iter(values))[:60] if len(values) == 1 else _counts(values)


def _foreign(incidents: Sequence[Incident], me: str | None) -> str:
    mine = (me or "").casefold()
    owners = Counter(
        value_words("assigned_to", one.assigned_to, me)
        for one in incidents
        if one.assigned_to and one.assigned_to.casefold() != mine
    )
    return f"{_counts(owners)}" if owners else ""


def progress_spans(found: BulkProgress, waits: str = "") -> list[Span]:
    """How far a change of many came, in one line.

    Args:
        waits: What the service is waited for, and how long yet.
    """
    known = (*found.confirmed, *found.waiting, *found.failed, *found.conflicts)
    back = bool(known) and all(edit.undoes is not None for edit in known)
    done = "taken back" if back else "sent"
    total = found.total - found.dropped
    sent = len(found.confirmed)
    wrong = found.wrong
    if not found.done:
        spans: list[Span] = [
            (f"{sent:,} of {total:,} {done}  ", "accent"),
            (f"{bar(sent / max(1, total), 10):<10}", "accent"),
        ]
        if wrong:
            spans.append((f"  {wrong:,} not accepted", "warn"))
        why = next((edit.why for edit in found.waiting if edit.why), "")
        if why or waits:
            spans.append((f"  waits: {visible(why)}" if why else f"  {waits}", "warn"))
        if found.dropped:
            return [*spans, (f"   stopped, {found.dropped:,} not sent", "faint")]
        return [*spans, ("   Esc", "accent"), (" stops the rest", "faint")]
    spans = [(f"{sent:,} {done}", "good")]
    if found.dropped:
        spans.append((f", {found.dropped:,} not sent", "faint"))
    if found.failed:
        spans.append((f", {len(found.failed):,} refused", "bad"))
    if found.conflicts:
        spans.append((f", {len(found.conflicts):,} changed by others meanwhile", "warn"))
    if wrong:
        spans += [("   U", "accent"), (" lists them, to send them again", "faint")]
    elif back:
        spans += [("   ^r", "accent"), (" does them again", "faint")]
    else:
        spans += [("   u", "accent"), (" takes them back", "faint")]
    return spans


def unsettled_spans(failed: int, conflicts: int) -> list[Span]:
    """That edits wait for a decision, in one line."""
    said: list[Span] = []
    if conflicts:
        edits = words.counted(conflicts, "edit")
        said.append((f"≠ {edits} met somebody else's change   ", "warn"))
    if failed:
        were = "was" if failed == 1 else "were"
        said.append((f"! {words.counted(failed, 'edit')} {were} refused   ", "bad"))
    it = "it" if failed + conflicts == 1 else "them"
    return [*said, ("U", "accent"), (f" settles {it}", "faint")]
