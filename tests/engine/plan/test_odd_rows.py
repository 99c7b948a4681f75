"""Rows that cannot be read: what they may hide is held, what does not need them goes on, and charges that are not
known are counted apart.
"""

from datetime import timedelta
from decimal import Decimal

import msgspec
import pytest

from numplan.engine.account.refresh import READ_AGAIN
from numplan.engine.pipeline import compute_plan
from numplan.engine.plan.planner import PlanOptions
from numplan.engine.queries.drift_report import drift_report
from numplan.engine.queries.explanation import explanation_of, read_name
from numplan.engine.saved_plan.made_anew import made_anew
from numplan.model.account import Region, Unreadable
from numplan.model.address import Resource
from numplan.model.changes import Keep
from numplan.model.errors import StalePlanError
from numplan.model.manifest import Forgotten, Policy
from numplan.model.plan import Selection
from numplan.views.text.explanation import explained_text
from tests.builders import (
    LONG_AGO,
    PLACE,
    buried,
    buying,
    by_action,
    entry,
    group,
    managed,
    manifest,
    plan,
    pool,
    releasing,
    said,
    state,
    us,
)
from tests.engine.apply.leftovers import left_with, verdicts
from tests.engine.world import World
from tests.fakes import ACCOUNT, NOON, REGIONS, URL, FakeVendor

ONE, TWO, THREE, FOUR, FIVE = map(us, range(1, 6))
WHAT = "the account holds it, in a row that cannot be read: its country is null"
MAYBE = "the account may hold it in a row that cannot be read: its country is null"
READABILITY = pytest.mark.parametrize("named", [True, False], ids=["named", "nameless"])


@pytest.fixture
def vendor() -> FakeVendor:
    vendor = FakeVendor()
    for place in range(20, 30):
        vendor.put_on_sale(us(place))
    return vendor


def held(made) -> dict[str, str]:
    return {one.number: one.reason for one in made.held}


def looked_up(vendor) -> list[object]:
    return [about for name, about in vendor.calls if name == "look_up"]


def _with(found, offer):
    return msgspec.structs.replace(found, offers=(offer, *found.offers))


def surveyed(wanted, remembered, vendor):
    options = PlanOptions(now=NOON, numplan="0.1.0", account=ACCOUNT, api_url=URL)
    return compute_plan(wanted, remembered, vendor, options)


def saved_again(saved, wanted, remembered, vendor, now, max_age):
    applied = PlanOptions(now=now, numplan="0.1.0", account=vendor.account, api_url=vendor.url)
    return made_anew(saved, wanted, remembered, vendor, applied, max_age)


