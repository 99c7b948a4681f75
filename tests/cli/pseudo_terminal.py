"""A process on a terminal of its own, as a person sits at it."""

import os
import pty
import select
import signal
import time

from tests.cli.desk import NUMPLAN, PATIENCE, Desk


class Terminal:
    """A process on a terminal of its own."""

    def __init__(self, desk: Desk, *arguments: str, **environment: str) -> None:
        self.child, self._end = pty.fork()
        if not self.child:
            os.chdir(desk.folder)
            os.execve(
                NUMPLAN[0],
                [*NUMPLAN, *arguments],
                {**os.environ, "TERM": "xterm", **desk.variables, **environment},
            )
        self.seen = ""

    def read(self, what: str) -> None:
        """Read on until something was shown."""
        deadline = time.monotonic() + PATIENCE
        while what not in self.seen:
            assert time.monotonic() < deadline, self.seen[-500:]
            if select.select([self._end], [], [], 0.1)[0]:
                self.seen += os.read(self._end, 65536).decode(errors="replace")

    def type(self, keys: bytes) -> None:
        """Type, as a person would."""
        os.write(self._end, keys)

    def end(self) -> int:
        """Read to the end; the exit code."""
        deadline = time.monotonic() + PATIENCE
        try:
            while time.monotonic() < deadline:
                if select.select([self._end], [], [], 0.1)[0]:
                    self.seen += os.read(self._end, 65536).decode(errors="replace")
        except OSError:
            pass
        while not (ended := os.waitpid(self.child, os.WNOHANG))[0]:
            if time.monotonic() > deadline:
                os.kill(self.child, signal.SIGKILL)
            time.sleep(0.01)
        return os.waitstatus_to_exitcode(ended[1])
