"""A fleet that is renamed, split, merged, forgotten, taken in again, grown or shrunk, at random, in part and
through kills: no purchase and no release comes of it that the last manifest alone would not have made.
"""

from collections.abc import Sequence

import msgspec
from hypothesis import given, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from numplan.model.address import Resource
from numplan.model.changes import Purchase, Release, Replace, count
from numplan.model.manifest import Forgotten, Manifest, Move
from numplan.model.number import E164
from numplan.model.plan import Plan, Selection
from numplan.model.state import State
from tests.builders import PLACE, entry, managed, manifest, plan, pool, state, us
from tests.engine.world import ALL, World
from tests.fakes import FakeVendor

STOCK = tuple(us(9000 + place) for place in range(50))
"""More than one life can grow by: it has 40 steps."""
ROUNDS = 6
PLACES = st.integers(0, 9)
SIZES = st.lists(st.integers(0, 4), min_size=1, max_size=4)
READS = st.lists(st.sampled_from(("", "", "fails", "short", "odd", "blank")), max_size=4)
WRITES = st.lists(st.sampled_from(("ok", "ok", "fails", "durable")), max_size=4)


class Fleet:
    """What is declared, step by step; each new name is one that was never used."""

    def __init__(self, sizes: Sequence[int]) -> None:
        self.counts = {f"n{place}": size for place, size in enumerate(sizes)}
        self.names = len(sizes)
        self.moves: list[tuple[str, str]] = []
        self.past: list[tuple[str, str]] = []
        """Moves that were applied, and whose lines are gone."""
        self.forgotten: list[E164] = []
        self.listed: list[E164] = []

    def name(self, count: int) -> str:
        """A pool of a name that is new."""
        self.names += 1
        self.counts[f"n{self.names - 1}"] = count
        return f"n{self.names - 1}"

    def pool(self, place: int) -> str:
        """One of the pools there are."""
        return sorted(self.counts)[place % len(self.counts)]

    def manifest(self) -> Manifest:
        """What is declared now. One number a call, so that a kill may come between any two."""
        pools = [pool(name, size) for name, size in self.counts.items()]
        entries = [entry(f"e{number[1:]}", number) for number in self.listed]
        made = manifest(*pools, *entries)
        return msgspec.structs.replace(
            made,
            api=msgspec.structs.replace(made.api, batch_size=1),
            moved=tuple(
                Move(resource=Resource(f"pool.{former}"), to=Resource(f"pool.{to}"), source=PLACE)
                for former, to in self.moves
            ),
            forget=tuple(Forgotten(number=number, source=PLACE) for number in self.forgotten),
        )

    # -- edits that want as many numbers as before

    def rename(self, place: int) -> None:
        """A pool under another name."""
        one = self.pool(place)
        self.moves.append((one, self.name(self.counts.pop(one))))

    def split_off(self, place: int, part: int) -> None:
        """A part of a pool as one of its own."""
        one = self.pool(place)
        part %= self.counts[one] + 1
        self.counts[one] -= part
        self.moves.append((one, self.name(part)))

    def split_up(self, place: int, part: int) -> None:
        """Two new pools for an old one."""
        one = self.pool(place)
        size = self.counts.pop(one)
        part %= size + 1
        self.moves += [(one, self.name(part)), (one, self.name(size - part))]

    def merge(self, first: int, second: int) -> None:
        """One new pool for two old ones."""
        one, other = self.pool(first), self.pool(second)
        if one != other:
            together = self.name(self.counts.pop(one) + self.counts.pop(other))
            self.moves += [(one, together), (other, together)]

    def forget(self, place: int, members: Sequence[E164], which: int) -> None:
        """A pool's member that is managed no more; nor does the pool want one in its place."""
        one = self.pool(place)
        members = [number for number in members if number not in {*self.forgotten, *self.listed}]
        if members and self.counts[one]:
            self.forgotten.append(members[which % len(members)])
            self.counts[one] -= 1

    def take_in(self, which: int) -> None:
        """A forgotten number as an entry of its own."""
        if self.forgotten:
            self.listed.append(self.forgotten.pop(which % len(self.forgotten)))


def account(sizes: Sequence[int], vendor: FakeVendor) -> State:
    """An account that holds exactly the fleet, and a stock that would sell more."""
    rows = [
        managed(f"pool.n{place}", vendor.own(us(100 * place + one)))
        for place, size in enumerate(sizes)
        for one in range(size)
    ]
    for number in STOCK:
        vendor.put_on_sale(number)
    return state(*rows)


def calls(made: Plan) -> list[object]:
    """The changes that cost a call."""
    return [one for one in made.changes if isinstance(one, Purchase | Release | Replace)]