class TestManaged:
    """A number of ours, in a row that cannot be read: it is there, and nothing else is known of it."""

    @READABILITY
    @pytest.mark.parametrize(
        ("wanted", "resource"),
        [
            (manifest(entry("a", ONE)), "number.a"),
            (manifest(group("s", [ONE])), "set.s"),
            (manifest(pool("p", 1)), "pool.p"),
        ],
    )
    def test_it_is_neither_missing_nor_bought_again(self, vendor, wanted, resource, named):
        vendor.own(ONE)
        vendor.put_on_sale(ONE)
        vendor.own(ONE)
        vendor.cannot_read(ONE, named=named)
        made = plan(wanted, vendor, state(managed(resource, ONE)))
        assert (by_action(made), made.drift, made.errors, made.refusals) == ({}, (), (), ())
        assert held(made) == {ONE: f"{WHAT if named else MAYBE}; what state says of it stands"}

    @READABILITY
    def test_it_is_never_released(self, vendor, named):
        vendor.own(ONE)
        vendor.own(TWO)
        vendor.cannot_read(ONE, named=named)
        remembered = state(managed("number.a", ONE), managed("number.b", TWO))
        for wanted in (manifest(entry("c", us(20))), manifest(pool("p", 1))):
            assert by_action(plan(wanted, vendor, remembered))["release"] == [TWO]
        assert by_action(plan(manifest(), vendor, remembered, destroy=True)) == {"release": [TWO]}

    @READABILITY
    def test_a_pool_lets_others_go_and_replaces_others(self, vendor, named):
        for number in (ONE, TWO, THREE):
            vendor.own(number)
        vendor.cannot_read(THREE, named=named)
        remembered = state(*(managed("pool.p", one, sip_trunk_id=1) for one in (ONE, TWO, THREE)))
        going = [ONE, TWO] if named else [ONE]  # what may be gone makes no other one too many
        assert by_action(plan(manifest(pool("p", 1)), vendor, remembered)) == {"release": going}
        assert by_action(plan(manifest(pool("p", 0)), vendor, remembered)) == {"release": [ONE, TWO]}
        moved = manifest(pool("p", 3, sip_trunk_id=2, on_trunk_change="replace"))
        assert by_action(plan(moved, vendor, remembered)) == {"replace": [ONE, TWO]}

    def test_an_explicit_number_is_not_moved_to_another_trunk(self, vendor):
        vendor.own(ONE)
        vendor.cannot_read(ONE)
        wanted = manifest(entry("a", ONE, sip_trunk_id=2, on_trunk_change="replace"))
        assert by_action(plan(wanted, vendor, state(managed("number.a", ONE, sip_trunk_id=1)))) == {}

    def test_what_state_remembers_it_costs_is_in_the_sum(self, vendor):
        vendor.own(ONE, monthly="9.00")
        vendor.own(TWO, monthly="0.30")
        vendor.cannot_read(ONE)
        remembered = state(managed("pool.p", ONE, monthly_charge="0.20"), managed("pool.p", TWO))
        assert plan(manifest(pool("p", 2)), vendor, remembered).cost.monthly_after == Decimal("0.50")

    def test_a_look_up_that_can_be_read_decides(self, vendor):
        vendor.own(ONE)
        vendor.cannot_read(ONE)
        look_up = vendor.look_up
        vendor.look_up = lambda number: vendor.owned[number] if look_up(number) else None
        made = plan(manifest(entry("a", ONE)), vendor, state(managed("number.a", ONE)))
        assert [type(one) for one in made.changes] == [Keep]
        assert said(made, "warning") == []

    def test_a_number_that_is_gone_is_missing_though_some_other_row_names_no_number(self, vendor):
        vendor.own(TWO)
        vendor.cannot_read(TWO, named=False)
        made = plan(manifest(), vendor, state(managed("number.a", ONE, missing_since=LONG_AGO)), empty=True)
        assert by_action(made) == {"forget": [ONE]}

    def test_it_may_be_forgotten_on_request(self, vendor):
        vendor.own(ONE)
        vendor.cannot_read(ONE)
        wanted = msgspec.structs.replace(
            manifest(), forget=(Forgotten(resource=Resource("number.a"), source=PLACE),)
        )
        made = plan(wanted, vendor, state(managed("number.a", ONE)), empty=True)
        assert (by_action(made), held(made)) == ({"forget": [ONE]}, {})

    def test_where_every_row_is_odd_few_are_asked_for_again(self, vendor):
        many = [us(1000 + place) for place in range(READ_AGAIN + 5)]
        for number in many:
            vendor.own(number)
            vendor.cannot_read(number)
        made = plan(manifest(group("s", many)), vendor, state(*(managed("set.s", one) for one in many)))
        assert looked_up(vendor) == []
        assert (len(made.held), by_action(made)) == (len(many), {})


