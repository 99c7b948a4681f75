"""What a plan says of a pool: too little for sale, members unlike its criteria, a listing that is no ground."""

import pytest

from tests.builders import buried, by_action, entry, managed, manifest, plan, pool, said, state, us
from tests.engine.plan.pooled import members, stock


def test_a_pool_for_which_too_little_is_for_sale_is_an_error_and_what_there_is_is_shown(vendor):
    stock(vendor, 5)
    made = plan(manifest(pool("p", 3)), vendor)
    assert by_action(made) == {"purchase": [us(5)]}
    (found,) = made.errors
    assert "wants 3 more" in found.summary
    assert "only 1" in found.summary
    assert found.source is not None


def test_too_little_for_sale_is_a_warning_where_a_part_will_do(vendor):
    stock(vendor, 5)
    made = plan(manifest(pool("p", 3, on_shortage="partial")), vendor)
    assert made.errors == ()
    assert by_action(made) == {"purchase": [us(5)]}
    assert any("wants 3 more" in text for text in said(made, "warning"))


def test_changed_criteria_hold_for_new_members_only_and_the_plan_says_how_many_differ(vendor):
    stock(vendor, 121)
    rows = members(vendor, 1, 121 + 1, state="Alabama")
    made = plan(manifest(pool("p", 3, digits="121", state="alabama")), vendor, state(*rows))
    assert "release" not in by_action(made)
    assert any("2 of 2 members do not match" in text for text in said(made, "note"))


def test_another_spelling_of_a_state_is_no_mismatch(vendor):
    rows = members(vendor, 1, state="New York")
    made = plan(manifest(pool("p", 1, state="new york")), vendor, state(*rows))
    assert said(made, "note") == []


@pytest.mark.parametrize(
    ("known", "declared"),
    [({"state": "Ohio", "category": "Voice"}, {}), ({}, {"state": "Ohio", "category": "Voice"})],
)
def test_criteria_that_are_not_declared_or_not_known_are_no_mismatch(vendor, known, declared):
    made = plan(manifest(pool("p", 1, **declared)), vendor, state(*members(vendor, 1, **known)))
    assert said(made, "note") == []


@pytest.mark.parametrize(
    ("bought", "declared", "unlike"),
    [("Voice+SMS", "Voice", False), ("Voice", "Voice+SMS", True), (None, "Voice", False)],
)
def test_a_member_that_does_more_than_the_category_is_no_mismatch(vendor, bought, declared, unlike):
    rows = members(vendor, 1, category=bought)
    made = plan(manifest(pool("p", 1, category=declared)), vendor, state(*rows))
    assert bool(said(made, "note")) is unlike


def test_a_short_listing_is_no_ground_to_adopt_on(vendor):
    vendor.own(us(1))
    vendor.listed(complete=False)
    made = plan(manifest(pool("p", 1, adopt=True)), vendor, state())
    assert "adopt" not in by_action(made)
    assert any("incomplete listing" in found.summary for found in made.errors)


@pytest.mark.parametrize("wanted", [manifest(pool("p", 1)), manifest(entry("a", us(20)))])
def test_a_slot_that_waits_for_a_number_whose_price_cannot_be_read_goes_on_waiting(vendor, wanted):
    vendor.put_on_sale(us(20))
    vendor.put_on_sale(us(21))
    vendor.cannot_read(us(20), field="setupCharge", reason="is null")
    resource = [*wanted.numbers, *wanted.pools][0].resource
    made = plan(wanted, vendor, state(buried(managed(resource, us(20)))))
    assert (by_action(made), made.errors) == ({}, ())
    (waits,) = made.held
    assert waits.reason.startswith("an earlier purchase had an unknown outcome, and ")


def test_the_slot_of_a_closed_purchase_waits_while_its_number_is_not_for_sale(vendor):
    stock(vendor, 5, 6)
    made = plan(manifest(pool("p", 1)), vendor, state(buried(managed("pool.p", us(1)))))
    assert by_action(made) == {}
    assert [(one.resource, one.number) for one in made.held] == [("pool.p", us(1))]


def test_the_slot_of_a_closed_purchase_waits_while_its_number_costs_more_than_a_cap(vendor):
    stock(vendor, 5, 6)
    vendor.put_on_sale(us(1), monthly="2")
    made = plan(
        manifest(pool("p", 1, max_monthly_charge="1")), vendor, state(buried(managed("pool.p", us(1))))
    )
    assert by_action(made) == {}
    assert "more than the pool's cap" in made.held[0].reason
