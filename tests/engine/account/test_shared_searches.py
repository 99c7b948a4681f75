"""Searches that differ in digits alone: one is asked in their place, where it shows all there is."""

import pytest

from numplan.engine.account import shared_searches
from numplan.engine.account.shared_searches import search_all
from numplan.model.account import Criteria
from tests.builders import us
from tests.fakes import FakeVendor

HERE = "United States"
WISHES = [(Criteria(HERE, digits=digits), None) for digits in ("11", "12", "13", "205", "777")]


@pytest.fixture
def vendor() -> FakeVendor:
    vendor = FakeVendor()
    for place in range(100, 160):
        vendor.put_on_sale(us(place), state="Alabama" if place % 2 else "Ohio")
    return vendor


def searches(vendor: FakeVendor) -> list[Criteria]:
    return [about for name, about in vendor.calls if name == "search"]


def numbers(found) -> list[list[str]]:
    return [[one.number for one in each.offers] for each in found]


def alone(vendor: FakeVendor, wishes) -> list[list[str]]:
    return numbers([vendor.search(criteria, wanted=wanted) for criteria, wanted in wishes])


def test_one_search_answers_all_that_differ_in_digits(vendor):
    found = search_all(vendor, WISHES, 1)
    assert searches(vendor) == [Criteria(HERE)]
    assert numbers(found) == alone(vendor, WISHES)
    assert all(one.exhausted for one in found)


def test_a_few_are_asked_by_themselves(vendor):
    search_all(vendor, WISHES[:3], 1)
    assert searches(vendor) == [criteria for criteria, _ in WISHES[:3]]


def test_an_answer_that_does_not_show_all_is_none(vendor, monkeypatch):
    monkeypatch.setattr(shared_searches, "MOST", 59)
    found = search_all(vendor, WISHES, 1)
    assert searches(vendor) == [Criteria(HERE), *(criteria for criteria, _ in WISHES)]
    assert numbers(found) == alone(vendor, WISHES)


def test_nor_is_one_with_a_row_that_cannot_be_read(vendor):
    vendor.cannot_read(us(110))
    found = search_all(vendor, WISHES, 1)
    assert len(searches(vendor)) == 1 + len(WISHES)
    assert [len(one.unreadable) for one in found] == [1, 1, 0, 1, 0]


def test_what_wants_so_many_and_not_all_is_asked_by_itself(vendor):
    wishes = [(criteria, 3) for criteria, _ in WISHES]
    found = search_all(vendor, wishes, 1)
    assert searches(vendor) == [criteria for criteria, _ in WISHES]
    assert numbers(found) == alone(vendor, wishes)


def test_states_types_and_categories_are_kept_apart(vendor):
    wishes = [
        (Criteria(HERE, state, kind, category, digits), None)
        for state in ("Alabama", "Ohio")
        for kind in ("Geographic", "Mobile")
        for category in ("", "Voice")
        for digits in ("", "11", "12", "13")
    ]
    found = search_all(vendor, wishes, 2)
    assert len(searches(vendor)) == 8
    assert numbers(found) == alone(vendor, wishes)
