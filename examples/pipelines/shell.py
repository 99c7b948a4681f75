# ruff: noqa: S603 - the scripts that it runs are those of our own pipelines
"""Run a script as a runner does."""

import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

SECONDS: Final = 300
BIN: Final = Path(sys.executable).parent
"""Where this Python's numplan is."""

Started = Callable[[subprocess.Popen[str]], None]


class Ran(NamedTuple):
    """What a script left behind."""

    code: int
    log: str


def bash(
    script: str,
    options: Sequence[str],
    folder: Path,
    environment: Mapping[str, str],
    started: Started | None = None,
) -> Ran:
    """Run a script from a file, as a process group of its own; `started` gets the process as it begins."""
    with tempfile.NamedTemporaryFile("w", suffix=".sh", encoding="utf-8") as file:
        file.write(script)
        file.flush()
        process = subprocess.Popen(
            ["/bin/bash", *options, file.name],
            cwd=folder,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        )
        if started:
            started(process)
        try:
            log, _ = process.communicate(timeout=SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            raise
    return Ran(process.returncode if process.returncode >= 0 else 128 - process.returncode, log)
