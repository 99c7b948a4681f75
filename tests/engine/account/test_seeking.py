"""Numbers that are known by name: which are for sale, which are ours after all, and after how many nobody asks on."""

from collections import Counter

import msgspec
import pytest

from numplan.engine.account.pricing import MANY
from numplan.engine.account.seeking import seek
from numplan.engine.account.sought import ENOUGH, Sought
from numplan.model.account import Unreadable
from numplan.model.changes import Purchase
from tests.builders import group, manifest, plan, us
from tests.fakes import FakeVendor

HOME = "United States"
SAMPLE = 12
FOR_SALE = [us(place) for place in range(MANY)]
GONE = [us(1000 + place) for place in range(3 * ENOUGH)]


@pytest.fixture
def vendor() -> FakeVendor:
    vendor = FakeVendor()
    for number in FOR_SALE:
        vendor.put_on_sale(number)
    return vendor


def calls(vendor: FakeVendor) -> Counter:
    return Counter(name for name, _ in vendor.calls)


def sought(numbers, vendor, *, country: str | None = HOME, **more) -> Sought:
    return seek(dict.fromkeys(numbers, country), vendor, 4, **{"needed": (), "settled": numbers, **more})


def test_what_stands_in_no_row_of_a_whole_answer_is_not_for_sale_and_a_few_are_asked_to_prove_it(vendor):
    found = sought([*FOR_SALE, *GONE], vendor).found
    assert found == {**vendor.stock, **dict.fromkeys(GONE)}
    assert calls(vendor)["search"] == 1
    assert calls(vendor)["find"] <= SAMPLE


def test_a_server_that_calls_a_part_of_what_it_has_all_is_found_out_and_each_is_asked_for(
    vendor, monkeypatch
):
    search = vendor.search

    def cut(criteria, *, wanted):
        found = search(criteria, wanted=wanted)
        return msgspec.structs.replace(found, offers=found.offers[: MANY // 2], exhausted=True)

    monkeypatch.setattr(vendor, "search", cut)
    assert sought([*FOR_SALE, *GONE[:SAMPLE]], vendor).found == {
        **vendor.stock,
        **dict.fromkeys(GONE[:SAMPLE]),
    }


def test_a_server_that_names_no_total_proves_nothing(vendor):
    vendor.tells_totals = False
    sought([*FOR_SALE, *GONE[:MANY]], vendor)
    assert calls(vendor)["find"] == MANY


def test_a_row_that_cannot_be_read_may_hide_any_number_so_each_is_asked_for(vendor, monkeypatch):
    search = vendor.search
    odd = (Unreadable(1, "number", "is no number", None),)
    monkeypatch.setattr(
        vendor,
        "search",
        lambda criteria, *, wanted: msgspec.structs.replace(search(criteria, wanted=wanted), unreadable=odd),
    )
    sought([*FOR_SALE, *GONE[:MANY]], vendor)
    assert calls(vendor)["find"] == MANY


def test_a_number_of_no_known_country_is_proven_by_no_search(vendor):
    assert sought([*FOR_SALE, *GONE[:MANY]], vendor, country=None).found == {
        **vendor.stock,
        **dict.fromkeys(GONE[:MANY]),
    }
    assert {about for name, about in vendor.calls if name == "find"} >= set(GONE[:MANY])


def test_after_enough_numbers_that_cannot_be_had_no_more_are_asked_for(vendor):
    made = sought(GONE, vendor, country=None, needed=GONE, settled=())
    assert len(made.found) == ENOUGH
    assert made.unasked == set(GONE) - made.found.keys()
    assert calls(vendor) == {"find": ENOUGH, "look_up": ENOUGH}


def test_what_the_plan_can_do_without_keeps_nobody_from_asking_on(vendor):
    made = sought(GONE, vendor, country=None, needed=GONE[:10])
    assert made.found == dict.fromkeys(GONE)
    assert not made.unasked


def test_numbers_that_are_ours_after_all_are_not_lacking(vendor):
    for number in GONE[:ENOUGH]:
        vendor.own(number)
    made = sought(GONE, vendor, country=None, needed=GONE, settled=())
    assert made.late.keys() == set(GONE[:ENOUGH])
    assert len(made.found) == 2 * ENOUGH


def test_what_was_looked_up_already_is_not_looked_up_again(vendor):
    sought(GONE[:10], vendor, settled=GONE[:9])
    assert [about for name, about in vendor.calls if name == "look_up"] == [GONE[9]]


def test_a_plan_that_ends_in_errors_says_how_many_it_did_not_ask_about_and_buys_none_of_them(vendor):
    made = plan(manifest(group("all", [*GONE, *FOR_SALE], country=HOME)), vendor)
    errors = [one.summary for one in made.diagnostics if one.severity == "error"]
    assert len(errors) == ENOUGH + 1
    assert errors[0] == (
        f"{2 * ENOUGH:,} more numbers were not asked about, since {ENOUGH} that are declared are not to be had"
    )
    assert {one.after.number for one in made.changes if isinstance(one, Purchase)} <= set(FOR_SALE)
