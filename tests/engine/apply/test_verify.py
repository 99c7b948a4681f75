"""The look at the account after an apply that bought: what it charges, and what was bought though nobody asked."""

from collections.abc import Callable

import msgspec
import pytest

from numplan.engine.apply import verify
from numplan.engine.apply.events import Overcharged
from numplan.engine.apply.result import summarize
from numplan.model.account import Unreadable
from numplan.model.charge import Charge
from numplan.model.errors import AnswerError
from numplan.model.number import E164
from numplan.model.outcome import Unasked
from tests.builders import entry, manifest, us
from tests.engine.world import Ran, World, world_with

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


@pytest.fixture
def large(monkeypatch):
    """Two numbers are a large account."""
    monkeypatch.setattr(verify, "LISTED_LEAST", 2)


def looks(world: World) -> list[str]:
    """How the account was looked at after the last purchase."""
    calls = [name for name, _ in world.vendor.calls]
    return [name for name in calls[-1:] if name in {"purchased", "look_up"}]


def bought_beside_others(world: World, **terms: str) -> Ran:
    """One number is bought beside two that are managed; it is charged otherwise than planned where `terms` say so."""
    world.run(manifest(entry("a", ONE), entry("b", TWO)))

    def charges(outcomes):
        if terms and THREE in world.vendor.owned:
            world.vendor.owned[THREE] = msgspec.structs.replace(
                world.vendor.owned[THREE], **{name: Charge(text) for name, text in terms.items()}
            )
        return outcomes

    world.vendor.answers = charges
    return world.run(manifest(entry("a", ONE), entry("b", TWO), entry("c", THREE)))


def overcharged(ran: Ran) -> list[E164]:
    return [one.number for one in ran.events if isinstance(one, Overcharged)]


@pytest.mark.usefixtures("large")
def test_a_few_numbers_in_a_large_account_are_looked_up():
    world = world_with(*STOCK)
    ran = bought_beside_others(world)
    assert looks(world) == ["look_up"]
    assert overcharged(ran) == []
    assert world.known() == {ONE, TWO, THREE}


@pytest.mark.parametrize("how", ["looked up", "listed"])
def test_what_is_charged_beyond_the_plan_is_told_either_way(how, monkeypatch):
    if how == "looked up":
        monkeypatch.setattr(verify, "LISTED_LEAST", 2)
    world = world_with(*STOCK)
    ran = bought_beside_others(world, monthly_charge="99.00")
    assert looks(world) == ["look_up" if how == "looked up" else "purchased"]
    assert overcharged(ran) == [THREE]


@pytest.mark.usefixtures("large")
@pytest.mark.parametrize(
    "shown", [None, Unreadable(1, "country", "is null", THREE), AnswerError("purchased-list", "odd")]
)
def test_where_a_look_up_does_not_show_the_number_a_listing_is_asked_for(shown, monkeypatch):
    world = world_with(*STOCK)

    def look_up(_):
        if isinstance(shown, Exception):
            raise shown
        return shown

    monkeypatch.setattr(world.vendor, "look_up", look_up)
    ran = bought_beside_others(world, monthly_charge="99.00")
    assert looks(world) == ["purchased"]
    assert overcharged(ran) == [THREE]
