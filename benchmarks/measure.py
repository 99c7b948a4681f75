"""Run a command as a process of its own, and say what it took."""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

NUMPLAN = (sys.executable, "-m", "numplan")
FLOOR = (sys.executable, str(Path(__file__).with_name("floor.py")))


class Took(NamedTuple):
    """One run: seconds on the wall and on all its processors, and the most memory it held, in MB."""

    wall: float
    cpu: float
    memory: float
    code: int = 0


def run(
    command: Sequence[str], folder: Path, environment: Mapping[str, str], *, codes: Sequence[int] = (0,)
) -> Took:
    """Run a command to its end. Raises RuntimeError, with what it said, where its exit code is none of `codes`."""
    output = folder / ".output"
    with output.open("wb") as file:
        began = time.perf_counter()
        process = subprocess.Popen(
            command, cwd=folder, env={**os.environ, **environment}, stdout=file, stderr=file
        )
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - began
    process.returncode = code = os.waitstatus_to_exitcode(status)
    if code not in codes:
        words = output.read_text(errors="replace")[-2000:]
        raise RuntimeError(f"{' '.join(command)} ended with {code}: {words}")
    return Took(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, code)


def alternate(rounds: int, *contenders: Callable[[], Took]) -> list[Took]:
    """The median of each, field by field. They take turns, so that whatever else the machine does slows all."""
    taken: list[list[Took]] = [[] for _ in contenders]
    for _ in range(rounds):
        for one, runs in zip(contenders, taken, strict=True):
            runs.append(one())
    return [median(runs) for runs in taken]


def median(runs: Sequence[Took]) -> Took:
    """The middle of each figure."""
    return Took(
        statistics.median(one.wall for one in runs),
        statistics.median(one.cpu for one in runs),
        statistics.median(one.memory for one in runs),
        runs[0].code,
    )
