"""What a plan buys, as orders, and as batches of one trunk each."""

from hypothesis import given
from hypothesis import strategies as st

from numplan.engine.apply.orders import Batch, batches_of, buy_backs_of, orders_of, rejected_whole
from numplan.engine.apply.result import summarize
from numplan.model.outcome import Barred, Succeeded
from tests.builders import entry, managed, manifest, pool, state, us
from tests.engine.apply.gates import moving, rejected
from tests.engine.world import world_with

ONE, TWO, THREE = us(1), us(2), us(3)
STOCK = (ONE, TWO, THREE)


def test_batches_are_halved_until_they_hold_one() -> None:
    (batch,) = batches_of("purchase", [(number, 7) for number in STOCK], 50)
    assert [one.numbers for one in batch.halves()] == [(ONE,), (TWO, THREE)]
    assert batch.halves()[0].halves() == (batch.halves()[0],)


def test_a_batch_has_one_trunk_and_no_more_numbers_than_asked() -> None:
    numbers = [(us(1), 5), (us(2), None), (us(3), 5), (us(4), 5), (us(5), None)]
    assert [(one.sip_trunk_id, one.numbers) for one in batches_of("purchase", numbers, 2)] == [
        (5, (us(1), us(3))),
        (5, (us(4),)),
        (None, (us(2), us(5))),
    ]


def test_no_numbers_make_no_batch() -> None:
    assert batches_of("release", [], 50) == []


def test_a_batch_that_is_rejected_goes_on_in_halves_though_the_gate_kept_back_its_first_number():
    world = moving(*STOCK)
    usual, calls = world.vendor.purchase, []

    def purchase(batch, trunk, bar):
        calls.append(tuple(batch))
        if len(batch) > 1:
            return dict.fromkeys(batch, rejected(413, again="halves", alone=False))
        return usual(batch, trunk, bar)

    world.vendor.purchase = purchase
    world.while_waiting = lambda: world.vendor.put_on_sale(ONE, once="500.00")
    ran = world.run(manifest(*(entry(f"n{number[-1]}", number) for number in STOCK)))
    assert calls == [(TWO, THREE), (TWO,), (THREE,)]
    assert world.vendor.bought == [TWO, THREE]
    assert summarize(ran.events).unknown == ()


@given(
    st.lists(
        st.tuples(st.sampled_from([us(place) for place in range(30)]), st.sampled_from([None, 1, 2])),
        unique_by=lambda one: one[0],
    ),
    st.integers(1, 7),
)
def test_batches_hold_every_number_once_on_its_trunk_in_the_order_given_and_no_more_than_asked(numbers, size):
    batches = batches_of("purchase", numbers, size)
    assert all(0 < len(one.numbers) <= size for one in batches)
    for trunk in (None, 1, 2):
        sent = [number for one in batches if one.sip_trunk_id == trunk for number in one.numbers]
        assert sent == [number for number, on in numbers if on == trunk]
        assert sum(one.sip_trunk_id == trunk for one in batches) == -(-len(sent) // size)


@given(st.integers(1, 20))
def test_the_halves_of_a_batch_are_the_batch_on_the_same_trunk_and_differ_by_one_at_most(count):
    batch = Batch(call="release", numbers=tuple(us(place) for place in range(count)), sip_trunk_id=7)
    halves = batch.halves()
    assert tuple(number for half in halves for number in half.numbers) == batch.numbers
    assert {(one.call, one.sip_trunk_id) for one in halves} == {("release", 7)}
    sizes = [len(one.numbers) for one in halves]
    assert max(sizes) - min(sizes) <= 1


def test_what_a_plan_buys_is_ordered_once_and_what_it_buys_back_apart_from_that_and_anew():
    world = world_with(us(5), us(6))
    rows = [
        managed("number.back", world.vendor.own(ONE), sip_trunk_id=1),
        managed("pool.p", world.vendor.own(TWO), sip_trunk_id=1),
    ]
    world.store(state(*rows, managed("pool.gone", world.vendor.own(THREE))))
    moving_on = {"sip_trunk_id": 2, "on_trunk_change": "replace"}
    made = world.draft(
        manifest(entry("back", ONE, **moving_on), entry("new", us(6)), pool("p", 1, **moving_on))
    )
    orders = {one.number: one for one in orders_of(made)}
    assert {number: (one.resource, one.replaces, one.anew) for number, one in orders.items()} == {
        us(5): ("pool.p", TWO, False),
        us(6): ("number.new", None, False),
    }
    assert [(one.number, one.replaces, one.anew) for one in buy_backs_of(made)] == [(ONE, None, True)]
    assert orders[us(5)].instance().attributes.sip_trunk_id == 2


def test_only_the_part_of_a_batch_whose_call_may_be_made_again_is_made_again():
    batch = Batch(call="purchase", numbers=STOCK, sip_trunk_id=7)
    again, closed = rejected(413, again="halves"), rejected(402, stop=True)
    outcomes = {ONE: Barred("it now costs more"), TWO: again, THREE: again}
    assert rejected_whole(batch, outcomes) == [
        (Batch(call="purchase", numbers=(TWO, THREE), sip_trunk_id=7), again)
    ]
    assert rejected_whole(batch, dict.fromkeys(STOCK, closed)) == []
    assert rejected_whole(batch, dict.fromkeys(STOCK, Succeeded())) == []
