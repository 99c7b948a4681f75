"""A run about some numbers looks these up where the listing is cut short, and decides about them as if it knew all."""

import msgspec
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from numplan.engine.account.refresh import refresh
from numplan.engine.pipeline import compute_plan, compute_plan_of
from numplan.engine.plan.planner import PlanOptions
from numplan.engine.plan.selecting.about import about
from numplan.model.address import kind_of
from numplan.model.changes import Adopt, Purchase, Release, acting, number_of
from numplan.model.errors import UsageError
from numplan.model.manifest import Move
from numplan.model.plan import Selection
from tests.builders import LONG_AGO, PLACE, buried, entry, group, managed, manifest, plan, pool, state, us
from tests.fakes import ACCOUNT, NOON, URL, FakeVendor
from tests.strategies import NUMBERS, World, worlds

ONE, TWO, THREE, NEW, GONE, BEFORE, STRANGE = map(us, (1, 2, 3, 4, 5, 6, 7))
WANTED = manifest(entry("front", ONE), group("all", [TWO, THREE, NEW]))
HELD = state(managed("number.front", ONE), managed("set.all", TWO), managed("set.all", BEFORE))


def targeting(*targets: str) -> Selection:
    return Selection(targets=targets)


@pytest.fixture
def vendor() -> FakeVendor:
    """An account of which the listing shows one number that nobody here knows of."""
    vendor = FakeVendor()
    for number in (ONE, TWO, THREE, BEFORE, STRANGE):
        vendor.own(number)
    vendor.put_on_sale(NEW)
    vendor.listed(complete=False, hiding=(ONE, TWO, THREE, BEFORE))
    return vendor


def looked_up(vendor: FakeVendor) -> set:
    return {about for name, about in vendor.calls if name == "look_up"}


@pytest.mark.parametrize(
    ("targets", "numbers"),
    [
        ((ONE,), {ONE}),
        (("number.front",), {ONE}),
        ((f'set.all["{TWO}"]',), {TWO}),
        (("set.all",), {TWO, THREE, NEW, BEFORE}),
        (("set.*", ONE), {ONE, TWO, THREE, NEW, BEFORE}),
        ((GONE,), {GONE}),
    ],
)
def test_what_is_named_is_looked_up_and_no_other(vendor, targets, numbers):
    assert about(targeting(*targets), WANTED)(HELD) == numbers
    refresh(WANTED, HELD, vendor, about(targeting(*targets), WANTED))
    assert looked_up(vendor) == numbers


@pytest.mark.parametrize(
    ("targets", "wanted"),
    [
        ((), WANTED),
        (("*",), manifest(entry("front", ONE), pool("p", 1))),
        (("pool.p",), manifest(entry("front", ONE), pool("p", 1))),
        ((TWO,), manifest(pool("p", 1))),
        ((NEW,), manifest(entry("front", ONE), pool("p", 1))),
        (("*7",), manifest(entry("front", ONE), pool("p", 1))),
        ((f'*["{NEW}"]',), manifest(entry("front", ONE), pool("p", 1))),
        ((f'pool.p["{NEW}"]',), manifest(entry("front", ONE), pool("p", 1))),
        (
            (ONE,),
            msgspec.structs.replace(WANTED, moved=(Move(resource="set.b", to="set.all", source=PLACE),)),
        ),
        ((ONE,), manifest(entry("front", ONE, flow="Reception"))),
    ],
)
def test_where_pools_moves_or_flows_have_a_word_in_it_a_run_is_about_all(vendor, targets, wanted):
    held = state(managed("pool.p", TWO), managed("number.front", ONE))
    assert about(targeting(*targets), wanted)(held) is None
    refresh(wanted, held, vendor, about(targeting(*targets), wanted))
    assert looked_up(vendor) >= {ONE, TWO}


