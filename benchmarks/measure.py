"""Run a command as a process of its own, and say what it took."""

import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

NUMPLAN = (sys.executable, "-m", "numplan")
FLOOR = (sys.executable, str(Path(__file__).with_name("floor.py")))
SUPERVISE = (sys.executable, "-I", "-S", str(Path(__file__).with_name("supervise.py")))


class Took(NamedTuple):
    """One run: seconds on the wall and on all its processors, the most memory it held and what it wrote, in MB."""

    wall: float
    cpu: float
    memory: float
    code: int = 0
    written: float = 0


def run(
    command: Sequence[str], folder: Path, environment: Mapping[str, str], *, codes: Sequence[int] = (0,)
) -> Took:
    """Run a command to its end. Raises RuntimeError, with what it said, where its exit code is none of `codes`."""
    output, taken = folder / ".output", folder / ".taken"
    with output.open("wb") as file:
        subprocess.run(
            [*SUPERVISE, str(taken), *command],
            cwd=folder,
            env={
                **os.environ,
                "PYTHONPYCACHEPREFIX": _bytecode().name,
                **environment,
                "PYTHONDONTWRITEBYTECODE": "",
            },
            stdout=file,
            stderr=file,
            check=True,
        )
    took = Took(**json.loads(taken.read_text()))
    if took.code not in codes:
        words = output.read_text(errors="replace")[-2000:]
        raise RuntimeError(f"{' '.join(command)} ended with {took.code}: {words}")
    return took


@cache
def _bytecode() -> "tempfile.TemporaryDirectory[str]":
    """Where all that is measured keeps its bytecode: as if installed, whatever this checkout has of it."""
    return tempfile.TemporaryDirectory(prefix="numplan-bench-")


def alternate(rounds: int, *contenders: Callable[[], Took]) -> list[Took]:
    """The median of each, field by field. They take turns, so that whatever else the machine does slows all."""
    taken: list[list[Took]] = [[] for _ in contenders]
    for _ in range(rounds):
        for one, runs in zip(contenders, taken, strict=True):
            runs.append(one())
    return [median(runs) for runs in taken]


def median(runs: Sequence[Took]) -> Took:
    """The middle of each figure."""
    return Took(*(statistics.median(figures) for figures in zip(*runs, strict=True)))
