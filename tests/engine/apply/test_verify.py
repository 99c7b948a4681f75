"""The look at the account after an apply that bought: one listing, and what was bought though nobody asked."""

from collections.abc import Callable

from numplan.engine.apply.result import summarize
from numplan.model.number import E164
from numplan.model.outcome import Unasked
from tests.builders import entry, manifest, us
from tests.engine.world import World, world_with

ONE, TWO, THREE = us(1), us(2), us(3)
STOCK = (ONE, TWO, THREE)


def bonus(world: World, number: E164, *, carried_out: bool) -> Callable:
    def answers(outcomes):
        if carried_out:
            world.vendor.carry_out("purchase", number)
        return {**outcomes, number: Unasked()}

    return answers


def test_what_was_bought_unasked_is_surplus_and_told():
    world = world_with(*STOCK)
    world.vendor.answers = bonus(world, TWO, carried_out=True)
    ran = world.run(manifest(entry("a", ONE)))
    assert {one.number: one.surplus for one in world.state.numbers} == {ONE: False, TWO: True}
    (told,) = summarize(ran.events).unasked
    assert (told.number, told.harmless) == (TWO, False)


def test_what_the_account_held_before_is_told_and_not_taken():
    world = world_with(ONE)
    world.vendor.own(TWO)
    world.vendor.answers = bonus(world, TWO, carried_out=False)
    ran = world.run(manifest(entry("a", ONE)))
    assert world.known() == {ONE}
    (told,) = summarize(ran.events).unasked
    assert told.harmless


def test_what_is_said_to_be_bought_unasked_and_turns_up_later_is_surplus_then():
    world = world_with(*STOCK)
    world.vendor.answers = bonus(world, TWO, carried_out=False)
    world.run(manifest(entry("a", ONE)))
    assert TWO in world.known()
    world.vendor.answers = lambda outcomes: outcomes
    world.vendor.carry_out("purchase", TWO)
    world.run(manifest(entry("a", ONE)))
    assert {one.number for one in world.state.numbers if one.surplus} == {TWO}


def test_an_apply_that_bought_asks_for_one_listing_and_one_that_did_not_for_none():
    world = world_with(ONE)
    wanted = manifest(entry("a", ONE))
    world.run(wanted)
    calls = [name for name, _ in world.vendor.calls]
    assert calls.count("purchased") == 2
    world.run(wanted)
    assert [name for name, _ in world.vendor.calls].count("purchased") == 3
