"""Prices of numbers that are known by name: what search tells of many at once, find-number tells of each."""

from collections import Counter

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numplan.engine.account.pricing import MANY
from numplan.engine.account.seeking import seek
from numplan.model.errors import AnswerError, UnreachableError
from tests.builders import buried, group, managed, manifest, plan, state, us
from tests.fakes import FakeVendor

HOME = "United States"
ALL = [us(place) for place in range(MANY)]


@pytest.fixture
def vendor() -> FakeVendor:
    vendor = FakeVendor()
    for place, number in enumerate(ALL):
        vendor.put_on_sale(number, monthly=f"0.{place + 10}")
    return vendor


def price(numbers, vendor, parallelism, **more) -> dict:
    """What each of these numbers costs, where whether it is owned is no question."""
    return dict(seek(numbers, vendor, parallelism, **{"needed": (), "settled": numbers, **more}).found)


def calls(vendor: FakeVendor) -> Counter:
    return Counter(name for name, _ in vendor.calls)


def asked_singly(vendor: FakeVendor) -> set:
    return {about for name, about in vendor.calls if name == "find"}


def test_one_search_prices_many_numbers_of_a_country(vendor):
    found = price(dict.fromkeys(ALL, HOME), vendor, 1)
    assert found == {number: vendor.stock[number] for number in ALL}
    assert calls(vendor) == {"search": 1}


def test_a_few_numbers_are_asked_for_one_by_one(vendor):
    price(dict.fromkeys(ALL[1:], HOME), vendor, 1)
    assert calls(vendor) == {"find": MANY - 1}


def test_where_no_country_is_known_a_sample_tells_it(vendor):
    found = price(dict.fromkeys(ALL), vendor, 1)
    assert list(found) == ALL
    assert found == vendor.stock
    assert calls(vendor)["search"] == 1
    assert calls(vendor)["find"] < MANY // 2


def test_what_a_search_has_no_room_for_is_searched_by_how_it_begins(vendor):
    """Others stand in its answer, which is not the whole stock."""
    for place in range(100 * MANY):
        vendor.put_on_sale(f"+1100{place:07}")
    found = price(dict.fromkeys(ALL, HOME), vendor, 1)
    assert found == {number: vendor.stock[number] for number in ALL}
    assert calls(vendor)["search"] < 10
    assert not asked_singly(vendor)


def test_what_no_search_shows_is_asked_for_by_itself(vendor, monkeypatch):
    """A vendor that pays no heed to digits shows others again."""
    for place in range(100 * MANY):
        vendor.put_on_sale(f"+1100{place:07}")
    search = vendor.search
    monkeypatch.setattr(
        vendor,
        "search",
        lambda criteria, *, wanted: search(
            msgspec.structs.replace(criteria, digits=""), wanted=wanted or 1000
        ),
    )
    found = price(dict.fromkeys(ALL, HOME), vendor, 1)
    assert found == {number: vendor.stock[number] for number in ALL}
    assert asked_singly(vendor) == set(ALL)
    assert calls(vendor)["search"] == 2


def test_a_search_that_shows_some_is_followed_by_a_larger_one(vendor):
    """As long as it goes on showing what is sought, a call of find-number for each would take longer."""
    stock = [us(place) for place in range(20 * MANY)]
    for number in stock:
        vendor.put_on_sale(number)
    sought = stock[:: len(stock) // (4 * MANY)]
    assert price(dict.fromkeys(sought, HOME), vendor, 1) == {
        number: vendor.stock[number] for number in sought
    }
    assert calls(vendor)["search"] <= 4
    assert calls(vendor)["find"] < MANY


def test_countries_that_nobody_named_are_found_out_in_turn(vendor):
    places = {"Canada": "+1416", "Peru": "+5112", HOME: "+1646"}
    sought = [f"{prefix}{place:07}" for prefix in places.values() for place in range(4 * MANY)]
    for number in sought:
        vendor.put_on_sale(
            number, country=next(name for name, prefix in places.items() if number.startswith(prefix))
        )
    found = price(dict.fromkeys(sought), vendor, 4)
    assert found == {number: vendor.stock[number] for number in sought}
    assert calls(vendor)["search"] <= 2 * len(places)
    assert calls(vendor)["find"] < MANY


def test_numbers_that_nobody_sells_tell_no_country_and_are_asked_for_by_themselves(vendor):
    sought = [us(1000 + place) for place in range(2 * MANY)]
    assert price(dict.fromkeys(sought), vendor, 4) == dict.fromkeys(sought)
    assert calls(vendor) == {"find": len(sought)}


def test_a_number_in_no_row_of_a_search_is_not_for_sale_only_once_find_number_says_so(vendor):
    gone = ALL[3]
    del vendor.stock[gone]
    assert price(dict.fromkeys(ALL, HOME), vendor, 1)[gone] is None
    assert asked_singly(vendor) == {gone}


def test_a_number_whose_earlier_purchase_is_in_doubt_is_never_priced_by_search(vendor):
    wanted = manifest(group("all", [*ALL, us(99)], country="united states"))
    vendor.put_on_sale(us(99))
    made = plan(wanted, vendor, state(buried(managed("set.all", us(99)))))
    assert len(made.changes) == MANY + 1
    assert asked_singly(vendor) == {us(99)}


def test_a_search_that_cannot_be_read_is_no_reason_to_fail(vendor, monkeypatch):
    def garbled(*_, **__):
        raise AnswerError("search", "$.data[7].number: '+1 (555)' is not an E.164 number")

    monkeypatch.setattr(vendor, "search", garbled)
    assert price(dict.fromkeys(ALL, HOME), vendor, 1) == vendor.stock


def test_a_vendor_out_of_reach_is(vendor):
    vendor.goes_down("search")
    with pytest.raises(UnreachableError):
        price(dict.fromkeys(ALL, HOME), vendor, 1)


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_whatever_is_known_and_shown_a_price_is_what_find_number_tells(data):
    vendor = FakeVendor()
    places = st.lists(st.integers(0, 400), unique=True, min_size=1, max_size=3 * MANY)
    for place in data.draw(places, "stock"):
        vendor.put_on_sale(
            us(place), country=data.draw(st.sampled_from((HOME, "Canada"))), monthly=f"{place}"
        )
    wanted = {us(place): None for place in data.draw(places, "wanted")}
    for number in wanted:
        offer = vendor.stock.get(number)
        wanted[number] = data.draw(st.sampled_from((None, HOME, offer.country if offer else "Canada")))
    found = price(wanted, vendor, 1)
    assert found == {number: vendor.stock.get(number) for number in wanted}
    assert list(found) == list(wanted)
    assert calls(vendor)["find"] <= len(wanted)
