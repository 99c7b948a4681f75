"""A process with numplan loaded, which forks a child for each command: a kill costs milliseconds to try.

Reads one JSON object a line from standard input. `{"run": [...]}` starts commands at once, each with `arguments`,
`environment`, `folder`, `record`, and `skew`, the seconds that its clock is ahead; the first answer is their process
ids, the second how each of them ended, or that it is stopped. `{"resume": pid}` lets a stopped one go on; the answer
is how it ended. An end is an exit code, the output, and the failpoints that were passed.
"""

import gc
import json
import os
import signal
import sys
import tempfile
from contextlib import suppress
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any

PRELOADED = (
    "numplan.cli.main",
    "numplan.cli.commands.apply",
    "numplan.cli.commands.destroy",
    "numplan.cli.commands.plan",
    "numplan.cli.commands.state",
    "numplan.cli.operations.run_apply",
    "numplan.cli.operations.run_plan",
    "numplan.cli.operations.state.edit",
    "numplan.cli.operations.state.look",
    "numplan.cli.operations.state.place",
    "numplan.cli.terminal.logging_setup",
    "numplan.cli.terminal.text_ui",
    "numplan.api.client",
    "numplan.state.local.backend",
    "numplan.views.text.apply_summary",
    "numplan.views.text.plan",
    "deepdiff",
    "jsonschema",
    "requests",
    "yaml",
)
CLOCKS = ("numplan.cli.terminal.signals", "numplan.state.backend")
"""Where the time of day is read."""
EXTRAS = ("numplan.state.shared.http", "numplan.state.shared.postgres", "numplan.state.shared.objects")
STOPPED = {"stopped": True}


class Recorder:
    """Takes the place of an armed failpoint's name, and notes each name it is compared with."""

    def __init__(self, path: str) -> None:
        self._descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def __eq__(self, name: object) -> bool:
        os.write(self._descriptor, f"{name}\n".encode())
        return False

    __hash__ = None  # type: ignore[assignment]


def child(request: dict[str, Any], output: str, passed: str) -> None:
    """Run one command and leave the process with its exit code."""
    from numplan import failpoints
    from numplan.cli.main import run

    with open(output, "wb") as file:  # noqa: PTH123 - the descriptor is what counts
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.environ.update(request["environment"])
    os.chdir(request["folder"])
    if request["skew"]:
        _set_clocks(request["skew"])
    failpoints.arm(request["environment"].get("NUMPLAN_FAILPOINT"))
    if request["record"]:
        failpoints._armed = (Recorder(passed), 0, "raise")
    code = 70
    try:
        code = run(request["arguments"])
    except SystemExit as leaving:
        code = leaving.code if isinstance(leaving.code, int) else 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _set_clocks(ahead: float) -> None:
    class Skewed(datetime):
        """A time of day that is wrong."""

        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return datetime.now(tz) + timedelta(seconds=ahead)

    for name in CLOCKS:
        vars(sys.modules[name])["datetime"] = Skewed


class Nursery:
    """The children there are, and their files in `folder`."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._files: dict[int, str] = {}
        self._born = 0

    def fork(self, request: dict[str, Any]) -> int:
        """Start a command; its process id."""
        self._born += 1
        files = f"{self._folder}/{self._born}"
        pid = os.fork()
        if pid == 0:
            child(request, f"{files}.output", f"{files}.passed")
        self._files[pid] = files
        return pid

    def end_of(self, pid: int) -> dict[str, Any]:
        """How a child ended, or that it is stopped."""
        _, status = os.waitpid(pid, os.WUNTRACED)
        if os.WIFSTOPPED(status):
            return STOPPED
        files = self._files.pop(pid)
        return {
            "code": os.waitstatus_to_exitcode(status),
            "output": _taken(f"{files}.output"),
            "passed": _taken(f"{files}.passed").split("\n")[:-1],
        }

    def close(self) -> None:
        """Kill those that were stopped and never went on."""
        for pid in self._files:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)


def _taken(name: str) -> str:
    path = Path(name)
    text = path.read_text(errors="replace") if path.exists() else ""
    path.unlink(missing_ok=True)
    return text


def warm_up() -> None:
    """Load what most commands need, and make what each of them would make anew."""
    for module in PRELOADED:
        __import__(module)
    for module in EXTRAS:
        with suppress(ImportError):
            __import__(module)
    from numplan.manifest.schema.node import schema_node

    schema_node("manifest")


def main() -> None:
    """Serve until standard input ends."""
    warm_up()
    gc.freeze()
    answers = os.fdopen(os.dup(1), "w")

    def answer(value: object) -> None:
        print(json.dumps(value), file=answers, flush=True)

    with tempfile.TemporaryDirectory() as folder:
        nursery = Nursery(folder)
        for line in sys.stdin:
            match json.loads(line):
                case {"run": requests}:
                    pids = [nursery.fork(request) for request in requests]
                    answer(pids)
                    answer([nursery.end_of(pid) for pid in pids])
                case {"resume": pid}:
                    os.kill(pid, signal.SIGCONT)
                    answer(nursery.end_of(pid))
        nursery.close()


if __name__ == "__main__":
    main()
