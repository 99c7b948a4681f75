"""A pool that grows takes back what leaves before it buys."""

from datetime import timedelta

import pytest

from numplan.model.manifest import Spread
from numplan.model.plan import Plan
from tests.builders import by_action, managed, manifest, plan, pool, state, us
from tests.fakes import NOON, FakeVendor

TODAY = NOON.date()
NYC, BRONX = "+12125550001", "+17185550001"


@pytest.fixture
def vendor() -> FakeVendor:
    vendor = FakeVendor()
    vendor.time = lambda: NOON
    return vendor


def grown(vendor: FakeVendor, count: int, *rows, **keys) -> Plan:
    """The plan of a pool that wants so many, of these rows, all of which the account owns; others are for sale."""
    for row in rows:
        vendor.own(row.number)
    for place in range(900, 910):
        vendor.put_on_sale(us(place))
    asked = {key: keys.pop(key) for key in ("release_now",) if key in keys}
    return plan(manifest(pool("p", count, **keys)), vendor, state(*rows), **asked)


def leaves(number: str, days: int, **known):
    return managed("pool.p", number, leaving_at=TODAY + timedelta(days=days), **known)


def test_the_one_whose_day_is_furthest_off_comes_back_first_then_by_number(vendor):
    made = grown(vendor, 2, leaves(us(1), 3), leaves(us(2), 9), leaves(us(3), 9), leaves(us(4), -2))
    assert by_action(made)["update"] == [us(2), us(3)]
    assert "purchase" not in by_action(made)
    assert [one.number for one in made.leaving] == [us(1)]


def test_what_is_still_lacking_is_bought(vendor):
    made = grown(vendor, 3, leaves(us(1), 3), leaves(us(2), 0))
    assert by_action(made) == {"update": [us(1), us(2)], "purchase": [us(900)]}
    assert made.leaving == ()


def test_one_that_is_to_go_now_does_not_come_back(vendor):
    made = grown(vendor, 1, leaves(us(1), 3), release_now=(us(1),))
    assert by_action(made) == {"release": [us(1)], "purchase": [us(900)]}


@pytest.mark.parametrize(
    ("known", "keys"),
    [
        ({"sip_trunk_id": 1}, {"sip_trunk_id": 2}),
        ({"type": "Mobile"}, {"type": "Geographic"}),
        ({"state": "Ohio"}, {"state": "Alabama"}),
        ({}, {"digits": "99999"}),
        ({}, {"area_codes": ("212",)}),
        ({}, {"country": "Germany"}),
    ],
)
def test_none_comes_back_that_the_entry_does_not_describe(vendor, known, keys):
    made = grown(vendor, 1, leaves(us(1), 3, **known), on_shortage="partial", **keys)
    assert [one.number for one in made.leaving] == [us(1)]


def test_the_exchanges_of_a_pool_have_their_limit(vendor):
    rows = [managed("pool.p", NYC), leaves("+12125550002", 9), leaves("+12125560003", 3)]
    made = grown(vendor, 2, *rows, max_per_exchange=1, area_codes=("212",), on_shortage="partial")
    assert by_action(made) == {"update": ["+12125560003"]}


def test_the_shares_of_a_pool_have_theirs(vendor):
    spread = Spread("area_code", ("212", "718"))
    rows = [managed("pool.p", NYC), leaves("+12125560003", 9), leaves(BRONX, 3)]
    made = grown(vendor, 2, *rows, spread=spread, on_shortage="partial")
    assert by_action(made) == {"update": [BRONX]}
