"""The noise of every day around the stories: which incidents, when, and what became of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from itertools import pairwise

from tui.demo.dice import Dice
from tui.demo.identity import ANALYST
from tui.demo.story import (
    everyday_commands,
    everyday_devices,
    everyday_mail,
    everyday_people,
)
from tui.demo.story.alert import Alert
from tui.demo.story.record import Record, comment
from tui.demo.story.scene import Outcome, Scene, Template
from tui.demo.story.stage import Stage
from tui.demo.story.world import Device, Person, devices, endpoints, office_workers

NEWEST = 4711
"""The number of the newest incident."""
_TEMPLATES = tuple(
    (one.weight, one)
    for one in (
        *everyday_devices.TEMPLATES,
        *everyday_commands.TEMPLATES,
        *everyday_people.TEMPLATES,
        *everyday_mail.TEMPLATES,
    )
)
_ANALYSTS = (
    (4, ANALYST),
    (4, "d.ito@contoso.com"),
    (3, "m.ruiz@contoso.com"),
    (1, "h.osei@contoso.com"),
)
_COUNTRIES = ("RO", "VN", "BR", "US", "NG", "GB", "DE", "JP", "RU", "NL")
_REMARKS = {
    "truePositive": (
        "Confirmed, cleaned up and the user informed.",
        "Blocked at the gateway as well.",
        "Same sender as last week; added to the block list.",
        "Password reset, sessions revoked.",
        "Device scanned again: clean.",
    ),
    "informationalExpectedActivity": (
        "Known script of the deployment team.",
        "User was travelling; confirmed by phone.",
        "Announced in the change calendar.",
        "New phone, confirmed by the manager.",
    ),
    "falsePositive": (
        "Checked by hand, nothing there. Reported to Microsoft.",
        "Vendor's scanner; exclusion requested.",
        "Not enough left in the logs to tell.",
    ),
}
_AGES = (
    (4711, 2.2),
    (4698, 5.0),
    (4690, 7.0),
    (4688, 9.0),
    (4671, 26.0),
    (4669, 29.0),
    (4660, 48.0),
    (4655, 54.0),
    (4651, 72.0),
    (4642, 78.0),
    (4640, 84.0),
    (4637, 96.0),
    (4631, 102.0),
)
"""Hours since incidents of these numbers were opened; those between lie between."""
_INHERITED = 9_000_000
_MONTH = 28.5 * 24
_EARLIER = 180.0 * 24
_RECENT = 3
"""Of the newest numbers, one in so many is noise: the stories come first."""


def _numbers(seed: int, count: int, taken: AbstractSet[int]) -> list[int]:
    """The numbers of the noise, newest first; some were given to other tenants' incidents."""
    found = [
        number
        for number in range(_AGES[0][0] - 2, _AGES[-1][0], -1)
        if number not in taken and number % _RECENT == 0
    ]
    dice = Dice(seed, 11)
    number = _AGES[-1][0]
    while len(found) < count and number > 1:
        number -= 1 + dice.below(4) // 3
        if number not in taken and number > 0:
            found.append(number)
    return found[:count]


def _ages(numbers: list[int], month: int) -> Iterator[float]:
    """Hours since each was opened: interpolated near the top, then evenly over the month, then
    over the half-year before it."""
    oldest_number, oldest_known = _AGES[-1]
    later = sum(oldest_number < number <= NEWEST for number in numbers)
    below = len(numbers) - later
    in_month = max(1, month - later)
    place = 0
    for number in numbers:
        if oldest_number < number <= NEWEST:
            for (high, young), (low, old) in pairwise(_AGES):
                if high >= number >= low:
                    yield young + (old - young) * (high - number) / (high - low)
                    break
            continue
        place += 1
        if place <= in_month:
            yield oldest_known + (_MONTH - oldest_known) * place / in_month
        else:
            rest = max(1, below - in_month)
            yield 31 * 24 + (_EARLIER - 31 * 24) * (place - in_month) / rest


def noise(count: int, seed: int, now: datetime, taken: AbstractSet[int]) -> list[Record]:
    """So many incidents that no story tells, newest first.

    Args:
        count: How many.
        seed: Chooses them.
        now: What their times are relative to.
        taken: Numbers that stories have.
    """
    numbers = _numbers(seed, count, taken)
    if len(numbers) < count:
        # A queue that is longer than there are numbers has what another tenant brought along.
        numbers += range(_INHERITED, _INHERITED - (count - len(numbers)), -1)
    month = max(1, 300 - len(taken))
    return [
        _record(number, age, seed, now)
        for number, age in zip(numbers, _ages(numbers, month), strict=True)
    ]


