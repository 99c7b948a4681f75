"""What is written down without a call: adopted, updated, forgotten, missing and back, and what the account charges."""

from decimal import Decimal

import msgspec
import pytest

from numplan.engine.apply.local_changes import record
from numplan.engine.apply.open_state import OpenState
from numplan.model.changes import Adopt, Forget, Purchase, Update
from numplan.model.state import Instance
from tests.builders import entry, managed, manifest, pool, state, us
from tests.engine.world import LIFTED, World
from tests.fakes import NOON

ONE = us(1)
CAREFUL = msgspec.structs.replace(LIFTED, missing=False)


def with_members(*numbers: str) -> World:
    world = World()
    for number in numbers:
        world.vendor.own(number)
    world.store(state(*(managed("pool.p", number) for number in numbers)))
    return world


def noted(world: World) -> set[str]:
    assert world.state is not None
    return {one.number for one in world.state.numbers if one.missing_since is not None}


def test_a_number_that_the_account_lacks_is_noted_at_the_first_look_and_forgotten_at_the_second() -> None:
    world = with_members(*map(us, range(12)))
    wanted = manifest(pool("p", 12))
    del world.vendor.owned[ONE]
    world.run(wanted, allowances=CAREFUL)
    assert noted(world) == {ONE}
    world.later(minutes=5)
    world.run(wanted, allowances=CAREFUL)
    assert noted(world) == {ONE}
    world.vendor.put_on_sale(us(20))
    world.later(minutes=11)
    world.run(wanted, allowances=CAREFUL)
    assert noted(world) == set()
    assert ONE not in {one.number for one in world.state.numbers}
    assert {one.number: one.cause for one in world.state.tombstones} == {ONE: "missing"}
    assert world.vendor.bought == [us(20)]


def test_one_that_is_back_is_noted_no_more() -> None:
    world = with_members(*map(us, range(12)))
    row = world.vendor.owned.pop(ONE)
    world.run(manifest(pool("p", 12)), allowances=CAREFUL)
    assert noted(world) == {ONE}
    world.vendor.owned[ONE] = row
    world.run(manifest(pool("p", 12)), allowances=CAREFUL)
    assert noted(world) == set()
    assert len(world.state.numbers) == 12


def test_one_that_is_gone_for_good_is_noted_once_and_kept() -> None:
    world = World()
    numbers = [us(place) for place in range(12)]
    for number in numbers:
        world.vendor.own(number)
    world.store(state(*(managed(f"number.n{number[-2:]}", number) for number in numbers)))
    wanted = manifest(*(entry(f"n{number[-2:]}", number) for number in numbers))
    del world.vendor.owned[ONE]
    world.run(wanted, allowances=CAREFUL)
    since = next(one.missing_since for one in world.state.numbers if one.number == ONE)
    assert since is not None
    world.later(minutes=16)
    for _ in range(2):
        ran = world.run(wanted, allowances=CAREFUL)
        assert [type(one).__name__ for one in ran.plan.changes if one.__struct_config__.tag == "unavailable"]
        assert next(one.missing_since for one in world.state.numbers if one.number == ONE) == since
    assert world.vendor.posts == []


@pytest.mark.parametrize("said", [None, Decimal("9.99")])
def test_a_charge_that_the_account_did_not_say_stays_as_it_was_known(said: Decimal | None) -> None:
    known = managed("number.a", ONE, setup_charge=Decimal("0.30"), monthly_charge=Decimal("0.40"))
    open_state = _book(known)
    after = msgspec.structs.replace(
        known.attributes, setup_charge=said, monthly_charge=said, labels={"a": "b"}
    )
    assert record(
        Update(resource="number.b", before=known.attributes, after=after, reason="x"), open_state, NOON
    )
    one = open_state.numbers[ONE]
    assert (one.resource, one.attributes.labels) == ("number.b", {"a": "b"})
    assert one.attributes.setup_charge == (said or Decimal("0.30"))
    assert one.attributes.monthly_charge == (said or Decimal("0.40"))


def test_an_adopted_surplus_number_is_a_member_again_and_keeps_its_origin() -> None:
    known = managed("pool.old", ONE, surplus=True)
    open_state = _book(known)
    assert record(
        Adopt(resource="pool.p", after=known.attributes, reason="x", trunk_verified=False), open_state, NOON
    )
    one = open_state.numbers[ONE]
    assert (one.resource, one.surplus, one.origin, one.trunk_verified) == (
        "pool.p",
        False,
        known.origin,
        known.trunk_verified,
    )


@pytest.mark.parametrize("verified", [True, False])
def test_an_adopted_number_is_new(verified: bool) -> None:
    open_state = _book()
    after = managed("pool.p", ONE).attributes
    assert record(
        Adopt(resource="pool.p", after=after, reason="x", trunk_verified=verified), open_state, NOON
    )
    assert open_state.numbers[ONE] == Instance(
        resource="pool.p", attributes=after, origin="adopted", trunk_verified=verified
    )


@pytest.mark.parametrize("missing", [True, False])
def test_what_is_forgotten_is_watched_only_where_it_is_missing(missing: bool) -> None:
    known = managed("pool.p", ONE)
    open_state = _book(known)
    assert record(
        Forget(resource="pool.p", before=known.attributes, reason="x", missing=missing), open_state, NOON
    )
    assert ONE not in open_state.numbers
    assert [one.cause for one in open_state.tombstones.values()] == (["missing"] if missing else [])


def test_what_takes_a_call_is_not_recorded_here() -> None:
    open_state = _book()
    after = managed("pool.p", ONE).attributes
    assert not record(Purchase(resource="pool.p", after=after, reason="x"), open_state, NOON)
    assert not open_state.numbers


def test_an_update_keeps_the_charge_that_was_known_where_the_account_says_none() -> None:
    world = World()
    world.store(state(managed("number.a", ONE, monthly_charge="0.25")))
    world.vendor.own(ONE, monthly=None)
    world.run(manifest(entry("a", ONE, labels={"owner": "x"})))
    [kept] = world.state.numbers
    assert (kept.attributes.labels, kept.attributes.monthly_charge) == ({"owner": "x"}, Decimal("0.25"))


def _book(*instances: Instance) -> OpenState:
    world = World()
    world.store(state(*instances))
    return world.open()
