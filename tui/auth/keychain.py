"""The system's keyring: Secret Service, Keychain, Credential Locker.

Backends talk to other processes and can hang on a locked collection: every call runs in a
thread of its own with a time limit.
"""

from __future__ import annotations

import os
import queue
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from time import monotonic, sleep
from typing import TYPE_CHECKING, TypeVar, cast

from tui.auth.profiles import Profile
from tui.config import NAME, app_paths, locked
from tui.errors import SignInProblem
from tui.text import visible

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

T = TypeVar("T")

_LIMIT = 60.0
"""Seconds for one call: a person may have to unlock the keyring meanwhile."""
_AT_ONCE = 0.5
"""Seconds in which no person has answered."""
_PAUSES = (0.05, 0.1, 0.2)
_PIECE = 1_000
"""Characters in one entry; Windows takes about 1,280."""
_MOST_PIECES = 64
_ROOMY = frozenset({"SecretService", "libsecret", "macOS", "kwallet"})
"""Backends that take values of any length that a secret has."""
_SPLIT = "m365d-tui:split:"
_NAMES = {
    "SecretService": "Secret Service",
    "libsecret": "Secret Service",
    "macOS": "macOS Keychain",
    "Windows": "Windows Credential Locker",
    "kwallet": "KWallet",
}


class _Absent(Exception):
    """There is no keyring that could be used; the argument says why."""


def _usable() -> tuple[KeyringBackend, str]:
    """The keyring in use and its name for people."""
    import keyring
    from keyring.backends import chainer, fail, null

    try:
        backend = keyring.get_keyring()
    except Exception:  # What loads a backend raises whatever its module does.
        chosen = visible(os.environ.get("PYTHON_KEYRING_BACKEND", ""))[:100]
        named = f"the keyring that PYTHON_KEYRING_BACKEND names, {chosen}," if chosen else ""
        raise _Absent(f"{named or 'the keyring'} cannot be opened") from None
    if isinstance(backend, chainer.ChainerBackend):
        safe = [one for one in backend.backends if _safe(one)]
        if not safe:
            raise _Absent("there is no keyring on this machine")
        backend = safe[0]
    if isinstance(backend, fail.Keyring | null.Keyring):
        raise _Absent("there is no keyring on this machine")
    if not _safe(backend):
        raise _Absent("the keyring of this machine keeps secrets in plain text")
    return backend, _name(backend)


def _safe(backend: KeyringBackend) -> bool:
    """Whether a backend protects what it keeps; keyrings.alt holds the ones that do not."""
    kind = type(backend)
    return not kind.__module__.startswith("keyrings.alt") and "PlainText" not in kind.__name__


def _name(backend: KeyringBackend) -> str:
    module = type(backend).__module__.rpartition(".")[2]
    return _NAMES.get(module, "keyring")


def _limited(work: Callable[[], T]) -> T:
    """Do work in a daemon thread: a backend that hangs must not hold up the exit.

    Raises:
        TimeoutError: It took too long; the thread is left behind.
    """
    done: queue.SimpleQueue[tuple[T | None, Exception | None]] = queue.SimpleQueue()

    def run() -> None:
        try:
            done.put((work(), None))
        except Exception as error:
            done.put((None, error))
        except BaseException:
            done.put((None, RuntimeError("stopped")))

    threading.Thread(target=run, name="keyring", daemon=True).start()
    try:
        value, error = done.get(timeout=_LIMIT)
    except queue.Empty:
        raise TimeoutError from None
    if error is not None:
        raise error
    return cast("T", value)


_ELSEWHERE = "Try again in a session where the keyring can be opened."


def _offer(profile: Profile) -> str:
    return (
        f'Set credential = "env" in profile {profile.name} and M365D_CLIENT_SECRET, '
        'or credential = "prompt" to be asked each time.'
    )


def _call(what: str, remedy: str, work: Callable[[KeyringBackend], T]) -> tuple[T, str]:
    name = "the keyring"

    def inside() -> tuple[T, str]:
        nonlocal name
        backend, name = _usable()
        return _persistent(lambda: work(backend)), name

    try:
        return _limited(inside)
    except _Absent as absent:
        raise SignInProblem(what, str(absent), remedy) from None
    except TimeoutError:
        raise SignInProblem(
            what,
            f"{name} did not answer within {_LIMIT:.0f} s",
            f"Unlock it and try again. {remedy}",
        ) from None
    except Exception as error:
        raise _refused(what, name, remedy, error) from None


def _persistent(work: Callable[[], T]) -> T:
    """Do work once more where a keyring says at once that it is locked.

    gnome-keyring does so for a moment while another process changes the same entry; where a
    person has declined to unlock it, time has passed, and nobody is asked again.
    """
    for pause in _PAUSES:
        began = monotonic()
        try:
            return work()
        except Exception as error:
            passing = "Locked" in type(error).__name__ or "NotFound" in type(error).__name__
            if not passing or monotonic() - began > _AT_ONCE:
                raise
        sleep(pause)
    return work()


