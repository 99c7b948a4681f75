"""Numbers at stake in a row that cannot be read: they are there, nothing else is known of them, and they are held."""

import msgspec
import pytest

from numplan.model.address import Resource
from numplan.model.manifest import Forgotten
from tests.builders import (
    LONG_AGO,
    PLACE,
    buried,
    by_action,
    entry,
    group,
    managed,
    manifest,
    plan,
    pool,
    state,
    us,
)
from tests.fakes import FakeVendor

ONE, TWO, THREE = map(us, range(1, 4))
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


@READABILITY
@pytest.mark.parametrize(
    ("wanted", "resource"),
    [
        (manifest(entry("a", ONE)), "number.a"),
        (manifest(group("s", [ONE])), "set.s"),
        (manifest(pool("p", 1)), "pool.p"),
    ],
)
def test_a_managed_number_in_a_row_that_cannot_be_read_is_neither_missing_nor_bought_again(
    vendor, wanted, resource, named
):
    vendor.own(ONE)
    vendor.put_on_sale(ONE)
    vendor.own(ONE)
    vendor.cannot_read(ONE, named=named)
    made = plan(wanted, vendor, state(managed(resource, ONE)))
    assert (by_action(made), made.drift, made.errors, made.refusals) == ({}, (), (), ())
    assert held(made) == {ONE: f"{WHAT if named else MAYBE}; what state says of it stands"}


@READABILITY
def test_a_managed_number_in_a_row_that_cannot_be_read_is_never_released(vendor, named):
    vendor.own(ONE)
    vendor.own(TWO)
    vendor.cannot_read(ONE, named=named)
    remembered = state(managed("number.a", ONE), managed("number.b", TWO))
    for wanted in (manifest(entry("c", us(20))), manifest(pool("p", 1))):
        assert by_action(plan(wanted, vendor, remembered))["release"] == [TWO]
    assert by_action(plan(manifest(), vendor, remembered, destroy=True)) == {"release": [TWO]}


@READABILITY
def test_a_pool_with_a_member_in_a_row_that_cannot_be_read_lets_others_go_and_replaces_others(vendor, named):
    for number in (ONE, TWO, THREE):
        vendor.own(number)
    vendor.cannot_read(THREE, named=named)
    remembered = state(*(managed("pool.p", one, sip_trunk_id=1) for one in (ONE, TWO, THREE)))
    going = [ONE, TWO] if named else [ONE]  # what may be gone makes no other one too many
    assert by_action(plan(manifest(pool("p", 1)), vendor, remembered)) == {"release": going}
    assert by_action(plan(manifest(pool("p", 0)), vendor, remembered)) == {"release": [ONE, TWO]}
    moved = manifest(pool("p", 3, sip_trunk_id=2, on_trunk_change="replace"))
    assert by_action(plan(moved, vendor, remembered)) == {"replace": [ONE, TWO]}


def test_an_explicit_number_in_a_row_that_cannot_be_read_is_not_moved_to_another_trunk(vendor):
    vendor.own(ONE)
    vendor.cannot_read(ONE)
    wanted = manifest(entry("a", ONE, sip_trunk_id=2, on_trunk_change="replace"))
    assert by_action(plan(wanted, vendor, state(managed("number.a", ONE, sip_trunk_id=1)))) == {}


def test_a_number_that_is_gone_is_missing_though_some_other_row_names_no_number(vendor):
    vendor.own(TWO)
    vendor.cannot_read(TWO, named=False)
    made = plan(manifest(), vendor, state(managed("number.a", ONE, missing_since=LONG_AGO)), empty=True)
    assert by_action(made) == {"forget": [ONE]}


def test_a_number_in_a_row_that_cannot_be_read_may_be_forgotten_on_request(vendor):
    vendor.own(ONE)
    vendor.cannot_read(ONE)
    wanted = msgspec.structs.replace(
        manifest(), forget=(Forgotten(resource=Resource("number.a"), source=PLACE),)
    )
    made = plan(wanted, vendor, state(managed("number.a", ONE)), empty=True)
    assert (by_action(made), held(made)) == ({"forget": [ONE]}, {})


@READABILITY
@pytest.mark.parametrize("listed", [True, False])
def test_a_declared_number_in_a_row_that_cannot_be_read_is_neither_adopted_nor_bought(vendor, named, listed):
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


@READABILITY
def test_an_earlier_purchase_that_may_stand_in_a_row_that_cannot_be_read_is_not_made_again(vendor, named):
    vendor.put_on_sale(ONE)
    offer = vendor.stock[ONE]
    vendor.own(ONE)
    vendor.stock[ONE] = offer
    vendor.cannot_read(ONE, named=named)
    for holds_slot in (True, False):
        remembered = state(buried(managed("pool.p", ONE), holds_slot=holds_slot))
        made = plan(manifest(pool("p", 1)), vendor, remembered)
        assert by_action(made) == ({} if holds_slot else {"purchase": [us(20)]})
