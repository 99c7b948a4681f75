"""Which offers a pool picks, and in which order members go."""

from datetime import timedelta
from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from numplan.engine.plan.pool_choice import choose, shrink_order, spare_count, within_caps
from numplan.model.account import Offer
from numplan.model.number import E164
from tests.builders import LONG_AGO, managed, pool, us

SELECTS = ("cheapest", "consecutive", "lowest")


def offer(place: int, *, once: str = "1", monthly: str = "1") -> Offer:
    return Offer(us(place), "United States", "Geographic", "Voice", Decimal(once), Decimal(monthly))


def picked(wanted: int, offers, *, taken=(), **keys) -> list[E164]:
    return [one.number for one in choose(pool("p", wanted, **keys), offers, wanted, set(taken)).picks]


prices = st.sampled_from(["0", "0.10", "0.1", "0.5", "2"])
stocks = st.lists(
    st.builds(offer, st.integers(1, 40), once=prices, monthly=prices),
    unique_by=lambda one: one.number,
    max_size=20,
)


class TestCheapest:
    def test_the_monthly_charge_counts_before_the_setup_charge_before_the_number(self):
        offers = [
            offer(1, monthly="2", once="0"),
            offer(2, monthly="1", once="5"),
            offer(4, monthly="1", once="4"),
            offer(3, monthly="1", once="4"),
        ]
        assert picked(4, offers) == [us(3), us(4), us(2), us(1)]


class TestLowest:
    def test_numbers_count_by_value_not_as_text(self):
        short = Offer(E164("+99999"), "United States", "Geographic", "Voice", Decimal(9), Decimal(9))
        assert picked(2, [offer(1), short], select="lowest") == ["+99999", us(1)]


class TestConsecutive:
    def test_a_run_that_is_long_enough_is_taken_whole(self):
        offers = [offer(place) for place in (1, 2, 5, 6, 7, 20)]
        assert picked(3, offers, select="consecutive") == [us(5), us(6), us(7)]

    def test_of_runs_that_are_long_enough_the_cheapest_wins_then_the_lowest(self):
        offers = [
            offer(1),
            offer(2),
            offer(10, monthly="0.5"),
            offer(11),
            offer(20, monthly="0.5"),
            offer(21),
        ]
        assert picked(2, offers, select="consecutive") == [us(10), us(11)]

    def test_a_run_costs_what_it_costs_once_and_a_month(self):
        dear = [offer(1, once="3", monthly="1"), offer(2, once="3", monthly="1")]
        cheap = [offer(10, once="1", monthly="2"), offer(11, once="1", monthly="2")]
        assert picked(2, [*dear, *cheap], select="consecutive") == [us(10), us(11)]

    def test_what_the_longest_run_lacks_comes_from_the_next_longest(self):
        offers = [offer(place) for place in (1, 10, 11, 12, 20, 21)]
        assert picked(5, offers, select="consecutive") == [us(10), us(11), us(12), us(20), us(21)]

    def test_a_number_that_is_taken_breaks_a_run(self):
        offers = [offer(place) for place in (1, 2, 3, 4, 10, 11)]
        assert picked(2, offers, select="consecutive", taken=[us(2)]) == [us(3), us(4)]


class TestCaps:
    @pytest.mark.parametrize(
        ("once", "monthly", "fits"),
        [("1.00", "0.50", True), ("1.0001", "0.1", False), ("0", "0.5001", False), ("1", "0.500", True)],
    )
    def test_a_charge_may_reach_the_cap_but_not_pass_it(self, once, monthly, fits):
        capped = pool("p", 1, max_setup_charge="1", max_monthly_charge="0.5")
        assert within_caps(capped, offer(1, once=once, monthly=monthly)) is fits

    def test_a_cap_of_nothing_means_free(self):
        assert picked(2, [offer(1), offer(2, once="0", monthly="0")], max_monthly_charge="0") == [us(2)]


