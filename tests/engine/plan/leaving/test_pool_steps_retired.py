"""How a pool lets go of what is retired, or named by `--replace`: a successor first, and never one too many."""

from datetime import timedelta

import msgspec
import pytest

from numplan.model.changes import Blocked, Purchase, Replace
from numplan.model.plan import Selection
from numplan.model.policy import Policy
from numplan.model.state import Released
from tests.builders import (
    ALL,
    LONG_AGO,
    buried,
    buying,
    by_action,
    entry,
    managed,
    manifest,
    only,
    plan,
    pool,
    refused,
    said,
    state,
    us,
)
from tests.engine.plan.pooled import members, stock
from tests.fakes import NOON


def test_a_retired_member_is_replaced_and_the_plan_says_why(vendor):
    rows = members(vendor, 1)
    stock(vendor, 5)
    change = only(plan(manifest(pool("p", 1), retire=[us(1)]), vendor, state(*rows)))
    assert isinstance(change, Replace)
    assert (change.before.number, change.after.number, change.buys_first) == (us(1), us(5), True)
    assert change.reason == "retired, because: spam label; another is bought, then this one released"


def test_the_guard_of_trunk_changes_lets_a_retirement_pass_and_a_move_beside_it_not(vendor):
    rows = [*members(vendor, 1, sip_trunk_id=1), *members(vendor, 2, sip_trunk_id=2)]
    stock(vendor, 5, 6)
    made = plan(manifest(pool("p", 2, sip_trunk_id=1), retire=[us(1)]), vendor, state(*rows))
    assert refused(made)["trunk-change"].subjects == (f'pool.p["{us(2)}"]',)
    alone = plan(manifest(pool("p", 1, sip_trunk_id=2), retire=[us(1)]), vendor, state(rows[0]))
    assert alone.refusals == ()
    assert only(alone).after.sip_trunk_id == 2, "retired and on another trunk at once is one replace"


def test_a_pool_that_has_too_many_lets_go_of_retired_members_first_and_buys_nothing_for_them(vendor):
    rows = [*members(vendor, 1, 2, 3, bought_at=LONG_AGO), *members(vendor, 4, protect=False)]
    stock(vendor, 9)
    made = plan(manifest(pool("p", 3), retire=[us(2)]), vendor, state(*rows))
    assert by_action(made) == {"release": [us(2)]}
    both = plan(manifest(pool("p", 3), retire=[us(1), us(2)]), vendor, state(*rows))
    assert by_action(both) == {"release": [us(1)], "replace": [us(2)]}


def test_a_retired_member_in_a_flow_is_blocked_and_its_successor_bought_once(vendor):
    rows = [managed("pool.p", vendor.own(us(1), flow=True)), *members(vendor, 2)]
    stock(vendor, 5, 6)
    wanted = manifest(pool("p", 2), retire=[us(1)])
    made = plan(wanted, vendor, state(*rows))
    assert by_action(made) == {"blocked": [us(1)], "purchase": [us(5)]}
    (blocked,) = [one for one in made.changes if isinstance(one, Blocked)]
    assert blocked.because == "retired, because: spam label"
    again = plan(wanted, vendor, state(*rows, *members(vendor, 5)))
    assert by_action(again) == {"blocked": [us(1)]}, "the pool is one over until it is free"
    vendor.own(us(1))
    assert by_action(plan(wanted, vendor, state(*rows, *members(vendor, 5)))) == {"release": [us(1)]}


def test_a_retired_member_that_cannot_go_takes_the_place_of_no_other_that_moves(vendor):
    stuck = managed("pool.p", vendor.own(us(1), flow=True), sip_trunk_id=2)
    rows = [stuck, *members(vendor, 2, 3, sip_trunk_id=2), *members(vendor, 4, sip_trunk_id=1)]
    stock(vendor, 8, 9)
    wanted = manifest(pool("p", 3, sip_trunk_id=2, on_trunk_change="replace"), retire=[us(1)])
    assert by_action(plan(wanted, vendor, state(*rows))) == {"blocked": [us(1)], "replace": [us(4)]}


