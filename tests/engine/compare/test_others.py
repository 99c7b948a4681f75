"""What a plan makes of numbers that another state has: managed, about to be bought, or watched."""

import pytest

from numplan.engine.pipeline import compute_plan
from numplan.engine.plan.planner import PlanOptions
from numplan.model.changes import Adopt, Purchase, Release, acting, bought
from numplan.model.manifest import Manifest
from numplan.model.others import Others
from numplan.model.plan import Plan
from numplan.model.state import State
from tests.builders import buried, buying, entry, managed, manifest, pool, state, us
from tests.fakes import ACCOUNT, NOON, URL, FakeVendor

STANDINGS = {
    "managed": lambda number: state(managed("set.theirs", number)),
    "intended": lambda number: state(buying(managed("set.theirs", number))),
    "watched": lambda number: state(buried(managed("set.theirs", number))),
}
every_standing = pytest.mark.parametrize("standing", STANDINGS)


def planned(wanted: Manifest, vendor: FakeVendor, theirs: State, own: State | None = None) -> Plan:
    options = PlanOptions(now=NOON, numplan="0.1.0", account=ACCOUNT, api_url=URL)
    return compute_plan(wanted, own or state(), vendor, options, lambda: Others({"emea": theirs})).plan


@every_standing
def test_no_pool_buys_it_nor_has_it_as_an_alternate(standing: str) -> None:
    vendor = FakeVendor()
    for place in range(4):
        vendor.put_on_sale(us(place))
    plan = planned(manifest(pool("sales", 2)), vendor, STANDINGS[standing](us(0)))
    assert {one.number for one in bought(plan.changes)} == {us(1), us(2)}
    assert [one.number for one in plan.alternates["pool.sales"]] == [us(3)]


@every_standing
def test_no_pool_adopts_it_and_it_is_not_unmanaged(standing: str) -> None:
    vendor = FakeVendor()
    vendor.own(us(0))
    vendor.own(us(1))
    plan = planned(manifest(pool("sales", 1, adopt=True)), vendor, STANDINGS[standing](us(0)))
    assert [one.after.number for one in plan.changes if isinstance(one, Adopt)] == [us(1)]
    assert plan.unmanaged.count == 0


@every_standing
@pytest.mark.parametrize("owned", [True, False])
def test_whoever_declares_it_is_told_whose_it_is(standing: str, owned: bool) -> None:
    vendor = FakeVendor()
    (vendor.own if owned else vendor.put_on_sale)(us(0))
    plan = planned(manifest(entry("hot", us(0))), vendor, STANDINGS[standing](us(0)))
    assert not acting(plan.changes)
    (found,) = plan.errors
    assert f"{us(0)} is another's: state emea" in found.summary
    assert f'set.theirs["{us(0)}"]' in found.summary


@pytest.mark.parametrize("standing", ["intended", "watched"])
def test_what_this_state_manages_is_its_own_though_another_once_meant_to_buy_it(standing: str) -> None:
    vendor = FakeVendor()
    vendor.own(us(0))
    own = state(managed("pool.sales", us(0)))
    plan = planned(manifest(pool("sales", 0)), vendor, STANDINGS[standing](us(0)), own)
    assert not plan.errors
    assert [one.before.number for one in plan.changes if isinstance(one, Release)] == [us(0)]


def test_a_closed_purchase_of_a_number_that_another_state_bought_keeps_no_slot() -> None:
    vendor = FakeVendor()
    vendor.put_on_sale(us(1))
    own = state(buried(managed("pool.sales", us(0))))
    plan = planned(manifest(pool("sales", 1)), vendor, STANDINGS["managed"](us(0)), own)
    assert [one.after.number for one in plan.changes if isinstance(one, Purchase)] == [us(1)]


def test_numbers_are_counted_by_the_state_that_has_them() -> None:
    plan = planned(manifest(), FakeVendor(), state(managed("set.a", us(0)), buying(managed("set.a", us(1)))))
    assert plan.others == {"emea": 2}