class TestEveryWay:
    @pytest.mark.parametrize("select", SELECTS)
    @given(stocks, st.integers(1, 8), st.randoms(use_true_random=False))
    def test_the_order_of_the_answer_makes_no_difference(self, select, stock, wanted, dice):
        wish = pool("p", wanted, select=select)
        shuffled = dice.sample(stock, len(stock))
        assert choose(wish, stock, wanted, ()) == choose(wish, shuffled, wanted, ())

    @pytest.mark.parametrize("select", SELECTS)
    @given(stocks, st.integers(1, 8), st.sets(st.integers(1, 40).map(us)))
    def test_picks_are_free_of_each_other_and_of_what_is_taken_and_as_many_as_there_are(
        self, select, stock, wanted, taken
    ):
        choice = choose(pool("p", wanted, select=select), stock, wanted, taken)
        numbers = [one.number for one in (*choice.picks, *choice.alternates)]
        assert len(set(numbers)) == len(numbers)
        assert not taken & set(numbers)
        free = [one for one in stock if one.number not in taken]
        assert len(choice.picks) == min(wanted, len(free))

    @pytest.mark.parametrize("select", SELECTS)
    @given(stocks, st.integers(1, 8))
    def test_alternates_are_all_that_is_no_dearer_than_the_dearest_pick(self, select, stock, wanted):
        choice = choose(pool("p", wanted, select=select), stock, wanted, ())
        if choice.picks:
            once = max(one.setup_charge for one in choice.picks)
            monthly = max(one.monthly_charge for one in choice.picks)
            left = {one for one in stock if one.setup_charge <= once and one.monthly_charge <= monthly}
            assert set(choice.alternates) == left - set(choice.picks)
        else:
            assert choice.alternates == ()

    @given(stocks, st.integers(1, 8))
    def test_the_cheapest_cost_no_more_a_month_than_any_other_choice(self, stock, wanted):
        def monthly(select):
            return sum(
                one.monthly_charge for one in choose(pool("p", 1, select=select), stock, wanted, ()).picks
            )

        assert monthly("cheapest") <= min(monthly("lowest"), monthly("consecutive"))


@pytest.mark.parametrize(
    "other", [{"type": "Toll-Free"}, {"category": "Voice+SMS"}], ids=lambda one: next(iter(one))
)
def test_an_alternate_is_of_a_type_and_category_that_are_among_the_picks(other):
    """What was reviewed of a plan holds for its alternates too."""
    differs = msgspec.structs.replace(offer(2, monthly="0.5"), **other)
    choice = choose(pool("p", 1), [offer(1, monthly="0.5"), offer(3, monthly="0.5"), differs], 1, ())
    assert [one.number for one in choice.picks] == [us(1)]
    assert [one.number for one in choice.alternates] == [us(3)]


def test_a_number_that_is_preferred_twice_is_picked_once():
    choice = choose(pool("p", 2), [offer(1), offer(2), offer(3)], 2, set(), [us(3), us(3)])
    assert [one.number for one in choice.picks] == [us(3), us(1)]


@pytest.mark.parametrize(("wanted", "spare"), [(0, 5), (1, 5), (10, 5), (40, 20), (1000, 100)])
def test_alternates_are_enough_for_a_busy_stock_and_never_the_stock(wanted, spare):
    assert spare_count(wanted) == spare


def test_members_go_by_trunk_then_assignment_then_age_then_number():
    ages = {1: None, 2: 0, 3: 9, 4: 9, 5: 20, 6: 30, 7: 1}
    members = [
        managed("pool.p", us(place), bought_at=None if age is None else LONG_AGO + timedelta(days=age))
        for place, age in ages.items()
    ]
    order = shrink_order(members, elsewhere={us(7), us(1)}, assigned={us(7), us(6), us(5)})
    assert [one.number for one in order] == [us(place) for place in (1, 7, 3, 4, 2, 6, 5)]
