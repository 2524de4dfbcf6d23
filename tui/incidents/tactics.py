"""ATT&CK tactics as alerts name them: their order in an attack, letters and words."""

from __future__ import annotations

from tui.text import spaced

TACTICS: dict[str, tuple[str, str]] = {
    "Reconnaissance": ("RC", "reconnaissance"),
    "ResourceDevelopment": ("RD", "resource development"),
    "InitialAccess": ("IA", "initial access"),
    "Execution": ("EX", "execution"),
    "Persistence": ("PE", "persistence"),
    "PrivilegeEscalation": ("PR", "privilege escalation"),
    "DefenseEvasion": ("DE", "defense evasion"),
    "CredentialAccess": ("CA", "credential access"),
    "Discovery": ("DI", "discovery"),
    "LateralMovement": ("LM", "lateral movement"),
    "Collection": ("CO", "collection"),
    "CommandAndControl": ("CC", "command and control"),
    "Exfiltration": ("XF", "exfiltration"),
    "Impact": ("IM", "impact"),
}
"""Tactics in the order of an attack, as `category` spells them: letters, and words.

Source: the enterprise matrix of MITRE ATT&CK."""

OTHER_CATEGORIES = ("Malware", "Ransomware", "SuspiciousActivity", "UnwantedSoftware", "Exploit")
"""Categories of alerts that are no tactic."""

LATE = frozenset({"Exfiltration", "Impact", "LateralMovement"})
"""Tactics that come when an attacker is already at home."""

_ALSO = {"c2": "CommandAndControl", "cnc": "CommandAndControl", "exfil": "Exfiltration"}
_PLACES = {name: place for place, name in enumerate(TACTICS)}
_NAMES = (
    {name.casefold(): name for name in (*TACTICS, *OTHER_CATEGORIES)}
    | {letters.casefold(): name for name, (letters, _) in TACTICS.items()}
    | _ALSO
)


def tactic_named(text: str) -> str | None:
    """The category that a person means by its name, words or letters; None if unknown."""
    plain = "".join(text.split()).replace("-", "").replace("_", "").casefold()
    return _NAMES.get(plain)


def words_of(category: str) -> str:
    """A category in words: "credential access"."""
    known = TACTICS.get(category)
    if known:
        return known[1]
    return spaced(category)


def letters_of(category: str) -> str:
    """A tactic's two letters; the name of any other category."""
    known = TACTICS.get(category)
    return known[0] if known else category


def place_of(category: str) -> tuple[int, str]:
    """Where a category stands: tactics in the order of an attack, then others by name."""
    return _PLACES.get(category, len(_PLACES)), category
