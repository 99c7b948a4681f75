"""What a plan makes of an account that has changed, and when there is no plan at all."""

from decimal import Decimal

import pytest

from numplan.model.errors import ApiError
from tests.builders import LONG_AGO, by_action, entry, managed, manifest, plan, pool, state, us

ONE, TWO = map(us, range(1, 3))


def test_a_managed_number_that_the_account_lacks_is_missing_and_bought_again(vendor):
    vendor.put_on_sale(ONE)
    made = plan(manifest(entry("a", ONE)), vendor, state(managed("number.a", ONE, missing_since=LONG_AGO)))
    assert by_action(made) == {"purchase": [ONE]}
    (drift,) = made.drift
    assert (drift.kind, drift.before.number) == ("missing", ONE)


def test_a_missing_number_that_is_not_for_sale_is_gone(vendor):
    made = plan(manifest(entry("a", ONE)), vendor, state(managed("number.a", ONE, missing_since=LONG_AGO)))
    assert by_action(made) == {"unavailable": [ONE]}
    assert not made.errors


def test_a_missing_member_is_forgotten_and_its_slot_filled_by_another(vendor):
    vendor.put_on_sale(ONE)
    vendor.put_on_sale(TWO)
    made = plan(manifest(pool("p", 1)), vendor, state(managed("pool.p", ONE, missing_since=LONG_AGO)))
    assert by_action(made) == {"forget": [ONE], "purchase": [TWO]}


def test_what_the_account_shows_otherwise_is_changed(vendor):
    vendor.own(ONE, monthly="0.25", kind="Mobile")
    made = plan(manifest(entry("a", ONE)), vendor, state(managed("number.a", ONE)))
    (drift,) = made.drift
    assert drift.kind == "changed"
    assert [(one.path, one.before, one.after) for one in drift.differences] == [
        ("type", "Geographic", "Mobile"),
    ]


def test_a_charge_that_the_vendor_changed_is_no_drift(vendor):
    vendor.own(ONE, monthly="0.25")
    made = plan(manifest(entry("a", ONE)), vendor, state(managed("number.a", ONE)))
    assert made.drift == ()
    assert made.cost.monthly_before == Decimal("0.25")


def test_the_same_charge_written_otherwise_is_no_drift(vendor):
    vendor.own(ONE, monthly="0.2")
    assert plan(manifest(entry("a", ONE)), vendor, state(managed("number.a", ONE))).drift == ()


@pytest.fixture
def known(vendor):
    vendor.own(ONE)
    vendor.own(TWO)
    vendor.listed(complete=False, hiding=[ONE, TWO])
    return state(managed("pool.p", ONE), managed("number.a", TWO))


@pytest.mark.parametrize("call", ["regions", "purchased", "look_up", "search"])
def test_a_call_that_fails_stops_the_plan(vendor, known, call):
    """On a partial view a plan would buy twice."""
    vendor.goes_down(call)
    with pytest.raises(ApiError):
        plan(manifest(pool("p", 3), entry("a", TWO)), vendor, known)


def test_a_price_that_cannot_be_asked_stops_the_plan(vendor):
    vendor.goes_down("find")
    with pytest.raises(ApiError):
        plan(manifest(entry("a", ONE)), vendor)
