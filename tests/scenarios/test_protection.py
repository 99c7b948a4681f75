"""Protection outlives the row in state that says so: what is let go and taken in again is still protected."""

import msgspec
import pytest

from numplan.engine.account.refresh import refresh
from numplan.engine.edit.adoption import adoption_plan
from numplan.engine.edit.state_edit import remove, replaced
from numplan.model.address import Resource
from numplan.model.manifest import Forgotten, Manifest
from numplan.model.stored.state_document import decode_state, encode_state
from tests.builders import (
    PLACE,
    by_action,
    entry,
    group,
    line,
    managed,
    manifest,
    only,
    plan,
    pool,
    refused,
    state,
    us,
)
from tests.engine.world import World
from tests.fakes import FakeVendor

ONE, TWO, THREE = map(us, range(1, 4))


def forgetting(*numbers: str, keep: Manifest | None = None) -> Manifest:
    """A manifest that lets these numbers go, and keeps them purchased."""
    entries = tuple(Forgotten(number=number, source=PLACE) for number in numbers)
    return msgspec.structs.replace(keep or manifest(), forget=entries)


@pytest.fixture
def world() -> World:
    """A number is managed and protected, and another is managed."""
    world = World()
    for number in (ONE, TWO):
        world.vendor.own(number)
    world.store(state(managed("number.a", ONE, protect=True), managed("number.b", TWO)))
    return world


def protected(world: World) -> set[str]:
    return {one.number for one in world.state.numbers if one.attributes.protect}


TAKERS = [
    manifest(entry("a", ONE), entry("b", TWO)),
    manifest(group("s", [ONE, TWO])),
    manifest(pool("p", 2, adopt=True)),
]


@pytest.mark.parametrize("taker", TAKERS)
def test_what_the_manifest_forgot_is_protected_again_by_whatever_takes_it_in(world, taker):
    world.run(forgetting(ONE, TWO))
    assert world.state.numbers == ()
    made = world.draft(taker)
    assert {one.after.number: one.after.protect for one in made.changes} == {ONE: True, TWO: False}
    ran = world.run(taker)
    assert by_action(ran.plan) == {"adopt": [ONE, TWO]}
    assert protected(world) == {ONE}
    assert "protected" in refused(world.draft(manifest()))


def test_protection_is_lifted_by_an_update_that_is_applied_as_always(world):
    taker = TAKERS[0]
    world.run(forgetting(ONE, TWO))
    world.run(taker)
    (update,) = [one for one in world.draft(taker).changes if line(one)[0] == "update"]
    assert [(one.path, one.before, one.after) for one in update.differences] == [("protect", "true", "false")]
    world.run(taker)
    assert protected(world) == set()
    world.run(forgetting(ONE, TWO))
    world.run(taker)
    assert protected(world) == set(), "what was lifted stays lifted"


def test_it_stays_known_over_many_runs(world):
    world.run(forgetting(ONE, TWO))
    world.vendor.own(THREE)
    world.run(forgetting(ONE, TWO, keep=manifest(entry("c", THREE))))
    world.run(TAKERS[0])
    assert protected(world) == {ONE}


@pytest.mark.parametrize("taker", TAKERS)
def test_what_was_taken_out_of_state_by_hand_is_protected_again(world, taker):
    world.store(msgspec.structs.replace(remove(world.state, ["number.*"]).state, serial=9))
    assert world.state.numbers == ()
    world.run(taker)
    assert protected(world) == {ONE}


def test_so_is_what_a_copy_that_was_pushed_no_longer_holds(world):
    stored = world.state
    without = msgspec.structs.replace(stored, numbers=stored.numbers[1:])
    assert replaced(stored, without).protected == (ONE,)
    assert replaced(stored, stored).protected == ()
    assert replaced(replaced(stored, without), stored).protected == (), "a row says it by itself"


def test_the_command_adopt_takes_it_in_protected(world):
    world.run(forgetting(ONE, TWO))
    wanted = manifest(group("s", [ONE, TWO]))
    snapshot = refresh(wanted, world.state, world.vendor)
    made = adoption_plan(wanted, world.state, snapshot, {ONE, TWO}, world.options())
    assert {one.after.number for one in made.changes if one.after.protect} == {ONE}


def test_what_was_missing_and_forgotten_is_protected_when_it_is_bought_again(world):
    del world.vendor.owned[ONE]
    world.run(manifest(entry("b", TWO)))
    assert {one.number for one in world.state.numbers} == {TWO}
    world.vendor.put_on_sale(ONE)
    world.run(TAKERS[0])
    assert protected(world) == {ONE}


def test_a_released_number_is_forgotten_for_good(world):
    from numplan.model.plan import Allowances

    allowed = Allowances(releases=(ONE,), max_releases=9, empty=True)
    world.run(manifest(entry("b", TWO)), allowances=allowed)
    world.vendor.own(ONE)
    world.run(TAKERS[0])
    assert protected(world) == set()


def test_the_plan_says_why_it_is_protected():
    vendor = FakeVendor()
    vendor.own(ONE)
    made = plan(manifest(entry("a", ONE)), vendor, msgspec.structs.replace(state(), protected=(ONE,)))
    assert only(made).after.protect
    assert only(made).why.endswith("protected, as it was when state let it go")
    assert only(made).resource == Resource("number.a")


def test_a_state_that_remembers_what_is_no_number_is_refused():
    from numplan.model.errors import StateError

    forged = encode_state(msgspec.structs.replace(state(), protected=("1234",)))
    with pytest.raises(StateError, match="remembers what is no number"):
        decode_state(forged, "here")
