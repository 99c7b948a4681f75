"""What a plan buys, as orders, and as batches of one trunk each."""

from numplan.engine.apply.orders import batches_of
from numplan.engine.apply.result import summarize
from tests.builders import entry, manifest, us
from tests.engine.apply.gates import moving, rejected

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
