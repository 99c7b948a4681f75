"""What the vendor is asked for: prices, stock in one search for all that ask the same, and what could be adopted."""

import pytest

from numplan.model.account import Criteria
from tests.builders import buried, by_action, group, lines, managed, manifest, only, plan, pool, state, us
from tests.engine.plan.pooled import members, stock
from tests.fakes import FakeVendor


@pytest.fixture
def vendor() -> FakeVendor:
    return FakeVendor()


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
