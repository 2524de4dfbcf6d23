"""Keys one at a time: a key goes on when all that the key before it caused has happened.

Textual hands a key to whatever has the focus when it arrives. Over a slow line, from a paste
or from a quick typist, keys arrive in bursts: the second would go to the table although the
first was to open the filter. The gate keeps what is typed ahead until the former key has been
handled, its messages too, and no question is about to open.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from textual.events import Key
from textual.keys import key_to_character
from textual.message_pump import MessagePump

if TYPE_CHECKING:
    from textual.app import App
    from textual.events import Event
    from textual.timer import Timer

_ROUNDS = 3
"""Times that a marker follows the key through its queues: each lets one more generation of
messages (a row was opened, a dialog was asked for) come to its end."""

_LOOK = 0.02
"""Seconds between two looks for a lost marker, while keys wait."""

_LONGEST_HOLD = 1.5
"""Seconds after which keys go on although what they wait for has not come."""

_LONGEST_QUESTION = 10.0
"""The same for a question: its keys would do something else where it is not open yet."""


class Hold:
    """Keeps keys back while it is taken; given back by itself after a while.

    Args:
        gate: Whose keys.
        longest: Seconds.
    """

    def __init__(self, gate: KeyGate, longest: float) -> None:
        self._gate = gate
        self._longest = longest
        self._timer: Timer | None = None

    def take(self) -> None:
        """Keep keys back, where they are not kept already."""
        if self._timer is None:
            self._timer = self._gate.held(self._longest, self.release)

    def release(self) -> None:
        """Let them go on."""
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
            self._gate.let_go()


class KeyGate:
    """The gate of one application.

    Args:
        app: The application.
        route: Hands an event to what has the focus now.
    """

    def __init__(self, app: App[int], route: Callable[[Event], Awaitable[None]]) -> None:
        self._app = app
        self._route = route
        self._waiting: deque[Event] = deque()
        self._target: MessagePump = app
        self._at: MessagePump | None = None
        """Where the marker is; None where no key is under way."""
        self._rounds = 0
        self._ticket = 0
        """Tells the marker of this key from a late one of an earlier."""
        self._holds = 0
        self._watch: Timer | None = None

    async def take(self, event: Event) -> None:
        """A key or a paste arrived: hand it on, now or when its turn comes."""
        for one in self._parted(event):
            await self._queue(one)

    def _parted(self, event: Event) -> list[Event]:
        """Escape and a key that arrived as one.

        A terminal sends Alt and a key as Escape and that key, so Escape quickly followed by
        a key looks like Alt. Where nothing is bound to the latter, the former was meant.
        """
        if not isinstance(event, Key) or not event.key.startswith("alt+"):
            return [event]
        plain = event.key.removeprefix("alt+")
        if "+" in plain or event.key in self._app.screen.active_bindings:
            return [event]
        return [Key("escape", "\x1b"), Key(plain, key_to_character(plain))]

    async def _queue(self, event: Event) -> None:
        if self._at is None and not self._holds:
            await self._hand_on(event)
            return
        self._waiting.append(event)
        if self._watch is None:
            self._watch = self._app.set_interval(_LOOK, self._look)

    async def _hand_on(self, event: Event) -> None:
        self._target = self._at = self._app.focused or self._app.screen
        self._rounds = _ROUNDS
        self._ticket += 1
        try:
            await self._route(event)
        finally:
            self._follow(self._target, self._ticket)

    def _follow(self, at: MessagePump, ticket: int) -> None:
        """Send the marker the way that the event bubbles; it arrives after the event."""
        if ticket != self._ticket:
            return
        if at is not self._app and (at._closing or at._closed or not at.is_attached):
            at = self._app
        self._at = at
        if at is self._app:
            at.call_later(self._arrived, ticket)
        else:
            at.call_later(self._follow, at._parent or self._app, ticket)

    async def _look(self) -> None:
        """A widget that is taken away takes the marker with it: go on from the application."""
        at = self._at
        if at is not None and at is not self._app and (at._closing or at._closed):
            self._at = self._app
            self._ticket += 1
            await self._arrived(self._ticket)

    async def _arrived(self, ticket: int) -> None:
        if self._at is not self._app or ticket != self._ticket:
            return
        self._rounds -= 1
        if self._rounds > 0:
            self._follow(self._target, ticket)
            return
        self._at = None
        await self._go_on()

    async def _go_on(self) -> None:
        if self._waiting and self._at is None and not self._holds:
            await self._hand_on(self._waiting.popleft())
        elif not self._waiting and self._watch is not None:
            self._watch.stop()
            self._watch = None

    def held(self, longest: float, release: Callable[[], None]) -> Timer:
        """Keep keys back once more; the timer that calls `release`."""
        self._holds += 1
        return self._app.set_timer(longest, release)

    def let_go(self) -> None:
        """Keep keys back once less."""
        self._holds -= 1
        self._app.call_later(self._go_on)

    @contextmanager
    def hold(self, longest: float = _LONGEST_HOLD) -> Iterator[Hold]:
        """Keep keys back while something that they are meant for is about to come.

        What is given lets them go earlier, and keeps them back again.
        """
        hold = Hold(self, longest)
        hold.take()
        try:
            yield hold
        finally:
            hold.release()

    @contextmanager
    def question(self) -> Iterator[Hold]:
        """The same while questions are prepared, and while what was answered is done.

        Without it a key that comes early would act on what lies behind the question.
        """
        with self.hold(_LONGEST_QUESTION) as hold:
            yield hold
