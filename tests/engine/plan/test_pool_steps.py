"""The steps by which a pool is planned: what leaves, what moves, what is adopted, in which order."""

from datetime import timedelta

import pytest

from numplan.model.changes import Replace
from tests.builders import (
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
    state,
    us,
)
from tests.engine.plan.pooled import members, stock
from tests.fakes import FLOW


def test_a_shrinking_pool_lets_go_members_on_another_trunk_then_unassigned_then_the_newest(vendor):
    old = members(vendor, 1, sip_trunk_id=1, bought_at=LONG_AGO)
    new = members(vendor, 2, sip_trunk_id=1, bought_at=LONG_AGO + timedelta(days=9))
    other = members(vendor, 3, sip_trunk_id=2, bought_at=LONG_AGO - timedelta(days=9))
    rows = state(*old, *new, *other)
    for count, gone in ((2, [us(3)]), (1, [us(2), us(3)]), (0, [us(1), us(2), us(3)])):
        wanted = manifest(pool("p", count, sip_trunk_id=1), entry("keep", vendor.own(us(9))))
        assert by_action(plan(wanted, vendor, rows))["release"] == gone


def test_a_member_with_any_assignment_stays_while_another_is_left(vendor):
    (used,) = members(vendor, 1, bought_at=LONG_AGO + timedelta(days=9))
    (idle,) = members(vendor, 2, bought_at=LONG_AGO)
    row = vendor.owned[us(1)]
    vendor.owned[us(1)] = row.__class__(
        row.number,
        row.country,
        row.type,
        row.setup_charge,
        row.monthly_charge,
        FLOW.__class__("SIP Trunk"),
    )
    made = plan(manifest(pool("p", 1)), vendor, state(used, idle))
    assert by_action(made) == {"release": [us(2)]}


def test_a_shrinking_pool_counts_adopted_members_as_the_oldest(vendor):
    adopted = members(vendor, 1, bought_at=None)
    bought = members(vendor, 2)
    made = plan(manifest(pool("p", 1)), vendor, state(*adopted, *bought))
    assert by_action(made) == {"release": [us(2)]}


def test_an_adopted_member_whose_trunk_nobody_knows_is_not_on_another_trunk(vendor):
    adopted = members(vendor, 1, bought_at=None, trunk_verified=False)
    bought = members(vendor, 2, sip_trunk_id=1)
    made = plan(manifest(pool("p", 1, sip_trunk_id=1)), vendor, state(*adopted, *bought))
    assert by_action(made)["release"] == [us(2)]


def test_a_member_that_a_flow_holds_is_blocked_once_nothing_else_is_left(vendor):
    rows = [managed("pool.p", vendor.own(us(place), flow=place < 3)) for place in (1, 2, 3)]
    made = plan(manifest(pool("p", 1)), vendor, state(*rows))
    assert by_action(made) == {"release": [us(3)], "blocked": [us(1)]}


def test_protected_members_are_never_let_go_while_another_is_left(vendor):
    rows = [*members(vendor, 1, protect=True), *members(vendor, 2, bought_at=None)]
    made = plan(manifest(pool("p", 1)), vendor, state(*rows))
    assert by_action(made)["release"] == [us(2)]
    assert made.refusals == ()


def test_where_only_protected_members_are_left_the_guard_has_the_word(vendor):
    rows = members(vendor, 1, 2, protect=True)
    made = plan(manifest(pool("p", 1)), vendor, state(*rows))
    assert [one.guard for one in made.refusals] == ["protected"]
    named = made.refusals[0].subjects[0]
    assert plan(manifest(pool("p", 1)), vendor, state(*rows), releases=(named,)).refusals == ()


def test_protected_members_go_last_and_each_only_once(vendor):
    rows = [*members(vendor, 1, 2, protect=True), *members(vendor, 3)]
    made = plan(manifest(pool("p", 1)), vendor, state(*rows))
    assert by_action(made)["release"] == [us(1), us(3)]
    assert made.refusals[0].subjects == (f'pool.p["{us(1)}"]',)


def test_protection_that_is_declared_with_the_shrinking_counts(vendor):
    rows = members(vendor, 1, 2)
    made = plan(manifest(pool("p", 1, protect=True)), vendor, state(*rows))
    assert [one.guard for one in made.refusals] == ["protected"]


def test_a_pool_that_shrinks_buys_nothing(vendor):
    stock(vendor, 5)
    made = plan(manifest(pool("p", 1)), vendor, state(*members(vendor, 1, 2)))
    assert "purchase" not in by_action(made)
    assert "search" not in {name for name, _ in vendor.calls}


def test_a_pool_that_declares_a_category_adopts_nothing(vendor):
    vendor.own(us(1))
    stock(vendor, 5)
    made = plan(manifest(pool("p", 1, adopt=True, category="Voice")), vendor, state())
    assert by_action(made) == {"purchase": [us(5)]}


def test_a_full_pool_does_not_mind_a_short_listing(vendor):
    rows = members(vendor, 1)
    vendor.listed(complete=False)
    assert plan(manifest(pool("p", 1, adopt=True)), vendor, state(*rows)).errors == ()


