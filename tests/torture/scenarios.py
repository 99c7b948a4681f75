"""Changes of a manifest, and the trial of one injected failure in each."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.services.places import Service
from tests.torture.chronicle import check_history
from tests.torture.lives import laws
from tests.torture.lives.processes import Ran, Zygote
from tests.torture.lives.wishes import EXPLICIT, OTHER_TRUNK, TRUNK
from tests.torture.lives.world import World


@dataclass(frozen=True)
class Scenario:
    """From one manifest to another. `needed` is how many purchases the change takes, `trouble` what the vendor
    makes of the first apply.
    """

    name: str
    before: Callable[[World], None] | None
    after: Callable[[World], None]
    needed: int
    trouble: Callable[[World], None] | None = None


def _declare(
    first: int, last: int, pool: int, *, moved: int = 0, pool_trunk: int = TRUNK
) -> Callable[[World], None]:
    """Explicit numbers `first` to `last`, of which the first `moved` sit on the other trunk, and a pool."""

    def declare(world: World) -> None:
        trunks = {
            number: OTHER_TRUNK if index < moved else TRUNK
            for index, number in enumerate(EXPLICIT[first:last])
        }
        world.declare(trunks, pool, pool_trunk)

    return declare


PURCHASE = Scenario("purchase", None, _declare(0, 4, 4), needed=8)
RELEASE = Scenario("release", _declare(0, 4, 4), _declare(0, 1, 1), needed=0)


def _give_back(world: World) -> None:
    """A vendor who sells again what it takes back, so that a number can be bought back."""
    world.emulator.configure(released_to_stock=True)


MIXED = Scenario(
    "mixed",
    _declare(0, 4, 3),
    # one explicit number moves, two leave, one comes; the pool shrinks by one, and its other two move
    _declare(0, 2, 2, moved=1, pool_trunk=OTHER_TRUNK),
    needed=3,
    trouble=_give_back,
)


def _trouble(world: World) -> None:
    """A vendor who is slow, out of one number, without an answer, and takes the flat form of a release only."""
    world.emulator.configure(release_form="flat")
    world.emulator.faults(
        [
            {"endpoint": "purchase-numbers", "fault": "too_many", "params": {"seconds": 0}},
            {"endpoint": "purchase-numbers", "fault": "refuse", "params": {"every": 2}, "nth": 2},
            {"endpoint": "purchase-numbers", "fault": "lose_reply", "nth": 3},
            {"endpoint": "release-numbers", "fault": "too_many", "params": {"seconds": 0}},
        ]
    )


TROUBLED = Scenario("troubled", _declare(0, 2, 2), _declare(0, 1, 4), needed=2, trouble=_trouble)
SCENARIOS = (PURCHASE, RELEASE, MIXED, TROUBLED)


def prepare(scenario: Scenario, zygote: Zygote, folder: Path, home: Service | None = None) -> World:
    """A world in which the scenario's second manifest is about to be applied."""
    world = World.open(zygote, folder, home)
    if scenario.before is not None:
        scenario.before(world)
        first = world.apply()
        assert first.code == 0, first.output
    scenario.after(world)
    if scenario.trouble is not None:
        scenario.trouble(world)
    return world


def passed(scenario: Scenario, zygote: Zygote, folder: Path, home: Service | None = None) -> tuple[str, ...]:
    """The failpoints that an undisturbed apply of the scenario passes, in order, each as often as it does."""
    world = prepare(scenario, zygote, folder, home)
    try:
        ran = world.apply(record=True)
        assert ran.code == 0, ran.output
        laws.converged(world)
        return ran.passed
    finally:
        world.close()


def trial(
    scenario: Scenario, failpoint: str, zygote: Zygote, folder: Path, home: Service | None = None
) -> Ran:
    """Apply with a failure, then once more without: the law must hold after both. Returns the first run."""
    world = prepare(scenario, zygote, folder, home)
    try:
        before = sum(laws.purchases(world).values())
        ran = world.apply(failpoint)
        check_finished(world, scenario, before, ran)
        return ran
    finally:
        world.close()


def check_finished(world: World, scenario: Scenario, before: int, ran: Ran) -> None:
    """The law holds after a run that came to grief, and the next one finishes what it began.

    `before` is how many purchases there had been before it.
    """
    assert "Traceback" not in ran.output, ran.output
    laws.nothing_lost(world)
    laws.nothing_unasked(world)
    world.emulator.clear_faults()
    again = world.apply_again()
    assert again.code == 0, f"the rerun exited {again.code}\n{ran.output}\n-- rerun --\n{again.output}"
    laws.converged(world)
    laws.nothing_unasked(world)
    laws.no_waste(world, before, scenario.needed)
    empty = world.run("plan", "--detailed-exitcode")
    assert empty.code == 0, empty.output
    laws.unlocked(world)
    check_history(world)
