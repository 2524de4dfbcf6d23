"""What a piece of noise is cast with, and how it is described."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tui.demo.dice import Dice
from tui.demo.story.alert import Alert
from tui.demo.story.stage import Stage
from tui.demo.story.world import Device, Person


@dataclass(frozen=True)
class Scene:
    """One occurrence of an everyday thing."""

    stage: Stage
    person: Person
    device: Device
    thing: str
    """What distinguishes it: a program, a malware's name, an application, a site."""
    address: str
    """An address outside."""
    country: str
    """Where that address is, as two letters."""
    dice: Dice
    """For what only the alerts tell; thrown in the same order each time."""


Outcome = tuple[str, str]
"""A classification and its determination."""

SOFTWARE: Sequence[tuple[int, Outcome]] = (
    (7, ("truePositive", "unwantedSoftware")),
    (2, ("informationalExpectedActivity", "confirmedActivity")),
    (1, ("falsePositive", "notMalicious")),
)
MALWARE: Sequence[tuple[int, Outcome]] = (
    (8, ("truePositive", "malware")),
    (1, ("falsePositive", "notMalicious")),
    (1, ("informationalExpectedActivity", "securityTesting")),
)
MAIL: Sequence[tuple[int, Outcome]] = (
    (7, ("truePositive", "phishing")),
    (2, ("falsePositive", "notMalicious")),
    (1, ("falsePositive", "notEnoughDataToValidate")),
)
ACCOUNT: Sequence[tuple[int, Outcome]] = (
    (5, ("informationalExpectedActivity", "confirmedActivity")),
    (2, ("falsePositive", "notMalicious")),
    (2, ("truePositive", "compromisedAccount")),
    (1, ("falsePositive", "notEnoughDataToValidate")),
)
WORK: Sequence[tuple[int, Outcome]] = (
    (5, ("informationalExpectedActivity", "lineOfBusinessApplication")),
    (3, ("informationalExpectedActivity", "confirmedActivity")),
    (1, ("truePositive", "other")),
    (1, ("falsePositive", "notMalicious")),
)
TEST: Sequence[tuple[int, Outcome]] = ((1, ("informationalExpectedActivity", "securityTesting")),)


@dataclass(frozen=True)
class Template:
    """A kind of everyday incident.

    Args:
        weight: How often it happens.
        name: The incident's name; `{person}`, `{device}` and `{thing}` are filled in.
        severity: The incident's severity.
        tell: Its alerts.
        outcomes: What analysts close it as, by weight.
        things: What `thing` may be.
        tags: Tags it may carry.
    """

    weight: int
    name: str
    severity: str
    tell: Callable[[Scene], list[Alert]]
    outcomes: Sequence[tuple[int, Outcome]]
    things: tuple[str, ...] = ("",)
    tags: tuple[str, ...] = ()

    def title(self, person: Person, device: Device, thing: str) -> str:
        """The incident's name for this cast."""
        return self.name.format(person=person.name, device=device.name, thing=thing)
