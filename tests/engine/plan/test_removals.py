"""What leaves: numbers that nothing declares any more, and numbers that the account no longer holds."""

import pytest

from numplan.model.changes import Blocked, Release
from tests.builders import (
    JUST_NOW,
    LONG_AGO,
    by_action,
    entry,
    group,
    lines,
    managed,
    manifest,
    only,
    plan,
    pool,
    refused,
    state,
    us,
)
from tests.fakes import FakeVendor

ONE, TWO, THREE, FOUR = map(us, range(1, 5))
KEEP = entry("keep", FOUR)


@pytest.fixture
def vendor() -> FakeVendor:
    vendor = FakeVendor()
    vendor.own(FOUR)
    return vendor


def known(*instances):
    return state(managed("number.keep", FOUR), *instances)


@pytest.mark.parametrize("resource", ["number.gone", "set.gone", "pool.gone"])
def test_what_is_removed_from_the_manifest_is_released(vendor, resource):
    vendor.own(ONE, monthly="0.30")
    made = plan(manifest(KEEP), vendor, known(managed(resource, ONE)))
    assert by_action(made) == {"release": [ONE]}
    assert str(made.cost.monthly) == "-0.30"
    assert made.cost.once == 0


def test_what_is_taken_out_of_a_set_is_released(vendor):
    vendor.own(ONE)
    vendor.own(TWO)
    made = plan(manifest(group("s", [ONE])), vendor, state(managed("set.s", ONE), managed("set.s", TWO)))
    assert by_action(made) == {"release": [TWO]}


def test_what_a_flow_holds_is_blocked_and_named(vendor):
    vendor.own(ONE, flow=True)
    made = plan(manifest(KEEP), vendor, known(managed("number.gone", ONE)))
    (change,) = (one for one in made.changes if isinstance(one, Blocked))
    assert (change.before.number, change.assignment.flow_name) == (ONE, "Main menu")
    assert made.cost.monthly == 0
    assert made.refusals == ()


def test_what_is_removed_and_no_longer_owned_is_forgotten(vendor):
    made = plan(manifest(KEEP), vendor, known(managed("number.gone", ONE, missing_since=LONG_AGO)))
    assert by_action(made) == {"forget": [ONE]}


def test_what_the_account_owns_and_state_does_not_know_is_never_touched(vendor):
    vendor.own(ONE)
    vendor.own(TWO, flow=True)
    made = plan(manifest(KEEP), vendor, known())
    assert by_action(made) == {}
    assert made.unmanaged.count == 2


def test_a_number_that_was_just_bought_is_not_released_before_it_is_listed(vendor):
    made = plan(manifest(KEEP), vendor, known(managed("number.gone", ONE, bought_at=JUST_NOW)))
    assert by_action(made) == {}
    assert [one.number for one in made.held] == [ONE]


def test_protection_outlives_its_block(vendor):
    vendor.own(ONE)
    made = plan(manifest(KEEP), vendor, known(managed("number.gone", ONE, protect=True)))
    assert by_action(made) == {"release": [ONE]}
    assert refused(made)["protected"].subjects == ("number.gone",)


@pytest.mark.parametrize("named", ["number.gone", ONE])
def test_allow_release_lifts_protection_by_address_or_number(vendor, named):
    vendor.own(ONE)
    made = plan(manifest(KEEP), vendor, known(managed("number.gone", ONE, protect=True)), releases=(named,))
    assert made.refusals == ()


@pytest.mark.parametrize("named", ["number.gon", "number.*", "*", "", "number.keep", TWO, "pool.gone"])
def test_allow_release_lifts_nothing_else(vendor, named):
    vendor.own(ONE)
    made = plan(manifest(KEEP), vendor, known(managed("number.gone", ONE, protect=True)), releases=(named,))
    assert "protected" in refused(made)


def test_allow_release_of_a_declared_number_releases_nothing(vendor):
    made = plan(manifest(KEEP), vendor, known(), releases=("number.keep", FOUR))
    assert by_action(made) == {}


def test_protect_false_is_applied_first_as_an_update(vendor):
    vendor.own(ONE)
    before = managed("number.a", ONE, protect=True)
    made = plan(manifest(entry("a", ONE)), vendor, state(before))
    assert by_action(made) == {"update": [ONE]}
    after = state(managed("number.a", ONE, protect=False))
    vendor.own(FOUR)
    assert plan(manifest(KEEP), vendor, after).refusals == ()


def test_destroy_releases_all_that_is_managed_and_nothing_else(vendor):
    for number in (ONE, TWO, THREE):
        vendor.own(number, flow=number == THREE)
    vendor.own(us(9))
    wanted = manifest(KEEP, pool("p", 3))
    rows = known(managed("pool.p", ONE), managed("set.old", TWO), managed("pool.p", THREE))
    made = plan(wanted, vendor, rows, destroy=True)
    assert by_action(made) == {"release": [ONE, TWO, FOUR], "blocked": [THREE]}
    assert "empty-manifest" not in refused(made)
    assert made.destroy


def test_destroy_is_under_every_other_guard(vendor):
    rows = [managed("pool.p", vendor.own(us(place)), protect=place == 10) for place in range(10, 17)]
    made = plan(manifest(KEEP), vendor, known(*rows), destroy=True)
    assert set(refused(made)) == {"protected", "releases"}


def test_destroy_asks_for_no_offers_and_no_regions_error(vendor):
    wanted = manifest(entry("far", us(8), country="Atlantis"), pool("p", 2, country="Atlantis"))
    made = plan(wanted, vendor, known(), destroy=True)
    assert made.errors == ()
    assert {name for name, _ in vendor.calls} == {"regions", "purchased"}


def test_a_release_says_why(vendor):
    vendor.own(ONE)
    made = plan(manifest(), vendor, state(managed("number.gone", ONE)), empty=True)
    change = only(made)
    assert isinstance(change, Release)
    assert change.reason == "no longer declared"


def test_a_set_that_became_a_pool_is_told_apart(vendor):
    """The same name under another kind is another resource: its numbers leave, under the guards."""
    vendor.own(ONE)
    vendor.put_on_sale(TWO)
    made = plan(manifest(KEEP, pool("s", 1)), vendor, known(managed("set.s", ONE)))
    assert lines(made)[:2] == [("release", "set.s", ONE), ("purchase", "pool.s", TWO)]
