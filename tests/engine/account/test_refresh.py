"""What is asked of the account: a listing, and a look-up of what is at stake and does not show in it."""

import pytest

from numplan.engine.account.refresh import READ_AGAIN
from numplan.model.changes import Keep
from tests.builders import buried, by_action, entry, group, managed, manifest, plan, pool, said, state, us
from tests.fakes import FakeVendor

ONE, TWO, THREE = map(us, range(1, 4))


@pytest.fixture
def vendor() -> FakeVendor:
    return FakeVendor()


@pytest.fixture
def known(vendor):
    vendor.own(ONE)
    vendor.own(TWO)
    vendor.listed(complete=False, hiding=[ONE, TWO])
    return state(managed("pool.p", ONE), managed("number.a", TWO))


def looked_up(vendor) -> list[object]:
    return [about for name, about in vendor.calls if name == "look_up"]


def test_managed_numbers_that_a_short_listing_leaves_out_are_looked_up_before_they_are_called_missing(
    vendor, known
):
    made = plan(manifest(pool("p", 1), entry("a", TWO)), vendor, known)
    assert by_action(made) == {}
    assert made.drift == ()
    assert any("could not be proven complete" in text for text in said(made, "warning"))


def test_declared_numbers_that_a_short_listing_leaves_out_are_looked_up_before_they_are_bought(vendor):
    vendor.own(THREE)
    vendor.listed(complete=False, hiding=[THREE])
    assert by_action(plan(manifest(entry("a", THREE)), vendor)) == {"adopt": [THREE]}


def test_closed_purchases_that_a_short_listing_leaves_out_are_looked_up(vendor, known):
    vendor.own(THREE)
    vendor.listed(complete=False, hiding=[ONE, TWO, THREE])
    rows = state(*known.numbers, buried(managed("pool.p", THREE)))
    made = plan(manifest(pool("p", 2), entry("a", TWO)), vendor, rows)
    assert by_action(made) == {"adopt": [THREE]}


def test_states_that_pools_and_managed_numbers_name_are_parts_to_ask_for(vendor):
    rows = state(managed("pool.p", ONE, state="Ohio"), managed("number.a", TWO, state="Texas"))
    vendor.own(ONE)
    vendor.own(TWO)
    plan(manifest(pool("p", 1, state="Iowa"), pool("q", 0, state="Ohio"), entry("a", TWO)), vendor, rows)
    assert ("purchased", ("Iowa", "Ohio", "Texas")) in vendor.calls


def test_a_look_up_that_can_be_read_decides_about_a_row_that_cannot(vendor):
    vendor.own(ONE)
    vendor.cannot_read(ONE)
    look_up = vendor.look_up
    vendor.look_up = lambda number: vendor.owned[number] if look_up(number) else None
    made = plan(manifest(entry("a", ONE)), vendor, state(managed("number.a", ONE)))
    assert [type(one) for one in made.changes] == [Keep]
    assert said(made, "warning") == []


def test_where_no_row_can_be_read_of_many_none_is_asked_for_again(vendor):
    many = [us(1000 + place) for place in range(READ_AGAIN + 5)]
    for number in many:
        vendor.own(number)
        vendor.cannot_read(number)
    made = plan(manifest(group("s", many)), vendor, state(*(managed("set.s", one) for one in many)))
    assert looked_up(vendor) == []
    assert (len(made.held), by_action(made)) == (len(many), {})


def test_what_hides_in_a_row_without_a_number_is_looked_up_before_anything_is_bought(vendor):
    vendor.put_on_sale(us(20))
    vendor.put_on_sale(us(21))
    vendor.own(ONE)
    vendor.own(TWO)
    vendor.cannot_read(TWO, named=False)
    made = plan(manifest(entry("a", ONE), group("s", [us(20), us(21)])), vendor)
    assert sorted(looked_up(vendor)) == [us(20), us(21)]
    assert by_action(made) == {"adopt": [ONE], "purchase": [us(20), us(21)]}


def test_a_row_that_cannot_be_read_and_names_its_number_hides_no_other(vendor):
    vendor.put_on_sale(us(20))
    vendor.put_on_sale(us(21))
    vendor.own(TWO)
    vendor.cannot_read(TWO)
    made = plan(manifest(group("s", [us(20), us(21)])), vendor)
    assert (looked_up(vendor), by_action(made)) == ([], {"purchase": [us(20), us(21)]})
