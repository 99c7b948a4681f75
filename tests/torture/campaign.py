"""The long form: companies that live through crashes and faults, thousands of them, under one law.

`python -m tests.torture.campaign --injections 10000` prints what was injected and what it came to; with `--state KIND`
state is at a service, the line to it is cut, and runs are overtaken. Each company's life follows from its
seed, so that a failure can be run again with `--seed N --lives 1`.
"""

import argparse
import random
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, Literal

from tests.services.places import SHARED, Service, running
from tests.torture.chronicle import check_history
from tests.torture.scenarios import SCENARIOS, passed
from tests.torture.world import CERTAIN, DAY, EXPLICIT, FLAGS, OTHER_TRUNK, STOCK, TRUNK, World, Zygote

STEPS = 12
"""Changes of the manifest in one life."""
RERUNS = 10
"""Runs without faults within which every life must have converged; late commits take a few."""
JUMPS = (-86_400, -3_600, 0, 0, 3_600, 86_400)
"""By how many seconds this machine's clock may come to differ from the vendor's."""

POSTS = ("purchase-numbers", "release-numbers")
SIDES: Final[tuple[Literal["request", "answer"], ...]] = ("request", "answer")
GETS = ("purchased-list", "find-number", "search", "regions")


def fault_of(chance: random.Random) -> dict[str, Any]:
    """One fault that a vendor who tells the truth may have, on one of the next calls."""
    if chance.random() < 0.6:
        endpoint, choices = chance.choice(POSTS), _POST_FAULTS
    else:
        endpoint, choices = chance.choice(GETS), _GET_FAULTS
    name, parameters = chance.choice(choices)
    if name in _LISTING_ONLY:
        endpoint = "purchased-list"
    return {
        "endpoint": endpoint,
        "fault": name,
        "nth": chance.randint(1, 3),
        "count": chance.randint(1, 2),
        "params": {key: value(chance) if callable(value) else value for key, value in parameters.items()},
    }


_POST_FAULTS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("lose_reply", {}),
    ("lose_reply", {"reset": True}),
    ("lose_request", {}),
    ("lose_request", {"reset": True}),
    ("late_commit", {"seconds": lambda chance: chance.choice((0.05, 0.3, 0.6))}),
    ("late_commit", {"requests": lambda chance: chance.randint(1, 12)}),
    # In seconds, and fewer than `hold_minutes` has: a count of listings may take any time on a busy machine.
    ("lag", {"seconds": lambda chance: chance.choice((0.05, 0.1, 0.2))}),
    ("lag", {"seconds": 0.2}),
    ("status", {"status": 503, "commit": False}),
    ("status", {"status": 500, "commit": True}),
    ("status", {"status": 502, "form": "html", "commit": True}),
    *(
        ("status", {"status": status, "commit": commit})
        for status in (400, 401, 402, 403, 404, 409, 413, 418, 422, 423, 429)
        for commit in (False, True)
    ),
    ("too_many", {"seconds": 0}),
    # What was sent again is refused, for it was done at first.
    ("too_many", {"seconds": 0, "commit": True}),
    ("not_ok", {}),
    ("html", {}),
    ("empty", {}),
    ("redirect", {"location": "http://127.0.0.1:9/", "commit": True}),
    ("wrong_type", {"field": "data", "value": 3}),
    ("cut", {"at": 30}),
    ("cut", {"at": 30, "how": "connection"}),
    ("interim", {}),
    ("in_both", {"every": 2}),
    ("in_neither", {"every": 2}),
    ("in_neither", {"really": False}),
    ("refuse", {"every": 2}),
    ("taken", {"every": 3}),
    ("unasked", {"numbers": ["16465559999"]}),
    ("unasked", {"numbers": lambda chance: chance.sample(STOCK, 2)}),
    ("unasked", {"numbers": lambda chance: chance.sample(STOCK, 1), "really": True}),
    ("vanish", {"count": 1}),
)
_GET_FAULTS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("lose_reply", {}),
    ("status", {"status": 503}),
    ("too_many", {"seconds": 0, "retry_after": "nonsense"}),
    ("html", {}),
    ("cut", {"at": 20}),
    ("wrong_type", {"field": "data", "value": "x"}),
    ("interim", {"status": 102, "times": 3}),
    ("odd_row", {"field": "country"}),
    ("odd_row", {"field": "accessNumber", "value": "+0800123456"}),
    ("odd_row", {"field": "setupCharge", "value": "N/A"}),
    ("short_listing", {"every": 2}),
    ("lying_listing", {"every": 2}),
    ("empty_listing", {}),
    ("empty_listing", {"total": "true"}),
    ("duplicate_rows", {}),
    ("changing_listing", {"seed": lambda chance: chance.randint(0, 99)}),
    ("vanish", {"count": 1}),
)
_LISTING_ONLY = {"short_listing", "lying_listing", "empty_listing", "duplicate_rows", "changing_listing"}


