"""What a plan would do with one number, and what keeps it from being done."""

import pytest

from numplan.engine.queries.planned_action import PlannedAction, PlannedActions
from numplan.model.changes import Forget, Release, Replace
from numplan.model.policy import Policy
from tests.builders import JUST_NOW, LONG_AGO, entry, group, managed, manifest, plan, pool, state, us
from tests.fakes import FakeVendor

ONE, TWO, THREE = us(1), us(2), us(3)


@pytest.fixture
def vendor() -> FakeVendor:
    return FakeVendor()


def test_both_numbers_of_a_replacement_have_it_as_their_change(vendor):
    vendor.put_on_sale(TWO)
    rows = state(managed("pool.p", vendor.own(ONE), sip_trunk_id=1))
    made = plan(manifest(pool("p", 1, sip_trunk_id=2, on_trunk_change="replace")), vendor, rows)
    actions = PlannedActions(made)
    assert isinstance(actions.of(ONE).change, Replace)
    assert actions.of(TWO) == actions.of(ONE)


@pytest.mark.parametrize(("count", "refilled"), [(2, True), (1, False)])
def test_a_forgotten_member_is_refilled_where_its_pool_buys(vendor, count, refilled):
    vendor.put_on_sale(THREE)
    rows = state(managed("pool.p", ONE, missing_since=LONG_AGO), managed("pool.p", vendor.own(TWO)))
    action = PlannedActions(plan(manifest(pool("p", count)), vendor, rows)).of(ONE)
    assert isinstance(action.change, Forget)
    assert action.refilled is refilled


def test_a_pool_that_buys_refills_no_number_of_another_that_is_forgotten(vendor):
    vendor.put_on_sale(THREE)
    rows = state(managed("pool.gone", ONE, missing_since=LONG_AGO), managed("pool.p", vendor.own(TWO)))
    actions = PlannedActions(plan(manifest(pool("p", 2)), vendor, rows))
    assert isinstance(actions.of(ONE).change, Forget)
    assert not actions.of(ONE).refilled


def test_a_number_that_is_held_has_its_reason_and_no_change(vendor):
    rows = state(managed("number.a", ONE, bought_at=JUST_NOW))
    action = PlannedActions(plan(manifest(entry("a", ONE)), vendor, rows)).of(ONE, "number.a")
    assert action.change is None
    assert action.held is not None
    assert "not yet listed" in action.held.reason


def test_an_error_stops_the_number_at_whose_address_it_is_and_no_other(vendor):
    vendor.put_on_sale(TWO)
    made = plan(manifest(group("s", [ONE, TWO])), vendor)
    actions = PlannedActions(made)
    assert actions.of(ONE, "set.s").errors == made.errors
    assert actions.of(TWO).errors == ()
    assert actions.of(ONE, "set.other").errors == (), "at another address nothing is said of it"


def test_every_guard_that_names_a_number_is_told_once_and_none_that_names_another(vendor):
    rows = state(managed("set.s", vendor.own(ONE), protect=True), managed("set.s", vendor.own(TWO)))
    wanted = manifest(entry("keep", vendor.own(THREE)), policy=Policy(max_releases=1))
    actions = PlannedActions(plan(wanted, vendor, rows))
    assert isinstance(actions.of(ONE).change, Release)
    assert set(actions.of(ONE).guards) == {"releases", "protected"}
    assert len(actions.of(ONE).guards) == 2
    assert actions.of(TWO).guards == ("releases",)
    assert actions.of(THREE).guards == ()


def test_of_a_number_that_is_in_no_change_nothing_is_planned(vendor):
    vendor.own(ONE)
    actions = PlannedActions(plan(manifest(entry("a", vendor.own(TWO))), vendor, state()))
    assert actions.of(ONE) == actions.of(us(99), "number.a") == PlannedAction()


def test_a_guard_of_the_whole_plan_refuses_each_number_that_its_entries_would_buy_and_none_that_stays(vendor):
    vendor.put_on_sale(TWO)
    vendor.put_on_sale(THREE)
    rows = state(managed("pool.p", vendor.own(ONE)))
    wanted = manifest(pool("p", 3), policy=Policy(max_purchases=1, required_labels=("owner",)))
    actions = PlannedActions(plan(wanted, vendor, rows))
    assert set(actions.of(TWO, "pool.p").guards) == {"purchases", "labels"}
    assert actions.of(ONE, "pool.p").guards == ()
