"""Hang up on many processes the moment each has asked its question; prints how many slept on.

A process of its own, since it forks without end: `python -m tests.cli.hang_ups 1000`.
"""

import os
import pty
import select
import signal
import sys
import time

from numplan.cli.terminal.screen import Screen
from numplan.cli.terminal.signals import Interrupted, SystemClock

QUESTION = "Shall we?"
PATIENCE = 5.0


def ask() -> None:
    """Ask on a terminal, as an apply does; 129 where the hang-up ends it."""
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - of the new terminal
    clock = SystemClock()
    try:
        with clock.watching():
            Screen(color=False).ask(QUESTION, clock.wait_for_input)
    except Interrupted as interrupted:
        os._exit(interrupted.exit_code)
    os._exit(1)


def hangs_up_in_time() -> bool:
    """One question and one hang-up; whether the process ended by it."""
    child, terminal = pty.fork()
    if not child:
        ask()
    seen = b""
    while QUESTION.encode() not in seen:
        seen += os.read(terminal, 4096)
    os.kill(child, signal.SIGHUP)
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            os.close(terminal)
            return os.waitstatus_to_exitcode(status) == 128 + signal.SIGHUP
        select.select([], [], [], 0.001)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    os.close(terminal)
    return False


if __name__ == "__main__":
    print(sum(not hangs_up_in_time() for _ in range(int(sys.argv[1]))))
