"""Pools: filled from the stock, shrunk in a fixed order, adopted into."""

from datetime import timedelta

import pytest

from numplan.model.account import Criteria
from numplan.model.changes import Adopt, Purchase, Release, Update
from tests.builders import (
    LONG_AGO,
    buried,
    by_action,
    entry,
    group,
    lines,
    managed,
    manifest,
    only,
    plan,
    pool,
    said,
    state,
    us,
)
from tests.fakes import FLOW, FakeVendor


@pytest.fixture
def vendor() -> FakeVendor:
    return FakeVendor()


def stock(vendor: FakeVendor, *places: int, **known) -> None:
    for place in places:
        vendor.put_on_sale(us(place), **known)


def members(vendor: FakeVendor, *places: int, resource: str = "pool.p", **known):
    return [managed(resource, vendor.own(us(place)), **known) for place in places]


class TestFilling:
    def test_a_short_pool_buys_what_it_lacks_on_its_terms(self, vendor):
        stock(vendor, 5, 6, 7)
        wanted = pool("p", 3, sip_trunk_id=169, labels={"owner": "me"}, protect=True)
        made = plan(manifest(wanted), vendor, state(*members(vendor, 1, sip_trunk_id=169, protect=True)))
        bought = [one for one in made.changes if isinstance(one, Purchase)]
        assert [one.after.number for one in bought] == [us(5), us(6)]
        assert all(one.after.sip_trunk_id == 169 and one.after.protect for one in bought)
        assert all(one.substitutable for one in bought)

    def test_a_full_pool_plans_nothing_and_asks_for_nothing(self, vendor):
        stock(vendor, 5)
        made = plan(manifest(pool("p", 2)), vendor, state(*members(vendor, 1, 2)))
        assert by_action(made) == {}
        assert {name for name, _ in vendor.calls} == {"regions", "purchased"}

    def test_search_is_asked_for_the_criteria(self, vendor):
        plan(
            manifest(pool("p", 1, state="New York", type="Mobile", category="Voice+SMS", digits="888")),
            vendor,
        )
        wish = Criteria("United States", "New York", "Mobile", "Voice+SMS", "888")
        assert ("search", wish) in vendor.calls

    def test_search_is_asked_in_the_vendors_own_spelling(self, vendor):
        plan(manifest(pool("p", 1, country="unitedstates")), vendor)
        assert {about.country for name, about in vendor.calls if name == "search"} == {"United States"}

    def test_pools_that_ask_the_same_search_once(self, vendor):
        stock(vendor, *range(5, 15))
        plan(manifest(pool("p", 2), pool("q", 3), pool("r", 1, digits="1")), vendor)
        assert [name for name, _ in vendor.calls].count("search") == 2

    def test_too_little_stock_is_an_error_and_what_there_is_is_shown(self, vendor):
        stock(vendor, 5)
        made = plan(manifest(pool("p", 3)), vendor)
        assert by_action(made) == {"purchase": [us(5)]}
        (found,) = made.errors
        assert "wants 3 more" in found.summary
        assert "only 1" in found.summary
        assert found.source is not None

    def test_too_little_stock_is_a_warning_where_a_part_will_do(self, vendor):
        stock(vendor, 5)
        made = plan(manifest(pool("p", 3, on_shortage="partial")), vendor)
        assert made.errors == ()
        assert by_action(made) == {"purchase": [us(5)]}
        assert any("wants 3 more" in text for text in said(made, "warning"))

    def test_what_costs_more_than_a_cap_is_not_bought_and_what_costs_just_that_is(self, vendor):
        stock(vendor, 5, once="1.00", monthly="0.50")
        stock(vendor, 6, once="1.001", monthly="0.10")
        stock(vendor, 7, once="0.10", monthly="0.501")
        wanted = pool("p", 2, max_setup_charge="1", max_monthly_charge="0.5")
        made = plan(manifest(wanted), vendor)
        assert by_action(made) == {"purchase": [us(5)]}
        assert "within its price caps" in made.errors[0].summary

    def test_a_number_that_anything_else_declares_is_never_taken(self, vendor):
        stock(vendor, 5, 6, 7)
        made = plan(manifest(entry("mine", us(5)), pool("p", 2)), vendor)
        assert [number for _, resource, number in lines(made) if resource == "pool.p"] == [us(6), us(7)]

    def test_a_declared_number_is_not_taken_even_when_its_entry_cannot_have_it(self, vendor):
        stock(vendor, 5, 6)
        made = plan(manifest(entry("mine", us(5), country="Canada"), pool("p", 2)), vendor)
        assert us(5) not in [number for _, _, number in lines(made)]

    def test_two_pools_never_share_a_number(self, vendor):
        stock(vendor, *range(5, 12))
        made = plan(manifest(pool("p", 3), pool("q", 3)), vendor)
        numbers = [number for _, _, number in lines(made)]
        assert len(set(numbers)) == len(numbers) == 6

    def test_the_alternates_of_one_pool_never_starve_another(self, vendor):
        stock(vendor, *range(5, 11))
        made = plan(manifest(pool("p", 3), pool("q", 3)), vendor)
        assert made.errors == ()
        assert len(made.changes) == 6
        assert made.alternates == {}

    def test_a_pool_sees_past_what_a_narrower_pool_picks(self, vendor):
        """`lowest` asks for no more than it needs: what others pick must not count."""
        stock(vendor, *range(100, 170), state="Alabama")
        stock(vendor, *range(200, 210), state="Ohio")
        wanted = (pool("a", 60, select="lowest", state="Alabama"), pool("b", 5, select="lowest"))
        made = plan(manifest(*wanted), vendor)
        assert made.errors == ()
        assert len(made.changes) == 65

    @pytest.mark.parametrize(
        "keys",
        [
            {},
            {"select": "lowest", "max_monthly_charge": "0.2"},
            {"select": "lowest", "max_setup_charge": "0.2"},
        ],
    )
    def test_the_whole_stock_is_seen_where_a_price_decides(self, vendor, keys):
        stock(vendor, *range(100, 200), monthly="0.30", once="0.30")
        stock(vendor, 999, monthly="0.20", once="0.20")
        assert by_action(plan(manifest(pool("p", 1, **keys)), vendor)) == {"purchase": [us(999)]}

    def test_a_pool_sees_past_numbers_that_are_declared_or_closed(self, vendor):
        stock(vendor, *range(100, 145))
        wanted = (group("s", [us(place) for place in range(100, 120)]), pool("p", 5, select="lowest"))
        rows = state(*(buried(managed("pool.q", us(place))) for place in range(120, 140)))
        made = plan(manifest(*wanted), vendor, rows)
        assert made.errors == ()
        assert [number for _, name, number in lines(made) if name == "pool.p"] == [
            us(place) for place in range(140, 145)
        ]

    def test_the_plan_names_ranked_alternates_that_are_never_dearer(self, vendor):
        stock(vendor, 5, monthly="0.10")
        stock(vendor, 6, monthly="0.30")
        stock(vendor, 8, 7, monthly="0.30")
        stock(vendor, 9, monthly="0.20", once="9")
        stock(vendor, 10, monthly="0.31")
        made = plan(manifest(pool("p", 2, max_setup_charge="1")), vendor)
        assert by_action(made) == {"purchase": [us(5), us(6)]}
        assert [offer.number for offer in made.alternates["pool.p"]] == [us(7), us(8)]

    def test_no_alternates_where_a_number_gone_is_to_fail(self, vendor):
        stock(vendor, *range(5, 12))
        made = plan(manifest(pool("p", 2, on_unavailable="fail")), vendor)
        assert made.alternates == {}
        assert not any(one.substitutable for one in made.changes)

    def test_a_count_of_nothing_is_an_empty_pool(self, vendor):
        stock(vendor, 5)
        assert by_action(plan(manifest(pool("p", 0)), vendor)) == {}


