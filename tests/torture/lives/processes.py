"""Commands of numplan in processes of their own: run to their ends, stalled, or stopped and let go on."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypedDict

PATIENCE = 60.0
"""Seconds after which a command is called hanging."""
AT_ONCE = 6.0
"""Seconds that the second signal has for ending a command: one, and what a busy machine adds."""


@dataclass(frozen=True)
class Ran:
    """How a command ended; or, with a process id, where it is stopped."""

    code: int
    output: str
    passed: tuple[str, ...]
    stopped: int | None = None


class Command(TypedDict):
    """What the zygote is to run."""

    folder: str
    arguments: Sequence[str]
    environment: Mapping[str, str]
    record: bool
    skew: float


class Zygote:
    """The forking process, and the commands in it."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.torture.zygote"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[3],
        )

    def run(self, *commands: Command, stalls_after: float | None = None) -> list[Ran]:
        """Run commands at once, to their ends. After `stalls_after` seconds each is interrupted twice, as by a user,
        and again where that did not end it.
        """
        pids = self._ask({"run": commands})
        signals = [(PATIENCE, signal.SIGKILL)]
        if stalls_after is not None:
            signals += [
                (stalls_after, signal.SIGINT),
                (stalls_after + 0.1, signal.SIGINT),
                # Two that come before a busy machine has let the process run are one to it: a user presses again.
                (stalls_after + 1.5, signal.SIGINT),
                (stalls_after + 3.0, signal.SIGINT),
                (stalls_after + 0.1 + AT_ONCE, signal.SIGKILL),
            ]
        with _later([(seconds, pid, number) for pid in pids for seconds, number in signals]):
            return [_ran(pid, end) for pid, end in zip(pids, self._answer(), strict=True)]

    def resume(self, ran: Ran) -> Ran:
        """Let a command go on that is stopped, to its end."""
        assert ran.stopped
        with _later([(PATIENCE, ran.stopped, signal.SIGKILL)]):
            return _ran(ran.stopped, self._ask({"resume": ran.stopped}))

    def close(self) -> None:
        """End the process."""
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait(timeout=10)

    def _ask(self, question: Mapping[str, Any]) -> Any:
        assert self._process.stdin
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        return self._answer()

    def _answer(self) -> Any:
        assert self._process.stdout
        return json.loads(self._process.stdout.readline())


def _ran(pid: int, end: Mapping[str, Any]) -> Ran:
    if "stopped" in end:
        return Ran(0, "", (), stopped=pid)
    return Ran(end["code"], end["output"], tuple(end["passed"]))


@contextmanager
def _later(signals: Iterable[tuple[float, int, int]]) -> Iterator[None]:
    """Send signals to processes after so many seconds, unless the block has ended by then."""
    timers = [threading.Timer(seconds, _signal, (pid, number)) for seconds, pid, number in signals]
    for timer in timers:
        timer.start()
    try:
        yield
    finally:
        for timer in timers:
            timer.cancel()


@contextmanager
def environment(variables: Mapping[str, str]) -> Iterator[None]:
    """These variables in this process, and afterwards what they were before."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _signal(pid: int, number: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)
