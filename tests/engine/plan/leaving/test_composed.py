"""Choosing, retiring, waiting and days, several at once for one number."""

from datetime import timedelta

import pytest

from numplan.model.changes import Blocked, Keep, Purchase, Release, Replace, Update
from numplan.model.manifest import Spread
from numplan.model.policy import Policy
from tests.builders import by_action, manifest, plan, pool, refused, state, us
from tests.engine.plan.pooled import members, vendor_by_the_clock
from tests.fakes import NOON, FakeVendor

TODAY = NOON.date()


def on(days: int):
    return TODAY + timedelta(days=days)


@pytest.fixture
def vendor() -> FakeVendor:
    return vendor_by_the_clock(11, 12, 13)


def test_a_retired_member_that_waits_leaves_once_its_successor_is_bought(vendor):
    rows = members(vendor, 1, 2, release_after=30)
    made = plan(manifest(pool("p", 2, release_after=30), retire=[us(1)]), vendor, state(*rows))
    by_kind = {type(one): one for one in made.changes if not isinstance(one, Keep)}
    bought, left = by_kind[Purchase], by_kind[Update]
    assert bought.after.number == us(11)
    assert (left.before.number, left.after.leaving_at) == (us(1), on(30))
    assert left.why == f"retired, because: spam label; {us(11)} takes its place"
    assert made.refusals == ()


def test_a_retired_member_that_waits_stays_where_no_successor_is_for_sale(vendor):
    vendor.stock.clear()
    rows = members(vendor, 1, 2, release_after=30)
    wanted = manifest(pool("p", 2, release_after=30, on_shortage="partial"), retire=[us(1)])
    made = plan(wanted, vendor, state(*rows))
    assert by_action(made) == {}
    assert made.leaving == ()
    assert any(one.summary.startswith("pool.p wants 1 more") for one in made.diagnostics)


def test_a_retired_member_that_leaves_is_never_taken_back(vendor):
    rows = members(vendor, 1, release_after=30, leaving_at=on(9))
    made = plan(manifest(pool("p", 1, release_after=30), retire=[us(1)]), vendor, state(*rows))
    assert by_action(made) == {"purchase": [us(11)]}
    assert [one.number for one in made.leaving] == [us(1)]


def test_what_waits_makes_way_though_a_flow_uses_it_and_is_asked_for_on_its_day(vendor):
    rows = members(vendor, 1, release_after=30)
    vendor.own(us(1), flow=True)
    wanted = manifest(pool("p", 1, release_after=30), retire=[us(1)])
    made = plan(wanted, vendor, state(*rows))
    assert {type(one) for one in made.changes} == {Purchase, Update}
    later = members(vendor, 1, release_after=30, leaving_at=on(0))
    vendor.own(us(1), flow=True)
    rest = members(vendor, 2, release_after=30)
    due = plan(wanted, vendor, state(*later, *rest))
    assert by_action(due) == {}
    assert [one.overdue.partition(" '")[0] for one in due.leaving] == ["assigned to the flow"]


def test_release_now_replaces_what_would_wait(vendor):
    rows = members(vendor, 1, release_after=30)
    wanted = manifest(pool("p", 1, release_after=30), retire=[us(1)])
    made = plan(wanted, vendor, state(*rows), release_now=(us(1),))
    (change,) = made.changes
    assert isinstance(change, Replace)
    assert (change.before.number, change.after.number) == (us(1), us(11))


def test_release_now_of_a_retired_member_in_a_flow_is_blocked_and_its_successor_bought(vendor):
    rows = members(vendor, 1, release_after=30)
    vendor.own(us(1), flow=True)
    wanted = manifest(pool("p", 1, release_after=30), retire=[us(1)])
    made = plan(wanted, vendor, state(*rows), release_now=(us(1),))
    assert {type(one) for one in made.changes} == {Purchase, Blocked}


def test_a_member_that_moves_to_another_trunk_waits_too(vendor):
    rows = members(vendor, 1, sip_trunk_id=1, release_after=30)
    moving = {"sip_trunk_id": 2, "on_trunk_change": "replace", "release_after": 30}
    made = plan(manifest(pool("p", 1, **moving)), vendor, state(*rows))
    assert {type(one) for one in made.changes} == {Purchase, Update}
    assert [one.leaving_at for one in made.leaving] == [on(30)]
    again = members(vendor, 1, sip_trunk_id=1, release_after=30, leaving_at=on(30))
    fresh = members(vendor, 2, sip_trunk_id=2, release_after=30)
    assert by_action(plan(manifest(pool("p", 1, **moving)), vendor, state(*again, *fresh))) == {}


def test_a_move_that_the_entry_refuses_is_refused_though_its_members_would_wait(vendor):
    rows = members(vendor, 1, sip_trunk_id=1, release_after=30)
    made = plan(manifest(pool("p", 1, sip_trunk_id=2, release_after=30)), vendor, state(*rows))
    assert refused(made).keys() == {"trunk-change"}


def test_a_retired_protected_member_of_a_spread_pool_in_a_flow_whose_block_has_ended(vendor):
    rows = members(vendor, 1, state="Alabama", protect=True)
    vendor.own(us(1), flow=True)
    keys = {"spread": Spread("state", ("Alabama", "Ohio")), "ends": on(-1)}
    made = plan(manifest(pool("p", 2, **keys), retire=[us(1)]), vendor, state(*rows))
    assert by_action(made) == {}
    assert made.refusals == ()
    (left,) = made.leaving
    assert (left.number, left.overdue.partition(" '")[0]) == (us(1), "assigned to the flow")


def test_without_its_flow_the_same_number_stays_since_it_is_protected(vendor):
    rows = members(vendor, 1, state="Alabama", protect=True, release_after=30)
    keys = {"spread": Spread("state", ("Alabama", "Ohio")), "ends": on(-1), "release_after": 30}
    made = plan(manifest(pool("p", 2, **keys), retire=[us(1)]), vendor, state(*rows))
    assert by_action(made) == {"update": [us(1)]}
    then = members(vendor, 1, state="Alabama", protect=True, release_after=30, leaving_at=on(0))
    due = plan(manifest(pool("p", 2, **keys), retire=[us(1)]), vendor, state(*then))
    assert [one.overdue for one in due.leaving] == ["protected"]
    assert due.refusals == ()


def test_what_ended_was_retired_and_is_released_is_not_bought_again_by_another_pool(vendor):
    rows = members(vendor, 1)
    wanted = manifest(pool("p", 1, ends=on(-1)), pool("q", 1), retire=[us(11)], policy=Policy())
    made = plan(wanted, vendor, state(*rows))
    assert {type(one): getattr(one, "due", None) for one in made.changes} == {Release: TODAY, Purchase: None}
    assert by_action(made)["purchase"] == [us(12)]