@pytest.mark.parametrize(
    "target", [ONE, "number.*", 'set.all["+1205*"]', f'set.all["{TWO}"]', f'set.all["{STRANGE}"]']
)
def test_a_name_that_is_of_no_pool_leaves_pools_alone(target):
    assert about(targeting(target), manifest(*WANTED.numbers, *WANTED.sets, pool("p", 1)))(HELD) is not None


def test_a_complete_listing_tells_of_all_and_nothing_is_looked_up(vendor):
    vendor.listed(complete=True)
    found = refresh(WANTED, HELD, vendor, about(targeting(ONE), WANTED))
    assert looked_up(vendor) == set()
    assert not found.is_partial


def test_a_listing_that_shows_nothing_is_believed_by_no_run_and_all_is_looked_up(vendor):
    """It may be broken, and the look-ups with it: that so many are missing at once has to be seen."""
    vendor.listed(complete=False, hiding=(ONE, TWO, THREE, BEFORE, STRANGE))
    found = refresh(WANTED, HELD, vendor, about(targeting(ONE), WANTED))
    assert not found.is_partial
    assert looked_up(vendor) == {ONE, TWO, THREE, NEW, BEFORE}


def test_a_purchase_that_turned_up_is_looked_up_where_it_is_named():
    surplus = managed("set.old", TWO, surplus=True)
    assert about(targeting(f'set.old["{TWO}"]'), WANTED)(state(surplus)) == {TWO}


def test_what_is_open_is_looked_up_whatever_a_run_is_about(vendor):
    absent = managed("set.all", TWO, missing_since=LONG_AGO)
    held = state(managed("number.front", ONE), absent, buried(managed("set.all", NEW)))
    refresh(WANTED, held, vendor, about(targeting(ONE), WANTED))
    assert looked_up(vendor) == {ONE, TWO, NEW}


def test_other_managed_numbers_are_taken_to_be_as_state_has_them_and_of_others_nothing_is_planned(vendor):
    made = plan(WANTED, vendor, HELD, selection=targeting(ONE))
    assert not acting(made.changes)
    assert {number_of(one) for one in made.unselected} == {BEFORE}
    assert not made.missing
    assert not any(number in one.summary for one in made.diagnostics for number in (THREE, NEW))
    assert any("is taken to be as state has it" in str(one.hint) for one in made.diagnostics)


def test_what_is_named_is_bought_adopted_or_released(vendor):
    for target, kind in ((NEW, Purchase), (THREE, Adopt), (BEFORE, Release)):
        (change,) = acting(plan(WANTED, vendor, HELD, selection=targeting(target)).changes)
        assert (type(change), number_of(change)) == (kind, target)


@settings(max_examples=150)
@given(worlds(), st.data(), st.frozensets(st.sampled_from(NUMBERS)))
def test_what_is_decided_of_it_is_what_would_be_if_all_were_looked_up(world: World, data, hidden):
    known = [one.number for one in world.manifest.explicit()]
    known += [
        one.number for one in (world.state.numbers if world.state else ()) if kind_of(one.resource) != "pool"
    ]
    target = data.draw(st.sampled_from([*known, *NUMBERS[:2]]))
    selection = targeting(target)
    assume(about(selection, world.manifest)(world.state) is not None)
    options = PlanOptions(now=NOON, numplan="1", account=ACCOUNT, api_url=URL, selection=selection)

    def vendor() -> FakeVendor:
        made = world.vendor()
        made.listed(complete=False, hiding=hidden)
        return made

    try:
        one = vendor()
        snapshot = refresh(world.manifest, world.state, one)
        whole = compute_plan_of(world.manifest, world.state, snapshot, one, options).plan
    except UsageError:
        with pytest.raises(UsageError):
            compute_plan(world.manifest, world.state, vendor(), options)
        return
    part = compute_plan(world.manifest, world.state, vendor(), options).plan

    def about_it(changes) -> list:
        return [change for change in acting(changes) if number_of(change) == target]

    assert about_it(part.changes) == about_it(whole.changes)
    assert [one for one in part.held if one.number == target] == [
        one for one in whole.held if one.number == target
    ]
