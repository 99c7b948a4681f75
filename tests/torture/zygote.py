"""A process with numplan loaded, which forks a child for each command: a kill costs milliseconds to try.

Reads one JSON object a line from standard input: `arguments`, `environment`, `folder`, `record`. Answers each
with the child's exit code, its process id while it runs, its output, and the failpoints it passed.
"""

import json
import os
import sys
import tempfile
from pathlib import Path

PRELOADED = (
    "numplan.cli.apply",
    "numplan.cli.destroy",
    "numplan.cli.plan",
    "numplan.cli.state",
    "numplan.api.client",
    "numplan.state.backends.local",
    "deepdiff",
    "jsonschema",
    "requests",
    "yaml",
)


class Recorder:
    """Takes the place of an armed failpoint's name, and notes each name it is compared with."""

    def __init__(self, path: str) -> None:
        self._descriptor = os.open(path, os.O_WRONLY | os.O_APPEND)

    def __eq__(self, name: object) -> bool:
        os.write(self._descriptor, f"{name}\n".encode())
        return False

    __hash__ = None  # type: ignore[assignment]


def child(request: dict, output: str, passed: str) -> None:
    """Run one command and leave the process with its exit code."""
    from numplan import failpoints
    from numplan.cli.main import run

    with open(output, "wb") as file:  # noqa: PTH123 - the descriptor is what counts
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.environ.update(request["environment"])
    os.chdir(request["folder"])
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


def main() -> None:
    """Serve until standard input ends."""
    for module in PRELOADED:
        __import__(module)
    answers = os.fdopen(os.dup(1), "w")
    with tempfile.TemporaryDirectory() as folder:
        output, passed = f"{folder}/output", f"{folder}/passed"
        for line in sys.stdin:
            Path(passed).write_bytes(b"")
            pid = os.fork()
            if pid == 0:
                child(json.loads(line), output, passed)
            print(json.dumps({"pid": pid}), file=answers, flush=True)
            _, status = os.waitpid(pid, 0)
            answer = {
                "code": os.waitstatus_to_exitcode(status),
                "output": Path(output).read_text(errors="replace"),
                "passed": Path(passed).read_text().split("\n")[:-1],
            }
            print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    main()
