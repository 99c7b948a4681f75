"""A comparison of manifest, state and account: its parts make the whole, whatever the three hold."""

from collections import Counter

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from numplan.engine.account.refresh import refresh
from numplan.engine.compare.comparison import Comparison, compare
from numplan.model.manifest import Forgotten
from numplan.model.number import E164
from numplan.model.stored.state_document import encode_state
from tests.builders import PLACE
from tests.fakes import NOON
from tests.strategies import NUMBERS, World, worlds

a_few = settings(max_examples=40)
numbers = st.frozensets(st.sampled_from(NUMBERS), max_size=4)


def forgetting(world: World, forgotten: frozenset[E164]) -> World:
    """The same world, whose manifest forgets these."""
    entries = tuple(Forgotten(source=PLACE, number=number) for number in sorted(forgotten))
    return world._replace(manifest=msgspec.structs.replace(world.manifest, forget=entries))


def compared(world: World, *, accept_missing: bool = False) -> Comparison:
    snapshot = refresh(world.manifest, world.state, world.vendor())
    return compare(world.manifest, world.state, snapshot, NOON, accept_missing=accept_missing)


def named(ones) -> set[E164]:
    """The numbers of things that have one each; each thing once."""
    found = [one.number for one in ones]
    assert len(found) == len(set(found))
    return set(found)


def conditions(found: Comparison) -> dict[str, set[E164]]:
    """The managed numbers by what is the matter with them."""
    held, absent = named(found.held), named(found.absent)
    return {
        "present": {one.number for one, _ in found.present()} - held,
        "missing": named(found.missing),
        "absent": absent,
        "held": (held & found.managed.keys()) - absent,
    }


@a_few
@given(worlds())
def test_each_managed_number_is_either_present_or_missing_or_absent_or_held(world: World):
    found = compared(world)
    times = Counter(number for those in conditions(found).values() for number in those)
    assert times == dict.fromkeys(found.managed, 1)


@a_few
@given(worlds())
def test_what_is_absent_or_missing_is_not_owned_and_what_is_absent_is_held(world: World):
    found = compared(world)
    lacking = named(found.absent) | named(found.missing)
    assert not lacking & world.owned.keys()
    assert named(found.absent) <= named(found.held)


@a_few
@given(worlds())
def test_explicit_and_undeclared_numbers_make_all_that_is_declared_or_managed(world: World):
    found = compared(world)
    assert [one.declared for one in found.explicit] == list(world.manifest.explicit())
    managed = [one.instance for one in found.explicit if one.instance is not None]
    assert {one.number: one for one in (*managed, *found.undeclared)} == found.managed
    assert len(managed) + len(found.undeclared) == len(found.managed)
    assert all(one.row == found.snapshot.owned.get(one.declared.number) for one in found.explicit)


@a_few
@given(worlds())
def test_what_is_present_is_all_that_is_managed_and_owned_as_both_know_it(world: World):
    found = compared(world)
    owned = found.snapshot.owned
    present = {one.number: (one, row) for one, row in found.present()}
    assert present == {
        number: (one, owned[number]) for number, one in found.managed.items() if number in owned
    }
    assert len([*found.present()]) == len(present)


@a_few
@given(worlds(), numbers)
def test_what_the_account_owns_is_managed_or_declared_or_held_or_unmanaged(
    world: World, forgotten: frozenset[E164]
):
    found = compared(forgetting(world, forgotten))
    unmanaged = named(found.unmanaged())
    known = found.managed.keys() | set(found.declared) | named(found.held)
    assert not unmanaged & known
    assert unmanaged | (known & found.snapshot.owned.keys()) == found.snapshot.owned.keys()


@a_few
@given(worlds())
def test_what_is_wanted_is_declared_and_neither_owned_nor_held(world: World):
    found = compared(world)
    declared = {one.number for one in world.manifest.explicit()}
    idle = {one.number for one in world.manifest.explicit() if one.resource in found.idle}
    assert named(found.wanted) == declared - idle - found.snapshot.owned.keys() - named(found.held)


@a_few
@given(worlds())
def test_an_undeclared_number_that_is_present_is_of_one_pool_or_leaves(world: World):
    found = compared(world)
    homes = [
        *found.leaving,
        *(one for status in found.pools for one in (*status.members, *status.late_arrivals, *status.leaving)),
    ]
    present = {one.number for one in found.undeclared} & conditions(found)["present"]
    assert present <= named(homes)
    assert named(homes) <= {one.number for one in found.undeclared} - named(found.held)


@a_few
@given(worlds())
def test_the_slots_of_a_pool_are_short_or_too_many_and_never_both(world: World):
    for status in compared(world).pools:
        filled = len(status.members) + status.held
        over = status.pool.terms.has_ended(NOON.date())
        assert status.shortage == (0 if over else max(0, status.pool.count - filled))
        assert status.excess <= max(0, filled - status.pool.count)
        assert not (status.shortage and status.excess)
        assert all(one.resource == status.pool.resource for one in (*status.members, *status.late_arrivals))


@a_few
@given(worlds(), numbers)
def test_what_is_forgotten_leaves_the_managed_numbers_and_is_not_adoptable(
    world: World, forgotten: frozenset[E164]
):
    found = compared(forgetting(world, forgotten))
    remembered = {one.number for one in world.state.numbers} if world.state else set()
    left = named(found.forgotten)
    assert remembered - found.managed.keys() == left
    assert forgotten <= found.not_adoptable
    unsettled = {one.number for one in world.state.intents} if world.state else set()
    assert left == (remembered & forgotten) - unsettled - set(found.declared)


@a_few
@given(worlds())
def test_without_a_second_look_what_is_absent_is_missing_and_the_same_numbers_are_managed(world: World):
    waits, accepted = compared(world), compared(world, accept_missing=True)
    assert accepted.absent == ()
    assert named(accepted.missing) == named(waits.missing) | named(waits.absent)
    assert named(accepted.held) == named(waits.held) - named(waits.absent)
    # What is missing fills no slot, so that others may move in its place.
    assert accepted.managed.keys() == waits.managed.keys()
    if not world.manifest.moved:
        assert accepted.managed == waits.managed


@a_few
@given(worlds())
def test_comparing_leaves_state_and_account_as_they_were_and_gives_the_same_again(world: World):
    snapshot = refresh(world.manifest, world.state, world.vendor())
    before = (dict(snapshot.owned), world.state and encode_state(world.state))
    first = compare(world.manifest, world.state, snapshot, NOON)
    second = compare(world.manifest, world.state, snapshot, NOON)
    assert (dict(snapshot.owned), world.state and encode_state(world.state)) == before
    assert conditions(first) == conditions(second)
    assert (first.explicit, first.pools, first.held) == (second.explicit, second.pools, second.held)


def test_worlds_hold_managed_numbers_in_every_condition():
    """The laws are not empty."""
    seen: Counter[str] = Counter()

    @settings(max_examples=200, deadline=None, database=None, derandomize=True)
    @given(worlds(), numbers)
    def look(world: World, forgotten: frozenset[E164]):
        found = compared(forgetting(world, forgotten))
        seen.update({name: bool(those) for name, those in conditions(found).items()})
        seen["forgotten"] += bool(found.forgotten)
        seen["unmanaged"] += bool(found.unmanaged())
        seen["wanted"] += bool(found.wanted)
        seen["leaving"] += bool(found.leaving)
        seen["late"] += any(one.late_arrivals for one in found.pools)
        seen["excess"] += any(one.excess for one in found.pools)

    look()
    assert {name for name, times in seen.items() if times < 3} == set()
