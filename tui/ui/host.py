"""What screens and widgets may ask of the application they run in."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from textual.app import App

if TYPE_CHECKING:
    from tui.api.records import Evidence, Incident
    from tui.auth.profiles import DemoLauncher, Profile
    from tui.auth.secret import Secret
    from tui.config import Settings
    from tui.errors import Problem
    from tui.ui.drafts import Drafts
    from tui.ui.key_gate import Hold, KeyGate
    from tui.ui.views import Views
    from tui.ui.workspace import Workspace


class OfTenant(Protocol):
    """A screen, as its header sees it."""

    @property
    def shown_workspace(self) -> Workspace | None:
        """The tenant that the screen shows; None where nobody is signed in."""


class Host(App[int]):
    """The application, as its screens see it."""

    settings: Settings
    profile_name: str | None
    """The profile to preselect."""
    demo: DemoLauncher | None
    """Starts the embedded tenant; None where it is not to be had."""
    use_demo: bool
    """The embedded tenant is preselected."""
    no_cache: bool
    """Everything stays in memory."""
    fixed_now: Callable[[], datetime] | None
    """A clock for pictures; None is the machine's."""
    drafts: Drafts
    """Comments begun and not sent."""
    views: Views
    """Saved views of the queue."""
    gate: KeyGate
    """Keeps keys that are typed ahead."""
    question: Hold | None = None
    """Given up by a dialog once it takes keys, and taken again when it is answered."""
    steps_done: set[str]
    """Steps of the app's registration that are checked off in this run."""
    profile_draft: dict[str, str] | None = None
    """A form of a new profile that was left unfinished, without its secret."""
    workspace: Workspace | None = None
    """What is signed in to; None on the sign-in screen."""

    @abstractmethod
    def now(self) -> datetime:
        """The time, by the server's clock where one is known."""

    @abstractmethod
    def me(self) -> str | None:
        """Who works here, where somebody said."""

    @abstractmethod
    def remember_me(self, name: str) -> None:
        """The answer to "who are you"."""

    @abstractmethod
    def last_profile(self) -> str | None:
        """The profile that signed in last on this machine."""

    @abstractmethod
    def remember_profile(self, name: str) -> None:
        """Preselect this profile next time."""

    @abstractmethod
    async def enter(self, workspace: Workspace) -> None:
        """Signed in: show the queue."""

    @abstractmethod
    async def hunt(self, query: str, name: str, timespan: str | None = None) -> None:
        """Open Hunting with a query, in a tab of this name, and run it.

        Args:
            query: The query.
            name: What the tab is called.
            timespan: ISO 8601, how far back it looks; None leaves the tab's own.
        """

    @abstractmethod
    def show_incident(self, incident_id: str) -> None:
        """Show an incident over what is shown."""

    @abstractmethod
    def show_entity(self, incident: Incident, entity: Evidence) -> None:
        """Show the page of an entity that an incident names."""

    @abstractmethod
    async def go_back(self) -> None:
        """Show the place that was shown before this one, where there was one."""

    @abstractmethod
    async def action_sign_out(self) -> None:
        """Drop the token and return to the sign-in screen."""

    @abstractmethod
    def open_workspaces(self) -> list[Workspace]:
        """The tenants that are open, the one that was in front last at the end."""

    @abstractmethod
    async def switch_tenant(self, profile: Profile) -> None:
        """Bring the tenant of a profile to the front, with its cached queue."""

    @abstractmethod
    def reopen(self, former: Workspace, profile: Profile) -> None:
        """Sign in anew after a profile was changed; the cache and what waits in it stay."""

    @abstractmethod
    def reload_settings(self) -> bool:
        """Read the settings file again; False where it has a fault, which is said."""

    @abstractmethod
    async def ask_secret(self, profile: Profile, question: str) -> Secret | None:
        """Ask the person at the keyboard for a profile's secret."""

    @abstractmethod
    def report(self, problem: Problem, *, rest_at: str = "") -> None:
        """Say a problem that has no place of its own on the screen."""

    @abstractmethod
    def hold(self, error: Exception) -> None:
        """The edge of the program: an error that nobody else took."""