@dataclass(frozen=True)
class Cast:
    """What an incident is made from: the same cast tells the same alerts each time."""

    template: Template
    person: Person
    device: Device
    thing: str
    address: str
    country: str
    key: int

    def tell(self, began: datetime) -> list[Alert]:
        """The alerts."""
        scene = Scene(
            Stage(began),
            self.person,
            self.device,
            self.thing,
            self.address,
            self.country,
            Dice(self.key),
        )
        return self.template.tell(scene)


def teller(
    tell: Callable[[Scene], list[Alert]],
    person: Person,
    on: Device,
    thing: str = "",
    *,
    address: str = "198.51.100.77",
    country: str = "RO",
    key: int = 1,
) -> Callable[[Stage], list[Alert]]:
    """An everyday thing with a cast of one's own, told like a story."""
    return lambda stage: tell(Scene(stage, person, on, thing, address, country, Dice(key)))


def _cast(dice: Dice, number: int, seed: int) -> Cast:
    template = dice.weighted(_TEMPLATES)
    person = dice.pick(office_workers())
    on = device_for(dice, template, person)
    thing = dice.pick(template.things)
    network = dice.pick(("198.51.100", "192.0.2", "203.0.113", "45.137.21", "91.219.236"))
    address = f"{network}.{dice.between(30, 250)}"
    country = dice.pick(_COUNTRIES)
    return Cast(template, person, on, thing, address, country, number * 1_000_003 + seed)


def device_for(dice: Dice, template: Template, person: Person) -> Device:
    """The machine it happens on: mostly the person's own."""
    if template.name.startswith("Sensor"):
        return dice.pick(_servers())
    own = _machine_of().get(person.name)
    return own if own and dice.chance(0.8) else dice.pick(endpoints())


@cache
def _servers() -> tuple[Device, ...]:
    return tuple(one for one in devices() if one.group == "Servers")


@cache
def _machine_of() -> dict[str, Device]:
    return {one.owner: one for one in reversed(endpoints())}


def _state(dice: Dice, age: float) -> str:
    if age < 24:
        return dice.weighted(((5, "active"), (3, "inProgress"), (2, "resolved")))
    if age < 96:
        return dice.weighted(
            ((30, "active"), (16, "inProgress"), (3, "awaitingAction"), (51, "resolved"))
        )
    return dice.weighted(
        (
            (4, "active"),
            (3, "inProgress"),
            (1, "awaitingAction"),
            (90, "resolved"),
            (2, "redirected"),
        )
    )


def _record(number: int, age: float, seed: int, now: datetime) -> Record:
    dice = Dice(seed, number)
    cast = _cast(dice, number, seed)
    template = cast.template
    created = now - timedelta(hours=age, seconds=dice.below(240))
    status = _state(dice, age)
    spent = min(age * 0.9, dice.weighted(((5, 1.5), (3, 6.0), (2, 20.0))) * (0.3 + dice.fraction()))
    updated = created + timedelta(hours=spent)
    outcome: Outcome = ("unknown", "unknown")
    if status == "resolved":
        outcome = dice.weighted(template.outcomes)
    working = status in {"resolved", "inProgress", "awaitingAction"}
    owner = dice.weighted(_ANALYSTS) if working or dice.chance(0.1) else None
    automatic = status == "resolved" and dice.chance(0.25)
    if automatic:
        owner = None
    remarks = []
    if status == "resolved" and not automatic and dice.chance(0.6):
        text = dice.pick(_REMARKS[outcome[0]])
        remarks.append(comment(text, owner or ANALYST, updated))
    return Record(
        number=number,
        name=template.title(cast.person, cast.device, cast.thing),
        severity=template.severity,
        status=status,
        created=created,
        updated=updated,
        began=created - timedelta(minutes=4),
        tell=lambda: cast.tell(created - timedelta(minutes=4)),
        assigned=owner,
        classification=outcome[0],
        determination=outcome[1],
        tags=list(template.tags) if dice.chance(0.7) else [],
        priority=dice.between(2, 14)
        if template.severity in {"low", "informational"}
        else dice.between(18, 62),
        modified_by=owner or "Microsoft Defender XDR",
        redirect=_STORY_OF_OLD if status == "redirected" else None,
        comments=remarks,
    )


_STORY_OF_OLD = 4671
"""What incidents were merged into: the longest investigation of the month."""