class TestDeclared:
    @READABILITY
    @pytest.mark.parametrize("listed", [True, False])
    def test_a_number_that_is_not_managed_is_neither_adopted_nor_bought(self, vendor, named, listed):
        vendor.put_on_sale(ONE)
        offer = vendor.stock[ONE]
        vendor.own(ONE)
        vendor.cannot_read(ONE, named=named)
        if listed:
            vendor.stock[ONE] = offer
        else:
            vendor.listed(complete=True, hiding=[ONE])
        made = plan(manifest(entry("a", ONE), entry("b", us(20))), vendor)
        assert (by_action(made), made.errors) == ({"purchase": [us(20)]}, ())
        assert held(made) == {ONE: f"{WHAT if named else MAYBE}; it is neither adopted nor bought"}

    def test_what_hides_in_a_row_without_a_number_is_looked_up_before_anything_is_bought(self, vendor):
        vendor.own(ONE)
        vendor.own(TWO)
        vendor.cannot_read(TWO, named=False)
        made = plan(manifest(entry("a", ONE), group("s", [us(20), us(21)])), vendor)
        assert sorted(looked_up(vendor)) == [us(20), us(21)]
        assert by_action(made) == {"adopt": [ONE], "purchase": [us(20), us(21)]}

    def test_a_row_that_names_its_number_hides_no_other(self, vendor):
        vendor.own(TWO)
        vendor.cannot_read(TWO)
        made = plan(manifest(group("s", [us(20), us(21)])), vendor)
        assert (looked_up(vendor), by_action(made)) == ([], {"purchase": [us(20), us(21)]})

    @READABILITY
    def test_an_earlier_purchase_that_may_be_there_is_not_made_again(self, vendor, named):
        vendor.put_on_sale(ONE)
        offer = vendor.stock[ONE]
        vendor.own(ONE)
        vendor.stock[ONE] = offer
        vendor.cannot_read(ONE, named=named)
        for holds_slot in (True, False):
            remembered = state(buried(managed("pool.p", ONE), holds_slot=holds_slot))
            made = plan(manifest(pool("p", 1)), vendor, remembered)
            assert by_action(made) == ({} if holds_slot else {"purchase": [us(20)]})


class TestUnmanaged:
    @READABILITY
    def test_the_rest_of_the_account_goes_on(self, vendor, named):
        wanted = manifest(entry("a", ONE), pool("p", 2, adopt=True), policy=Policy(unmanaged="warn"))
        remembered = state(managed("number.a", ONE), managed("number.b", TWO))
        for number in (ONE, TWO, THREE, FIVE):
            vendor.own(number)
        plain = plan(wanted, vendor, remembered)
        vendor.own(FOUR)
        vendor.cannot_read(FOUR, named=named)
        made = plan(wanted, vendor, remembered)
        assert (made.changes, made.cost, made.unmanaged) == (plain.changes, plain.cost, plain.unmanaged)
        assert by_action(made) == {"release": [TWO], "adopt": [THREE, FIVE]}
        who = FOUR if named else "row 1"
        assert said(made, "warning") == [f"purchased-list: 1 row cannot be read: {who} (its country is null)"]

    def test_they_are_told_once_and_counted_and_the_first_are_named(self, vendor):
        for place in range(40, 1040):
            vendor.cannot_read(vendor.own(us(place)), reason="is 'a long word'")
        made = plan(manifest(), vendor)
        [told] = said(made, "warning")
        assert told.startswith(
            "purchased-list: 1,000 rows cannot be read: +12050000040 (its country is 'a long word')"
        )
        assert told.endswith(" and 997 more")
        assert len(told) < 250

    def test_a_pool_never_buys_a_number_that_the_account_holds_unread(self, vendor):
        offer = vendor.stock[us(20)]
        vendor.own(us(20))
        find = vendor.search
        vendor.search = lambda *asked, **more: _with(find(*asked, **more), offer)
        vendor.cannot_read(us(20))
        assert by_action(plan(manifest(pool("p", 1)), vendor)) == {"purchase": [us(21)]}


