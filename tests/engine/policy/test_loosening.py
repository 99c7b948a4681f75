"""What a manifest allows more than at the last apply, and what state remembers for it."""

from datetime import timedelta
from decimal import Decimal

import msgspec
import pytest
from hypothesis import given

from numplan.engine.policy.loosening import API, bound_by, loosened
from numplan.model.charge import Charge
from numplan.model.location.api_settings import ApiSettings
from numplan.model.money.budget import Budget
from numplan.model.policy import Policy
from numplan.model.state import Bound
from tests.builders import entry, manifest, plan, state, us
from tests.engine.world import World
from tests.fakes import FakeVendor
from tests.state.samples import bounds

URL = "https://api.integrari.com/o/"
NONE_SET = Bound(policy=Policy(), url=URL, settle_seconds=10.0, hold_minutes=15.0)
# Each key: a stricter value, a looser one, and both as they are told.
KEYS = [
    ("policy.max_purchases", 2, None, "2 -> none"),
    ("policy.max_purchases", 2, 3, "2 -> 3"),
    ("policy.max_releases", 0, 5, "0 -> 5"),
    ("policy.max_release_share", "9%", "50%", "9% -> 50%"),
    ("policy.max_release_share", "12.5%", "100%", "12.5% -> 100%"),
    ("policy.max_adoptions", 0, None, "0 -> none"),
    ("policy.max_setup_cost", Decimal("1.00"), Decimal("1.01"), "1.00 -> 1.01"),
    ("policy.max_monthly_increase", Decimal("25.00"), None, "25.00 -> none"),
    ("policy.allowed_countries", ("Canada",), ("Canada", "Germany"), "Canada -> Canada, Germany"),
    ("policy.allowed_countries", ("Canada",), None, "Canada -> any"),
    ("policy.allowed_types", (), ("Mobile",), "empty -> Mobile"),
    ("policy.allowed_trunks", (169,), (169, "none"), "169 -> 169, none"),
    ("policy.required_labels", ("owner", "team"), ("team",), "owner, team -> team"),
    ("policy.required_labels", ("owner",), (), "owner -> none"),
    ("policy.unmanaged", "warn", "ignore", "warn -> ignore"),
    ("policy.rebuy_after", "13w", "90d", "13w -> 90d"),
    ("policy.rebuy_after", "90d", "0d", "90d -> 0d"),
    ("api.settle_seconds", 10.0, 2.5, "10 -> 2.5"),
    ("api.hold_minutes", 15.0, 0.0, "15 -> 0"),
]


def bound(key: str, value: object) -> Bound:
    block, _, name = key.partition(".")
    if block == "api":
        return msgspec.structs.replace(NONE_SET, **{name: value})
    return msgspec.structs.replace(NONE_SET, policy=msgspec.structs.replace(Policy(), **{name: value}))


def test_every_key_is_held_against_what_it_was():
    covered = {key for key, *_ in KEYS} | {"api.url", "policy.budgets"}
    assert covered == {f"policy.{key}" for key in Policy.__struct_fields__} | {f"api.{key}" for key in API}
    assert set(Bound.__struct_fields__) == {"policy", "other_states", *API}
    assert set(API) < set(ApiSettings.__struct_fields__)


@pytest.mark.parametrize(("key", "strict", "loose", "told"), KEYS)
def test_what_is_looser_is_told_and_what_is_stricter_is_not(key, strict, loose, told):
    assert [*map(str, loosened(bound(key, strict), bound(key, loose)))] == [f"{key} {told}"]
    assert loosened(bound(key, loose), bound(key, strict)) == ()
    assert loosened(bound(key, loose), bound(key, loose)) == ()


def test_another_api_is_told_both_ways():
    other = bound("api.url", "https://elsewhere.example/o/")
    assert str(*loosened(NONE_SET, other)) == f"api.url {URL} -> https://elsewhere.example/o/"
    assert str(*loosened(other, NONE_SET)) == f"api.url https://elsewhere.example/o/ -> {URL}"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (("Canada", "Germany"), ("germany", "Canada")),
        (("Canada", "Germany"), ("Germany",)),
        (None, ("Canada",)),
    ],
)
def test_the_same_in_another_order_or_spelling_is_no_looser(before, after):
    assert loosened(bound("policy.allowed_countries", before), bound("policy.allowed_countries", after)) == ()


def test_a_list_that_lost_and_gained_is_looser_for_what_it_gained():
    was, now = (bound("policy.allowed_types", (kind,)) for kind in ("Mobile", "Geographic"))
    assert str(*loosened(was, now)) == "policy.allowed_types Mobile -> Geographic"


def test_an_unset_key_counts_as_its_default():
    assert str(*loosened(bound("policy.max_releases", 2), NONE_SET)) == "policy.max_releases 2 -> 5"
    assert loosened(NONE_SET, bound("policy.max_releases", 5)) == ()


