"""What a plan says of the account: drift, cost, what is not managed, short listings, regions."""

from decimal import Decimal

import pytest

from numplan.model.account import Region
from numplan.model.errors import ApiError
from numplan.model.policy import Policy
from tests.builders import (
    JUST_NOW,
    LONG_AGO,
    buried,
    by_action,
    entry,
    group,
    managed,
    manifest,
    plan,
    pool,
    said,
    state,
    us,
)
from tests.fakes import FakeVendor

ONE, TWO, THREE, FOUR, FIVE = map(us, range(1, 6))


@pytest.fixture
def vendor() -> FakeVendor:
    return FakeVendor()


class TestDrift:
    def test_a_managed_number_that_the_account_lacks_is_missing_and_bought_again(self, vendor):
        vendor.put_on_sale(ONE)
        made = plan(
            manifest(entry("a", ONE)), vendor, state(managed("number.a", ONE, missing_since=LONG_AGO))
        )
        assert by_action(made) == {"purchase": [ONE]}
        (drift,) = made.drift
        assert (drift.kind, drift.before.number) == ("missing", ONE)

    def test_a_missing_number_that_is_not_for_sale_is_gone(self, vendor):
        made = plan(
            manifest(entry("a", ONE)), vendor, state(managed("number.a", ONE, missing_since=LONG_AGO))
        )
        assert by_action(made) == {"unavailable": [ONE]}
        assert not made.errors

    def test_a_missing_member_is_forgotten_and_its_slot_filled_by_another(self, vendor):
        vendor.put_on_sale(ONE)
        vendor.put_on_sale(TWO)
        made = plan(manifest(pool("p", 1)), vendor, state(managed("pool.p", ONE, missing_since=LONG_AGO)))
        assert by_action(made) == {"forget": [ONE], "purchase": [TWO]}

    def test_what_the_account_shows_otherwise_is_changed(self, vendor):
        vendor.own(ONE, monthly="0.25", kind="Mobile")
        made = plan(manifest(entry("a", ONE)), vendor, state(managed("number.a", ONE)))
        (drift,) = made.drift
        assert drift.kind == "changed"
        assert [(one.path, one.before, one.after) for one in drift.differences] == [
            ("type", "Geographic", "Mobile"),
        ]

    def test_a_charge_that_the_vendor_changed_is_no_drift(self, vendor):
        vendor.own(ONE, monthly="0.25")
        made = plan(manifest(entry("a", ONE)), vendor, state(managed("number.a", ONE)))
        assert made.drift == ()
        assert made.cost.monthly_before == Decimal("0.25")

    def test_the_same_charge_written_otherwise_is_no_drift(self, vendor):
        vendor.own(ONE, monthly="0.2")
        assert plan(manifest(entry("a", ONE)), vendor, state(managed("number.a", ONE))).drift == ()


class TestShortListings:
    @pytest.fixture
    def known(self, vendor):
        vendor.own(ONE)
        vendor.own(TWO)
        vendor.listed(complete=False, hiding=[ONE, TWO])
        return state(managed("pool.p", ONE), managed("number.a", TWO))

    def test_managed_numbers_are_looked_up_before_they_are_called_missing(self, vendor, known):
        made = plan(manifest(pool("p", 1), entry("a", TWO)), vendor, known)
        assert by_action(made) == {}
        assert made.drift == ()
        assert any("could not be proven complete" in text for text in said(made, "warning"))

    def test_declared_numbers_are_looked_up_before_they_are_bought(self, vendor):
        vendor.own(THREE)
        vendor.listed(complete=False, hiding=[THREE])
        assert by_action(plan(manifest(entry("a", THREE)), vendor)) == {"adopt": [THREE]}

    def test_closed_purchases_are_looked_up(self, vendor, known):
        vendor.own(THREE)
        vendor.listed(complete=False, hiding=[ONE, TWO, THREE])
        rows = state(*known.numbers, buried(managed("pool.p", THREE)))
        made = plan(manifest(pool("p", 2), entry("a", TWO)), vendor, rows)
        assert by_action(made) == {"adopt": [THREE]}

    def test_states_that_pools_and_managed_numbers_name_are_parts_to_ask_for(self, vendor):
        rows = state(managed("pool.p", ONE, state="Ohio"), managed("number.a", TWO, state="Texas"))
        vendor.own(ONE)
        vendor.own(TWO)
        plan(manifest(pool("p", 1, state="Iowa"), pool("q", 0, state="Ohio"), entry("a", TWO)), vendor, rows)
        assert ("purchased", ("Iowa", "Ohio", "Texas")) in vendor.calls

    def test_the_count_of_unmanaged_numbers_is_at_least(self, vendor, known):
        vendor.own(FIVE)
        made = plan(manifest(pool("p", 1), entry("a", TWO)), vendor, known)
        assert (made.unmanaged.count, made.unmanaged.at_least) == (1, True)

    @pytest.mark.parametrize("call", ["regions", "purchased", "look_up", "search"])
    def test_a_call_that_fails_stops_the_plan(self, vendor, known, call):
        """On a partial view a plan would buy twice."""
        vendor.goes_down(call)
        with pytest.raises(ApiError):
            plan(manifest(pool("p", 3), entry("a", TWO)), vendor, known)

    def test_a_price_that_cannot_be_asked_stops_the_plan(self, vendor):
        vendor.goes_down("find")
        with pytest.raises(ApiError):
            plan(manifest(entry("a", ONE)), vendor)


