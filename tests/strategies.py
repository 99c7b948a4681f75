"""Made-up worlds for the planner: a manifest, what state remembers, and what the vendor has.

All of them draw from a few numbers and names, so that what they say of one number often collides.
"""

from datetime import timedelta
from itertools import product
from typing import NamedTuple

import msgspec
from hypothesis import strategies as st

from numplan.engine.compare.in_force import in_force
from numplan.model.address import Resource
from numplan.model.manifest import Manifest, Move, Spread
from numplan.model.number import E164
from numplan.model.state import Instance, Intent, State, Tombstone
from numplan.model.today import Today
from tests.builders import (
    LONG_AGO,
    PLACE,
    buried,
    buying,
    entry,
    group,
    managed,
    manifest,
    pool,
    releasing,
    state,
    us,
)
from tests.fakes import NOON, FakeVendor

JSON_VALUE = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
)
"""Any value that JSON knows: NaN and infinity are none."""

NUMBERS = [us(place) for place in range(1, 13)]
RESOURCES = ("pool.p", "pool.p", "pool.q", "set.s", "number.a", "number.b", "number.gone", "pool.gone")
WHEN = (LONG_AGO, NOON - timedelta(days=2), NOON - timedelta(minutes=3), NOON + timedelta(hours=1))
LABELS: tuple[dict[str, str], ...] = ({}, {}, {"owner": "x", "team": "y"}, {"owner": "y"})
SPREAD = {"spread": Spread("area_code", ("20500000", "205000001", "206"))}
PRICES = tuple(product(("0", "0.10", "1.25"), ("0.1", "0.10", "0.333", "7")))

# Each draw takes time, so what belongs together is drawn as one. So does each new strategy, so it is made once.
prices = st.sampled_from([dict(zip(("once", "monthly"), price, strict=True)) for price in PRICES])
terms = st.sampled_from(
    [
        {
            "sip_trunk_id": trunk,
            "labels": labels,
            "protect": protect,
            "on_trunk_change": on_change,
            "release_after": days,
        }
        for trunk, labels, protect, on_change, days in product(
            (1, None, 2),
            LABELS,
            (False, False, False, True),
            ("replace", "refuse", "replace"),
            (None, None, 9),
        )
    ]
)
days = st.sampled_from(
    [
        *[{}] * 9,
        {"begins": NOON.date() + timedelta(days=1)},
        {"begins": NOON.date(), "ends": NOON.date()},
        {"ends": NOON.date() - timedelta(days=1)},
    ]
)
"""Most entries have no days; few have one that is near."""
pool_keys = st.sampled_from(
    [
        {
            "adopt": adopt,
            "select": select,
            "on_shortage": on_shortage,
            "on_unavailable": on_unavailable,
            **more,
        }
        for adopt, select, on_shortage, on_unavailable, more in product(
            (False, True),
            ("cheapest", "consecutive", "lowest", "block"),
            ("partial", "fail"),
            ("substitute", "fail"),
            (
                {},
                {"max_monthly_charge": "1"},
                {"state": "Alabama"},
                {"area_codes": ("2050000", "205"), "max_per_exchange": 2},
                SPREAD,
            ),
        )
    ]
)
known = st.sampled_from(
    [
        {
            "sip_trunk_id": trunk,
            "labels": labels,
            "protect": protect,
            "trunk_verified": verified,
            "release_after": days,
            "leaving_at": None if until is None else NOON.date() + timedelta(days=until),
        }
        for trunk, labels, protect, verified, days, until in product(
            (1, None, 2),
            LABELS,
            (False, False, True),
            (True, True, False),
            (None, None, 9),
            (None, None, None, None, -3, 0, 4),
        )
    ]
)
resources = st.sampled_from(RESOURCES)
GONE = ("pool.gone", "pool.p")
moves = st.sampled_from([(), (), (GONE,), (("pool.p", "pool.q"),), (GONE, ("pool.gone", "pool.q"))])
moments = st.sampled_from(WHEN)
sometimes = st.none() | moments
orders = st.permutations(NUMBERS)
kinds = st.sampled_from(
    ["managed"] * 6 + ["surplus", "watched", "buying", "again", "releasing", "buried", "both"]
)
regions = st.sampled_from(["Alabama", ""])
where_known = st.sampled_from(["owned"] * 6 + ["stock", "neither"])
where_new = st.sampled_from(["stock"] * 4 + ["owned", "neither"])
unlisted = st.frozensets(st.sampled_from(NUMBERS), max_size=6)
rarely = st.sampled_from([False] * 5 + [True])
mostly = st.sampled_from([True] * 5 + [False])