class TestCharges:
    """A charge that a row does not say is not known: shown as `?`, and counted apart in every sum."""

    def test_sums_say_how_many_they_lack(self, vendor):
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

    def test_a_release_of_one_leaves_the_change_unknown_by_one(self, vendor):
        vendor.own(ONE, monthly=None)
        made = plan(manifest(entry("b", us(20))), vendor, state(managed("number.a", ONE)))
        assert by_action(made) == {"release": [ONE], "purchase": [us(20)]}
        assert (made.cost.monthly, made.cost.unknown) == (Decimal("0.20"), 1)

    def test_it_is_adopted_all_the_same(self, vendor):
        vendor.own(ONE, monthly=None)
        made = plan(manifest(entry("a", ONE)), vendor)
        assert by_action(made) == {"adopt": [ONE]}
        assert made.changes[0].after.monthly_charge is None
        assert (made.cost.monthly_before, made.cost.unknown_before, made.cost.unknown_after) == (
            Decimal(0),
            1,
            1,
        )

    def test_it_is_no_drift_and_no_other_price(self, vendor):
        vendor.own(ONE, monthly=None)
        wanted, remembered = manifest(entry("a", ONE)), state(managed("number.a", ONE))
        report = drift_report(surveyed(wanted, remembered, vendor), wanted, Selection())
        assert (report.deviations, report.charges, report.matters) == ((), 0, False)

    def test_what_is_recorded_keeps_the_charge_that_was_known(self):
        world = World()
        world.store(state(managed("number.a", ONE, monthly_charge="0.25")))
        world.vendor.own(ONE, monthly=None)
        world.run(manifest(entry("a", ONE, labels={"owner": "x"})))
        [kept] = world.state.numbers
        assert (kept.attributes.labels, kept.attributes.monthly_charge) == ({"owner": "x"}, Decimal("0.25"))

    def test_a_number_whose_charge_nobody_knows_is_not_released_to_be_bought_back(self, vendor):
        vendor.own(ONE)
        adopted = managed("number.a", ONE, sip_trunk_id=1)
        unknown = msgspec.structs.replace(
            adopted, attributes=msgspec.structs.replace(adopted.attributes, setup_charge=None)
        )
        wanted = entry("a", ONE, sip_trunk_id=2, on_trunk_change="replace")
        limited = manifest(wanted, policy=Policy(max_setup_cost=Decimal(5)))
        assert plan(limited, vendor, state(adopted)).refusals == ()
        for wish in (limited, manifest(wanted)):
            made = plan(wish, vendor, state(unknown))
            assert made.changes == ()
            assert [one.summary for one in made.errors] == [
                f"{ONE} would be released and bought back, and what it costs is not known"
            ]


class TestForSale:
    def test_a_pool_neither_picks_nor_keeps_in_reserve_what_has_no_price(self, vendor):
        vendor.cannot_read(us(20), field="setupCharge", reason="is 'N/A'")
        vendor.cannot_read(us(22), field="recurringCharge", reason="is null")
        wanted = pool("p", 2, on_unavailable="substitute")
        made = plan(manifest(wanted, pool("q", 1)), vendor)
        assert by_action(made) == {"purchase": [us(21), us(23), us(24)]}
        reserve = {one.number for offers in made.alternates.values() for one in offers}
        assert reserve == {us(25), us(26), us(27), us(28), us(29)}
        [told] = said(made, "warning")
        assert told == (
            f"search: 2 rows cannot be read: {us(20)} (its setupCharge is 'N/A'), "
            f"{us(22)} (its recurringCharge is null)"
        )

    def test_an_explicit_number_is_an_error_at_its_place(self, vendor):
        vendor.cannot_read(us(20), field="setupCharge", reason="is 'N/A'")
        made = plan(manifest(entry("a", us(20)), entry("b", us(21))), vendor)
        [wrong] = made.errors
        assert wrong.summary == (
            f"{us(20)}: find-number: its setupCharge is 'N/A': its price is not known, so it is not bought"
        )
        assert (wrong.path, wrong.source) == ("number.a", PLACE)
        assert by_action(made) == {"purchase": [us(21)]}

    def test_so_is_one_whose_row_says_too_little(self, vendor):
        vendor.cannot_read(us(20))
        [wrong] = plan(manifest(entry("a", us(20))), vendor).errors
        assert wrong.summary.endswith(
            "find-number: its country is null: what it is cannot be read, so it is not bought"
        )

    def test_many_that_a_search_prices_leave_the_odd_one_to_find_number(self):
        vendor = FakeVendor()
        many = [us(2000 + place) for place in range(60)]
        for number in many:
            vendor.put_on_sale(number)
        vendor.cannot_read(many[7], field="setupCharge", reason="is null")
        made = plan(manifest(group("s", many, country="United States")), vendor)
        assert len(by_action(made)["purchase"]) == 59
        assert [one.path for one in made.errors] == [f'set.s["{many[7]}"]']
        assert [about for name, about in vendor.calls if name == "find"] == [many[7]]

    @pytest.mark.parametrize("wanted", [manifest(pool("p", 1)), manifest(entry("a", us(20)))])
    def test_a_slot_that_waits_for_it_goes_on_waiting(self, vendor, wanted):
        vendor.cannot_read(us(20), field="setupCharge", reason="is null")
        resource = [*wanted.numbers, *wanted.pools][0].resource
        made = plan(wanted, vendor, state(buried(managed(resource, us(20)))))
        assert (by_action(made), made.errors) == ({}, ())
        assert held(made)[us(20)].startswith("an earlier purchase had an unknown outcome, and ")

    def test_a_saved_plan_is_not_carried_out_at_a_price_that_nobody_knows(self, vendor):
        wanted = manifest(entry("a", us(20)))
        saved = plan(wanted, vendor)
        vendor.cannot_read(us(20), field="recurringCharge", reason="is ''")
        with pytest.raises(
            StalePlanError, match=r"what it costs now cannot be read: its recurringCharge is ''"
        ):
            saved_again(saved, wanted, None, vendor, NOON, timedelta(hours=1))