class TestMembers:
    def test_changed_settings_update_every_member_without_a_call(self, vendor):
        made = plan(manifest(pool("p", 2, labels={"owner": "me"})), vendor, state(*members(vendor, 1, 2)))
        assert by_action(made) == {"update": [us(1), us(2)]}

    def test_changed_criteria_hold_for_new_members_only_and_the_plan_says_how_many_differ(self, vendor):
        stock(vendor, 121)
        rows = members(vendor, 1, 121 + 1, state="Alabama")
        made = plan(manifest(pool("p", 3, digits="121", state="alabama")), vendor, state(*rows))
        assert "release" not in by_action(made)
        assert any("2 of 2 members do not match" in text for text in said(made, "note"))

    def test_spelling_of_a_state_is_no_mismatch(self, vendor):
        rows = members(vendor, 1, state="New York")
        made = plan(manifest(pool("p", 1, state="new york")), vendor, state(*rows))
        assert said(made, "note") == []

    @pytest.mark.parametrize(
        ("known", "declared"),
        [({"state": "Ohio", "category": "Voice"}, {}), ({}, {"state": "Ohio", "category": "Voice"})],
    )
    def test_what_is_not_declared_or_not_known_is_no_mismatch(self, vendor, known, declared):
        made = plan(manifest(pool("p", 1, **declared)), vendor, state(*members(vendor, 1, **known)))
        assert said(made, "note") == []

    @pytest.mark.parametrize(
        ("bought", "declared", "unlike"),
        [("Voice+SMS", "Voice", False), ("Voice", "Voice+SMS", True), (None, "Voice", False)],
    )
    def test_a_member_that_does_more_than_the_category_is_no_mismatch(self, vendor, bought, declared, unlike):
        rows = members(vendor, 1, category=bought)
        made = plan(manifest(pool("p", 1, category=declared)), vendor, state(*rows))
        assert bool(said(made, "note")) is unlike


