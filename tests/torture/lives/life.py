"""One company's life: a manifest that is edited and applied while vendor, machine and line fail."""

import random
import time
from collections import Counter
from pathlib import Path
from typing import Any, Final

from numplan.model.text.glob import covers
from tests.services.places import Service
from tests.torture.chronicle import check_history
from tests.torture.lives import laws
from tests.torture.lives.edits import edited, replaced
from tests.torture.lives.faults import SIDES, fault_of
from tests.torture.lives.processes import Ran, Zygote
from tests.torture.lives.world import CERTAIN, DAY, FLAGS, World

STEPS: Final = 12
"""Changes of the manifest in one life."""
RERUNS: Final = 10
"""Runs without faults within which every life must have converged; late commits take a few."""
JUMPS: Final = (-86_400, -3_600, 0, 0, 3_600, 86_400)
"""By how many seconds this machine's clock may come to differ from the vendor's."""
WAITING: Final = 0.4
"""The share of lives in which numbers wait for a day before they are released."""
DATED: Final = 0.5
"""The share of lives in which entries begin and end."""
MOST_DAYS: Final = 4


class BrokenLawError(AssertionError):
    """A life in which the law was broken; the message tells how, and its last runs."""


class Life:
    """A life by chance, which follows from its seed; `told` is what happened, in words."""

    def __init__(self, seed: int, failpoints: tuple[str, ...]) -> None:
        self.chance = random.Random(seed)
        self.days = random.Random(f"days of {seed}")
        self.places = random.Random(f"places of {seed}")
        self.failpoints = failpoints
        self.waits = self.days.random() < WAITING
        self.dated = self.places.random() < DATED
        self.rebuy_after = self.chance.choice(("0d", "0d", "90d"))
        self.figures: Counter[str] = Counter(lives=1)
        self.told: list[str] = []

    # -- what comes between ----------------------------------------------------------------------------

    def edit(self, world: World, most: int = 5) -> None:
        """Another manifest."""
        world.wants(edited(world, self.chance, self.places, dated=self.dated, most=most))
        self.told.append(f"== {world.folder.name}: {world.wish} on {world.today}")

    def pass_days(self, world: World) -> None:
        """Perhaps a day or two go by for both clocks: fewer in a life than numbers are watched for."""
        passes = self.waits or self.dated
        if passes and world.calendar.days < MOST_DAYS and self.days.random() < 0.5:
            world.calendar.days += self.days.choice((1, 1, 2))
            self.figures["days"] += 1

    # -- runs that come to grief -----------------------------------------------------------------------

    def disturb(self, world: World) -> None:
        """A run with faults at the vendor, and perhaps a crash."""
        scripted = self.trouble(world)
        if self.chance.random() < 0.15:
            world.jump(self.chance.choice(JUMPS))
            self.figures["clock jumps"] += 1
        failpoint = ""
        if self.chance.random() < 0.6 or not scripted:
            failpoint = self.failpoint(stops=world.home is not None)
        world.free()
        cut = self.cut(world)
        replacing = replaced(world, self.places)
        flags = (*self.chance.choice((FLAGS, CERTAIN)), *replacing)
        ran = world.apply(failpoint, flags=flags)
        if ran.stopped:
            self.figures["stopped"] += 1
            if world.line:
                world.line.mend()
            ran, lost = world.overtake(ran)
            self.figures["overtaken"] += lost
        self.figures["replacing"] += bool(replacing)
        self.tell(world, f"{failpoint or 'no crash'}, {scripted}{cut}{[*replacing]}", ran)
        if world.line:
            self.figures["cuts"] += world.line.done
            world.line.mend()
        crashed = self.settle(world, scripted, ran)
        world.note_strays(crashed=crashed)
        laws.after_any_run(world)

    def trouble(self, world: World) -> list[dict[str, Any]]:
        """Faults for the next run, and perhaps an outage of one number; the vendor is told of them."""
        scripted = [fault_of(self.chance) for _ in range(self.chance.choice((0, 1, 1, 2, 3)))]
        outage = _hide(world, self.chance)
        self.figures["outages"] += len(outage)
        world.emulator.faults([*scripted, *outage])
        return [*scripted, *outage]

    def failpoint(self, *, stops: bool = False) -> str:
        """Where a run is to be killed, say, as NUMPLAN_FAILPOINT takes it."""
        chance = self.chance
        action = (
            chance.choice(("kill", "kill", "kill", "raise", "raise", "stall"))
            if chance.random() < 0.3
            else "kill"
        )
        if stops and chance.random() < 0.2:
            action = "stop"
        return f"{chance.choice(self.failpoints)}:{chance.randint(1, 3)}:{action}"

    def cut(self, world: World) -> str:
        """Perhaps the line to the state is to be cut in the next run; what is planned, in words."""
        if world.line is None or self.chance.random() < 0.5:
            return ""
        first, what = self.chance.randint(1, 25), self.chance.choice(SIDES)
        times = self.chance.choice((1, 1, 2, 1000))
        world.line.cut_from(first, what, times)
        return f", {what} {first} of the state cut, {times} times"

    def settle(self, world: World, scripted: list[dict[str, Any]], *runs: Ran) -> bool:
        """Count what was injected into the last runs, and end it. Returns whether one of them crashed."""
        self.figures["runs"] += len(runs)
        self.figures["faults"] += len(scripted) - len(world.emulator.pending_faults())
        crashes = sum(ran.code in {-9, 130} or "failpoint" in ran.output for ran in runs)
        self.figures["crashes"] += crashes
        assert not any("Traceback" in ran.output for ran in runs), "a traceback"
        world.emulator.clear_faults()
        return crashes > 0

    def tell(self, world: World, what: str, ran: Ran) -> None:
        """Remember a run for the message of a broken law."""
        self.told.append(
            f"-- {world.folder.name}, {world.today}, clock {world.skew:+.0f} s, {what} -> {ran.code}\n{ran.output}"
        )

    # -- runs without faults ---------------------------------------------------------------------------

    def recover(self, world: World) -> None:
        """Runs without faults until the account is what the manifest says."""
        problem: AssertionError | None = None
        for attempt in range(RERUNS):
            put_back(world)
            ran = world.apply_again()
            self.tell(world, "rerun", ran)
            self.figures["reruns"] += 1
            laws.after_any_run(world)
            try:
                # Where the clocks are a day apart, what is due stays, and that is told.
                fine = {0, 4} if world.is_dated and abs(world.skew) >= DAY else {0}
                assert ran.code in fine, f"the rerun exited {ran.code}"
                laws.converged(world)
            except AssertionError as still:
                problem = still
                self.wait_for_late_ones(world, attempt)
                continue
            laws.nothing_doubled(world)
            laws.unlocked(world)
            check_history(world)
            self.figures["converged at once" if attempt == 0 else "converged later"] += 1
            return
        raise AssertionError(f"not converged after {RERUNS} runs without faults: {problem}")

    def wait_for_late_ones(self, world: World, attempt: int) -> None:
        """Wait for what is carried out late, or becomes believable with time."""
        # By a clock that was ahead at the time, what happened then is younger once it is set right.
        if attempt >= RERUNS // 2:
            world.jump(world.furthest)
        # Where the clocks differ, the vendor's is the one that counts: in whole seconds.
        time.sleep(1.1 if world.furthest or world.skew else 0.3)

    def replace(self, world: World) -> None:
        """Perhaps a member is replaced, undisturbed: afterwards it fills no slot, and the pool is as full as it was."""
        flags = replaced(world, self.places)
        if not flags or world.wish.pool.standing(world.today) != "holds":
            return
        before = laws.members(world.state())
        named = {n for n in before if any(covers(flags[1], name) for name in (n, f'pool.sales["{n}"]'))}
        ran = world.apply_again(*flags)
        self.tell(world, f"undisturbed, {flags}", ran)
        self.figures["replaced"] += len(named)
        laws.after_any_run(world)
        after = laws.members(world.state())
        assert not named & after, f"{named} was to be replaced"
        assert len(after) == len(before), f"{len(after)} members, and {len(before)} before"


def put_back(world: World) -> None:
    """What vanished or was taken comes back to the market: an explicit number must be to be had."""
    if not laws.is_late(world):
        wanted = world.wish.explicit
        gone = [n for n in wanted if n not in world.owned and not world.emulator.is_for_sale(n)]
        world.emulator.add_stock(gone)


def live(
    seed: int, failpoints: tuple[str, ...], zygote: Zygote, folder: Path, home: Service | None = None
) -> Counter[str]:
    """One company's life. Returns what was injected and how it went; raises BrokenLawError."""
    life = Life(seed, failpoints)
    world = World.open(zygote, folder, home, waits=life.waits)
    world.rebuy_after = life.rebuy_after
    try:
        for _ in range(STEPS):
            life.edit(world)
            life.pass_days(world)
            for _ in range(life.chance.randint(1, 3)):
                life.disturb(world)
            life.recover(world)
            life.replace(world)
    except AssertionError as problem:
        raise BrokenLawError(f"seed {seed}: {problem}\n" + "\n".join(life.told)) from None
    finally:
        world.close()
    return life.figures


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
