"""What a dead run left behind, and what settling makes of it."""

from collections.abc import Sequence

from numplan.engine.apply.events import Settled
from numplan.engine.apply.leftovers import settle_leftovers
from numplan.model.state import Instance, Intent, Tombstone
from tests.builders import managed, manifest, state, us
from tests.engine.world import World

NOTHING = manifest()
MEMBER = managed("pool.p", us(1), bought_at=None, sip_trunk_id=7, labels={"a": "b"})


def left_with(*rows: Instance | Intent | Tombstone) -> World:
    """A world in which a dead run left these rows."""
    world = World()
    world.store(state(*rows))
    return world


def settled(world: World) -> Sequence[Settled]:
    return list(settle_leftovers(world.open(), NOTHING, world.vendor, world.clock))


def verdicts(world: World) -> dict[str, str]:
    return {one.number: one.verdict for one in settled(world)}
