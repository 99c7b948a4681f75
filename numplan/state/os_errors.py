"""What the operating system refuses, as an error that says what, where, and what to do next; and the words for how
things stand after a call that did not do what it was for.
"""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from numplan.model.errors import StateError

EITHER: Final = (
    "the stored state is either the old one or the new one, complete; the next run continues from it"
)
MAYBE_LOCKED: Final = "it may be locked under this run's name now"
MAYBE_UNLOCKED: Final = "it may be unlocked now, or locked still"
UNTOUCHED: Final = "the state stored before is untouched"

_SPACE = "free some space there, then run the same command again"
_NEXT = {
    errno.ENOSPC: _SPACE,
    errno.EDQUOT: "free some space or raise the quota, then run the same command again",
    errno.EFBIG: "raise the limit on file size (ulimit -f), then run the same command again",
    errno.EROFS: "remount it writable, or keep state elsewhere with --state",
    errno.EACCES: "run as the user that owns the state, or give this one access to the file and its folder",
    errno.EPERM: "run as the user that owns the state, or give this one access to the file and its folder",
    errno.EIO: "the disk reports errors: copy the state and its backup elsewhere, then look after this disk",
    errno.ENOENT: "create the folder, or correct the path (--state, NUMPLAN_STATE or the manifest)",
    errno.ENOTDIR: "correct the path (--state, NUMPLAN_STATE or the manifest)",
    errno.ENAMETOOLONG: "give the state a shorter name with --state",
}


@contextmanager
def explained(doing: str, place: str, aftermath: str = "") -> Iterator[None]:
    """Turn an OSError within into a StateError: what could not be done, where, why, and how things stand."""
    try:
        yield
    except OSError as problem:
        reason = os.strerror(problem.errno) if problem.errno else str(problem)
        stand = f"; {aftermath}" if aftermath else ""
        hint = _NEXT.get(problem.errno or 0, "fix that, then run the same command again")
        raise StateError(f"cannot {doing} {place}: {reason}{stand}", hint=hint) from problem
