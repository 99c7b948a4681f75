"""State against account, and what a plan would do about each number."""

import pytest

from numplan.engine.pipeline import compute_plan
from numplan.engine.plan.planner import PlanOptions
from numplan.engine.queries.drift_report import DriftReport, drift_report
from numplan.model.changes import Adopt, Blocked, Forget, Purchase
from numplan.model.manifest import Manifest
from numplan.model.state import State
from numplan.views.text.planned_action import action_of, action_text
from tests.builders import ALL, JUST_NOW, LONG_AGO, entry, managed, manifest, pool, state, us
from tests.fakes import NOON, FakeVendor

ONE, TWO, THREE = map(us, range(1, 4))


@pytest.fixture
def vendor() -> FakeVendor:
    return FakeVendor()


def report_of(wanted: Manifest, vendor: FakeVendor, remembered: State | None) -> DriftReport:
    options = PlanOptions(now=NOON, numplan="0.1.0", account=vendor.account, api_url=vendor.url)
    return drift_report(compute_plan(wanted, remembered, vendor, options), wanted, ALL)


def test_a_missing_member_is_forgotten_and_its_slot_filled(vendor):
    vendor.put_on_sale(TWO)
    rows = state(managed("pool.p", ONE, missing_since=LONG_AGO), managed("pool.p", vendor.own(THREE)))
    report = report_of(manifest(pool("p", 2)), vendor, rows)
    (missing,) = report.of("missing")
    assert isinstance(missing.action.change, Forget)
    assert action_text(missing.action) == "forget it, and purchase another for pool.p"


def test_a_number_bought_just_now_is_not_missing(vendor):
    report = report_of(manifest(pool("p", 1)), vendor, state(managed("pool.p", ONE, bought_at=JUST_NOW)))
    assert report.deviations == ()
    assert not report.matters


def test_what_a_pool_adopts_is_unmanaged_until_then(vendor):
    vendor.own(ONE)
    vendor.own(TWO)
    report = report_of(manifest(pool("p", 1, adopt=True)), vendor, None)
    first, second = report.of("unmanaged")
    assert isinstance(first.action.change, Adopt)
    assert action_text(first.action) == "adopt it into pool.p, no call"
    assert action_text(second.action) == "leave it as it is"
    assert not report.matters


def test_surplus_is_amiss_and_left_alone(vendor):
    vendor.own(ONE)
    report = report_of(manifest(pool("p", 0)), vendor, state(managed("pool.p", ONE, surplus=True)))
    (surplus,) = report.of("surplus")
    assert action_of(surplus.action) == "none"
    assert report.matters


def test_a_flow_that_blocks_a_release_is_named(vendor):
    vendor.own(ONE, flow=True, kind="Mobile")
    report = report_of(manifest(entry("b", TWO)), vendor, state(managed("number.gone", ONE)))
    (changed,) = report.of("changed")
    assert isinstance(changed.action.change, Blocked)
    assert action_text(changed.action) == "nothing: its release is blocked by the flow 'Main menu'"


def test_a_missing_number_is_purchased_again_with_its_charges(vendor):
    vendor.put_on_sale(ONE)
    rows = state(managed("number.a", ONE, missing_since=LONG_AGO), managed("number.b", vendor.own(TWO)))
    report = report_of(manifest(entry("a", ONE), entry("b", TWO)), vendor, rows)
    (missing,) = report.of("missing")
    assert isinstance(missing.action.change, Purchase)
    assert action_text(missing.action) == "purchase it for number.a, 0.10 once and 0.20 a month"


def test_a_short_listing_says_that_there_may_be_more(vendor):
    vendor.own(ONE)
    vendor.listed(complete=False)
    assert report_of(manifest(pool("p", 0)), vendor, None).at_least


def test_a_charge_that_the_account_does_not_say_is_no_drift_and_no_other_price(vendor):
    vendor.own(ONE, monthly=None)
    report = report_of(manifest(entry("a", ONE)), vendor, state(managed("number.a", ONE)))
    assert (report.deviations, report.charges, report.matters) == ((), 0, False)
