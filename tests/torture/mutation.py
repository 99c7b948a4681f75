"""Mutation testing: small changes of the code that carries the promise, each of which tests or types must notice.

`make mutate` runs mutmut as `[tool.mutmut]` in pyproject.toml has it, prints how many of each module's mutants
were noticed, names the others, and fails below 90 %. What is known already is not run again: mutants/ keeps it.
It runs as a script: with `-m`, the package `tests` would be this one, and mutmut has one of its own in mutants/.
"""

import json
import os
import signal
import sys
import threading
from collections import Counter
from contextlib import suppress
from pathlib import Path

from mutmut.__main__ import cli
from mutmut.stats import status_by_exit_code
from mutmut.workers import isolation

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "mutants"
NOTICED = {"killed", "timeout", "caught by type check", "segfault"}
ENOUGH = 90.0
"""Per cent."""


def end_in_time(pid: int, timeout_s: float) -> None:
    """End a mutant that runs for too long: it, and not whatever process has its number by then, as mutmut does."""
    born = _birth(pid)

    def end() -> None:
        if born and _birth(pid) == born:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGXCPU)

    timer = threading.Timer(timeout_s, end)
    timer.daemon = True
    timer.start()


def _birth(pid: int) -> str:
    """When a process began, in ticks since the machine did; empty where it is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except OSError:
        return ""


def verdicts() -> dict[str, dict[str, str]]:
    """What became of each mutant, by module."""
    found = {}
    for file in sorted(FOLDER.rglob("*.py.meta")):
        codes = json.loads(file.read_text())["exit_code_by_key"]
        if codes:
            module = str(file.relative_to(FOLDER)).removesuffix(".meta")
            found[module] = {name: status_by_exit_code[code] for name, code in codes.items()}
    return found


def report(found: dict[str, dict[str, str]]) -> float:
    """Print the figures and the mutants that nothing noticed; returns the per cent that was noticed."""
    for module, mutants in found.items():
        for name, verdict in mutants.items():
            if verdict not in NOTICED:
                print(f"{verdict}: {name}")
        print(_line(module, Counter(mutants.values())))
    total = Counter(verdict for mutants in found.values() for verdict in mutants.values())
    print(
        _line("all", total), *(f"  {count:6} {verdict}" for verdict, count in total.most_common()), sep="\n"
    )
    return _share(total)


def _share(verdicts: Counter[str]) -> float:
    return 100 * sum(verdicts[one] for one in NOTICED) / max(1, verdicts.total())


def _line(name: str, verdicts: Counter[str]) -> str:
    return f"{name:<34} {verdicts.total():5} mutants, {_share(verdicts):5.1f} % noticed"


def main() -> int:
    """Run what is left to be run; `report` alone prints what is known."""
    if sys.argv[1:] != ["report"]:
        isolation.register_timeout = end_in_time
        cli.main(["run", *(sys.argv[1:] or ["--max-children", "2"])], standalone_mode=False)
    return 0 if report(verdicts()) >= ENOUGH else 1


if __name__ == "__main__":
    sys.exit(main())
