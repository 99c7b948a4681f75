"""Settling by rows that cannot be read: what they prove of a call, and what they leave open."""

from decimal import Decimal

import pytest

from tests.builders import buried, buying, managed, releasing, us
from tests.engine.apply.leftovers import left_with, verdicts

ONE, TWO, THREE, FOUR = map(us, range(1, 5))
MEMBER = managed("pool.p", ONE, monthly_charge="0.20")


def test_a_row_that_names_the_number_is_proof_that_it_was_bought():
    world = left_with(buying(MEMBER))
    world.vendor.own(ONE, monthly="7")
    world.vendor.cannot_read(ONE)
    assert verdicts(world) == {ONE: "bought"}
    assert world.state.numbers[0].attributes == MEMBER.attributes


def test_a_row_that_names_the_number_is_proof_that_it_was_not_released():
    world = left_with(MEMBER, releasing(MEMBER))
    world.vendor.own(ONE)
    world.vendor.cannot_read(ONE)
    assert verdicts(world) == {ONE: "not released"}


@pytest.mark.parametrize("call", [buying, releasing])
def test_a_row_that_names_no_number_proves_nothing_either_way(call):
    world = left_with(MEMBER, call(MEMBER)) if call is releasing else left_with(call(MEMBER))
    world.vendor.own(ONE)
    world.vendor.cannot_read(ONE, named=False)
    for _ in range(3):
        assert verdicts(world) == {ONE: "unknown"}
        world.later(minutes=20)
    assert {one.number for one in world.state.intents} == {ONE}
    world.vendor.reads_again()
    assert verdicts(world) == {ONE: "bought" if call is buying else "not released"}


def test_a_row_that_names_no_number_is_no_doubt_about_others_that_are_accounted_for():
    world = left_with(MEMBER, buying(managed("pool.p", TWO)), releasing(managed("pool.p", THREE)))
    world.vendor.own(ONE)
    world.vendor.own(FOUR)
    world.vendor.cannot_read(FOUR, named=False)
    world.vendor.put_on_sale(TWO)
    assert verdicts(world) == {TWO: "not bought", THREE: "released"}


def test_an_offer_that_cannot_be_read_closes_no_purchase_and_frees_no_slot():
    world = left_with(buying(MEMBER), buried(managed("pool.p", TWO)))
    for number in (ONE, TWO):
        world.vendor.put_on_sale(number)
        world.vendor.cannot_read(number, field="setupCharge", reason="is null")
    for _ in range(3):
        assert verdicts(world) == {ONE: "unknown"}
        world.later(minutes=20)
    assert (world.state.intents[0].unsold_at, world.state.tombstones[0].holds_slot) == (None, True)


def test_a_purchase_that_is_found_without_a_charge_keeps_the_one_that_was_meant():
    world = left_with(buying(MEMBER))
    world.vendor.own(ONE, monthly=None)
    assert verdicts(world) == {ONE: "bought"}
    assert world.state.numbers[0].attributes.monthly_charge == Decimal("0.20")