class TestShrinking:
    def test_members_on_another_trunk_go_first_then_unassigned_then_the_newest(self, vendor):
        old = members(vendor, 1, sip_trunk_id=1, bought_at=LONG_AGO)
        new = members(vendor, 2, sip_trunk_id=1, bought_at=LONG_AGO + timedelta(days=9))
        other = members(vendor, 3, sip_trunk_id=2, bought_at=LONG_AGO - timedelta(days=9))
        rows = state(*old, *new, *other)
        for count, gone in ((2, [us(3)]), (1, [us(2), us(3)]), (0, [us(1), us(2), us(3)])):
            wanted = manifest(pool("p", count, sip_trunk_id=1), entry("keep", vendor.own(us(9))))
            assert by_action(plan(wanted, vendor, rows))["release"] == gone

    def test_a_number_with_any_assignment_stays_while_another_is_left(self, vendor):
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

    def test_adopted_members_count_as_the_oldest(self, vendor):
        adopted = members(vendor, 1, bought_at=None)
        bought = members(vendor, 2)
        made = plan(manifest(pool("p", 1)), vendor, state(*adopted, *bought))
        assert by_action(made) == {"release": [us(2)]}

    def test_an_adopted_member_whose_trunk_nobody_knows_is_not_on_another_trunk(self, vendor):
        adopted = members(vendor, 1, bought_at=None, trunk_verified=False)
        bought = members(vendor, 2, sip_trunk_id=1)
        made = plan(manifest(pool("p", 1, sip_trunk_id=1)), vendor, state(*adopted, *bought))
        assert by_action(made)["release"] == [us(2)]

    def test_the_plan_says_why_each_goes(self, vendor):
        rows = [*members(vendor, 1, sip_trunk_id=2), *members(vendor, 2, 3, sip_trunk_id=1)]
        made = plan(manifest(pool("p", 1, sip_trunk_id=1)), vendor, state(*rows))
        why = {one.before.number: one.why for one in made.changes if isinstance(one, Release)}
        assert why[us(1)] == "the pool has 2 too many; on trunk 2, not 1"
        assert why[us(2)] == "the pool has 2 too many; newest without an assignment"

    def test_what_a_flow_holds_is_blocked_once_nothing_else_is_left(self, vendor):
        rows = [managed("pool.p", vendor.own(us(place), flow=place < 3)) for place in (1, 2, 3)]
        made = plan(manifest(pool("p", 1)), vendor, state(*rows))
        assert by_action(made) == {"release": [us(3)], "blocked": [us(1)]}

    def test_protected_members_are_never_chosen_while_another_is_left(self, vendor):
        rows = [*members(vendor, 1, protect=True), *members(vendor, 2, bought_at=None)]
        made = plan(manifest(pool("p", 1)), vendor, state(*rows))
        assert by_action(made)["release"] == [us(2)]
        assert made.refusals == ()

    def test_where_only_protected_members_are_left_the_guard_has_the_word(self, vendor):
        rows = members(vendor, 1, 2, protect=True)
        made = plan(manifest(pool("p", 1)), vendor, state(*rows))
        assert [one.guard for one in made.refusals] == ["protected"]
        named = made.refusals[0].subjects[0]
        assert plan(manifest(pool("p", 1)), vendor, state(*rows), releases=(named,)).refusals == ()

    def test_protected_members_go_last_and_each_only_once(self, vendor):
        rows = [*members(vendor, 1, 2, protect=True), *members(vendor, 3)]
        made = plan(manifest(pool("p", 1)), vendor, state(*rows))
        assert by_action(made)["release"] == [us(1), us(3)]
        assert made.refusals[0].subjects == (f'pool.p["{us(1)}"]',)

    def test_protection_that_is_declared_with_the_shrinking_counts(self, vendor):
        rows = members(vendor, 1, 2)
        made = plan(manifest(pool("p", 1, protect=True)), vendor, state(*rows))
        assert [one.guard for one in made.refusals] == ["protected"]

    def test_a_pool_that_shrinks_buys_nothing(self, vendor):
        stock(vendor, 5)
        made = plan(manifest(pool("p", 1)), vendor, state(*members(vendor, 1, 2)))
        assert "purchase" not in by_action(made)
        assert "search" not in {name for name, _ in vendor.calls}


