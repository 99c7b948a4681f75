"""A place to run numplan in: a folder, an emulated account, and an environment that names it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from textwrap import dedent
from typing import Any, NamedTuple

import msgspec
import pytest

from numplan.cli.main import run
from numplan.emulator.server import Emulator, Post
from numplan.model.state import State
from numplan.model.stored.state_document import decode_state
from tests.cli.hurried import HurriedTime

NUMPLAN = [sys.executable, "-m", "numplan"]
TOKEN = "canary-token-0123456789"
STATE = "numplan.state.json"
HEAD = """\
version: 1
defaults: {country: United States, sip_trunk_id: 169}
api: {settle_seconds: 0.6, batch_size: 50}
"""
PATIENCE = 30.0


class Ran(NamedTuple):
    """What a run left behind."""

    code: int
    out: str
    err: str

    @property
    def last(self) -> str:
        """The last line of the result."""
        return self.out.rstrip("\n").rpartition("\n")[2]


class Desk:
    """`desk("plan")` runs numplan in this process, `desk.spawn("plan")` in one of its own."""

    def __init__(
        self,
        emulator: Emulator,
        folder: Path,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
        time: HurriedTime,
    ) -> None:
        self.emulator = emulator
        self.folder = folder
        self._monkeypatch = monkeypatch
        self._capsys = capsys
        self.time = time
        self._spawned: list[subprocess.Popen[Any]] = []

    @property
    def variables(self) -> Mapping[str, str]:
        """What numplan needs in its environment."""
        return {
            "NUMPLAN_TOKEN": self.emulator.token,
            "NUMPLAN_ACCOUNT_ID": self.emulator.account,
            "NUMPLAN_API_URL": self.emulator.url,
        }

    def __call__(self, *arguments: str, **environment: str | None) -> Ran:
        """Run a command line in this process, in the desk's folder."""
        with self._monkeypatch.context() as patch:
            patch.chdir(self.folder)
            for name, value in {**self.variables, **environment}.items():
                if value is None:
                    patch.delenv(name, raising=False)
                else:
                    patch.setenv(name, value)
            self._capsys.readouterr()
            code = run(list(arguments))
            out, err = self._capsys.readouterr()
        return Ran(code, out, err)

    def spawn(
        self,
        *arguments: str,
        environment: Mapping[str, str] | None = None,
        before: Callable[[], None] | None = None,
        numplan: Sequence[str | Path] = NUMPLAN,
        **streams: Any,
    ) -> subprocess.Popen[Any]:
        """Start a process in the desk's folder; it is killed when the test ends."""
        process = subprocess.Popen(
            [*numplan, *arguments],
            cwd=self.folder,
            # Should the interpreter itself break, it says where.
            env={**os.environ, "PYTHONFAULTHANDLER": "1", **self.variables, **(environment or {})},
            preexec_fn=before,  # noqa: PLW1509 - it closes a stream and no more
            **{"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **streams},
        )
        self._spawned.append(process)
        return process

    def process(self, *arguments: str, **details: Any) -> Ran:
        """Run a process to its end; what it wrote where this process does not read is empty."""
        process = self.spawn(*arguments, **details)
        out, err = process.communicate(timeout=PATIENCE)
        return Ran(
            process.returncode, (out or b"").decode(errors="replace"), (err or b"").decode(errors="replace")
        )

    def manifest(self, body: str, *, head: str = HEAD, name: str = "numplan.yaml") -> Path:
        """Write a manifest: `body` after the usual head."""
        path = self.folder / name
        path.write_text(head + dedent(body), encoding="utf-8")
        return path

    def date_is(self, day: date, *, vendors: date | None = None) -> None:
        """Let it be noon of this day, in UTC, for numplan and for the vendor; for the vendor of another, if that is
        given. What runs in a process of its own keeps the machine's time.
        """
        self.time.begin_on(day)
        self.time.vendors_ahead = timedelta() if vendors is None else vendors - day

    def days(self, count: float) -> None:
        """So many days go by, here and at the vendor."""
        self.time.pass_by(count * 24 * 3600)

    def stock(self, *numbers: str | Mapping[str, Any]) -> None:
        """Put exact numbers on sale."""
        self.emulator.add_stock(numbers)

    def fault(self, fault: str, endpoint: str = "*", **details: Any) -> None:
        """Script a fault; `params`, `nth` and `count` as the emulator has them."""
        scripting = {name: details.pop(name) for name in ("nth", "count") if name in details}
        self.emulator.faults([{"fault": fault, "endpoint": endpoint, "params": details, **scripting}])

    @property
    def state(self) -> State:
        """The state as it is stored."""
        path = self.folder / STATE
        return decode_state(path.read_bytes(), str(path))

    @property
    def managed(self) -> set[str]:
        """The numbers in state."""
        return {str(one.number) for one in self.state.numbers}

    @property
    def owned(self) -> set[str]:
        """The numbers that the account really holds."""
        return {one.number for one in self.emulator.owned()}

    @property
    def posts(self) -> tuple[Post, ...]:
        """Every POST that reached the vendor."""
        return self.emulator.ledger()

    def left_alone(self) -> bool:
        """Whether no call that changes anything was made and no state was written."""
        return not self.posts and not (self.folder / STATE).exists()

    def close(self) -> None:
        """Kill what still runs."""
        for process in self._spawned:
            if process.poll() is None:
                process.send_signal(signal.SIGKILL)
            process.communicate()


def until(true: Callable[[], object], what: str = "that") -> None:
    """Wait until something holds. Fails after PATIENCE seconds."""
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.01)


def run_of(first: int, count: int) -> list[str]:
    """So many consecutive numbers."""
    return [f"+{first + step}" for step in range(count)]


def yaml_list(numbers: Iterable[str]) -> str:
    """A list of numbers as YAML has it."""
    return msgspec.json.encode(list(numbers)).decode()
