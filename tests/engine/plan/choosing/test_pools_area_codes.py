"""Pools that name area codes: laws of what they buy, and what becomes of members and closed purchases elsewhere."""

from hypothesis import given
from hypothesis import strategies as st

from numplan.engine.plan.pool_choice import choose
from numplan.model.account import Offer
from numplan.model.charge import Charge
from numplan.model.number import E164
from numplan.model.stored.plan_document import encode_plan
from tests.builders import buried, by_action, managed, manifest, plan, pool, said, state
from tests.fakes import FakeVendor

CODES = ("212", "646", "917", "205")
NUMBERS = [f"+1{code}{place:07d}" for code in CODES for place in range(4)] + ["+13052120646", "+16462120001"]
SELECTS = ("cheapest", "consecutive", "lowest")

lists = st.lists(st.sampled_from(CODES), min_size=1, unique=True).map(tuple)
stocks = st.dictionaries(st.sampled_from(NUMBERS), st.sampled_from(["0.1", "0.10", "0.2", "3"]))


@given(
    lists, stocks, st.integers(1, 12), st.sampled_from(SELECTS), st.sets(st.sampled_from(NUMBERS), max_size=3)
)
def test_every_number_that_is_bought_has_a_listed_code_and_preferred_ones_come_first(
    codes, stock, wanted, select, owned
):
    vendor = FakeVendor()
    for number, monthly in stock.items():
        vendor.put_on_sale(number, monthly=monthly)
    for number in owned:
        vendor.own(number)
    entry = pool("p", wanted, area_codes=codes, select=select, on_shortage="partial", adopt=True)
    made = plan(manifest(entry), vendor, state())
    bought = by_action(made).get("purchase", [])
    taken = {*bought, *by_action(made).get("adopt", [])}
    assert {number[2:5] for number in taken} <= set(codes)
    left = {number[2:5] for number in stock.keys() - owned - set(bought)}
    worst = max((codes.index(number[2:5]) for number in bought), default=0)
    assert not left & set(codes[:worst])
    assert len(taken) == min(wanted, sum(number[2:5] in codes for number in {*stock, *owned}))
    reserve = {one.number[2:5] for offers in made.alternates.values() for one in offers}
    assert reserve <= {number[2:5] for number in bought}
    assert encode_plan(made) == encode_plan(plan(manifest(entry), vendor, state()))


@given(lists, stocks, st.integers(1, 8), st.sampled_from(SELECTS), st.randoms(use_true_random=False))
def test_the_order_of_the_answer_makes_no_difference(codes, stock, wanted, select, dice):
    offers = [
        Offer(E164(number), "United States", "Geographic", "Voice", Charge("1"), Charge(monthly))
        for number, monthly in stock.items()
    ]
    wish = pool("p", wanted, area_codes=codes, select=select)
    assert choose(wish, offers, wanted, ()) == choose(wish, dice.sample(offers, len(offers)), wanted, ())


def test_members_with_another_code_stay_and_are_counted():
    vendor = FakeVendor()
    members = [managed("pool.p", vendor.own(number)) for number in ("+12120000001", "+12050000001")]
    made = plan(manifest(pool("p", 2, area_codes=("212",))), vendor, state(*members))
    assert by_action(made) == {}
    assert said(made, "note") == [
        "pool.p: 1 of 2 members do not match its criteria any more; criteria hold for new members only"
    ]


def test_a_closed_purchase_with_another_code_is_not_tried_again():
    vendor = FakeVendor()
    for number in ("+12050000001", "+12120000001"):
        vendor.put_on_sale(number)
    owed = buried(managed("pool.p", "+12050000001", bought_at=None))
    made = plan(manifest(pool("p", 1, area_codes=("212",))), vendor, state(owed))
    assert by_action(made) == {}
    assert [one.reason for one in made.held] == [
        "an earlier purchase had an unknown outcome, and it has none of the pool's area codes"
    ]


def test_two_pools_share_a_code_and_never_a_number():
    vendor = FakeVendor()
    for place in range(5):
        vendor.put_on_sale(f"+1212000000{place}")
    made = plan(manifest(pool("p", 2, area_codes=("212",)), pool("q", 3, area_codes=("212", "646"))), vendor)
    assert made.errors == ()
    assert len(by_action(made)["purchase"]) == 5
