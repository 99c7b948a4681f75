"""The slots of a pool: what fills one, what holds one, and what makes a member one too many."""

import msgspec
import pytest

from numplan.model.changes import Adopt
from tests.builders import (
    JUST_NOW,
    LONG_AGO,
    buried,
    buying,
    by_action,
    entry,
    lines,
    managed,
    manifest,
    only,
    plan,
    pool,
    state,
)
from tests.engine.compare.slots import FIVE, ONE, THREE, TWO, P, held


def test_what_was_bought_makes_an_older_member_one_too_many_once_the_account_shows_it(vendor):
    """A move whose purchase succeeded and whose release did not: the old member stays until the other is seen, and
    meanwhile nothing else is bought in its place.
    """
    vendor.own(ONE)
    moved = manifest(pool("p", 1, sip_trunk_id=2, on_trunk_change="replace"))
    rows = state(
        managed("pool.p", ONE, sip_trunk_id=1),
        managed("pool.p", TWO, sip_trunk_id=2, bought_at=JUST_NOW),
    )
    waits = plan(moved, vendor, rows)
    assert by_action(waits) == {}
    assert held(waits) == [("pool.p", TWO)]
    vendor.own(TWO)
    assert by_action(plan(moved, vendor, rows)) == {"release": [ONE]}


@pytest.mark.parametrize("bought_at", [JUST_NOW, LONG_AGO, None])
@pytest.mark.parametrize("replaces", [TWO, None])
def test_a_member_that_the_account_does_not_show_makes_no_other_one_too_many(vendor, bought_at, replaces):
    """The vendor may have lost it, its release may have been refused for that: the newest of the others would be
    released for good, and one too few be left.
    """
    vendor.own(ONE)
    successor = msgspec.structs.replace(managed("pool.p", ONE), replaces=replaces)
    rows = state(successor, managed("pool.p", TWO, bought_at=bought_at))
    assert by_action(plan(P, vendor, rows)) == {}


def test_a_slot_whose_purchase_is_unknown_takes_no_other_number(vendor):
    vendor.put_on_sale(ONE)
    made = plan(P, vendor, state(buying(managed("pool.p", ONE))))
    assert by_action(made) == {}
    assert held(made) == [("pool.p", ONE)]
    assert any("unsettled call" in found.summary for found in made.diagnostics)


def test_no_member_is_released_for_a_purchase_that_may_never_have_happened(vendor):
    rows = [managed("pool.p", vendor.own(number)) for number in (ONE, TWO)]
    made = plan(manifest(pool("p", 2)), vendor, state(*rows, buying(managed("pool.p", THREE))))
    assert by_action(made) == {}


def test_a_held_number_that_is_declared_by_itself_fills_no_slot_of_its_pool(vendor):
    for row in (buying(managed("pool.p", ONE)), managed("pool.p", ONE, bought_at=JUST_NOW)):
        made = plan(manifest(entry("a", ONE), pool("p", 1)), vendor, state(row))
        assert by_action(made) == {"purchase": [FIVE]}


def test_the_slots_of_a_pool_that_wait_for_no_closed_purchase_are_filled_as_ever(vendor):
    made = plan(manifest(pool("p", 2)), vendor, state(buried(managed("pool.p", ONE))))
    assert by_action(made) == {"purchase": [FIVE]}
    assert held(made) == [("pool.p", ONE)]


def test_a_number_sent_again_with_an_unknown_outcome_holds_one_slot_not_two(vendor):
    row = managed("pool.p", ONE)
    for for_sale in (False, True):
        if for_sale:
            vendor.put_on_sale(ONE)
        made = plan(manifest(pool("p", 2)), vendor, state(buying(row), buried(row)))
        assert by_action(made) == {"purchase": [FIVE]}
        assert held(made) == [("pool.p", ONE)]


@pytest.mark.parametrize("resource", ["pool.gone", "pool.q", "number.gone"])
def test_a_number_whose_purchase_was_closed_is_tried_again_for_its_own_slot_only(vendor, resource):
    vendor.put_on_sale(ONE, monthly="0.01")
    made = plan(P, vendor, state(buried(managed(resource, ONE))))
    assert by_action(made) == {"purchase": [FIVE]}


def test_a_number_whose_purchase_was_closed_and_that_is_declared_by_itself_now_leaves_its_slot_to_another(
    vendor,
):
    vendor.put_on_sale(ONE)
    made = plan(manifest(entry("a", ONE), pool("p", 1)), vendor, state(buried(managed("pool.p", ONE))))
    assert lines(made) == [("purchase", "number.a", ONE), ("purchase", "pool.p", FIVE)]


def test_a_member_that_went_missing_is_not_bought_again_under_its_own_number(vendor):
    vendor.put_on_sale(ONE)
    row = managed("pool.p", ONE, missing_since=LONG_AGO)
    made = plan(P, vendor, state(row, buried(row)))
    assert by_action(made) == {"forget": [ONE], "purchase": [FIVE]}


def test_a_full_pool_does_not_try_a_number_whose_purchase_was_closed(vendor):
    vendor.put_on_sale(TWO)
    row = managed("pool.p", vendor.own(ONE))
    assert by_action(plan(P, vendor, state(row, buried(managed("pool.p", TWO))))) == {}


@pytest.mark.parametrize("form", ["in state", "still closed"])
def test_a_closed_purchase_that_turns_up_fills_an_empty_slot(vendor, form):
    row = managed("pool.p", vendor.own(ONE), surplus=form == "in state")
    made = plan(P, vendor, state(row if form == "in state" else buried(row)))
    change = only(made)
    assert isinstance(change, Adopt)
    assert change.after.number == ONE
    assert made.cost.once == made.cost.monthly == 0
    assert made.surplus == ()


def test_a_surplus_number_does_not_count_for_its_pool_until_it_fills_a_slot(vendor):
    rows = state(managed("pool.p", vendor.own(ONE)), managed("pool.p", vendor.own(TWO), surplus=True))
    assert by_action(plan(manifest(pool("p", 2)), vendor, rows)) == {"adopt": [TWO]}


def test_a_surplus_number_that_is_not_listed_again_makes_no_member_one_too_many(vendor):
    rows = state(managed("pool.p", vendor.own(ONE)), managed("pool.p", TWO, surplus=True, bought_at=JUST_NOW))
    assert by_action(plan(P, vendor, rows)) == {}
