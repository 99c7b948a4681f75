"""What the vendor is asked for: prices, stock in one search for all that ask the same, and what could be adopted."""

import pytest

from numplan.model.account import Criteria
from tests.builders import (
    buried,
    by_action,
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
from tests.engine.plan.pooled import members, stock
from tests.fakes import FakeVendor

ONE, TWO, THREE, FOUR = map(us, range(1, 5))


def test_a_full_pool_plans_nothing_and_asks_for_nothing(vendor):
    stock(vendor, 5)
    made = plan(manifest(pool("p", 2)), vendor, state(*members(vendor, 1, 2)))
    assert by_action(made) == {}
    assert {name for name, _ in vendor.calls} == {"regions", "purchased"}


def test_search_is_asked_for_the_criteria_of_a_pool(vendor):
    plan(
        manifest(pool("p", 1, state="New York", type="Mobile", category="Voice+SMS", digits="888")),
        vendor,
    )
    wish = Criteria("United States", "New York", "Mobile", "Voice+SMS", "888")
    assert ("search", wish) in vendor.calls


def test_search_is_asked_in_the_vendors_own_spelling(vendor):
    plan(manifest(pool("p", 1, country="unitedstates")), vendor)
    assert {about.country for name, about in vendor.calls if name == "search"} == {"United States"}


def test_pools_that_ask_the_same_search_once(vendor):
    stock(vendor, *range(5, 15))
    plan(manifest(pool("p", 2), pool("q", 3), pool("r", 1, digits="1")), vendor)
    assert [name for name, _ in vendor.calls].count("search") == 2


def test_a_pool_sees_past_what_a_narrower_pool_picks(vendor):
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
def test_a_pool_sees_the_whole_stock_where_a_price_decides(vendor, keys):
    stock(vendor, *range(100, 200), monthly="0.30", once="0.30")
    stock(vendor, 999, monthly="0.20", once="0.20")
    assert by_action(plan(manifest(pool("p", 1, **keys)), vendor)) == {"purchase": [us(999)]}


def test_a_pool_sees_past_numbers_that_are_declared_or_closed(vendor):
    stock(vendor, *range(100, 145))
    wanted = (group("s", [us(place) for place in range(100, 120)]), pool("p", 5, select="lowest"))
    rows = state(*(buried(managed("pool.q", us(place))) for place in range(120, 140)))
    made = plan(manifest(*wanted), vendor, rows)
    assert made.errors == ()
    assert [number for _, name, number in lines(made) if name == "pool.p"] == [
        us(place) for place in range(140, 145)
    ]


@pytest.mark.parametrize(
    "owned",
    [{"country": "Canada"}, {"kind": "Mobile"}, {"state": "Ohio"}],
    ids=["country", "type", "state"],
)
def test_a_pool_adopts_only_what_matches_its_country_type_and_state(vendor, owned):
    vendor.own(us(1), **{"state": "Alabama", **owned})
    wanted = pool("p", 1, adopt=True, type="Geographic", state="Alabama", on_shortage="partial")
    assert by_action(plan(manifest(wanted), vendor)) == {}


@pytest.mark.parametrize("owned", [{"country": "Canada"}, {"kind": "Mobile"}])
def test_a_pool_without_a_state_adopts_only_what_matches_its_country_and_type(vendor, owned):
    vendor.own(us(1), **owned)
    wanted = pool("p", 1, adopt=True, type="Geographic", on_shortage="partial")
    assert by_action(plan(manifest(wanted), vendor)) == {}


def test_the_state_of_an_owned_number_is_told_by_the_listings_filter(vendor):
    vendor.own(us(1), state="Alabama")
    change = only(plan(manifest(pool("p", 1, adopt=True, state="Alabama")), vendor))
    assert change.after.state == "Alabama"
    assert ("purchased_in", Criteria("United States", "Alabama")) in vendor.calls


def test_a_pool_adopts_only_numbers_in_which_its_digits_stand(vendor):
    vendor.own(us(1))
    vendor.own(us(888))
    made = plan(manifest(pool("p", 2, adopt=True, digits="888", on_shortage="partial")), vendor)
    assert by_action(made) == {"adopt": [us(888)]}


def test_a_pool_neither_picks_nor_keeps_in_reserve_what_has_no_price(vendor):
    for place in range(20, 30):
        vendor.put_on_sale(us(place))
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


def test_many_numbers_that_a_search_prices_leave_the_odd_one_to_find_number():
    vendor = FakeVendor()
    many = [us(2000 + place) for place in range(60)]
    for number in many:
        vendor.put_on_sale(number)
    vendor.cannot_read(many[7], field="setupCharge", reason="is null")
    made = plan(manifest(group("s", many, country="United States")), vendor)
    assert len(by_action(made)["purchase"]) == 59
    assert [one.path for one in made.errors] == [f'set.s["{many[7]}"]']
    assert [about for name, about in vendor.calls if name == "find"] == [many[7]]


def test_no_pool_adopts_a_number_of_another_customer(vendor):
    vendor.put_on_sale(us(20))
    for number in (ONE, TWO, FOUR):
        vendor.own(number, customer="190")
    vendor.own(THREE, customer="999")
    made = plan(manifest(pool("p", 4, adopt=True)), vendor, state(managed("number.x", us(90))), missing=True)
    assert by_action(made) == {"adopt": [ONE, TWO, FOUR], "purchase": [us(20)], "forget": [us(90)]}
    assert said(made, "warning") == [
        f"purchased-list: 1 row names another customer than most do: {THREE} (customerId 999)"
    ]