class TestAdopting:
    def test_owned_numbers_that_match_are_taken_first(self, vendor):
        vendor.own(us(1))
        stock(vendor, 5)
        change, other = plan(manifest(pool("p", 2, adopt=True, sip_trunk_id=3)), vendor).changes
        assert isinstance(change, Adopt)
        assert change.after.number == us(1)
        assert not change.trunk_verified
        assert isinstance(other, Purchase)

    @pytest.mark.parametrize(
        "owned",
        [{"country": "Canada"}, {"kind": "Mobile"}, {"state": "Ohio"}],
        ids=["country", "type", "state"],
    )
    def test_only_what_matches_country_type_and_state_is_taken(self, vendor, owned):
        vendor.own(us(1), **{"state": "Alabama", **owned})
        wanted = pool("p", 1, adopt=True, type="Geographic", state="Alabama", on_shortage="partial")
        assert by_action(plan(manifest(wanted), vendor)) == {}

    @pytest.mark.parametrize("owned", [{"country": "Canada"}, {"kind": "Mobile"}])
    def test_no_state_needs_to_be_declared_for_that(self, vendor, owned):
        vendor.own(us(1), **owned)
        wanted = pool("p", 1, adopt=True, type="Geographic", on_shortage="partial")
        assert by_action(plan(manifest(wanted), vendor)) == {}

    def test_the_state_of_an_owned_number_is_told_by_the_listings_filter(self, vendor):
        vendor.own(us(1), state="Alabama")
        change = only(plan(manifest(pool("p", 1, adopt=True, state="Alabama")), vendor))
        assert change.after.state == "Alabama"
        assert ("purchased_in", Criteria("United States", "Alabama")) in vendor.calls

    def test_digits_must_stand_in_the_number(self, vendor):
        vendor.own(us(1))
        vendor.own(us(888))
        made = plan(manifest(pool("p", 2, adopt=True, digits="888", on_shortage="partial")), vendor)
        assert by_action(made) == {"adopt": [us(888)]}

    def test_a_pool_that_declares_a_category_adopts_nothing(self, vendor):
        vendor.own(us(1))
        stock(vendor, 5)
        made = plan(manifest(pool("p", 1, adopt=True, category="Voice")), vendor, state())
        assert by_action(made) == {"purchase": [us(5)]}

    def test_nothing_managed_or_declared_is_adopted(self, vendor):
        rows = members(vendor, 1, resource="number.a")
        vendor.own(us(2))
        wanted = manifest(
            entry("a", us(1)), entry("b", us(2)), pool("p", 1, adopt=True, on_shortage="partial")
        )
        assert lines(plan(wanted, vendor, state(*rows))) == [
            ("no-op", "number.a", us(1)),
            ("adopt", "number.b", us(2)),
        ]

    def test_two_pools_never_adopt_the_same(self, vendor):
        vendor.own(us(1))
        stock(vendor, 5, 6)
        made = plan(manifest(pool("p", 1, adopt=True), pool("q", 1, adopt=True)), vendor)
        assert lines(made) == [("adopt", "pool.p", us(1)), ("purchase", "pool.q", us(5))]

    def test_a_short_listing_is_no_ground_to_adopt_on(self, vendor):
        vendor.own(us(1))
        vendor.listed(complete=False)
        made = plan(manifest(pool("p", 1, adopt=True)), vendor, state())
        assert "adopt" not in by_action(made)
        assert any("incomplete listing" in found.summary for found in made.errors)

    def test_a_full_pool_does_not_mind_a_short_listing(self, vendor):
        rows = members(vendor, 1)
        vendor.listed(complete=False)
        assert plan(manifest(pool("p", 1, adopt=True)), vendor, state(*rows)).errors == ()

    def test_no_more_are_taken_than_are_lacking(self, vendor):
        for place in (1, 2, 3):
            vendor.own(us(place))
        made = plan(manifest(pool("p", 2, adopt=True)), vendor)
        assert by_action(made) == {"adopt": [us(1), us(2)]}