class TestUnmanaged:
    def test_numbers_are_counted_with_what_they_cost_and_named_on_request(self, vendor):
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

    def test_what_the_plan_adopts_is_counted_no_more(self, vendor):
        vendor.own(ONE)
        vendor.own(TWO)
        made = plan(manifest(pool("p", 1, adopt=True), entry("a", TWO)), vendor)
        assert made.unmanaged.count == 0


class TestCost:
    def test_figures_are_exact(self, vendor):
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

    def test_adopted_numbers_are_paid_for_already(self, vendor):
        vendor.own(ONE, monthly="0.4")
        made = plan(manifest(entry("a", ONE)), vendor)
        assert (made.cost.monthly_before, made.cost.monthly_after) == (Decimal("0.4"), Decimal("0.4"))

    def test_a_missing_number_costs_nothing_before(self, vendor):
        vendor.put_on_sale(ONE, monthly="0.4")
        made = plan(
            manifest(entry("a", ONE)), vendor, state(managed("number.a", ONE, missing_since=LONG_AGO))
        )
        assert (made.cost.monthly_before, made.cost.monthly_after) == (Decimal(0), Decimal("0.4"))

    def test_blocked_and_held_numbers_go_on_costing(self, vendor):
        vendor.own(ONE, flow=True, monthly="0.4")
        rows = state(
            managed("number.gone", ONE), managed("number.b", TWO, bought_at=JUST_NOW, monthly_charge="0.3")
        )
        made = plan(manifest(entry("b", TWO)), vendor, rows)
        assert made.cost.monthly_before == made.cost.monthly_after == Decimal("0.7")


class TestRegions:
    def test_a_country_that_is_not_offered_is_an_error_with_the_nearest_name(self, vendor):
        made = plan(
            manifest(pool("p", 1, country="Untied States"), entry("a", ONE, country="Kanada")), vendor
        )
        hints = {found.path: found.hint for found in made.errors}
        assert hints == {
            "pool.p": "did you mean 'United States'?",
            "number.a": "did you mean 'Canada'?",
        }

    def test_a_country_like_no_other_names_the_command_that_lists_them(self, vendor):
        (found,) = plan(manifest(pool("p", 1, country="Xyzzy")), vendor).errors
        assert "numplan regions" in found.hint

    def test_a_type_that_is_not_offered_there_names_those_that_are(self, vendor):
        (found,) = plan(manifest(pool("p", 1, type="UIFN")), vendor).errors
        assert "United States offers no UIFN numbers" in found.summary
        assert found.hint == "it offers Geographic, Mobile, Toll-Free"

    def test_the_other_entries_are_still_planned_and_nothing_is_for_that_one(self, vendor):
        vendor.put_on_sale(ONE)
        vendor.own(TWO)
        rows = state(managed("pool.far", TWO))
        made = plan(manifest(pool("far", 0, country="Atlantis"), entry("a", ONE)), vendor, rows)
        assert by_action(made) == {"purchase": [ONE]}

    def test_case_and_hyphens_make_no_difference(self, vendor):
        vendor.put_on_sale(ONE)
        assert plan(manifest(pool("p", 1, country="united states")), vendor).errors == ()

    def test_the_order_of_the_answer_makes_no_difference(self):
        regions = [Region("Ireland", ("Mobile", "Geographic")), Region("Iceland", ()), Region("Iseland", ())]
        wanted = manifest(pool("p", 1, country="Isceland"), pool("q", 1, country="Ireland", type="UIFN"))
        plans = [
            plan(wanted, FakeVendor(regions=tuple(order))).diagnostics for order in (regions, regions[::-1])
        ]
        turned = [Region(one.name, one.types[::-1]) for one in regions]
        assert plans[0] == plans[1] == plan(wanted, FakeVendor(regions=tuple(turned))).diagnostics
