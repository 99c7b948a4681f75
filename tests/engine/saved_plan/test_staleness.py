"""A saved plan is carried out exactly, or refused because something of its world has moved."""

from datetime import timedelta

import msgspec
import pytest

from numplan.engine.plan.planner import PlanOptions
from numplan.engine.saved_plan.made_anew import made_anew
from numplan.engine.saved_plan.staleness import check_offers
from numplan.model.errors import ApiError, StalePlanError
from numplan.model.plan import Plan
from numplan.model.policy import Policy
from numplan.model.stored.plan_document import decode_plan, encode_plan
from tests.builders import (
    LONG_AGO,
    by_action,
    entry,
    group,
    managed,
    manifest,
    plan,
    pool,
    refused,
    state,
    us,
)
from tests.engine.world import world_with
from tests.fakes import NOON, FakeVendor

ONE, TWO, THREE, FOUR, FIVE, SIX = map(us, range(1, 7))
DAY = timedelta(hours=24)
WANTED = manifest(
    entry("bought", ONE),
    entry("adopted", TWO),
    entry("moved", THREE, sip_trunk_id=2, on_trunk_change="replace"),
    pool("p", 2, sip_trunk_id=2, on_trunk_change="replace", on_unavailable="substitute"),
)
KNOWN = state(
    managed("number.moved", THREE, sip_trunk_id=1),
    managed("pool.p", FOUR, sip_trunk_id=1),
    managed("number.gone", FIVE),
    managed("number.lost", us(50), missing_since=LONG_AGO),
)


@pytest.fixture
def vendor() -> FakeVendor:
    vendor = FakeVendor()
    for number in (TWO, THREE, FOUR, FIVE):
        vendor.own(number)
    vendor.put_on_sale(ONE)
    for place in range(10, 20):
        vendor.put_on_sale(us(place))
    return vendor


@pytest.fixture
def saved(vendor) -> Plan:
    made = plan(WANTED, vendor, KNOWN)
    assert by_action(made) == {
        "purchase": [ONE, us(10)],
        "adopt": [TWO],
        "replace": [THREE, FOUR],
        "release": [FIVE],
        "forget": [us(50)],
    }
    return decode_plan(encode_plan(made), "plan")


def check(saved, vendor, *, wanted=WANTED, rows=KNOWN, now=NOON, max_age=DAY) -> Plan:
    applied = PlanOptions(now=now, numplan="0.1.0", account=vendor.account, api_url=vendor.url)
    return made_anew(saved, wanted, rows, vendor, applied, max_age).plan


def test_a_plan_whose_world_stands_still_is_carried_out_as_it_was_made(vendor, saved):
    assert check(saved, vendor) == saved


def test_only_reading_calls_are_made(vendor, saved):
    check(saved, vendor)
    assert vendor.posts == []


class TestOrigin:
    def test_another_account(self, vendor, saved):
        vendor.account = "191"
        with pytest.raises(StalePlanError, match="for account 190, not 191"):
            check(saved, vendor)

    def test_another_api(self, vendor, saved):
        vendor.url = "https://elsewhere.test/o/"
        with pytest.raises(StalePlanError, match="elsewhere"):
            check(saved, vendor)

    def test_a_changed_manifest(self, vendor, saved):
        with pytest.raises(StalePlanError, match="manifest has changed"):
            check(saved, vendor, wanted=msgspec.structs.replace(WANTED, digest="digest-2"))

    @pytest.mark.parametrize(("age", "stale"), [(DAY, False), (DAY + timedelta(seconds=1), True)])
    def test_age(self, vendor, saved, age, stale):
        if stale:
            with pytest.raises(StalePlanError, match="24 h old"):
                check(saved, vendor, now=NOON + age)
        else:
            check(saved, vendor, now=NOON + age)

    @pytest.mark.parametrize("max_age", [timedelta(days=365), DAY, timedelta(0)])
    def test_a_plan_from_the_future(self, vendor, saved, max_age):
        with pytest.raises(StalePlanError, match="ahead of this clock"):
            check(saved, vendor, now=NOON - timedelta(minutes=6), max_age=max_age)

    def test_clocks_a_little_apart_are_no_reason(self, vendor, saved):
        check(saved, vendor, now=NOON - timedelta(minutes=4))

    def test_another_state(self, vendor, saved):
        with pytest.raises(StalePlanError, match="lineage"):
            check(saved, vendor, rows=msgspec.structs.replace(KNOWN, lineage="lineage-2"))

    @pytest.mark.parametrize("serial", [3, 5])
    def test_a_state_that_has_moved(self, vendor, saved, serial):
        with pytest.raises(StalePlanError, match=f"serial {serial}, not 4"):
            check(saved, vendor, rows=msgspec.structs.replace(KNOWN, serial=serial))

    def test_a_state_that_is_gone(self, vendor, saved):
        with pytest.raises(StalePlanError, match="lineage"):
            check(saved, vendor, rows=None)

    def test_a_state_where_there_was_none(self, vendor):
        wanted = manifest(entry("bought", ONE))
        with pytest.raises(StalePlanError, match="before there was a state"):
            check(plan(wanted, vendor), vendor, wanted=wanted, rows=state())


