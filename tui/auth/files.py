"""Reading files that hold secrets: only where others cannot read them too."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from tui.errors import SignInProblem
from tui.text import visible

_LARGEST = 1_000_000
_FLAGS = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


def read_secret_file(path: Path, what: str, name: str, *, private: bool = True) -> bytes:
    """The contents of a file that a profile names.

    Args:
        path: The file.
        what: What fails without it, as `Problem` has it.
        name: What the file is, in a sentence ("the certificate").
        private: Refuse a file that other users of the machine can read (POSIX).

    Raises:
        SignInProblem: It is not there, cannot be read, is no file, or others can read it.
    """
    shown = visible(str(path))

    def refuse(why: str, remedy: str) -> SignInProblem:
        return SignInProblem(what, f"{name} {shown} {why}", remedy)

    try:
        # A pipe would block for ever when it is opened without this.
        handle = os.open(path, os.O_RDONLY | _FLAGS)
    except FileNotFoundError:
        raise refuse("is not there", "Check the path in the profile.") from None
    except OSError as error:
        why = (error.strerror or "refused").lower()
        raise refuse(f"cannot be read: {why}", "Check its permissions.") from None
    status = os.fstat(handle)
    if not stat.S_ISREG(status.st_mode):
        os.close(handle)
        raise refuse("is no file", "Check the path in the profile.")
    with os.fdopen(handle, "rb") as stream:
        if private and os.name == "posix" and stat.S_IMODE(status.st_mode) & 0o077:
            raise refuse(
                f"can be read by others (mode {stat.S_IMODE(status.st_mode):04o})",
                f"Close it with `chmod 600 {_quoted(path)}`.",
            )
        data = stream.read(_LARGEST + 1)
    if len(data) > _LARGEST:
        raise refuse("is larger than a megabyte", "Check the path in the profile.")
    return data


def _quoted(path: Path) -> str:
    import shlex

    return visible(shlex.quote(str(path)))