def test_a_pool_adopts_no_more_than_it_lacks(vendor):
    for place in (1, 2, 3):
        vendor.own(us(place))
    made = plan(manifest(pool("p", 2, adopt=True)), vendor)
    assert by_action(made) == {"adopt": [us(1), us(2)]}


@pytest.mark.parametrize("wanted", [entry("a", us(1), sip_trunk_id=2), pool("a", 1, sip_trunk_id=2)])
@pytest.mark.parametrize("how", ["replace", "refuse"])
def test_what_a_flow_holds_does_not_move_to_another_trunk(vendor, wanted, how):
    vendor.own(us(1), flow=True)
    stock(vendor, 5)
    terms = wanted.terms.__class__(sip_trunk_id=2, on_trunk_change=how)
    wanted = wanted.__class__(
        **{name: getattr(wanted, name) for name in wanted.__struct_fields__ if name != "terms"},
        terms=terms,
    )
    row = managed(wanted.resource, us(1), sip_trunk_id=1)
    assert by_action(plan(manifest(wanted), vendor, state(row))) == {"blocked": [us(1)]}


def test_empty_slots_are_filled_before_members_move_to_another_trunk(vendor):
    stock(vendor, 5)
    wanted = pool("p", 2, sip_trunk_id=2, on_trunk_change="replace", on_shortage="partial")
    made = plan(manifest(wanted), vendor, state(*members(vendor, 1, sip_trunk_id=1)))
    assert by_action(made) == {"purchase": [us(5)]}


def test_a_shrinking_pool_lets_go_those_that_would_have_to_move(vendor):
    stock(vendor, 5, 6)
    rows = [*members(vendor, 1, 2, sip_trunk_id=1), *members(vendor, 3, sip_trunk_id=2)]
    wanted = pool("p", 2, sip_trunk_id=2, on_trunk_change="replace")
    assert by_action(plan(manifest(wanted), vendor, state(*rows))) == {
        "release": [us(1)],
        "replace": [us(2)],
    }


def test_nothing_is_bought_for_a_move_while_a_member_that_cannot_go_is_one_too_many(vendor):
    stock(vendor, 5)
    rows = [
        managed("pool.p", vendor.own(us(1), flow=True), sip_trunk_id=2),
        *members(vendor, 2, sip_trunk_id=1, protect=True),
    ]
    wanted = pool("p", 1, sip_trunk_id=2, on_trunk_change="replace", protect=True)
    assert by_action(plan(manifest(wanted), vendor, state(*rows))) == {"blocked": [us(1)]}


@pytest.mark.parametrize("state_says", [True, False])
def test_a_protected_member_does_not_move_to_another_trunk(vendor, state_says):
    stock(vendor, 5)
    wanted = pool("p", 1, sip_trunk_id=2, on_trunk_change="replace", protect=not state_says)
    rows = members(vendor, 1, sip_trunk_id=1, protect=state_says)
    made = plan(manifest(wanted), vendor, state(*rows))
    assert [one.guard for one in made.refusals] == ["protected"]


def test_a_member_whose_replacement_is_unknown_is_neither_released_nor_replaced_again(vendor):
    stock(vendor, 5, 6)
    row = managed("pool.p", vendor.own(us(1)), sip_trunk_id=1)
    wanted = manifest(pool("p", 1, sip_trunk_id=2, on_trunk_change="replace"))
    made = plan(wanted, vendor, state(row, buying(managed("pool.p", us(2), sip_trunk_id=2))))
    assert by_action(made) == {}


def test_of_several_moves_only_those_that_nothing_is_under_way_for_are_planned(vendor):
    stock(vendor, 5, 6)
    rows = [managed("pool.p", vendor.own(number), sip_trunk_id=1) for number in (us(1), us(2))]
    wanted = manifest(pool("p", 2, sip_trunk_id=2, on_trunk_change="replace"))
    made = plan(wanted, vendor, state(*rows, buying(managed("pool.p", us(3), sip_trunk_id=2))))
    (change,) = (one for one in made.changes if isinstance(one, Replace))
    assert change.after.number == us(5)


def test_a_replacement_tries_a_number_whose_purchase_was_closed_before_any_other(vendor):
    stock(vendor, 5, 6)
    vendor.put_on_sale(us(2), monthly="9")
    row = managed("pool.p", vendor.own(us(1)), sip_trunk_id=1)
    wanted = manifest(pool("p", 1, sip_trunk_id=2, on_trunk_change="replace"))
    change = only(plan(wanted, vendor, state(row, buried(managed("pool.p", us(2), sip_trunk_id=2)))))
    assert isinstance(change, Replace)
    assert change.after.number == us(2)
    assert change.sent_before


def test_a_replacement_waits_for_a_number_whose_purchase_was_closed(vendor):
    stock(vendor, 5, 6)
    row = managed("pool.p", vendor.own(us(1)), sip_trunk_id=1)
    wanted = manifest(pool("p", 1, sip_trunk_id=2, on_trunk_change="replace"))
    made = plan(wanted, vendor, state(row, buried(managed("pool.p", us(2), sip_trunk_id=2))))
    assert by_action(made) == {}
    assert [(one.resource, one.number) for one in made.held] == [("pool.p", us(2))]