def test_where_nothing_is_for_sale_a_retired_member_stays_and_that_is_told(vendor):
    made = plan(manifest(pool("p", 1), retire=[us(1)]), vendor, state(*members(vendor, 1)))
    assert by_action(made) == {}
    assert said(made, "error") == ["pool.p wants 1 more, but the vendor offers only 0"]


def test_a_protected_member_that_is_retired_is_the_guards(vendor):
    rows = members(vendor, 1, protect=True)
    stock(vendor, 5)
    wanted = manifest(pool("p", 1), retire=[us(1)])
    assert refused(plan(wanted, vendor, state(*rows)))["protected"].subjects == (f'pool.p["{us(1)}"]',)
    assert plan(wanted, vendor, state(*rows), releases=(us(1),)).refusals == ()
    shrunk = plan(manifest(pool("p", 0), retire=[us(1)]), vendor, state(*rows))
    assert "protected" in refused(shrunk)


def test_a_successor_that_may_be_bought_already_is_not_bought_again(vendor):
    rows = members(vendor, 1)
    stock(vendor, 5, 6)
    successor = msgspec.structs.replace(managed("pool.p", us(5), bought_at=None), replaces=us(1))
    made = plan(manifest(pool("p", 1), retire=[us(1)]), vendor, state(*rows, buying(successor)))
    assert by_action(made) == {}, "the call that may have bought it is settled first"


def test_of_two_that_go_the_one_waits_whose_own_successor_may_be_bought_already(vendor):
    rows = members(vendor, 1, 2)
    stock(vendor, 5, 6)
    successor = msgspec.structs.replace(managed("pool.p", us(5), bought_at=None), replaces=us(2))
    wanted = manifest(pool("p", 2), retire=[us(1), us(2)])
    made = plan(wanted, vendor, state(*rows, buying(successor)))
    assert by_action(made) == {"replace": [us(1)]}


@pytest.mark.parametrize("retire", [[us(1)], []])
def test_once_the_successor_is_there_the_old_one_goes_and_not_the_fresh_one(vendor, retire):
    """A run that died between the two, with the line in the manifest, and after `--replace`, which nobody repeats."""
    (old,) = members(vendor, 1, bought_at=LONG_AGO)
    fresh = managed("pool.p", vendor.own(us(5)), bought_at=NOON - timedelta(minutes=1))
    fresh = msgspec.structs.replace(fresh, replaces=us(1))
    made = plan(manifest(pool("p", 1), retire=retire), vendor, state(old, fresh))
    assert by_action(made) == {"release": [us(1)]}
    stuck = managed("pool.p", vendor.own(us(1), flow=True))
    assert by_action(plan(manifest(pool("p", 1), retire=retire), vendor, state(stuck, fresh))) == {
        "blocked": [us(1)]
    }


def test_a_closed_purchase_of_a_retired_number_keeps_its_slot_for_the_hold_and_is_not_tried_again(vendor):
    stock(vendor, 1, 5)
    wanted = manifest(pool("p", 1), retire=[us(1)], hold_minutes=15)
    one = managed("pool.p", us(1), bought_at=None)
    made = plan(wanted, vendor, state(buried(one, closed_at=NOON - timedelta(minutes=14))))
    assert by_action(made) == {}
    assert "it is retired: spam label: it is not tried again" in made.held[0].reason
    made = plan(wanted, vendor, state(buried(one, closed_at=NOON - timedelta(minutes=15))))
    assert by_action(made) == {"purchase": [us(5)]}


def test_a_retired_number_is_neither_adopted_nor_taken_back(vendor):
    vendor.own(us(1))
    late = managed("pool.p", vendor.own(us(2)), surplus=True)
    stock(vendor, 5, 6)
    wanted = manifest(pool("p", 2, adopt=True), retire=[us(1), us(2)])
    assert by_action(plan(wanted, vendor, state(late, *members(vendor, 9, resource="number.gone")))) == {
        "purchase": [us(5), us(6)],
        "release": [us(9)],
    }


