"""Named places where a run can be made to fail, so that tests can kill it at any step of the protocol.

`NUMPLAN_FAILPOINT=name:nth:kill|raise|stall|stop` acts at the nth time the named place is passed: `kill` ends
the process as SIGKILL would, `raise` raises an OSError, `stall` sleeps until a signal ends it, `stop` stops the
process until SIGCONT, and it goes on from there. With the variable unset, passing a failpoint is a call that
returns at once.
"""

import os
import signal
import threading
import time
from typing import Final

VARIABLE: Final = "NUMPLAN_FAILPOINT"
ACTIONS: Final = ("kill", "raise", "stall", "stop")

_lock = threading.Lock()
_passed: dict[str, int] = {}


class FailpointError(OSError):
    """What `raise` raises: an I/O error that nobody expects."""


def failpoint(name: str) -> None:
    """Pass the named place, and fail there if the environment says so."""
    if _armed is not None and _armed[0] == name:
        _fail(name, *_armed[1:])


def arm(text: str | None) -> None:
    """Arm the failpoint that `name:nth:action` names, or none. Raises SystemExit, saying why, on another text."""
    global _armed  # noqa: PLW0603 - one failpoint a process, as its environment says
    _passed.clear()
    _armed = _read(text) if text else None


def _read(text: str) -> tuple[str, int, str]:
    name, _, rest = text.partition(":")
    nth, _, action = rest.partition(":")
    if not name or not nth.isdecimal() or action not in ACTIONS:
        raise SystemExit(f"{VARIABLE} is {text!r}; it may be name:nth:{'|'.join(ACTIONS)}")
    return name, int(nth), action


def _fail(name: str, nth: int, action: str) -> None:
    with _lock:
        _passed[name] = _passed.get(name, 0) + 1
        if _passed[name] != nth:
            return
    match action:
        case "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        case "stop":
            # At this thread: one that only the process is sent comes a little later, wherever this one is then.
            signal.pthread_kill(threading.get_ident(), signal.SIGSTOP)
        case "stall":
            while True:
                time.sleep(60)
        case _:
            raise FailpointError(f"failpoint {name}")


_armed: tuple[str, int, str] | None = None
arm(os.environ.get(VARIABLE))
