"""Runs of neighbours: one unbroken block where a pool asks for that, and else how long the runs are that it takes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from numplan.engine.plan.choosing.runs import block_of, runs_of, value_of
from numplan.engine.plan.pool_choice import choose
from numplan.model.account import Offer
from numplan.model.charge import Charge
from numplan.model.stored.plan_document import encode_plan
from tests.builders import by_action, managed, manifest, plan, pool, said, state, us
from tests.engine.plan.pooled import members, stock
from tests.fakes import FakeVendor

places = st.dictionaries(st.integers(1, 30), st.sampled_from(["0.1", "1", "2"]), max_size=24)


def offer(place: int, monthly: str = "1") -> Offer:
    return Offer(us(place), "United States", "Geographic", "Voice", Charge("1"), Charge(monthly))


def is_one_run(numbers) -> bool:
    values = sorted(map(value_of, numbers))
    return values == list(range(values[0], values[0] + len(values))) if values else True


@given(
    places,
    st.integers(1, 8),
    st.sets(st.integers(1, 30).map(us), max_size=4),
    st.randoms(use_true_random=False),
)
def test_a_block_is_one_run_and_none_that_is_longer_was_to_be_had(stocked, wanted, had, dice):
    offers = [offer(place, monthly) for place, monthly in stocked.items() if us(place) not in had]
    block = block_of(offers, wanted, had=frozenset(had))
    assert is_one_run([one.number for one in block])
    assert len(block) == min(wanted, max(map(len, runs_of(offers)), default=0))
    assert block == block_of(dice.sample(offers, len(offers)), wanted, had=frozenset(had))
    alike = [
        run[at : at + len(block)]
        for run in runs_of(offers)
        for at in range(len(run) - len(block) + 1)
        if block
    ]

    def beside(run):
        return us(value_of(run[0].number) - value_of(us(0)) - 1) in had or (
            us(value_of(run[-1].number) - value_of(us(0)) + 1) in had
        )

    if any(map(beside, alike)):
        assert beside(block)
    elif block:
        assert sum(one.monthly_charge for one in block) == min(
            sum(one.monthly_charge for one in run) for run in alike
        )


@given(
    places, st.integers(0, 9), st.sets(st.integers(1, 30), max_size=3), st.sampled_from(["fail", "partial"])
)
def test_what_one_plan_buys_of_a_block_is_one_run_or_a_shortage(stocked, count, held, on_shortage):
    vendor = FakeVendor()
    for place, monthly in stocked.items():
        vendor.put_on_sale(us(place), monthly=monthly)
    rows = members(vendor, *held)
    entry = pool("p", count, select="block", on_shortage=on_shortage)
    made = plan(manifest(entry), vendor, state(*rows))
    bought = by_action(made).get("purchase", [])
    assert is_one_run(bought)
    assert not made.alternates
    short = len(bought) < count - len(held)
    assert bool(made.errors) is (short and on_shortage == "fail")
    assert bool(said(made, "warning")) is (short and on_shortage == "partial")
    assert encode_plan(made) == encode_plan(plan(manifest(entry), vendor, state(*rows)))


def test_a_block_lies_beside_the_members_where_that_is_for_sale_however_dear(vendor):
    rows = members(vendor, 10, 11)
    stock(vendor, 1, 2, 3)
    stock(vendor, 12, 13, monthly="9")
    made = plan(manifest(pool("p", 4, select="block")), vendor, state(*rows))
    assert by_action(made) == {"purchase": [us(12), us(13)]}


@pytest.mark.parametrize(
    ("places_on_sale", "sentence"),
    [
        ((1, 2, 3, 5, 6), "pool.p wants 4 more in one run, but the longest for sale has 3"),
        ((), "pool.p wants 4 more in one run, but none is for sale"),
    ],
)
def test_where_no_run_is_long_enough_the_longest_is_told(vendor, places_on_sale, sentence):
    stock(vendor, *places_on_sale)
    assert [one.summary for one in plan(manifest(pool("p", 4, select="block")), vendor).errors] == [sentence]


def test_with_partial_the_longest_run_is_bought_and_that_is_said(vendor):
    stock(vendor, 1, 2, 3, 5, 6)
    made = plan(manifest(pool("p", 4, select="block", on_shortage="partial")), vendor)
    assert by_action(made) == {"purchase": [us(1), us(2), us(3)]}
    assert said(made, "warning") == ["pool.p wants 4 more in one run, but the longest for sale has 3"]


def test_nothing_takes_the_place_of_a_number_of_a_block(vendor):
    stock(vendor, 1, 2, 3, 4, 5)
    made = plan(manifest(pool("p", 2, select="block")), vendor)
    assert not any(change.substitutable for change in made.changes)


def test_a_block_lies_in_the_first_area_code_that_has_a_run_of_its_length(vendor):
    for number in (
        "+12125550101",
        "+12125550102",
        "+12125550105",
        "+16465550101",
        "+16465550102",
        "+16465550103",
    ):
        vendor.put_on_sale(number)
    codes = ("212", "646")
    made = plan(manifest(pool("p", 3, select="block", area_codes=codes)), vendor)
    assert by_action(made) == {"purchase": ["+16465550101", "+16465550102", "+16465550103"]}
    assert said(made, "note") == ["pool.p buys 212: 0 (no run long enough), 646: 3 (all there are)"]
    made = plan(manifest(pool("p", 2, select="block", area_codes=codes)), vendor)
    assert by_action(made) == {"purchase": ["+12125550101", "+12125550102"]}


def test_a_block_that_was_planned_is_preferred():
    offers = [offer(place) for place in (1, 2, 3, 10, 11)]
    choice = choose(pool("p", 2, select="block"), offers, 2, (), [us(10), us(11)])
    assert [one.number for one in choice.picks] == [us(10), us(11)]


def test_a_block_keeps_the_limit_of_an_exchange(vendor):
    for number in (*(f"+1212555999{place}" for place in range(4, 10)), "+12125560000", "+12125560001"):
        vendor.put_on_sale(number)
    made = plan(manifest(pool("p", 4, select="block", max_per_exchange=2)), vendor)
    assert by_action(made) == {"purchase": ["+12125559998", "+12125559999", "+12125560000", "+12125560001"]}
    [error] = plan(manifest(pool("p", 5, select="block", max_per_exchange=2)), vendor).errors
    assert error.summary == (
        "pool.p wants 5 more in one run, but the longest for sale has 4, "
        "and 1 more that max_per_exchange: 2 keeps out"
    )


@pytest.mark.parametrize(
    ("places_on_sale", "sentence"),
    [
        ((1, 2, 3, 4, 5, 6), "pool.p buys one run of 6"),
        ((1, 2, 3, 5, 6, 8), "pool.p buys runs of 3, 2, 1"),
    ],
)
def test_consecutive_says_how_long_its_runs_are(vendor, places_on_sale, sentence):
    stock(vendor, *places_on_sale)
    assert said(plan(manifest(pool("p", 6, select="consecutive")), vendor), "note") == [sentence]


def test_members_that_move_and_empty_slots_share_one_run(vendor):
    rows = [managed("pool.p", vendor.own(us(50)), sip_trunk_id=1)]
    stock(vendor, 1, 3, 4, 5)
    entry = pool("p", 3, select="block", sip_trunk_id=2, on_trunk_change="replace")
    made = plan(manifest(entry), vendor, state(*rows))
    bought = [change.after.number for change in made.changes]
    assert sorted(bought) == [us(3), us(4), us(5)]
