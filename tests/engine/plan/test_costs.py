"""What a plan costs, what the account pays for besides, and the charges that no sum knows."""

from decimal import Decimal

import pytest

from numplan.model.policy import Policy
from tests.builders import (
    JUST_NOW,
    LONG_AGO,
    by_action,
    entry,
    group,
    managed,
    manifest,
    plan,
    pool,
    state,
    us,
)

ONE, TWO, THREE, FOUR, FIVE = map(us, range(1, 6))


@pytest.fixture
def known(vendor):
    vendor.own(ONE)
    vendor.own(TWO)
    vendor.listed(complete=False, hiding=[ONE, TWO])
    return state(managed("pool.p", ONE), managed("number.a", TWO))


def test_the_figures_of_a_plan_are_exact(vendor):
    for number in (ONE, TWO, THREE):
        vendor.put_on_sale(number, once="0.1", monthly="0.333")
    vendor.own(FOUR, monthly="0.7")
    vendor.own(FIVE, monthly="0.01")
    rows = state(managed("number.d", FOUR, monthly_charge="0.5"), managed("number.e", FIVE))
    made = plan(manifest(group("s", [ONE, TWO, THREE]), entry("d", FOUR)), vendor, rows)
    assert made.cost.once == Decimal("0.3")
    assert made.cost.monthly_before == Decimal("0.71")
    assert made.cost.monthly_after == Decimal("1.699")
    assert made.cost.monthly == Decimal("0.989")


def test_adopted_numbers_are_paid_for_already(vendor):
    vendor.own(ONE, monthly="0.4")
    made = plan(manifest(entry("a", ONE)), vendor)
    assert (made.cost.monthly_before, made.cost.monthly_after) == (Decimal("0.4"), Decimal("0.4"))


def test_a_missing_number_costs_nothing_before(vendor):
    vendor.put_on_sale(ONE, monthly="0.4")
    made = plan(manifest(entry("a", ONE)), vendor, state(managed("number.a", ONE, missing_since=LONG_AGO)))
    assert (made.cost.monthly_before, made.cost.monthly_after) == (Decimal(0), Decimal("0.4"))


def test_blocked_and_held_numbers_go_on_costing(vendor):
    vendor.own(ONE, flow=True, monthly="0.4")
    rows = state(
        managed("number.gone", ONE), managed("number.b", TWO, bought_at=JUST_NOW, monthly_charge="0.3")
    )
    made = plan(manifest(entry("b", TWO)), vendor, rows)
    assert made.cost.monthly_before == made.cost.monthly_after == Decimal("0.7")


def test_unmanaged_numbers_are_counted_with_what_they_cost_and_named_on_request(vendor):
    vendor.own(ONE, monthly="0.10")
    vendor.own(TWO, monthly="0.25")
    vendor.own(THREE)
    rows = state(managed("number.a", THREE))
    made = plan(manifest(entry("a", THREE)), vendor, rows)
    assert (made.unmanaged.count, str(made.unmanaged.monthly)) == (2, "0.35")
    assert made.unmanaged.numbers == ()
    assert not made.unmanaged.at_least
    warn = Policy(unmanaged="warn")
    assert plan(manifest(entry("a", THREE), policy=warn), vendor, rows).unmanaged.numbers == (ONE, TWO)


def test_what_the_plan_adopts_is_counted_as_unmanaged_no_more(vendor):
    vendor.own(ONE)
    vendor.own(TWO)
    made = plan(manifest(pool("p", 1, adopt=True), entry("a", TWO)), vendor)
    assert made.unmanaged.count == 0


def test_a_short_listing_makes_the_count_of_unmanaged_numbers_at_least(vendor, known):
    vendor.own(FIVE)
    made = plan(manifest(pool("p", 1), entry("a", TWO)), vendor, known)
    assert (made.unmanaged.count, made.unmanaged.at_least) == (1, True)


def test_of_a_number_in_a_row_that_cannot_be_read_the_sum_has_what_state_remembers(vendor):
    vendor.put_on_sale(us(20))
    vendor.own(ONE, monthly="9.00")
    vendor.own(TWO, monthly="0.30")
    vendor.cannot_read(ONE)
    remembered = state(managed("pool.p", ONE, monthly_charge="0.20"), managed("pool.p", TWO))
    assert plan(manifest(pool("p", 2)), vendor, remembered).cost.monthly_after == Decimal("0.50")


def test_sums_say_how_many_charges_they_lack(vendor):
    vendor.put_on_sale(us(20))
    vendor.own(ONE, monthly=None)
    vendor.own(TWO, monthly="0.30")
    vendor.own(THREE, monthly=None)
    vendor.own(FOUR, monthly="0.40")
    made = plan(
        manifest(entry("a", ONE), pool("p", 2)),
        vendor,
        state(managed("number.a", ONE), managed("pool.p", TWO)),
    )
    assert (made.cost.monthly_before, made.cost.unknown_before) == (Decimal("0.30"), 1)
    assert (made.cost.monthly_after, made.cost.unknown_after) == (Decimal("0.50"), 1)
    assert (made.cost.unknown, made.cost.unknown_once) == (0, 0)
    assert (made.unmanaged.monthly, made.unmanaged.unknown, made.unmanaged.count) == (
        Decimal("0.40"),
        1,
        2,
    )


def test_a_release_of_a_number_whose_charge_is_not_known_leaves_the_change_unknown_by_one(vendor):
    vendor.put_on_sale(us(20))
    vendor.own(ONE, monthly=None)
    made = plan(manifest(entry("b", us(20))), vendor, state(managed("number.a", ONE)))
    assert by_action(made) == {"release": [ONE], "purchase": [us(20)]}
    assert (made.cost.monthly, made.cost.unknown) == (Decimal("0.20"), 1)


def test_a_number_whose_charge_is_not_known_is_adopted_and_counted_apart(vendor):
    vendor.own(ONE, monthly=None)
    made = plan(manifest(entry("a", ONE)), vendor)
    assert by_action(made) == {"adopt": [ONE]}
    assert made.changes[0].after.monthly_charge is None
    assert (made.cost.monthly_before, made.cost.unknown_before, made.cost.unknown_after) == (
        Decimal(0),
        1,
        1,
    )


def test_a_fresh_purchase_that_is_not_listed_yet_is_paid_for(vendor):
    vendor.put_on_sale(FIVE)
    made = plan(
        manifest(pool("p", 1)),
        vendor,
        state(managed("pool.p", ONE, bought_at=JUST_NOW, monthly_charge="0.45")),
    )
    assert str(made.cost.monthly_before) == str(made.cost.monthly_after) == "0.45"
