"""Countries and types that the vendor does not offer, or of which it does not say so in words that can be read."""

import pytest

from numplan.model.account import Region, Unreadable
from tests.builders import by_action, entry, managed, manifest, plan, pool, said, state, us
from tests.fakes import REGIONS, FakeVendor

ONE, TWO = map(us, range(1, 3))
HIDDEN = Unreadable(3, "regionName", "is null")


@pytest.fixture
def vendor() -> FakeVendor:
    return FakeVendor()


def test_a_country_that_is_not_offered_is_an_error_with_the_nearest_name(vendor):
    made = plan(manifest(pool("p", 1, country="Untied States"), entry("a", ONE, country="Kanada")), vendor)
    hints = {found.path: found.hint for found in made.errors}
    assert hints == {
        "pool.p": "did you mean 'United States'?",
        "number.a": "did you mean 'Canada'?",
    }


def test_a_country_like_no_other_names_the_command_that_lists_them(vendor):
    (found,) = plan(manifest(pool("p", 1, country="Xyzzy")), vendor).errors
    assert "numplan regions" in found.hint


def test_a_type_that_is_not_offered_there_names_those_that_are(vendor):
    (found,) = plan(manifest(pool("p", 1, type="UIFN")), vendor).errors
    assert "United States offers no UIFN numbers" in found.summary
    assert found.hint == "it offers Geographic, Mobile, Toll-Free"


def test_an_entry_in_a_country_that_is_not_offered_plans_nothing_and_stops_no_other(vendor):
    vendor.put_on_sale(ONE)
    vendor.own(TWO)
    rows = state(managed("pool.far", TWO))
    made = plan(manifest(pool("far", 0, country="Atlantis"), entry("a", ONE)), vendor, rows)
    assert by_action(made) == {"purchase": [ONE]}


def test_the_case_of_a_country_makes_no_difference(vendor):
    vendor.put_on_sale(ONE)
    assert plan(manifest(pool("p", 1, country="united states")), vendor).errors == ()


def test_the_order_of_the_regions_makes_no_difference():
    regions = [Region("Ireland", ("Mobile", "Geographic")), Region("Iceland", ()), Region("Iseland", ())]
    wanted = manifest(pool("p", 1, country="Isceland"), pool("q", 1, country="Ireland", type="UIFN"))
    plans = [plan(wanted, FakeVendor(regions=tuple(order))).diagnostics for order in (regions, regions[::-1])]
    turned = [Region(one.name, one.types[::-1]) for one in regions]
    assert plans[0] == plans[1] == plan(wanted, FakeVendor(regions=tuple(turned))).diagnostics


def test_a_country_that_may_stand_in_a_row_that_cannot_be_read_is_judged_by_what_is_for_sale():
    vendor = FakeVendor(regions=REGIONS[:1])
    vendor.put_on_sale(ONE, country="Canada")
    vendor.odd_regions = (HIDDEN,)
    made = plan(manifest(entry("a", ONE, country="Canada"), pool("p", 1, country="Cnada")), vendor)
    assert by_action(made) == {"purchase": [ONE]}
    assert [one.path for one in made.errors] == ["pools.p.count"]
    assert said(made, "warning")[1:] == [
        f"whether numbers are offered in {name!r} cannot be told: a row of regions cannot be read"
        for name in ("Canada", "Cnada")
    ]


def test_a_country_whose_types_cannot_be_read_may_have_any():
    vendor = FakeVendor(regions=(Region("United States", None), *REGIONS[1:]))
    vendor.put_on_sale(ONE, kind="Mobile")
    vendor.odd_regions = (Unreadable(1, "types", "is 5"),)
    wanted = manifest(entry("a", ONE, country="United States", type="Mobile"), pool("p", 1, country="Peru"))
    made = plan(wanted, vendor)
    assert by_action(made) == {"purchase": [ONE]}
    assert [one.summary for one in made.errors] == ["no numbers are offered in 'Peru'"]
