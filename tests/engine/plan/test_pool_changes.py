"""The changes that a pool's plan is made of: their terms, and the reasons that they give."""

from numplan.model.changes import Adopt, Purchase, Release, Update
from tests.builders import by_action, manifest, only, plan, pool, state, us
from tests.engine.plan.pooled import members, stock


def test_a_short_pool_buys_what_it_lacks_on_its_terms(vendor):
    stock(vendor, 5, 6, 7)
    wanted = pool("p", 3, sip_trunk_id=169, labels={"owner": "me"}, protect=True)
    made = plan(manifest(wanted), vendor, state(*members(vendor, 1, sip_trunk_id=169, protect=True)))
    bought = [one for one in made.changes if isinstance(one, Purchase)]
    assert [one.after.number for one in bought] == [us(5), us(6)]
    assert all(one.after.sip_trunk_id == 169 and one.after.protect for one in bought)
    assert all(one.substitutable for one in bought)


def test_changed_settings_update_every_member_of_a_pool_without_a_call(vendor):
    made = plan(manifest(pool("p", 2, labels={"owner": "me"})), vendor, state(*members(vendor, 1, 2)))
    assert by_action(made) == {"update": [us(1), us(2)]}


def test_each_member_that_is_too_many_goes_with_its_reason(vendor):
    rows = [*members(vendor, 1, sip_trunk_id=2), *members(vendor, 2, 3, sip_trunk_id=1)]
    made = plan(manifest(pool("p", 1, sip_trunk_id=1)), vendor, state(*rows))
    why = {one.before.number: one.why for one in made.changes if isinstance(one, Release)}
    assert why[us(1)] == "the pool has 2 too many; on trunk 2, not 1"
    assert why[us(2)] == "the pool has 2 too many; newest without an assignment"


def test_owned_numbers_that_match_are_adopted_before_others_are_bought(vendor):
    vendor.own(us(1))
    stock(vendor, 5)
    change, other = plan(manifest(pool("p", 2, adopt=True, sip_trunk_id=3)), vendor).changes
    assert isinstance(change, Adopt)
    assert change.after.number == us(1)
    assert not change.trunk_verified
    assert isinstance(other, Purchase)


def test_a_changed_trunk_is_shown_with_its_members_and_refused_unless_the_entry_allows_it(vendor):
    made = plan(manifest(pool("p", 1, sip_trunk_id=2)), vendor, state(*members(vendor, 1, sip_trunk_id=1)))
    assert [one.guard for one in made.refusals] == ["trunk-change"]
    assert made.refusals[0].subjects == (f'pool.p["{us(1)}"]',)


def test_a_member_on_another_trunk_is_replaced_by_a_number_that_is_bought_first(vendor):
    stock(vendor, 5)
    wanted = manifest(pool("p", 1, sip_trunk_id=2, on_trunk_change="replace"))
    change = only(plan(wanted, vendor, state(*members(vendor, 1, sip_trunk_id=1))))
    assert change.buys_first
    assert (change.before.number, change.after.number) == (us(1), us(5))
    assert (change.before.sip_trunk_id, change.after.sip_trunk_id) == (1, 2)
    assert not change.sent_before


def test_a_member_that_cannot_move_yet_still_gets_its_new_settings(vendor):
    wanted = pool("p", 1, sip_trunk_id=2, on_trunk_change="replace", on_shortage="partial", protect=True)
    change = only(plan(manifest(wanted), vendor, state(*members(vendor, 1, sip_trunk_id=1))))
    assert isinstance(change, Update)
    assert (change.after.protect, change.after.sip_trunk_id) == (True, 1)