class World(NamedTuple):
    """What a plan is made from. `vendor` makes a new one each time, since an apply changes it."""

    manifest: Manifest
    state: State | None
    owned: dict[E164, dict[str, object]]
    stock: dict[E164, dict[str, object]]
    hidden: frozenset[E164]
    complete: bool
    dated: bool = True
    """Whether the vendor tells the time."""

    @property
    def in_force(self) -> Manifest:
        """The manifest without what ended."""
        return in_force(self.manifest, Today(NOON.date()))

    def vendor(self) -> FakeVendor:
        made = FakeVendor()
        made.time = lambda: NOON
        for number, known in self.owned.items():
            made.own(number, **known)
        for number, known in self.stock.items():
            made.put_on_sale(number, **known)
        made.listed(complete=self.complete, hiding=self.hidden)
        if self.dated:
            made.time = lambda: NOON
        return made


@st.composite
def manifests(draw):
    """Two explicit numbers, a set and two pools, each of which may lack."""
    free = draw(orders)
    entries: list = [
        entry(name, number, **draw(terms), **draw(days))
        for name, number in zip("ab", free[:2], strict=True)
        if draw(st.booleans())
    ]
    if draw(st.booleans()):
        entries.append(group("s", free[2 : 2 + draw(st.integers(0, 3))], **draw(terms), **draw(days)))
    entries += [
        pool(name, draw(st.integers(0, 4)), **draw(terms), **draw(pool_keys), **draw(days))
        for name in "pq"
        if draw(mostly)
    ]
    made = manifest(*entries)
    names = {one.resource for one in made.pools}
    moved = [
        Move(resource=Resource(former), to=Resource(to), source=PLACE)
        for former, to in draw(moves)
        if to in names
    ]
    return msgspec.structs.replace(made, moved=tuple(moved))


@st.composite
def rows(draw, number):
    """What state says of one number, in one of the ways in which a run leaves it."""
    kind = draw(kinds)
    since = draw(sometimes)
    noted = draw(sometimes)
    one = managed(
        draw(resources),
        number,
        bought_at=since,
        surplus=kind == "surplus",
        missing_since=noted,
        **draw(known),
    )
    fresh = msgspec.structs.replace(one, bought_at=None, missing_since=None)
    when = draw(moments)
    match kind:
        case "buying":
            return [buying(fresh, written_at=when)]
        case "again":
            return [buying(fresh, written_at=when), buried(fresh, closed_at=when, holds_slot=draw(mostly))]
        case "releasing":
            return [one, releasing(one, written_at=when)]
        case "buried":
            return [buried(fresh, closed_at=when, holds_slot=draw(mostly))]
        case "watched":
            return [one, buried(fresh, closed_at=when, holds_slot=False)]
        case "both":  # an explicit number that went missing, was bought again, and was not bought
            gone = msgspec.structs.replace(
                fresh, resource="number.a", bought_at=LONG_AGO, missing_since=LONG_AGO
            )
            return [gone, buried(gone, closed_at=when, holds_slot=draw(mostly))]
        case _:
            return [one]


rows_of = {number: rows(number) for number in NUMBERS}


@st.composite
def states(draw):
    """What earlier runs left; now and then nothing at all."""
    if draw(rarely):
        return None
    found: list[Instance | Intent | Tombstone] = []
    for number in NUMBERS:
        if draw(st.booleans()):
            found += draw(rows_of[number])
    return state(*found)


every_state = states()
every_manifest = manifests()


@st.composite
def worlds(draw, *, complete=mostly):
    """Any world: numbers owned, for sale or neither, remembered or not; the listing may be short."""
    remembered = draw(every_state)
    names = {one.number for one in remembered.numbers} if remembered else set()
    owned, stock = {}, {}
    for number in NUMBERS:
        row = {"state": draw(regions), **draw(prices)}
        match draw(where_known if number in names else where_new):
            case "owned":
                owned[number] = {**row, "flow": draw(rarely)}
            case "stock":
                stock[number] = row
            case _:
                pass
    whole = draw(complete)
    hidden = frozenset() if whole else draw(unlisted)
    return World(draw(every_manifest), remembered, owned, stock, hidden, whole)
