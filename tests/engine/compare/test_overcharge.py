"""What the account is charged beyond the plan that bought a number."""

from decimal import Decimal
from typing import Any

import msgspec
import pytest

from numplan.engine.apply.result import summarize
from numplan.engine.compare.overcharge import find_overcharges, overcharge_of, warnings, words
from numplan.model.account import OwnedNumber
from numplan.model.charge import Charge
from numplan.model.number import E164
from numplan.model.state import Instance
from tests.builders import entry, managed, manifest, us
from tests.engine.world import World, world_with
from tests.faulty import Fate

ONE, TWO, THREE = us(1), us(2), us(3)


def charging(world: World, monthly: str) -> None:
    """The account is charged more than the offer said."""
    usual = world.vendor.carry_out

    def carry_out(call, number):
        done = usual(call, number)
        if done and call == "purchase":
            row = world.vendor.owned[number]
            world.vendor.owned[number] = msgspec.structs.replace(row, monthly_charge=Decimal(monthly))
        return done

    world.vendor.carry_out = carry_out


def test_what_is_charged_beyond_the_plan_is_told_until_an_apply_has_recorded_it():
    world = world_with(ONE)
    charging(world, "99.00")
    wanted = manifest(entry("a", ONE))
    ran = world.run(wanted)
    (told,) = summarize(ran.events).overcharged
    assert (str(told.charged.planned_monthly), str(told.charged.charged_monthly)) == ("0.20", "99.00")
    made = world.draft(wanted)
    assert [one.number for one in made.overcharged] == [ONE]
    assert any("charged 99.00 a month, planned 0.20" in one.summary for one in made.diagnostics)
    assert not made.acts
    world.run(wanted)
    assert world.draft(wanted).overcharged == ()
    assert str(world.state.numbers[0].attributes.monthly_charge) == "99.00"


def test_what_is_charged_beyond_the_plan_and_a_lagging_listing_hides_is_told_by_the_next_plan():
    world = world_with(ONE)
    charging(world, "99.00")
    world.vendor.fates.append(Fate(lag=60))
    wanted = manifest(entry("a", ONE))
    assert summarize(world.run(wanted).events).overcharged == ()
    world.later(minutes=2)
    assert [one.number for one in world.draft(wanted).overcharged] == [ONE]


def charged(number: E164, once: str | None, monthly: str | None) -> OwnedNumber:
    """What the account shows of a number."""
    charges = (None if one is None else Charge(one) for one in (once, monthly))
    return OwnedNumber(number, "United States", "Geographic", *charges, None)


def planned(number: E164, **known: Any) -> Instance:
    """A number that was bought at 0.10 once and 0.20 a month, and that no apply has compared since."""
    return msgspec.structs.replace(managed("pool.p", number, **known), charges_planned=True)


@pytest.mark.parametrize(
    ("once", "monthly", "told"),
    [
        ("0.10", "0.20", ""),
        ("0.09", "0.19", ""),
        (None, None, ""),
        ("0.11", "0.20", "charged 0.11 once, planned 0.10"),
        ("0.01", "0.21", "charged 0.21 a month, planned 0.20"),
        (None, "0.21", "charged 0.21 a month, planned 0.20"),
        ("0.11", "0.21", "charged 0.11 once, planned 0.10; charged 0.21 a month, planned 0.20"),
    ],
)
def test_each_charge_that_is_more_than_planned_is_told_with_both_figures(once, monthly, told):
    found = overcharge_of(planned(ONE), charged(ONE, once, monthly))
    assert (words(found) if found else "") == told


def test_a_charge_that_an_apply_has_recorded_is_no_overcharge_whatever_it_is():
    assert overcharge_of(managed("pool.p", ONE), charged(ONE, "9.00", "9.00")) is None


def test_overcharges_are_those_of_owned_numbers_in_order_of_number():
    managed_numbers = {number: planned(number) for number in (THREE, TWO, ONE)}
    owned = {number: charged(number, "9.00", "0.20") for number in (THREE, ONE)}
    assert [one.number for one in find_overcharges(managed_numbers, owned)] == [ONE, THREE]


@pytest.mark.parametrize(
    ("count", "more"), [(20, []), (21, ["1 more number is"]), (25, ["5 more numbers are"])]
)
def test_of_many_overcharges_twenty_are_told_and_the_rest_is_counted(count, more):
    found = [overcharge_of(planned(us(place)), charged(us(place), "9.00", None)) for place in range(count)]
    told = [one.summary for one in warnings(found)]
    assert told[:20] == [f"{us(place)} (pool.p): charged 9.00 once, planned 0.10" for place in range(20)]
    assert [one.partition(" charged")[0] for one in told[20:]] == more