def _refused(what: str, name: str, remedy: str, error: Exception) -> SignInProblem:
    kind = type(error).__name__
    if "Locked" in kind:
        return SignInProblem(what, f"{name} is locked", "Unlock it and try again.")
    if kind == "NoKeyringError":
        return SignInProblem(what, "there is no keyring on this machine", remedy)
    if kind in ("InitError", "RuntimeError"):
        return SignInProblem(what, f"{name} cannot be opened", remedy)
    return SignInProblem(
        what, f"{name} refused ({kind})", f"Unlock it and allow the access. {remedy}"
    )


def _pieces_of(user: str, value: str | None) -> list[str]:
    """User names of the entries that a long value was split into; none for a short one."""
    if value is None or not value.startswith(_SPLIT):
        return []
    count, _, tag = value.removeprefix(_SPLIT).partition(":")
    if not count.isdigit() or not 0 < int(count) <= _MOST_PIECES:
        return []
    return [f"{user}#{tag}{number}" for number in range(int(count))]


def _get(backend: KeyringBackend, user: str) -> str | None:
    for _ in range(2):
        # Twice: another process may replace a long value while its pieces are read.
        value = backend.get_password(NAME, user)
        if value is None or not value.startswith(_SPLIT):
            return value
        names = _pieces_of(user, value)
        pieces = [backend.get_password(NAME, name) for name in names]
        if names and None not in pieces:
            return "".join(piece or "" for piece in pieces)
    return None


def _delete(backend: KeyringBackend, user: str) -> bool:
    value = backend.get_password(NAME, user)
    if value is None:
        return False
    backend.delete_password(NAME, user)
    _drop(backend, _pieces_of(user, value))
    return True


def _drop(backend: KeyringBackend, names: list[str]) -> None:
    from keyring.errors import PasswordDeleteError

    for name in names:
        try:
            backend.delete_password(NAME, name)
        except PasswordDeleteError:
            continue  # Another process was here before.


def _takes(backend: KeyringBackend) -> int:
    """Characters that a backend is trusted to keep in one entry."""
    module = type(backend).__module__.rpartition(".")[2]
    return _PIECE * _MOST_PIECES if module in _ROOMY else _PIECE


def _set(backend: KeyringBackend, user: str, value: str) -> None:
    import secrets

    former = backend.get_password(NAME, user)
    if former == value:
        return
    if len(value) <= _takes(backend) and not value.startswith(_SPLIT):
        backend.set_password(NAME, user, value)
    else:
        pieces = [value[at : at + _PIECE] for at in range(0, len(value), _PIECE)]
        head = f"{_SPLIT}{len(pieces)}:{secrets.token_hex(4)}-"
        for name, piece in zip(_pieces_of(user, head), pieces, strict=True):
            backend.set_password(NAME, name, piece)
        # Written after its pieces, and the former ones go last: whoever reads meanwhile finds
        # the old value or the new one, never half of either.
        backend.set_password(NAME, user, head)
    _drop(backend, _pieces_of(user, former))


def _lock() -> Path:
    """Held while entries change: of two long values that are stored at once one stays whole."""
    return app_paths().state_dir / "keyring.lock"


def entry_user(profile: Profile, entry: str = "") -> str:
    """User name of a profile's entry: its secret, or with a word for it something else."""
    if entry == "user":
        # A secret is the app's wherever it signs in, but a user's sign-in is of one tenant.
        profile = replace(profile, home_tenant=None)
    return f"{profile.keyring_user}/{entry}" if entry else profile.keyring_user


def read(profile: Profile, entry: str = "") -> tuple[str | None, str]:
    """What is stored, or None, and the keyring's name.

    Args:
        entry: Which of the profile's values: the client secret, or `certificate`
            (its pass phrase) or `user` (a refresh token).

    Raises:
        SignInProblem: There is no keyring, or it refused.
    """
    return _call(
        f"Signing in to {profile.name} failed",
        _offer(profile),
        lambda backend: _get(backend, entry_user(profile, entry)),
    )


def write(profile: Profile, value: str, entry: str = "") -> str:
    """Store a value and return the keyring's name; entries as `read` has them.

    Raises:
        SignInProblem: There is no keyring, it refused, or the value is no secret.
    """
    what = f"The secret of {profile.name} was not stored"
    user = entry_user(profile, entry)
    if len(value) > _PIECE * _MOST_PIECES:
        raise SignInProblem(what, "it is longer than any secret", "Check what was given.")

    def work(backend: KeyringBackend) -> bool:
        with locked(_lock()):
            _set(backend, user, value)
            return _get(backend, user) == value

    kept, name = _call(what, _offer(profile), work)
    if not kept:
        raise SignInProblem(what, f"{name} did not keep it", _offer(profile))
    return name


def delete(profile: Profile, entry: str = "") -> bool:
    """Remove a value and return whether there was one.

    Raises:
        SignInProblem: There is no keyring, or it refused.
    """

    def work(backend: KeyringBackend) -> bool:
        with locked(_lock()):
            return _delete(backend, entry_user(profile, entry))

    removed, _ = _call(f"The secret of {profile.name} was not removed", _ELSEWHERE, work)
    return removed


def backend_name() -> tuple[str, bool]:
    """The keyring's name and whether it is usable; otherwise why not, and False."""
    try:
        _, name = _limited(_usable)
    except _Absent as absent:
        return str(absent), False
    except TimeoutError:
        return "the keyring does not answer", False
    except Exception:
        return "the keyring cannot be opened", False
    return name, True