class TestMoving:
    def test_a_changed_trunk_is_refused_unless_declared(self, vendor):
        made = plan(
            manifest(pool("p", 1, sip_trunk_id=2)), vendor, state(*members(vendor, 1, sip_trunk_id=1))
        )
        assert [one.guard for one in made.refusals] == ["trunk-change"]
        assert made.refusals[0].subjects == (f'pool.p["{us(1)}"]',)

    def test_a_member_is_replaced_by_another_number_that_is_bought_first(self, vendor):
        stock(vendor, 5)
        wanted = manifest(pool("p", 1, sip_trunk_id=2, on_trunk_change="replace"))
        change = only(plan(wanted, vendor, state(*members(vendor, 1, sip_trunk_id=1))))
        assert change.buys_first
        assert (change.before.number, change.after.number) == (us(1), us(5))
        assert (change.before.sip_trunk_id, change.after.sip_trunk_id) == (1, 2)
        assert not change.sent_before

    def test_an_explicit_number_is_released_and_bought_back_and_the_plan_says_what_may_happen(self, vendor):
        row = managed("number.a", vendor.own(us(1)), sip_trunk_id=1)
        wanted = manifest(entry("a", us(1), sip_trunk_id=2, on_trunk_change="replace"))
        change = only(plan(wanted, vendor, state(row)))
        assert not change.buys_first
        assert "can be lost" in change.reason

    @pytest.mark.parametrize("wanted", [entry("a", us(1), sip_trunk_id=2), pool("a", 1, sip_trunk_id=2)])
    @pytest.mark.parametrize("how", ["replace", "refuse"])
    def test_what_a_flow_holds_does_not_move(self, vendor, wanted, how):
        vendor.own(us(1), flow=True)
        stock(vendor, 5)
        terms = wanted.terms.__class__(sip_trunk_id=2, on_trunk_change=how)
        wanted = wanted.__class__(
            **{name: getattr(wanted, name) for name in wanted.__struct_fields__ if name != "terms"},
            terms=terms,
        )
        row = managed(wanted.resource, us(1), sip_trunk_id=1)
        assert by_action(plan(manifest(wanted), vendor, state(row))) == {"blocked": [us(1)]}

    def test_slots_that_are_empty_are_filled_before_members_move(self, vendor):
        stock(vendor, 5)
        wanted = pool("p", 2, sip_trunk_id=2, on_trunk_change="replace", on_shortage="partial")
        made = plan(manifest(wanted), vendor, state(*members(vendor, 1, sip_trunk_id=1)))
        assert by_action(made) == {"purchase": [us(5)]}

    def test_a_member_that_cannot_move_yet_still_gets_its_new_settings(self, vendor):
        wanted = pool("p", 1, sip_trunk_id=2, on_trunk_change="replace", on_shortage="partial", protect=True)
        change = only(plan(manifest(wanted), vendor, state(*members(vendor, 1, sip_trunk_id=1))))
        assert isinstance(change, Update)
        assert (change.after.protect, change.after.sip_trunk_id) == (True, 1)

    def test_a_shrinking_pool_lets_go_those_that_would_have_to_move(self, vendor):
        stock(vendor, 5, 6)
        rows = [*members(vendor, 1, 2, sip_trunk_id=1), *members(vendor, 3, sip_trunk_id=2)]
        wanted = pool("p", 2, sip_trunk_id=2, on_trunk_change="replace")
        assert by_action(plan(manifest(wanted), vendor, state(*rows))) == {
            "release": [us(1)],
            "replace": [us(2)],
        }

    def test_nothing_is_bought_for_a_move_while_a_member_that_cannot_go_is_one_too_many(self, vendor):
        stock(vendor, 5)
        rows = [
            managed("pool.p", vendor.own(us(1), flow=True), sip_trunk_id=2),
            *members(vendor, 2, sip_trunk_id=1, protect=True),
        ]
        wanted = pool("p", 1, sip_trunk_id=2, on_trunk_change="replace", protect=True)
        assert by_action(plan(manifest(wanted), vendor, state(*rows))) == {"blocked": [us(1)]}

    @pytest.mark.parametrize("state_says", [True, False])
    def test_a_protected_member_does_not_move(self, vendor, state_says):
        stock(vendor, 5)
        wanted = pool("p", 1, sip_trunk_id=2, on_trunk_change="replace", protect=not state_says)
        rows = members(vendor, 1, sip_trunk_id=1, protect=state_says)
        made = plan(manifest(wanted), vendor, state(*rows))
        assert [one.guard for one in made.refusals] == ["protected"]