class TestStrangers:
    def test_no_pool_adopts_a_number_of_another_customer(self, vendor):
        for number in (ONE, TWO, FOUR):
            vendor.own(number, customer="190")
        vendor.own(THREE, customer="999")
        made = plan(
            manifest(pool("p", 4, adopt=True)), vendor, state(managed("number.x", us(90))), missing=True
        )
        assert by_action(made) == {"adopt": [ONE, TWO, FOUR], "purchase": [us(20)], "forget": [us(90)]}
        assert said(made, "warning") == [
            f"purchased-list: 1 row names another customer than most do: {THREE} (customerId 999)"
        ]

    def test_an_entry_that_names_it_does(self, vendor):
        for number, customer in ((ONE, "190"), (TWO, "190"), (THREE, "999")):
            vendor.own(number, customer=customer)
        assert by_action(plan(manifest(entry("a", THREE)), vendor)) == {"adopt": [THREE]}

    @pytest.mark.parametrize(
        ("customers", "strange"),
        [
            (("190", "999", "", "190", "999"), False),
            (("190", "", "", "", ""), False),
            (("190", "190", "999", "", ""), True),
            (("190", "190", "7", "8", "9"), False),
        ],
    )
    def test_most_rows_are_more_than_half_of_those_that_name_a_customer(self, vendor, customers, strange):
        for number, customer in zip((ONE, TWO, THREE, FOUR, FIVE), customers, strict=True):
            vendor.own(number, customer=customer)
        assert bool(said(plan(manifest(), vendor), "warning")) == strange


class TestRegions:
    HIDDEN = Unreadable(3, "regionName", "is null")

    def test_a_bad_row_is_told_and_stops_nothing(self):
        vendor = FakeVendor(regions=REGIONS[:1])
        vendor.put_on_sale(ONE)
        vendor.odd_regions = (self.HIDDEN,)
        made = plan(manifest(entry("a", ONE, country="United States", type="Geographic")), vendor)
        assert by_action(made) == {"purchase": [ONE]}
        assert said(made, "warning") == ["regions: 1 row cannot be read: row 3 (its regionName is null)"]

    def test_a_country_that_may_be_the_one_is_judged_by_what_is_for_sale(self):
        vendor = FakeVendor(regions=REGIONS[:1])
        vendor.put_on_sale(ONE, country="Canada")
        vendor.odd_regions = (self.HIDDEN,)
        made = plan(manifest(entry("a", ONE, country="Canada"), pool("p", 1, country="Cnada")), vendor)
        assert by_action(made) == {"purchase": [ONE]}
        assert [one.path for one in made.errors] == ["pools.p.count"]
        assert said(made, "warning")[1:] == [
            f"whether numbers are offered in {name!r} cannot be told: a row of regions cannot be read"
            for name in ("Canada", "Cnada")
        ]

    def test_a_country_whose_types_cannot_be_read_may_have_any(self):
        vendor = FakeVendor(regions=(Region("United States", None), *REGIONS[1:]))
        vendor.put_on_sale(ONE, kind="Mobile")
        vendor.odd_regions = (Unreadable(1, "types", "is 5"),)
        wanted = manifest(
            entry("a", ONE, country="United States", type="Mobile"), pool("p", 1, country="Peru")
        )
        made = plan(wanted, vendor)
        assert by_action(made) == {"purchase": [ONE]}
        assert [one.summary for one in made.errors] == ["no numbers are offered in 'Peru'"]