WAITING: Final = 0.4
"""The share of lives in which numbers wait for a day before they are released."""
MOST_DAYS: Final = 4


class BrokenLawError(AssertionError):
    """A life in which the law was broken; the message tells how, and its last runs."""


def live(
    seed: int, failpoints: tuple[str, ...], zygote: Zygote, folder: Path, home: Service | None = None
) -> Counter[str]:
    """One company's life. Returns what was injected and how it went; raises BrokenLawError."""
    chance = random.Random(seed)
    days = random.Random(f"days of {seed}")
    world = World.open(zygote, folder, home, waits=days.random() < WAITING)
    world.rebuy_after = chance.choice(("0d", "0d", "90d"))
    figures: Counter[str] = Counter(lives=1)
    told: list[str] = []
    try:
        for _ in range(STEPS):
            _edit(world, chance)
            _pass_days(world, days, figures)
            for _ in range(chance.randint(1, 3)):
                _disturbed(world, chance, failpoints, figures, told)
            _recover(world, figures, told)
    except AssertionError as problem:
        raise BrokenLawError(f"seed {seed}: {problem}\n" + "\n".join(told)) from None
    finally:
        world.close()
    return figures


def _hide(world: World, chance: random.Random) -> list[dict[str, Any]]:
    """Perhaps an outage of one number: for a whole run neither the listing nor a look-up shows it."""
    if chance.random() < 0.8 or not (owned := sorted(world.owned)):
        return []
    number = chance.choice(owned)
    world.hidden.add(number)
    return [
        {
            "endpoint": "purchased-list",
            "fault": chance.choice(("lying_listing", "short_listing")),
            "count": 0,
            "params": {"numbers": [number], "lookups": True},
        }
    ]


def _pass_days(world: World, days: random.Random, figures: Counter[str]) -> None:
    """Perhaps a day or two go by for both clocks: fewer in a life than numbers are watched for."""
    if world.waits and world.calendar.days < MOST_DAYS and days.random() < 0.5:
        world.calendar.days += days.choice((1, 1, 2))
        figures["days"] += 1


def _edit(world: World, chance: random.Random) -> None:
    numbers = chance.sample(EXPLICIT, chance.randint(0, 5))
    trunks = {number: chance.choice((TRUNK, TRUNK, OTHER_TRUNK)) for number in numbers}
    for number in trunks.keys() - (world.owned | {n for n in EXPLICIT if world.emulator.is_for_sale(n)}):
        del trunks[number]  # taken by another customer: no manifest can have it
    pool, pool_trunk = chance.randint(0, 5), chance.choice((TRUNK, TRUNK, OTHER_TRUNK))
    world.declare(trunks, pool, pool_trunk, retired=_flagged(world, chance), rebuy_after=world.rebuy_after)


def _flagged(world: World, chance: random.Random) -> list[str]:
    """Perhaps some numbers of the pool, and some that are for sale, that are flagged as spam from now on."""
    if chance.random() < 0.6:
        return []
    members = sorted(world.owned & {*STOCK})
    flagged = chance.sample(members, min(len(members), chance.randint(0, 3)))
    return sorted({*flagged, *chance.sample(STOCK[:12], chance.randint(0, 4))})


