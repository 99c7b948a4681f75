"""What a refresh alone takes into state: what the account shows, at the place where state has it, and no call."""

from datetime import timedelta

import msgspec
import pytest

from numplan.model.changes import Forget, Update
from numplan.model.manifest import Move
from tests.builders import (
    LONG_AGO,
    PLACE,
    buried,
    buying,
    by_action,
    entry,
    lines,
    managed,
    manifest,
    only,
    plan,
    pool,
    releasing,
    state,
    us,
)
from tests.fakes import NOON, FakeVendor

ONE, TWO = us(1), us(2)


@pytest.fixture
def vendor() -> FakeVendor:
    vendor = FakeVendor()
    vendor.put_on_sale(us(5))
    return vendor


def test_a_missing_number_is_forgotten_as_missing_whether_it_is_declared_or_not(vendor):
    rows = state(*(managed("pool.p", number, missing_since=LONG_AGO) for number in (ONE, TWO)))
    made = plan(manifest(entry("a", ONE)), vendor, rows, refresh_only=True)
    assert lines(made) == [("forget", "pool.p", ONE), ("forget", "pool.p", TWO)]
    assert all(isinstance(one, Forget) and one.missing for one in made.changes)


@pytest.mark.parametrize("since", [None, NOON - timedelta(minutes=14)])
def test_a_number_that_is_absent_and_waits_for_its_second_look_is_not_forgotten(vendor, since):
    rows = state(managed("number.a", ONE, missing_since=since))
    made = plan(manifest(entry("a", ONE)), vendor, rows, refresh_only=True)
    assert made.changes == ()
    assert [(one.number, one.noted) for one in made.missing] == [(ONE, since is not None)]


def test_what_the_account_shows_otherwise_is_updated_with_its_differences(vendor):
    vendor.own(ONE, kind="Mobile", monthly="0.90")
    change = only(plan(manifest(), vendor, state(managed("number.a", ONE)), refresh_only=True))
    assert isinstance(change, Update)
    assert (change.resource, change.after.type, str(change.after.monthly_charge)) == (
        "number.a",
        "Mobile",
        "0.90",
    )
    assert [(one.path, one.before, one.after) for one in change.differences] == [
        ("type", "Geographic", "Mobile")
    ]


def test_a_number_that_moves_by_the_manifest_stays_where_state_has_it(vendor):
    vendor.own(ONE, kind="Mobile")
    wanted = manifest(pool("new", 1))
    wanted = msgspec.structs.replace(wanted, moved=(Move(resource="pool.old", to="pool.new", source=PLACE),))
    rows = state(managed("pool.old", ONE))
    assert lines(plan(wanted, vendor, rows)) == [("update", "pool.new", ONE)]
    made = plan(wanted, vendor, rows, refresh_only=True)
    assert lines(made) == [("update", "pool.old", ONE)]
    assert made.moved == {}


def test_labels_and_protection_that_the_manifest_declares_are_not_taken_in(vendor):
    vendor.own(ONE)
    wanted = manifest(entry("a", ONE, labels={"owner": "x"}, protect=True))
    assert plan(wanted, vendor, state(managed("number.a", ONE)), refresh_only=True).changes == ()


def test_a_closed_purchase_that_turned_up_is_left_to_settling(vendor):
    vendor.own(ONE, kind="Mobile")
    made = plan(manifest(pool("p", 1)), vendor, state(buried(managed("pool.p", ONE))), refresh_only=True)
    assert made.changes == ()
    assert made.surplus == (ONE,)


@pytest.mark.parametrize("call", [buying, releasing])
def test_a_number_whose_call_is_not_settled_is_neither_missing_nor_forgotten(vendor, call):
    row = managed("pool.p", ONE, missing_since=LONG_AGO)
    made = plan(manifest(), vendor, state(row, call(row)), refresh_only=True)
    assert by_action(made) == {}
    assert [one.number for one in made.held] == [ONE]


def test_without_a_state_there_is_nothing_to_take_in(vendor):
    vendor.own(ONE)
    made = plan(manifest(entry("a", ONE), pool("p", 1)), vendor, refresh_only=True)
    assert (made.changes, made.errors) == ((), ())


def test_no_price_and_no_stock_is_asked_for(vendor):
    plan(manifest(entry("a", us(5)), pool("p", 3)), vendor, state(managed("pool.p", ONE)), refresh_only=True)
    assert {name for name, _ in vendor.calls} == {"regions", "purchased", "look_up"}
