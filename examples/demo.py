# ruff: noqa: INP001, S603 - a script; every command it runs is numplan itself
"""The life of a few phone numbers, on an emulated account: `make demo`, or `python examples/demo.py [FOLDER]`.

Starts `numplan emulator` in the folder, `.demo` unless one is named, runs the real commands against it, and
stops it again. Every exit code is checked. Needs no account, no terminal and no network beyond this machine.
"""

import difflib
import os
import shlex
import shutil
import signal
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NoReturn

FOLDER: Final = (
    Path(sys.argv[1]).absolute() if sys.argv[1:] else Path(__file__).resolve().parent.parent / ".demo"
)
DATABASE: Final = "emulator.db"
SECONDS: Final = 60
"""How long one command may take; each takes well below one second."""

MANIFEST: Final = """\
version: 1
currency: USD

defaults:
  country: United States
  sip_trunk_id: 169
  labels: {owner: demo}
{numbers}
pools:
  ny_sales:                 # any numbers that fit
    count: {count}
    state: New York
    type: Geographic
    max_monthly_charge: "0.50"
"""
SUPPORT: Final = """
numbers:
  support:                  # one exact number
    number: "+16096294649"  # the account owns it already
    protect: true           # never released, not even when this entry is deleted
"""


class DemoError(Exception):
    """A step went otherwise than it should."""


def main() -> int:
    """Run the demo; returns the exit code."""
    signal.signal(signal.SIGTERM, _terminated)
    try:
        _clear(FOLDER)
        with _emulator() as account:
            _demonstrate(account)
        _farewell(account)
    except DemoError as problem:
        _say(f"\nThe demo failed: {problem}")
        return 1
    except KeyboardInterrupt:
        _say("\nThe demo was interrupted.")
        return 130
    return 0


def _demonstrate(account: Mapping[str, str]) -> None:
    """Run the commands, in the order in which a user would."""
    numplan = _Numplan(account)

    _narrate("A new folder gets a commented manifest to start from.")
    numplan("init")

    _narrate(
        "This demo puts a small one in its place: one exact number, which the account owns already, and a "
        "pool of four."
    )
    _declare(SUPPORT, count=4, whole=True)
    numplan("validate")

    _narrate(
        "The plan names every number that would be bought or adopted, and what that costs. Nothing is "
        "changed by it. Exit code 2 says that there is something to do."
    )
    numplan("plan", "--detailed-exitcode", expected=2)

    _narrate("Apply shows the plan again, and would ask; --auto-approve answers.")
    numplan("apply", "--auto-approve")

    _narrate("The account now holds what the manifest declares, so there is nothing more to do: exit code 0.")
    numplan("plan", "--detailed-exitcode")

    _narrate("The pool shrinks to two. The plan says which members go, and why.")
    _declare(SUPPORT, count=2)
    numplan("plan", "--detailed-exitcode", expected=2)
    numplan("apply", "--auto-approve")

    _narrate(
        "Now somebody deletes the entry of the protected number. A guard refuses the whole plan with exit "
        "code 6: nothing is sent."
    )
    _declare("", count=2)
    numplan("apply", "--auto-approve", expected=6)

    _narrate("The entry is put back. These are the numbers that numplan manages:")
    _declare(SUPPORT, count=2)
    numplan("state", "list")


