"""Commands `numplan` and `python` for the scripts of a pipeline, which start a numplan that is loaded already.

A process that runs numplan takes most of its time for importing it, and a pipeline starts six of them. Here `numplan`
gives its arguments, environment, folder and streams to a server, which has everything loaded and forks a child for each
command. The child is a process of its own; `numplan` ends as it does, killed where it was killed. What comes from
outside to the process itself, such as a signal, needs the real one.

`python -m tests.services.loaded SOCKET` is the server.
"""

import gc
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from importlib import import_module
from pathlib import Path
from shlex import quote

from tests.torture import zygote

ROOT = Path(__file__).parents[2]
LOADED = (
    *zygote.PRELOADED,
    "numplan.cli.commands.drift",
    "numplan.cli.commands.show",
    "numplan.cli.terminal.json_ui",
    "numplan.views.html.page",
    "numplan.views.machine.gitlab",
    "numplan.views.machine.terraform_plan",
    "numplan.views.markdown",
    "jinja2",
)
MANIFEST = """\
version: 1
numbers: {one: {number: "+16096294649", country: United States, sip_trunk_id: 169}}
"""
ASK = """\
import os, signal, socket, sys
there = socket.socket(socket.AF_UNIX)
there.connect(os.path.join(os.path.dirname(sys.argv[0]), "socket"))
words = [os.getcwdb(), b"%d" % len(sys.argv[1:]), *map(os.fsencode, sys.argv[1:])]
variables = [b"=".join(one) for one in os.environb.items()]
socket.send_fds(there, [b"\\0".join(words + variables)], [0, 1, 2])
there.shutdown(socket.SHUT_WR)
code = there.recv(1)
if not code:
    os.kill(os.getpid(), signal.SIGKILL)
os._exit(code[0])
"""
NUMPLAN = """\
#!/bin/sh
exec PYTHON -IS FOLDER/ask.py "$@"
"""
ANY_PYTHON = """\
#!/bin/sh
[ "$1 $2 $3" = "-I -m numplan" ] && shift 3 && exec FOLDER/numplan "$@"
exec PYTHON "$@"
"""


@contextmanager
def loaded() -> Iterator[Path]:
    """A server, and the folder with the commands: to be put on the path of scripts."""
    # Not below a test's folder: the path of a socket has to be short.
    with tempfile.TemporaryDirectory(prefix="numplan-loaded-") as made:
        folder = Path(made)
        (folder / "ask.py").write_text(ASK)
        for name, text in (("numplan", NUMPLAN), ("python", ANY_PYTHON), ("python3", ANY_PYTHON)):
            script = text.replace("FOLDER", quote(str(folder))).replace("PYTHON", quote(sys.executable))
            (folder / name).write_text(script)
            (folder / name).chmod(0o755)
        with _serving(folder / "socket"):
            yield folder


@contextmanager
def _serving(place: Path) -> Iterator[None]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("NUMPLAN_")}
    server = subprocess.Popen(
        [sys.executable, "-m", "tests.services.loaded", place],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
    )
    assert server.stdout
    assert server.stdout.readline(), "the server did not start"
    try:
        yield
    finally:
        server.terminate()
        server.communicate()


def main(place: str) -> None:
    """Serve at this socket until the process is ended."""
    for module in LOADED:
        import_module(module)
    zygote.warm_up()
    _validate_once()
    gc.freeze()
    # A child has an end of its own: nobody here waits for it.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(place)
    listening.listen(100)
    print("ready", flush=True)  # noqa: T201 - to whoever started this
    while True:
        there, _ = listening.accept()
        with there:
            if os.fork() == 0:
                listening.close()
                _child(there)


def _validate_once() -> None:
    """What numplan makes on first use, such as patterns of numbers, is there for every child."""
    from numplan.cli.main import run

    with tempfile.TemporaryDirectory() as folder, open(os.devnull, "w") as nowhere:  # noqa: PTH123
        Path(folder, "numplan.yaml").write_text(MANIFEST)
        with redirect_stdout(nowhere), redirect_stderr(nowhere):
            run(["--chdir", folder, "validate"])


def _child(there: socket.socket) -> None:
    """Become the process that was asked for, and tell its exit code before its end."""
    from numplan import failpoints
    from numplan.cli.main import run

    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    request, streams, _, _ = socket.recv_fds(there, 1 << 16, 3)
    while more := there.recv(1 << 16):
        request += more
    folder, count, *words = request.split(b"\0")
    arguments, environment = words[: int(count)], words[int(count) :]
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    os.chdir(folder)
    os.environb.clear()
    os.environb.update(one.split(b"=", 1) for one in environment)  # type: ignore[misc]
    sys.stdin, sys.stdout, sys.stderr = (
        open(number, mode, encoding="utf-8", errors=errors, closefd=False)  # noqa: SIM115 - for good
        for number, mode, errors in ((0, "r", "strict"), (1, "w", "strict"), (2, "w", "backslashreplace"))
    )
    failpoints.arm(os.environ.get("NUMPLAN_FAILPOINT"))
    sys.argv = ["numplan", *map(os.fsdecode, arguments)]
    code = 70
    try:
        code = run(sys.argv[1:])
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        there.send(bytes([code]))
        os._exit(code)


if __name__ == "__main__":
    main(sys.argv[1])
