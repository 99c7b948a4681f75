"""Child processes that do one thing and may be killed at it."""

import fcntl
import os
import re
import shutil
import signal
import subprocess
import traceback
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from numplan.model.errors import StateError

DONE, REFUSED, BROKEN = 0, 10, 99

STRACE = shutil.which("strace")


def fork(work: Callable[[], object], *, stopped: bool = False) -> int:
    """Start a child that does `work` and ends with DONE, REFUSED (a StateError) or BROKEN. Returns its pid.

    A `stopped` child waits for SIGCONT before it begins.
    """
    pid = os.fork()
    if pid:
        return pid
    status = BROKEN
    try:
        if stopped:
            os.kill(os.getpid(), signal.SIGSTOP)
        status = work() or DONE
    except StateError:
        status = REFUSED
    except BaseException:  # noqa: BLE001 - a child must never go on with its parent's tests
        traceback.print_exc()
    finally:
        os._exit(status)


def end_of(pid: int) -> int:
    """How a child ended: its exit status, or minus the signal that killed it."""
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def run(work: Callable[[], object]) -> int:
    """How a child ends that does `work`."""
    return end_of(fork(work))


def kill(pid: int) -> None:
    """SIGKILL a child and see it gone."""
    os.kill(pid, signal.SIGKILL)
    end_of(pid)


def run_traced(work: Callable[[], object], *, inject: str = "", log: Path | str = "/dev/null") -> int:
    """How a child ends that does `work` while strace logs its system calls, or injects something into them."""
    pid = fork(work, stopped=True)
    os.waitpid(pid, os.WUNTRACED)
    injecting = ["-e", f"inject={inject}"] if inject else []
    tracer = subprocess.Popen(
        [STRACE, "-o", str(log), *injecting, "-p", str(pid)], stderr=subprocess.PIPE, text=True
    )
    assert "attached" in tracer.stderr.readline()
    os.kill(pid, signal.SIGCONT)
    status = end_of(pid)
    tracer.communicate(timeout=10)
    return status


def calls_of(work: Callable[[], object], log: Path) -> list[tuple[str, int]]:
    """The system calls that `work` makes, in order, each with how many of its kind came up to it."""
    assert run_traced(work, log=log) == DONE
    counted: Counter[str] = Counter()
    calls = []
    for name in re.findall(r"^(\w+)\(", log.read_text(), re.MULTILINE):
        counted[name] += 1
        calls.append((name, counted[name]))
    return [one for one in calls if one[0] != "exit_group"]


def tracing_fails() -> str:
    """Why nothing can be traced here, or nothing."""
    if STRACE is None:
        return "strace is not installed"
    tried = subprocess.run([STRACE, "-o", "/dev/null", "true"], capture_output=True, text=True, check=False)
    return f"strace may not trace here: {tried.stderr}" if tried.returncode else ""


def leftovers(path: Path) -> list[str]:
    """Temporary files that stand beside a state."""
    return sorted(found.name for found in path.parent.iterdir() if re.search(r"\.tmp$", found.name))


def is_locked(path: Path) -> bool:
    """What the kernel says of the lock."""
    with Path(f"{path}.lock").open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        return False


def wait_for(path: Path) -> None:
    """Wait until a child has made this file."""
    import time

    deadline = time.monotonic() + 20
    while not path.exists():
        assert time.monotonic() < deadline, f"{path} never came"
        time.sleep(0.005)
