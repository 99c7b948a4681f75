"""What a plan says of rows that cannot be read, and of those that name another customer; the rest goes on."""

import msgspec
import pytest

from numplan.model.account import Unreadable
from numplan.model.policy import Policy
from tests.builders import by_action, entry, managed, manifest, plan, pool, said, state, us
from tests.fakes import REGIONS, FakeVendor

ONE, TWO, THREE, FOUR, FIVE = map(us, range(1, 6))
READABILITY = pytest.mark.parametrize("named", [True, False], ids=["named", "nameless"])


@pytest.fixture
def vendor() -> FakeVendor:
    vendor = FakeVendor()
    for place in range(20, 30):
        vendor.put_on_sale(us(place))
    return vendor


def _with(found, offer):
    return msgspec.structs.replace(found, offers=(offer, *found.offers))


@READABILITY
def test_an_unmanaged_number_in_a_row_that_cannot_be_read_changes_nothing_but_a_warning(vendor, named):
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


def test_rows_that_cannot_be_read_are_told_once_and_counted_and_the_first_are_named(vendor):
    for place in range(40, 1040):
        vendor.cannot_read(vendor.own(us(place)), reason="is 'a long word'")
    made = plan(manifest(), vendor)
    [told] = said(made, "warning")
    assert told.startswith(
        "purchased-list: 1,000 rows cannot be read: +12050000040 (its country is 'a long word')"
    )
    assert told.endswith(" and 997 more")
    assert len(told) < 250


def test_a_pool_never_buys_a_number_that_the_account_holds_unread(vendor):
    offer = vendor.stock[us(20)]
    vendor.own(us(20))
    find = vendor.search
    vendor.search = lambda *asked, **more: _with(find(*asked, **more), offer)
    vendor.cannot_read(us(20))
    assert by_action(plan(manifest(pool("p", 1)), vendor)) == {"purchase": [us(21)]}


@pytest.mark.parametrize(
    ("customers", "strange"),
    [
        (("190", "999", "", "190", "999"), False),
        (("190", "", "", "", ""), False),
        (("190", "190", "999", "", ""), True),
        (("190", "190", "7", "8", "9"), False),
    ],
)
def test_most_rows_are_more_than_half_of_those_that_name_a_customer(vendor, customers, strange):
    for number, customer in zip((ONE, TWO, THREE, FOUR, FIVE), customers, strict=True):
        vendor.own(number, customer=customer)
    assert bool(said(plan(manifest(), vendor), "warning")) == strange


HIDDEN = Unreadable(3, "regionName", "is null")


def test_a_row_of_regions_that_cannot_be_read_is_told_and_stops_nothing():
    vendor = FakeVendor(regions=REGIONS[:1])
    vendor.put_on_sale(ONE)
    vendor.odd_regions = (HIDDEN,)
    made = plan(manifest(entry("a", ONE, country="United States", type="Geographic")), vendor)
    assert by_action(made) == {"purchase": [ONE]}
    assert said(made, "warning") == ["regions: 1 row cannot be read: row 3 (its regionName is null)"]