class TestSettling:
    MEMBER = managed("pool.p", ONE, monthly_charge="0.20")

    def test_a_row_that_names_the_number_is_proof_that_it_was_bought(self):
        world = left_with(buying(self.MEMBER))
        world.vendor.own(ONE, monthly="7")
        world.vendor.cannot_read(ONE)
        assert verdicts(world) == {ONE: "bought"}
        assert world.state.numbers[0].attributes == self.MEMBER.attributes

    def test_and_that_it_was_not_released(self):
        world = left_with(self.MEMBER, releasing(self.MEMBER))
        world.vendor.own(ONE)
        world.vendor.cannot_read(ONE)
        assert verdicts(world) == {ONE: "not released"}

    @pytest.mark.parametrize("call", [buying, releasing])
    def test_a_row_that_names_none_proves_nothing_either_way(self, call):
        world = (
            left_with(self.MEMBER, call(self.MEMBER)) if call is releasing else left_with(call(self.MEMBER))
        )
        world.vendor.own(ONE)
        world.vendor.cannot_read(ONE, named=False)
        for _ in range(3):
            assert verdicts(world) == {ONE: "unknown"}
            world.later(minutes=20)
        assert {one.number for one in world.state.intents} == {ONE}
        world.vendor.reads_again()
        assert verdicts(world) == {ONE: "bought" if call is buying else "not released"}

    def test_it_is_no_doubt_about_other_numbers(self):
        world = left_with(self.MEMBER, buying(managed("pool.p", TWO)), releasing(managed("pool.p", THREE)))
        world.vendor.own(ONE)
        world.vendor.own(FOUR)
        world.vendor.cannot_read(FOUR, named=False)
        world.vendor.put_on_sale(TWO)
        assert verdicts(world) == {TWO: "not bought", THREE: "released"}

    def test_an_offer_that_cannot_be_read_closes_no_purchase_and_frees_no_slot(self):
        world = left_with(buying(self.MEMBER), buried(managed("pool.p", TWO)))
        for number in (ONE, TWO):
            world.vendor.put_on_sale(number)
            world.vendor.cannot_read(number, field="setupCharge", reason="is null")
        for _ in range(3):
            assert verdicts(world) == {ONE: "unknown"}
            world.later(minutes=20)
        assert (world.state.intents[0].unsold_at, world.state.tombstones[0].holds_slot) == (None, True)

    def test_a_charge_that_is_not_known_leaves_the_one_that_was_meant(self):
        world = left_with(buying(self.MEMBER))
        world.vendor.own(ONE, monthly=None)
        assert verdicts(world) == {ONE: "bought"}
        assert world.state.numbers[0].attributes.monthly_charge == Decimal("0.20")


def test_a_saved_plan_meets_a_row_that_cannot_be_read_any_more(vendor):
    vendor.own(ONE)
    vendor.own(TWO)
    wanted, remembered = manifest(entry("a", TWO), entry("b", us(20))), state(managed("number.gone", ONE))
    saved = plan(wanted, vendor, remembered)
    assert by_action(saved) == {"release": [ONE], "adopt": [TWO], "purchase": [us(20)]}
    for number in (ONE, TWO, us(20)):
        offer = vendor.stock.get(number)
        if offer is not None:
            vendor.own(number)
        vendor.cannot_read(number)
        with pytest.raises(StalePlanError, match="a row that cannot be read"):
            saved_again(saved, wanted, remembered, vendor, NOON, timedelta(hours=1))
        vendor.reads_again()
        if offer is not None:
            del vendor.owned[number]
            vendor.stock[number] = offer
    saved_again(saved, wanted, remembered, vendor, NOON, timedelta(hours=1))


@READABILITY
def test_explain_says_what_is_known(vendor, named):
    vendor.own(ONE)
    vendor.cannot_read(ONE, named=named)
    wanted, remembered = manifest(entry("a", ONE)), state(managed("number.a", ONE))
    found = explanation_of(read_name(ONE), wanted, remembered, surveyed(wanted, remembered, vendor))
    holds = "holds it, in a row" if named else "may hold it in a row"
    assert f"{holds} that cannot be read: its country is null" in " ".join(explained_text(found).split())
