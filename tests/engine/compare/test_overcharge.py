"""What the account is charged beyond the plan that bought a number."""

from decimal import Decimal

import msgspec

from numplan.engine.apply.result import summarize
from tests.builders import entry, manifest, us
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