def _disturbed(
    world: World, chance: random.Random, failpoints: tuple[str, ...], figures: Counter[str], told: list[str]
) -> None:
    """A run with faults at the vendor, and perhaps a crash."""
    scripted = [fault_of(chance) for _ in range(chance.choice((0, 1, 1, 2, 3)))]
    outage = _hide(world, chance)
    world.emulator.faults([*scripted, *outage])
    if chance.random() < 0.15:
        world.jump(chance.choice(JUMPS))
        figures["clock jumps"] += 1
    failpoint = ""
    if chance.random() < 0.6 or not scripted:
        action = (
            chance.choice(("kill", "kill", "kill", "raise", "raise", "stall"))
            if chance.random() < 0.3
            else "kill"
        )
        if world.home and chance.random() < 0.2:
            action = "stop"
        failpoint = f"{chance.choice(failpoints)}:{chance.randint(1, 3)}:{action}"
    world.free()
    cut = _cut(world, chance)
    ran = world.apply(failpoint, flags=chance.choice((FLAGS, CERTAIN)))
    if ran.stopped:
        figures["stopped"] += 1
        if world.line:
            world.line.mend()
        ran, lost = world.overtake(ran)
        figures["overtaken"] += lost
    scripted += outage
    told.append(
        f"-- {failpoint or 'no crash'}, clock {world.skew:+.0f} s, {scripted}{cut} -> {ran.code}\n{ran.output}"
    )
    figures["runs"] += 1
    if world.line:
        figures["cuts"] += world.line.done
        world.line.mend()
    figures["faults"] += len(scripted) - len(world.emulator.pending_faults())
    figures["outages"] += len(outage)
    crashed = ran.code in {-9, 130} or "failpoint" in ran.output
    figures["crashes"] += crashed
    assert "Traceback" not in ran.output, "a traceback"
    world.emulator.clear_faults()
    world.note_strays(crashed=crashed)
    world.check_nothing_unasked()
    world.check_nothing_retired()
    world.check_nothing_early()
    if not _late(world):
        world.check_nothing_lost()


def _cut(world: World, chance: random.Random) -> str:
    """Perhaps the line to the state is to be cut in the next run; what is planned, in words."""
    if world.line is None or chance.random() < 0.5:
        return ""
    first, what, times = chance.randint(1, 25), chance.choice(SIDES), chance.choice((1, 1, 2, 1000))
    world.line.cut_from(first, what, times)
    return f", {what} {first} of the state cut, {times} times"


def _late(world: World) -> bool:
    """Whether a late commit is still to come; none is of a call that another fault has kept from being carried out."""
    return any(
        post.faults == ("late_commit",) and post.committed_at is None for post in world.emulator.ledger()
    )


def _recover(world: World, figures: Counter[str], told: list[str]) -> None:
    """Runs without faults until the account is what the manifest says."""
    problem: AssertionError | None = None
    for attempt in range(RERUNS):
        if not _late(world):
            # What vanished or was taken comes back to the market: an explicit number must be to be had.
            gone = [n for n in world.explicit if n not in world.owned and not world.emulator.is_for_sale(n)]
            world.emulator.add_stock(gone)
        ran = world.apply_again()
        told.append(f"-- rerun -> {ran.code}\n{ran.output}")
        figures["reruns"] += 1
        try:
            # Where the clocks are a day apart, what is due stays, and that is told.
            fine = {0, 4} if world.waits and abs(world.skew) >= DAY else {0}
            assert ran.code in fine, f"the rerun exited {ran.code}"
            world.check_converged()
        except AssertionError as still:
            problem = still
            # By a clock that was ahead at the time, what happened then is younger once it is set right.
            if attempt >= RERUNS // 2:
                world.jump(world.furthest)
            # Where the clocks differ, the vendor's is the one that counts: in whole seconds.
            time.sleep(1.1 if world.furthest or world.skew else 0.3)
            continue
        world.check_nothing_lost()
        world.check_nothing_unasked()
        world.check_nothing_early()
        world.check_nothing_doubled()
        world.check_unlocked()
        check_history(world)
        figures["converged at once" if attempt == 0 else "converged later"] += 1
        return
    raise AssertionError(f"not converged after {RERUNS} runs without faults: {problem}")


def _lives(seeds: list[int], home: Service | None) -> tuple[Counter[str], list[str]]:
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
                    figures += live(seed, tuple(sorted(names)), zygote, folder, home)
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
                jobs.append(workers.submit(_lives, list(range(seed, seed + share)), home))
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
