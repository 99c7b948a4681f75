"""Whose limits hold: the manifest's as flags lift them, and the operator's, which nothing lifts."""

from decimal import Decimal

import pytest

from numplan.model.policy import Policy
from tests.builders import group, managed, manifest, plan, pool, refused, state, us
from tests.fakes import FakeVendor

ONE, TWO, THREE = map(us, range(1, 4))


@pytest.fixture
def vendor() -> FakeVendor:
    vendor = FakeVendor()
    for place in range(100, 110):
        vendor.put_on_sale(us(place), once="0.10", monthly="0.25")
    return vendor


def owned(vendor, count, resource="set.s", **known):
    """So many managed numbers that the account holds."""
    return [managed(resource, vendor.own(us(place)), **known) for place in range(1, count + 1)]


def listed(count, **terms):
    return group("s", [us(place) for place in range(1, count + 1)], **terms)


def test_to_destroy_or_to_say_that_all_is_to_go_lifts_the_share_of_releases(vendor):
    rows = state(*owned(vendor, 4))
    assert refused(plan(manifest(listed(4)), vendor, rows, destroy=True)) == {}
    assert refused(plan(manifest(), vendor, rows, empty=True)) == {}


@pytest.mark.parametrize(("allowed", "guards"), [(5, set()), (6, set()), (4, {"releases", "release-share"})])
def test_the_flag_that_allows_all_the_releases_lifts_their_share(vendor, allowed, guards):
    made = plan(manifest(listed(1)), vendor, state(*owned(vendor, 6)), max_releases=allowed)
    assert set(refused(made)) == guards


@pytest.mark.parametrize("lifted", [{"destroy": True}, {"empty": True}, {"max_releases": 9}])
def test_nothing_lifts_the_operators_share_of_releases(vendor, lifted):
    wanted = manifest(operator=Policy(max_releases=None, max_release_share="50%"))
    refusal = refused(plan(wanted, vendor, state(*owned(vendor, 4)), **lifted))["release-share"]
    assert "NUMPLAN_POLICY allows at most 50%" in refusal.summary
    assert "no flag goes beyond it" in refusal.lifted_by


@pytest.mark.parametrize(
    ("operator", "guard", "summary"),
    [
        (
            Policy(max_purchases=2),
            "purchases",
            "3 numbers would be purchased, and NUMPLAN_POLICY allows 2",
        ),
        (
            Policy(max_setup_cost=Decimal("0.29")),
            "setup-cost",
            "the purchases cost 0.30 once, and NUMPLAN_POLICY allows 0.29",
        ),
        (
            Policy(max_monthly_increase=Decimal("0.74")),
            "monthly-increase",
            "the monthly charges rise by 0.75, and NUMPLAN_POLICY allows 0.74",
        ),
        (
            Policy(allowed_countries=("Canada",)),
            "countries",
            "3 numbers of pool.p have country United States, and NUMPLAN_POLICY's allowed_countries is Canada",
        ),
        (
            Policy(allowed_types=()),
            "types",
            "3 numbers of pool.p have type Geographic, and NUMPLAN_POLICY's allowed_types is empty",
        ),
    ],
)
@pytest.mark.parametrize("own", [Policy(), Policy(max_purchases=100, allowed_countries=("United States",))])
def test_no_flag_goes_beyond_a_limit_of_the_operators(vendor, operator, guard, summary, own):
    wanted = manifest(pool("p", 3), policy=own, operator=operator)
    made = plan(wanted, vendor, max_purchases=50, max_releases=50, empty=True, missing=True, new_state=True)
    assert set(refused(made)) == {guard}
    assert refused(made)[guard].summary == summary
    assert refused(made)[guard].lifted_by == (
        "the operator's policy alone, which NUMPLAN_POLICY names; no flag goes beyond it"
    )


def test_no_flag_goes_beyond_the_operators_limit_of_releases(vendor):
    wanted = manifest(listed(7), operator=Policy(max_releases=2, max_release_share="100%"))
    made = plan(wanted, vendor, state(*owned(vendor, 10)), max_releases=3)
    assert refused(made)["releases"].summary == "3 numbers would be released, and NUMPLAN_POLICY allows 2"
    assert "no flag goes beyond it" in refused(made)["releases"].lifted_by


def test_the_manifests_own_limit_is_lifted_by_its_flag_within_the_operators(vendor):
    wanted = manifest(pool("p", 3), policy=Policy(max_purchases=1), operator=Policy(max_purchases=3))
    assert (
        refused(plan(wanted, vendor))["purchases"].lifted_by == "--max-purchases 3, or policy.max_purchases"
    )
    assert refused(plan(wanted, vendor, max_purchases=3)) == {}


def test_countries_have_to_be_on_both_lists(vendor):
    vendor.own(ONE)
    vendor.own(TWO, country="Canada")
    vendor.own(THREE, country="France")
    wanted = manifest(
        listed(3),
        policy=Policy(allowed_countries=("United States", "Canada")),
        operator=Policy(allowed_countries=("canada", "France")),
    )
    told = [(one.subjects, "NUMPLAN_POLICY" in one.summary) for one in plan(wanted, vendor).refusals]
    assert told == [((f'set.s["{ONE}"]',), True), ((f'set.s["{THREE}"]',), False)]


def test_labels_that_either_policy_requires_are_required(vendor):
    wanted = manifest(
        pool("p", 1, labels={"owner": "x"}),
        pool("q", 1, labels={"team": "x"}),
        pool("r", 1, labels={"owner": "x", "team": "x"}),
        policy=Policy(required_labels=("owner",)),
        operator=Policy(required_labels=("team",)),
    )
    assert [one.summary for one in plan(wanted, vendor).refusals] == [
        "pool.p lacks the required label team, as NUMPLAN_POLICY requires",
        "pool.q lacks the required label owner",
    ]


def test_unmanaged_numbers_are_listed_where_either_policy_wants_it(vendor):
    vendor.own(ONE)
    wanted = manifest(operator=Policy(unmanaged="warn"))
    assert plan(wanted, vendor, state()).unmanaged.numbers == (ONE,)


def test_what_an_apply_may_spend_goes_with_the_plan_as_both_policies_allow_it(vendor):
    made = plan(
        manifest(
            policy=Policy(max_setup_cost=Decimal(5), max_monthly_increase=Decimal(1)),
            operator=Policy(max_setup_cost=Decimal(3), max_monthly_increase=Decimal(2)),
        ),
        vendor,
    )
    assert (made.max_setup_cost, made.max_monthly_increase) == (3, 1)
