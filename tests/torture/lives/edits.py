"""What a team may make of its manifest next, by chance."""

import random
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from tests.torture.lives.laws import members
from tests.torture.lives.wishes import STOCK, Explicit, Pool, Wish
from tests.torture.lives.world import World

PLACES: Sequence[tuple[tuple[str, ...], tuple[str, ...]]] = (
    ((), ()),
    ((), ()),
    (("646",), ()),
    (("512", "614"), ()),
    (("614", "646"), ()),
    ((), ("Ohio", "Texas")),
    ((), ("New York", "Ohio", "Texas")),
)
"""Area codes, and states to be spread over."""


def edited(world: World, chance: random.Random, places: random.Random, *, dated: bool, most: int = 5) -> Wish:
    """Another manifest. Some of its entries are `dated`."""
    numbers = chance.sample(world.share, chance.randint(0, min(most, len(world.share))))
    trunks = {number: _trunk(world, chance) for number in numbers}
    for number in trunks.keys() - {
        n for n in world.share if n in world.owned or world.emulator.is_for_sale(n)
    }:
        del trunks[number]  # taken by another customer: no manifest can have it
    count, pool_trunk = chance.randint(0, most), _trunk(world, chance)
    area_codes, states = places.choice(PLACES)
    return Wish(
        explicit={
            number: Explicit(trunk=trunk, **_days(world, places, dated=dated))
            for number, trunk in trunks.items()
        },
        pool=Pool(
            count=count,
            trunk=pool_trunk,
            area_codes=area_codes,
            states=states,
            adopts=bool(world.neighbours) and places.random() < 0.4,
            **_days(world, places, dated=dated),
        ),
        retired=tuple(_flagged(world, chance)),
        others={name: one.place for name, one in world.neighbours.items()},
    )


def replaced(world: World, chance: random.Random) -> tuple[str, ...]:
    """Perhaps a member of the pool that is to be replaced, as the flag of a command."""
    found = sorted(members(world.state()) & world.owned)
    if not found or chance.random() < 0.8:
        return ()
    number = chance.choice(found)
    return "--replace", chance.choice((number, f'pool.sales["{number}"]', f"*{number[-7:]}*"))


def _trunk(world: World, chance: random.Random) -> int:
    first, second = world.trunks
    return chance.choice((first, first, second))


def _days(world: World, chance: random.Random, *, dated: bool) -> dict[str, Any]:
    """Perhaps a first and a last day, by the vendor's calendar."""
    if not dated or chance.random() < 0.5:
        return {}
    today = world.calendar.now().date()
    begins = chance.choice((None, None, today - timedelta(1), today, today + timedelta(1)))
    ends = chance.choice((None, today - timedelta(1), today, today, today + timedelta(1)))
    if begins is not None and ends is not None and begins > ends:
        begins, ends = ends, begins
    return {"begins": begins, "ends": ends}


def _flagged(world: World, chance: random.Random) -> list[str]:
    """Perhaps some numbers of the pool, and some that are for sale, that are flagged as spam from now on."""
    if chance.random() < 0.6:
        return []
    held = sorted(world.owned & {*STOCK})
    flagged = chance.sample(held, min(len(held), chance.randint(0, 3)))
    return sorted({*flagged, *chance.sample(STOCK[:12], chance.randint(0, 4))})
