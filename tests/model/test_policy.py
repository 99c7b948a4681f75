"""Two policies at once: what both allow."""

from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from numplan.model.charge import Charge
from numplan.model.money.budget import Budget
from numplan.model.policy import NO_LIMITS, TOGETHER, Policy, allows, both, percent

counts = st.none() | st.integers(0, 9)
charges = st.none() | st.decimals(0, 9, places=2)
words = st.none() | st.lists(st.sampled_from(["US", "UK", "Canada"]), unique=True).map(tuple)
trunks = st.none() | st.lists(st.sampled_from([1, 2, "none"]), unique=True).map(tuple)
budgets = st.just(msgspec.UNSET) | st.lists(
    st.builds(
        Budget,
        monthly=st.decimals(0, 9, places=2).map(Charge),
        label=st.sampled_from(["owner", "team"]),
        value=st.none() | st.sampled_from(["a", "b"]),
    )
    | st.builds(Budget, monthly=st.decimals(0, 9, places=2).map(Charge)),
    min_size=1,
    unique_by=lambda one: one.place,
).map(tuple)
policies = st.builds(
    Policy,
    max_purchases=counts,
    max_releases=counts,
    max_release_share=st.sampled_from(["0%", "12.5%", "50%", "100%"]),
    max_adoptions=counts,
    max_setup_cost=charges,
    max_monthly_increase=charges,
    budgets=budgets,
    allowed_countries=words,
    allowed_types=words,
    allowed_trunks=trunks,
    required_labels=st.lists(st.sampled_from(["a", "b", "c"]), unique=True).map(tuple),
    unmanaged=st.sampled_from(["ignore", "warn"]),
)


def test_each_key_says_what_two_of_its_values_come_to():
    assert set(TOGETHER) == set(Policy.__struct_fields__)


@pytest.mark.parametrize(
    ("key", "one", "other", "comes_to"),
    [
        ("max_purchases", 2, 3, 2),
        ("max_purchases", None, 3, 3),
        ("max_releases", 0, None, 0),
        ("max_setup_cost", Decimal("1.5"), Decimal("1.25"), Decimal("1.25")),
        ("max_release_share", "9%", "50%", "9%"),
        ("max_release_share", "100%", "12.5%", "12.5%"),
        ("allowed_countries", ("Canada", "UK"), ("uk", "US"), ("uk",)),
        ("allowed_countries", ("Canada",), None, ("Canada",)),
        ("allowed_types", ("Toll-Free",), ("Mobile",), ()),
        ("allowed_trunks", (169, "none"), (169, 170), (169,)),
        ("allowed_trunks", ("none",), None, ("none",)),
        ("required_labels", ("owner",), ("team", "owner"), ("team", "owner")),
        ("required_labels", ("owner",), ("team",), ("team", "owner")),
        ("unmanaged", "warn", "ignore", "warn"),
    ],
)
def test_the_stricter_of_two_holds(key, one, other, comes_to):
    for first, second in ((one, other), (other, one)):
        held = getattr(both(Policy(**{key: first}), Policy(**{key: second})), key)
        assert held == comes_to or (
            {*map(str.lower, map(str, held))} == {*map(str.lower, map(str, comes_to))}
        )


@given(policies)
def test_no_limits_limits_nothing(policy):
    assert both(NO_LIMITS, policy) == policy


@given(policies, policies)
def test_what_both_allow_each_allows(one, other):
    held = both(one, other)
    for side in (one, other):
        assert both(side, held) == held, "holding it to either again makes it no stricter"


@pytest.mark.parametrize(
    ("share", "figure"), [("0%", 0), ("50%", 50), ("12.5%", Decimal("12.5")), ("100.00%", 100)]
)
def test_the_figure_of_a_share(share, figure):
    assert percent(share) == figure


@pytest.mark.parametrize(
    ("allowed", "value", "is_allowed"),
    [(None, "x", True), ((), "x", False), (("united-states",), "United States", True), ((1,), "1", False)],
)
def test_a_list_allows_what_it_has_and_no_list_allows_all(allowed, value, is_allowed):
    assert allows(allowed, value) == is_allowed
