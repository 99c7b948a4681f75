"""The long form: companies that live through crashes and faults, thousands of them, under one law.

`python -m tests.torture.campaign --injections 10000` prints what was injected and what it came to; with `--state KIND`
state is at a service, the line to it is cut, and runs are overtaken; with `--states 3` three companies, each with a
state of its own, share the account. Each life follows from its seed, so that a failure can be run again with
`--seed N --lives 1`.
"""

import argparse
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.services.places import SHARED, Service, running
from tests.torture.lives.life import BrokenLawError, live
from tests.torture.lives.neighbours import live_together
from tests.torture.lives.processes import Zygote
from tests.torture.scenarios import SCENARIOS, passed


def _lives(seeds: list[int], home: Service | None, states: int) -> tuple[Counter[str], list[str]]:
    zygote = Zygote()
    figures: Counter[str] = Counter()
    broken: list[str] = []
    try:
        with TemporaryDirectory() as base:
            names: set[str] = set()
            for index, scenario in enumerate(SCENARIOS):
                folder = Path(base, f"scenario-{index}")
                folder.mkdir()
                names |= set(passed(scenario, zygote, folder, home))
            for seed in seeds:
                folder = Path(base, str(seed))
                folder.mkdir()
                try:
                    passes = tuple(sorted(names))
                    if states == 1:
                        figures += live(seed, passes, zygote, folder, home)
                    else:
                        figures += live_together(seed, states, passes, zygote, folder, home)
                except BrokenLawError as problem:
                    broken.append(str(problem))
    finally:
        zygote.close()
    return figures, broken


def main() -> int:
    """Run lives until enough was injected; returns 1 if the law was broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--injections", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--lives", type=int, help="so many lives, however much they inject")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--state", choices=("local", *SHARED), default="local", help="where state lives")
    parser.add_argument("--states", type=int, choices=(1, 2, 3), default=1, help="so many on one account")
    options = parser.parse_args()
    with ExitStack() as stack:
        home = None
        if options.state != "local":
            home = stack.enter_context(
                running(options.state, Path(stack.enter_context(TemporaryDirectory())))
            )
        return _campaign(options, home)


def _campaign(options: argparse.Namespace, home: Service | None) -> int:
    started, figures, broken, seed = time.monotonic(), Counter[str](), list[str](), options.seed
    with ProcessPoolExecutor(options.processes) as workers:
        while True:
            share = -(-options.lives // options.processes) if options.lives else 4
            jobs = []
            for _ in range(options.processes):
                jobs.append(workers.submit(_lives, list(range(seed, seed + share)), home, options.states))
                seed += share
            for job in jobs:
                more, wrong = job.result()
                figures += more
                broken += wrong
                print("".join(f"\n{problem}\n" for problem in wrong), end="")
            injected = sum(
                figures[kind] for kind in ("crashes", "faults", "outages", "clock jumps", "cuts", "overtaken")
            )
            print(
                f"{time.monotonic() - started:6.0f} s  {injected:6} injected, {len(broken)} laws broken",
                flush=True,
            )
            if options.lives or injected >= options.injections or len(broken) > 5:
                break
    print()
    for name, figure in sorted(figures.items()):
        print(f"{name:>20} {figure:8}")
    where = f" of runs with state at {options.state}" if home else ""
    print(
        f"\n{injected} crashes and faults{where}: {len(broken)} lives broke the law (doubled, lost, unasked or stuck)."
    )
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