@given(bounds, bounds)
def test_nothing_is_looser_than_itself_nor_known_without_a_before(one, other):
    assert loosened(one, one) == loosened(None, other) == ()


def test_all_is_told_in_the_order_of_the_manifest():
    was = Bound(
        policy=Policy(max_purchases=2, required_labels=("owner",)),
        url=URL,
        settle_seconds=10,
        hold_minutes=15,
    )
    now = Bound(policy=Policy(), url=URL, settle_seconds=10, hold_minutes=0)
    assert [one.key for one in loosened(was, now)] == [
        "policy.max_purchases",
        "policy.required_labels",
        "api.hold_minutes",
    ]


class TestThePlan:
    def test_it_holds_what_was_loosened_since(self):
        vendor = FakeVendor()
        vendor.own(us(1))
        strict = manifest(entry("a", us(1)), policy=Policy(max_purchases=2))
        before = msgspec.structs.replace(state(), bound=bound_by(strict))
        made = plan(manifest(entry("a", us(1)), policy=Policy(max_purchases=3)), vendor, before)
        assert [*map(str, made.loosened)] == ["policy.max_purchases 2 -> 3"]
        assert plan(manifest(), vendor, before, destroy=True).loosened != ()
        assert plan(strict, vendor, before).loosened == plan(strict, vendor, state()).loosened == ()
        assert plan(strict, vendor).loosened == ()

    def test_the_operators_policy_is_not_what_the_manifest_binds_by(self):
        assert bound_by(manifest(operator=Policy(max_purchases=1))).policy == Policy()


class TestTheBook:
    def test_what_binds_an_apply_is_stored_with_what_it_writes(self):
        world = World()
        open_state = world.open()
        open_state.bind(NONE_SET, timedelta())
        assert not open_state.unsaved, "to be bound otherwise is no change by itself"
        open_state.save(world.clock.now())
        assert world.state.bound == NONE_SET

    def test_a_run_that_is_no_apply_leaves_it_as_it_was(self):
        world = World()
        world.store(msgspec.structs.replace(state(), bound=NONE_SET))
        open_state = world.open()
        open_state.save(world.clock.now())
        assert world.state.bound == NONE_SET


def test_another_state_that_is_named_no_longer_is_told_and_a_new_name_for_it_is_not():
    both = Bound(
        policy=Policy(), url="u", settle_seconds=1, hold_minutes=1, other_states={"a": "x", "b": "y"}
    )
    one = msgspec.structs.replace(both, other_states={"c": "x"})
    assert [*map(str, loosened(both, one))] == ["other_states.b y -> none"]
    assert loosened(one, both) == ()


def budgeted(*budgets: Budget) -> Bound:
    return bound("policy.budgets", budgets or msgspec.UNSET)


WHOLE = Budget(monthly=Charge("500.00"))
SALES = Budget(monthly=Charge("200.00"), label="owner", value="sales")
LAB = Budget(monthly=Charge("10.00"), label="owner", value="lab")
OTHERS = Budget(monthly=Charge("50.00"), label="owner", besides=("sales",))


def as_high_as(monthly: str, budget: Budget) -> Budget:
    return msgspec.structs.replace(budget, monthly=Charge(monthly))


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ([WHOLE], [], ["policy.budgets.monthly 500.00 -> none"]),
        ([WHOLE], [as_high_as("501", WHOLE)], ["policy.budgets.monthly 500.00 -> 501.00"]),
        (
            [SALES, OTHERS],
            [as_high_as("200.01", SALES), OTHERS],
            ["policy.budgets.each.sales 200.00 -> 200.01"],
        ),
        ([SALES, OTHERS], [SALES], ["policy.budgets.others 50.00 -> none"]),
        (
            [SALES, OTHERS],
            [SALES, LAB, msgspec.structs.replace(OTHERS, besides=("lab", "sales"))],
            ["policy.budgets.others 50.00 by owner, besides sales -> 50.00 by owner, besides lab, sales"],
        ),
        (
            [SALES],
            [msgspec.structs.replace(SALES, label="team")],
            ["policy.budgets.each.sales 200.00 by owner -> 200.00 by team"],
        ),
    ],
)
def test_a_budget_that_is_raised_dropped_or_for_others_is_told_by_its_key(before, after, told):
    assert [*map(str, loosened(budgeted(*before), budgeted(*after)))] == told


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ([], [WHOLE, SALES]),
        ([WHOLE, SALES], [SALES, WHOLE]),
        ([WHOLE], [as_high_as("499.99", WHOLE)]),
        ([SALES], [as_high_as("200", WHOLE)]),
        ([SALES], [as_high_as("200", msgspec.structs.replace(OTHERS, besides=()))]),
        ([SALES, OTHERS], [SALES, as_high_as("50", msgspec.structs.replace(OTHERS, besides=()))]),
    ],
)
def test_a_budget_that_another_one_holds_is_no_looser(before, after):
    assert loosened(budgeted(*before), budgeted(*after)) == ()