class Life(RuleBasedStateMachine):
    """A team that edits, applies in part, and is killed. It grows or shrinks, never both: then one step from the
    first manifest to the last tells how many purchases or releases there may be.
    """

    @initialize(sizes=SIZES, direction=st.sampled_from((-1, 0, 1)))
    def begin(self, sizes: list[int], direction: int) -> None:
        """The fleet is all there."""
        self.sizes, self.direction = sizes, direction
        self.fleet, self.world = Fleet(sizes), World()
        self.vendor = self.world.vendor
        self.world.store(account(sizes, self.vendor))
        self.first = frozenset(self.vendor.owned)

    # -- the team

    @rule(place=PLACES)
    def rename(self, place: int) -> None:
        self.fleet.rename(place)

    @rule(place=PLACES, part=PLACES)
    def split_off(self, place: int, part: int) -> None:
        self.fleet.split_off(place, part)

    @rule(place=PLACES, part=PLACES)
    def split_up(self, place: int, part: int) -> None:
        self.fleet.split_up(place, part)

    @rule(first=PLACES, second=PLACES)
    def merge(self, first: int, second: int) -> None:
        self.fleet.merge(first, second)

    @rule(place=PLACES, which=PLACES)
    def forget(self, place: int, which: int) -> None:
        resource = f"pool.{self.fleet.pool(place)}"
        rows = self.world.state.numbers
        members = [row.number for row in rows if row.resource == resource and row.number in self.first]
        self.fleet.forget(place, members, which)

    @rule(which=PLACES)
    def take_in(self, which: int) -> None:
        self.fleet.take_in(which)

    @precondition(lambda self: self.direction)
    @rule(place=PLACES)
    def grow_or_shrink(self, place: int) -> None:
        one = self.fleet.pool(place)
        self.fleet.counts[one] = max(0, self.fleet.counts[one] + self.direction)

    @rule()
    def tidy_up(self) -> None:
        """The lines of moves that nobody needs any more leave the manifest."""
        held = {row.resource for row in self.world.state.numbers}
        while self.fleet.moves and f"pool.{self.fleet.moves[0][0]}" not in held:
            self.fleet.past.append(self.fleet.moves.pop(0))

    # -- the runs

    @rule()
    def run(self) -> None:
        self.go()

    @rule(place=PLACES, inverse=st.booleans())
    def run_a_part(self, place: int, inverse: bool) -> None:
        part = (f"pool.{self.fleet.pool(place)}",)
        self.go(selection=Selection(excludes=part) if inverse else Selection(targets=part))

    @rule(nth=st.integers(0, 20), after=st.booleans())
    def run_and_be_killed(self, nth: int, after: bool) -> None:
        self.world.touch.kill(nth, after=after)
        self.go()

    @rule(reads=READS, writes=WRITES)
    def run_in_broken_surroundings(self, reads: list[str], writes: list[str]) -> None:
        self.vendor.read_faults.extend(reads)
        self.go(writes=writes)

    def go(self, selection: Selection = ALL, writes: Sequence[str] = ()) -> None:
        ran = self.world.run(self.fleet.manifest(), selection=selection, writes=writes)
        note(f"  {self.fleet.counts} {ran.plan.changes if ran.plan else ''} {ran.events} {ran.error!r}")
        assert ran.plan is None or not (ran.plan.refusals or ran.plan.errors)
        self.vendor.read_faults.clear()
        self.world.touch.kill(None)
        self.world.clock.resume()

    # -- the law

    @property
    def bought(self) -> int:
        return len(self.vendor.owned.keys() - self.first)

    @property
    def released(self) -> int:
        return len(self.first - self.vendor.owned.keys())

    @invariant()
    def nothing_is_bought_unless_it_grows_nor_released_unless_it_shrinks(self) -> None:
        if hasattr(self, "world"):
            assert self.vendor.breaches == []
            assert self.direction > 0 or not self.bought
            assert self.direction < 0 or not self.released
            assert self.direction or not self.vendor.posts

    def teardown(self) -> None:
        """All is applied, and came to what one step would have come to."""
        if not hasattr(self, "world"):
            return
        for _ in range(ROUNDS):
            self.go()
            self.world.later(minutes=16)
        assert not count(self.world.draft(self.fleet.manifest()).changes).any
        self.fleet.moves[:0] = self.fleet.past
        fresh = World()
        fresh.store(account(self.sizes, fresh.vendor))
        at_once = fresh.draft(self.fleet.manifest())
        assert (at_once.refusals, at_once.errors) == ((), ())
        needed = calls(at_once)
        assert sum(isinstance(one, Purchase) for one in needed) == self.bought
        assert sum(isinstance(one, Release) for one in needed) == self.released
        assert self.bought + self.released == len(needed)


TestLife = Life.TestCase

edits = st.lists(
    st.tuples(
        st.sampled_from((Fleet.rename, Fleet.split_off, Fleet.split_up, Fleet.merge, Fleet.merge)),
        PLACES,
        PLACES,
    ),
    max_size=6,
)


@settings(max_examples=60)
@given(SIZES, edits)
def test_a_chain_of_moves_in_one_step_needs_no_call(sizes, chain):
    fleet, vendor = Fleet(sizes), FakeVendor()
    held = account(sizes, vendor)
    for edit, first, second in chain:
        edit(fleet, first, *(() if edit is Fleet.rename else (second,)))
    made = plan(fleet.manifest(), vendor, held)
    assert (calls(made), made.errors) == ([], ())
