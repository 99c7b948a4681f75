"""What is told of days that are near."""

from datetime import timedelta

import msgspec
import pytest

from numplan.engine.guard.forecast import NEAR
from numplan.model.address import Resource
from numplan.model.manifest import Move
from numplan.model.plan import Ending
from numplan.model.policy import Policy
from tests.builders import PLACE, by_action, entry, manifest, plan, pool, said, state, us
from tests.engine.plan.pooled import members, stock, vendor_by_the_clock
from tests.fakes import NOON, FakeVendor

TODAY = NOON.date()


def on(days: int):
    return TODAY + timedelta(days=days)


@pytest.fixture
def vendor() -> FakeVendor:
    return vendor_by_the_clock()


@pytest.mark.parametrize(
    ("days", "when"), [(0, "today"), (1, "tomorrow"), (2, "in 2 days"), (NEAR, f"in {NEAR} days")]
)
def test_what_ends_within_two_weeks_is_told_with_what_is_released_then(vendor, days, when):
    rows = members(vendor, 1, 2)
    made = plan(manifest(pool("p", 2, ends=on(days)), pool("q", 0)), vendor, state(*rows))
    assert made.ending == (Ending(resource=Resource("pool.p"), until=on(days), numbers=(us(1), us(2))),)
    assert said(made, "note") == [f"pool.p ends on {on(days)}, {when}: 2 numbers are released then"]
    assert not made.acts


def test_what_ends_later_is_not_told(vendor):
    rows = members(vendor, 1)
    made = plan(manifest(pool("p", 1, ends=on(NEAR + 1))), vendor, state(*rows))
    assert (made.ending, made.diagnostics) == ((), ())


def test_what_holds_no_number_by_then_is_not_told(vendor):
    made = plan(manifest(entry("n", us(1), begins=on(1), ends=on(2))), vendor, state())
    assert made.ending == ()
    assert said(made, "note") == ["number.n begins on 2026-01-02: 1 number is not bought before"]


def test_what_the_plan_buys_is_among_what_is_released_then(vendor):
    stock(vendor, 1, 2)
    made = plan(manifest(pool("p", 2, ends=on(3))), vendor, state())
    (ending,) = made.ending
    assert ending.numbers == (us(1), us(2))


def test_guards_that_hold_numbers_back_then_are_named(vendor):
    rows = members(vendor, *range(1, 8))
    made = plan(manifest(pool("p", 7, ends=on(3))), vendor, state(*rows))
    (ending,) = made.ending
    assert ending.guards == ("release-share",)
    assert said(made, "note")[1:] == [
        f"on {on(4)} 4 numbers of these stay: one apply may release at most 50% of what is managed"
    ]
    assert made.refusals == ()


def test_what_waits_is_told_to_leave_and_no_guard_holds_it_back(vendor):
    rows = members(vendor, *range(1, 8), release_after=30)
    made = plan(manifest(pool("p", 7, ends=on(3), release_after=30)), vendor, state(*rows))
    (ending,) = made.ending
    assert (ending.guards, ending.released_from) == ((), on(34))
    (told,) = said(made, "note")
    assert told.endswith(f"7 numbers leave then, and are released from {on(34)} on")


def test_what_leaves_already_is_not_told_to_leave_again(vendor):
    staying = members(vendor, 1, release_after=30)
    gone = members(vendor, 2, release_after=30, leaving_at=on(9))
    begins = members(vendor, 3, release_after=30)
    made = plan(manifest(pool("p", 1, ends=on(3), release_after=30)), vendor, state(*staying, *gone, *begins))
    assert {one.number for one in made.leaving} >= {us(2)}
    assert len(made.leaving) == 2
    (ending,) = made.ending
    assert {*ending.numbers}.isdisjoint(one.number for one in made.leaving)
    assert len(ending.numbers) == 1


def test_what_is_taken_back_by_this_plan_leaves_then(vendor):
    rows = members(vendor, 1, release_after=30, leaving_at=on(9))
    made = plan(manifest(pool("p", 1, ends=on(3), release_after=30)), vendor, state(*rows))
    assert made.leaving == ()
    assert [one.numbers for one in made.ending] == [(us(1),)]


def test_todays_flags_lift_no_guard_of_another_day(vendor):
    rows = members(vendor, *range(1, 8))
    made = plan(manifest(pool("p", 7, ends=on(3))), vendor, state(*rows), max_releases=100)
    assert made.ending[0].guards == ("release-share",)


def test_the_forecast_is_what_the_plan_of_that_day_says(vendor):
    rows = members(vendor, *range(1, 8))
    wanted = manifest(pool("p", 7, ends=on(3)), pool("q", 0), policy=Policy(max_releases=6))
    (ending,) = plan(wanted, vendor, state(*rows)).ending
    then = plan(wanted, vendor, state(*rows), at=on(4))
    released = by_action(then)["release"]
    assert [*released, *(one.number for one in then.leaving)] == [*ending.numbers]
    assert {one.overdue for one in then.leaving} == {"one apply may release at most 50% of what is managed"}
    assert ending.guards == ("release-share",)


def test_two_days_are_judged_one_after_the_other(vendor):
    rows = [
        *members(vendor, *range(1, 5)),
        *members(vendor, *range(5, 9), resource="pool.q"),
        *members(vendor, *range(9, 30), resource="pool.r"),
    ]
    wanted = manifest(pool("p", 4, ends=on(3)), pool("q", 4, ends=on(5)), pool("r", 21))
    first, second = plan(wanted, vendor, state(*rows)).ending
    assert (first.guards, second.guards) == ((), ())
    together = manifest(pool("p", 4, ends=on(3)), pool("q", 4, ends=on(3)), pool("r", 21))
    first, second = plan(together, vendor, state(*rows)).ending
    assert (first.guards, second.guards) == ((), ("releases",))


def test_what_a_flow_uses_is_told_to_stay(vendor):
    rows = members(vendor, 1, 2)
    vendor.own(us(2), flow=True)
    made = plan(manifest(pool("p", 2, ends=on(3))), vendor, state(*rows))
    assert made.ending[0].blocked == (us(2),)
    (told,) = said(made, "note")
    assert told.endswith("2 numbers are released then; 1 of them cannot go while a flow uses it")


def test_what_moves_elsewhere_then_is_not_released(vendor):
    rows = members(vendor, 1, 2, 3)
    move = Move(resource=Resource("pool.p"), to=Resource("pool.q"), source=PLACE)
    wanted = manifest(pool("p", 3, ends=on(3)), pool("q", 3, begins=on(3)))
    made = plan(msgspec.structs.replace(wanted, moved=(move,)), vendor, state(*rows))
    assert made.ending == ()


def test_destroy_and_a_plan_for_state_alone_foretell_nothing(vendor):
    rows = members(vendor, 1)
    wanted = manifest(pool("p", 1, ends=on(3)))
    assert plan(wanted, vendor, state(*rows), destroy=True).ending == ()
    assert plan(wanted, vendor, state(*rows), refresh_only=True).ending == ()
