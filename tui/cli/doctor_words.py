"""What doctor says: one line a check, with nothing in it of a tenant, a person or a secret."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from tui.errors import Forbidden, Problem, ServiceProblem, SignInProblem
from tui.text import visible

if TYPE_CHECKING:
    from tui.auth.profiles import Profile

Verdict = Literal["ok", "note", "bad"]

_GUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_USER = re.compile(r"[\w.+-]+@[\w.-]+\.\w+")


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at."""

    name: str
    verdict: Verdict
    found: str
    code: int = 0
    """What the command ends with, where this is the first thing that is bad."""


class Scrubber:
    """Takes names and identifiers out of sentences."""

    def __init__(self, profile: Profile | None = None) -> None:
        self._names: list[tuple[str, str]] = []
        home = str(Path.home())
        if len(home) > 3:
            self._names.append((home, "~"))
        from urllib.request import getproxies

        from tui.auth.http import proxy_place

        for value in getproxies().values():
            if place := proxy_place(value):
                self._names.append((place, "‹proxy›"))
        if profile is None:
            return
        from tui.config.hosts import clouds_of
        from tui.config.origins import is_loopback

        for field in ("authority", "graph", "classic", "endpoint", "portal"):
            origin = getattr(profile.cloud, field)
            host = origin.partition("://")[2]
            if not clouds_of(field, origin) and not is_loopback(host.rpartition(":")[0] or host):
                self._names.append((host, f"‹{field} host›"))
        for value, word in (
            (profile.tenant_id, "‹tenant›"),
            (profile.home_tenant or "", "‹home tenant›"),
            (profile.client_id, "‹client ID›"),
        ):
            if value:
                self._names.append((value, word))
        names = "|".join(map(re.escape, dict.fromkeys((profile.name, profile.table))))
        self._profile = re.compile(rf"(?<![\w-])(?:{names})(?![\w-])")

    _profile: re.Pattern[str] | None = None

    def __call__(self, text: str) -> str:
        from tui.auth.secret import redact

        text = redact(visible(text))
        for name, word in self._names:
            text = re.sub(re.escape(name), lambda _, word=word: word, text, flags=re.IGNORECASE)  # type: ignore[misc]
        text = _USER.sub("‹user›", _GUID.sub("‹id›", text))
        return self._profile.sub("‹profile›", text) if self._profile else text

    def quoted(self, text: str) -> str:
        """The same without what stands in quotation marks: a file's own values."""
        return self(re.sub(r"'[^']*'", "'…'", text))

    def problem(self, problem: Problem) -> str:
        """A problem in our own words: what a service said may name anything."""
        from tui.auth.aadsts import refusal

        if isinstance(problem, Forbidden):
            return "not permitted (403): a role is missing, see above"
        if isinstance(problem, ServiceProblem):
            status = f"HTTP {problem.status}" if problem.status else "an answer without sense"
            return self(f"{status} {problem.code}".strip())
        code = problem.code.removeprefix("AADSTS")
        known = refusal(code) if isinstance(problem, SignInProblem) and code else None
        if known is not None:
            return self(f"{problem.code}: {known.why}. {problem.remedy}")
        if problem.code.startswith("AADSTS"):
            return self(f"{problem.code}, see https://login.microsoftonline.com/error?code={code}")
        return self(f"{problem.why or problem.what}. {problem.remedy}".replace("..", "."))