class _Numplan:
    """Runs numplan in the demo's folder, with the emulator's credentials and none of the user's own."""

    def __init__(self, account: Mapping[str, str]) -> None:
        self._environment = _without_numplan(os.environ) | account

    def __call__(self, *arguments: str, expected: int = 0) -> None:
        """Run a command, its output where ours goes. Raises DemoError for another exit code."""
        _say(f"\n$ {shlex.join(['numplan', *arguments])}")
        try:
            done = subprocess.run(
                [*_program(), *arguments],
                cwd=FOLDER,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stderr=subprocess.STDOUT,
                timeout=SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise DemoError(f"`numplan {shlex.join(arguments)}` took more than {SECONDS} s") from None
        if done.returncode:
            _say(f"[exit code {done.returncode}]")
        if done.returncode != expected:
            raise DemoError(
                f"`numplan {shlex.join(arguments)}` exited with {done.returncode}, not with {expected}"
            )


@contextmanager
def _emulator() -> Iterator[Mapping[str, str]]:
    """Serve an account with three numbers; gives what its greeting exports. Ends it in any case."""
    arguments = ["emulator", "--port", "0", "--database", DATABASE, "--owned", "3"]
    _narrate("An account to play with: the vendor's API on this machine. Nothing here costs money.")
    _say(f"\n$ {shlex.join(['numplan', *arguments])} &")
    running = subprocess.Popen(
        [*_program(), *arguments],
        cwd=FOLDER,
        env=_without_numplan(os.environ),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield _greeting(running)
    finally:
        running.terminate()
        try:
            running.wait(10)
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait()


def _greeting(running: subprocess.Popen[str]) -> Mapping[str, str]:
    """What the emulator prints and exports once it listens. Raises DemoError where it does not."""
    assert running.stdout is not None  # noqa: S101 - it is a pipe
    exports: dict[str, str] = {}
    too_late = threading.Timer(SECONDS, running.kill)
    too_late.start()
    try:
        for line in running.stdout:
            _say(line.rstrip("\n"))
            word, _, assignment = line.strip().partition(" ")
            if word == "export":
                name, _, value = assignment.partition("=")
                exports[name] = "".join(shlex.split(value))
            if {"NUMPLAN_API_URL", "NUMPLAN_TOKEN", "NUMPLAN_ACCOUNT_ID"} <= exports.keys():
                return exports
    finally:
        too_late.cancel()
    raise DemoError("the emulator did not start; what it said is above")


def _farewell(account: Mapping[str, str]) -> None:
    """How to go on by hand. The same port: state belongs to one account at one URL."""
    port = account["NUMPLAN_API_URL"].removesuffix("/o/").rpartition(":")[2]
    _narrate("The emulator is stopped; its numbers stay in a file. To go on by hand, paste this:")
    program = _program()
    _say("")
    _say(f"  cd {shlex.quote(str(FOLDER))}")
    if len(program) == 1:
        _say(f'  export PATH={shlex.quote(str(Path(program[0]).parent))}:"$PATH"')
    _say(f"  numplan emulator --port {port} --database {DATABASE} --quiet &")
    for name, value in account.items():
        _say(f"  export {name}={shlex.quote(value)}")
    _say("  numplan plan")
    _say("\nThen edit numplan.yaml, and plan again. `kill %1` ends the emulator.")


def _program() -> list[str]:
    """The numplan of this installation: the one beside this Python, else the one on the path."""
    beside = shutil.which("numplan", path=str(Path(sys.executable).parent))
    found = beside or shutil.which("numplan")
    return [found] if found else [sys.executable, "-m", "numplan"]


def _clear(folder: Path) -> None:
    """Start from an empty folder. Raises DemoError where the folder holds what no demo has left there."""
    try:
        if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
            raise DemoError(f"{folder} is in the way: it is not a folder")
        if folder.exists():
            if any(folder.iterdir()) and not (folder / DATABASE).exists():
                raise DemoError(f"{folder} is in the way: no earlier demo made it")
            shutil.rmtree(folder)
        folder.mkdir()
    except OSError as problem:
        raise DemoError(f"{folder} cannot be made: {problem.strerror}") from None


def _declare(numbers: str, *, count: int, whole: bool = False) -> None:
    """Write the manifest, and show the whole of it or what changes in it."""
    manifest = FOLDER / "numplan.yaml"
    before = manifest.read_text(encoding="utf-8")
    after = MANIFEST.replace("{numbers}", numbers).replace("{count}", str(count))
    manifest.write_text(after, encoding="utf-8")
    _say("\nnumplan.yaml:\n")
    if whole:
        _say(textwrap.indent(after.rstrip(), "    "))
        return
    _, _, *lines = difflib.unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm="")
    for line in lines:
        if line[1:] and not line.startswith("@@"):
            _say(f"  {line[0]} {line[1:]}")


def _without_numplan(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment without the user's own account."""
    return {name: value for name, value in environment.items() if not name.startswith("NUMPLAN_")}


def _narrate(text: str) -> None:
    _say("\n" + textwrap.fill(text, 100, initial_indent="# ", subsequent_indent="# "))


def _say(text: str) -> None:
    """Print at once, so that it stands before what the next command prints."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _terminated(_number: int, _frame: object) -> NoReturn:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