class TestReleasedLately:
    def test_a_pool_buys_it_again_only_once_the_span_is_over(self, vendor):
        stock(vendor, 1, 2)
        gone = [Released(us(1), LONG_AGO), Released(us(2), LONG_AGO)]
        made = plan(manifest(pool("p", 1)), vendor, state(*gone))
        assert by_action(made) == {}
        assert made.errors[0].hint == (
            "2 more are for sale that this state released less than 90 days ago: policy.rebuy_after"
        )
        soon = manifest(pool("p", 1), policy=Policy(rebuy_after="30d"))
        assert by_action(plan(soon, vendor, state(*gone))) == {"purchase": [us(1)]}

    def test_the_longer_of_both_policies_counts(self, vendor):
        stock(vendor, 1)
        wanted = manifest(pool("p", 1), policy=Policy(rebuy_after="0d"), operator=Policy(rebuy_after="5w"))
        made = plan(wanted, vendor, state(Released(us(1), LONG_AGO)))
        assert by_action(made) == {}
        assert "less than 35 days ago" in made.errors[0].hint

    def test_it_is_no_alternate_either(self, vendor):
        stock(vendor, *range(1, 9))
        made = plan(manifest(pool("p", 1), retire=[us(3)]), vendor, state(Released(us(2), LONG_AGO)))
        numbers = {one.number for one in made.alternates["pool.p"]}
        assert numbers == {us(4), us(5), us(6), us(7), us(8)}

    def test_what_is_declared_is_bought_and_what_is_owned_is_adopted(self, vendor):
        stock(vendor, 1)
        vendor.own(us(2))
        gone = [Released(us(1), LONG_AGO), Released(us(2), LONG_AGO)]
        wanted = manifest(entry("a", us(1)), pool("p", 1, adopt=True))
        assert by_action(plan(wanted, vendor, state(*gone))) == {"purchase": [us(1)], "adopt": [us(2)]}

    def test_search_asks_for_as_many_more_as_are_passed_over(self, vendor):
        stock(vendor, *range(1, 60))
        gone = [Released(us(place), LONG_AGO) for place in range(1, 41)]
        wanted = manifest(pool("p", 2, select="lowest"), retire=[us(41)])
        made = plan(wanted, vendor, state(*gone))
        assert by_action(made) == {"purchase": [us(42), us(43)]}


class TestReplaceFlag:
    def test_it_replaces_the_members_that_it_covers_once(self, vendor):
        rows = members(vendor, 1, 2)
        stock(vendor, 5)
        made = plan(manifest(pool("p", 2)), vendor, state(*rows), replace=(us(2),))
        assert by_action(made) == {"replace": [us(2)]}
        assert made.replace == (us(2),)
        assert made.changes[-1].because == "--replace names it"
        assert by_action(plan(manifest(pool("p", 2)), vendor, state(*rows))) == {}

    @pytest.mark.parametrize("pattern", ["pool.p", "pool.*", 'pool.p["+1205*"]', "+1205*"])
    def test_a_pattern_covers_addresses_numbers_and_pools(self, vendor, pattern):
        rows = members(vendor, 1, 2)
        stock(vendor, 5, 6)
        made = plan(manifest(pool("p", 2)), vendor, state(*rows), replace=(pattern,))
        assert by_action(made) == {"replace": [us(1), us(2)]}

    def test_with_a_selection_both_numbers_of_a_replace_belong_together(self, vendor):
        rows = members(vendor, 1, 2)
        stock(vendor, 5, 6)
        wanted = manifest(pool("p", 2))
        picked = Selection(targets=(us(2),))
        made = plan(wanted, vendor, state(*rows), replace=("pool.p",), selection=picked)
        assert by_action(made) == {"replace": [us(2)]}
        assert len(made.unselected) == 1
        assert picked != ALL


def test_purchases_for_what_is_blocked_are_plain_ones_with_alternates(vendor):
    rows = [managed("pool.p", vendor.own(us(1), flow=True))]
    stock(vendor, *range(5, 12))
    made = plan(manifest(pool("p", 1), retire=[us(1)]), vendor, state(*rows))
    (bought,) = [one for one in made.changes if isinstance(one, Purchase)]
    assert bought.substitutable
    assert us(1) not in {one.number for one in made.alternates["pool.p"]}