class TestAccount:
    @pytest.mark.parametrize("number", [ONE, us(10), us(11)])
    def test_a_number_to_be_bought_that_the_account_has_come_to_own(self, vendor, saved, number):
        vendor.own(number)
        with pytest.raises(StalePlanError, match="has come to own"):
            check(saved, vendor)

    @pytest.mark.parametrize("number", [TWO, THREE, FOUR, FIVE])
    def test_a_number_to_be_adopted_moved_or_released_that_is_gone(self, vendor, saved, number):
        del vendor.owned[number]
        with pytest.raises(StalePlanError, match=r"no longer owns it|missing"):
            check(saved, vendor)

    @pytest.mark.parametrize("number", [THREE, FOUR, FIVE])
    def test_a_number_to_be_released_that_was_assigned_to_a_flow(self, vendor, saved, number):
        vendor.own(number, flow=True)
        with pytest.raises(StalePlanError, match="Main menu"):
            check(saved, vendor)

    def test_a_number_to_be_forgotten_that_is_back(self, vendor, saved):
        vendor.own(us(50))
        with pytest.raises(StalePlanError, match="back in the account"):
            check(saved, vendor)

    def test_a_short_listing_is_no_reason_where_look_ups_show_the_numbers(self, vendor, saved):
        vendor.listed(complete=False, hiding=[TWO, THREE, FOUR, FIVE])
        assert check(saved, vendor).changes == saved.changes

    @pytest.mark.parametrize("call", ["purchased", "find", "regions"])
    def test_a_call_that_fails_lets_nothing_through(self, vendor, saved, call):
        vendor.goes_down(call)
        with pytest.raises(ApiError):
            check(saved, vendor)


class TestPrices:
    @pytest.mark.parametrize("number", [ONE, us(11)])
    def test_a_number_taken_off_sale(self, vendor, saved, number):
        del vendor.stock[number]
        with pytest.raises(StalePlanError, match="off sale"):
            check(saved, vendor)

    def test_a_pools_number_taken_off_sale_has_its_alternates(self, vendor, saved):
        del vendor.stock[us(10)]
        assert saved.alternates["pool.p"]
        check(saved, vendor)

    @pytest.mark.parametrize("number", [ONE, us(10), us(11)])
    @pytest.mark.parametrize("charge", [{"once": "0.11"}, {"monthly": "0.21"}])
    def test_a_number_that_has_become_dearer(self, vendor, saved, number, charge):
        vendor.put_on_sale(number, **charge)
        with pytest.raises(StalePlanError, match="now costs"):
            check(saved, vendor)

    def test_a_number_that_has_become_cheaper_is_welcome(self, vendor, saved):
        vendor.put_on_sale(ONE, once="0.05", monthly="0")
        check(saved, vendor)


class TestGuards:
    def test_what_refused_the_plan_refuses_it_still(self, vendor):
        rows = state(*(managed("pool.p", vendor.own(us(place))) for place in range(30, 40)))
        wanted = manifest(pool("p", 1), policy=Policy(max_release_share="100%"))
        saved = plan(wanted, vendor, rows)
        assert set(refused(saved)) == {"releases"}
        assert set(refused(check(saved, vendor, wanted=wanted, rows=rows))) == {"releases"}

    def test_numbers_that_have_gone_missing_since_refuse_it(self, vendor):
        rows = state(*(managed("set.s", vendor.own(us(place))) for place in range(30, 40)))
        wanted = manifest(group("s", [us(place) for place in range(30, 40)], labels={"owner": "x"}))
        saved = plan(wanted, vendor, rows)
        assert saved.refusals == ()
        for place in range(30, 33):
            del vendor.owned[us(place)]
        with pytest.raises(StalePlanError, match="the guard missing refuses the plan made anew"):
            check(saved, vendor, wanted=wanted, rows=rows)

    def test_what_was_allowed_when_it_was_made_is_allowed(self, vendor):
        rows = state(managed("number.a", vendor.own(us(30)), protect=True))
        saved = plan(manifest(), vendor, rows, destroy=True, releases=("number.a",))
        assert check(saved, vendor, wanted=manifest(), rows=rows).refusals == ()

    def test_a_plan_to_destroy_is_judged_as_one(self, vendor):
        wanted = manifest(entry("a", FIVE), entry("far", SIX, country="Atlantis"))
        rows = state(managed("number.a", FIVE))
        saved = plan(wanted, vendor, rows, destroy=True)
        assert by_action(saved) == {"release": [FIVE]}
        assert check(saved, vendor, wanted=wanted, rows=rows).refusals == ()

    def test_a_plan_with_errors_is_never_carried_out(self, vendor):
        wanted = manifest(entry("a", SIX), entry("bought", ONE))
        saved = plan(wanted, vendor, KNOWN, max_releases=9)
        assert saved.errors
        with pytest.raises(StalePlanError, match="errors"):
            check(saved, vendor, wanted=wanted)


def test_after_the_question_every_offer_is_asked_for_again_whatever_its_age():
    world = world_with(ONE, TWO, THREE)
    made = world.draft(manifest(entry("a", ONE), pool("p", 2)))
    check_offers(made, world.vendor, 1)
    world.vendor.put_on_sale(ONE, once="500.00")
    world.vendor.put_on_sale(TWO, monthly="9.00")
    with pytest.raises(StalePlanError) as stale:
        check_offers(made, world.vendor, 1)
    assert f"{ONE} (number.a): it now costs 500.00 once" in stale.value.message
    assert f"{TWO} (pool.p): it now costs 0.10 once and 9.00 a month" in stale.value.message


def test_what_went_off_sale_during_the_question_has_alternates_only_in_a_pool():
    world = world_with(ONE, TWO, THREE)
    made = world.draft(manifest(pool("p", 1)))
    del world.vendor.stock[ONE]
    assert check_offers(made, world.vendor, 1) == (ONE,)
    made = world.draft(manifest(entry("a", TWO)))
    del world.vendor.stock[TWO]
    with pytest.raises(StalePlanError, match="no longer for sale"):
        check_offers(made, world.vendor, 1)
