"""Pools that name area codes, from outside: what is bought, what takes its place, and by how few calls."""

import pytest

from tests.cli.desk import Desk, run_of
from tests.scenarios.life.calls import CODES, takes_few_calls

POOL = 'pools: {{ny: {{count: {count}, area_codes: ["212", "646"]}}}}\n'


def test_what_takes_the_place_of_a_number_has_its_area_code(desk: Desk) -> None:
    desk.stock(*run_of(12125550100, 3), *run_of(16465550100, 4), "+19142125550")
    desk.manifest(POOL.format(count=2))
    desk.fault("refuse", "purchase-numbers", numbers=["12125550101"])
    assert "212: 2; next 646, from 0.10 a month" in desk("plan").out
    assert desk("apply", "--auto-approve").code == 0
    assert desk.managed == {"+12125550100", "+12125550102"}


def test_a_slot_whose_code_has_no_other_number_stays_empty_until_the_next_plan(desk: Desk) -> None:
    desk.stock(*run_of(12125550100, 2), *run_of(16465550100, 4))
    desk.manifest(POOL.format(count=3))
    desk.fault("refuse", "purchase-numbers", numbers=["12125550101"])
    assert "212: 2 (all there are), 646: 1" in desk("plan").out
    assert desk("apply", "--auto-approve").code == 4
    assert desk.managed == {"+12125550100", "+16465550100"}


def test_a_saved_plan_buys_what_was_reviewed(desk: Desk) -> None:
    desk.stock(*run_of(12125550110, 3), *run_of(16465550100, 4))
    desk.manifest(POOL.format(count=2))
    assert desk("plan", "--out", "p.plan").code == 0
    desk.stock("+12125550100")  # what came later changes nothing
    assert desk("apply", "p.plan").code == 0
    assert desk.managed == {"+12125550110", "+12125550111"}


def test_no_number_of_another_code_takes_the_place_of_one_that_went_off_sale(desk: Desk) -> None:
    desk.stock(*run_of(12125550110, 2), *run_of(16465550100, 4))
    desk.manifest(POOL.format(count=2))
    assert desk("plan", "--out", "p.plan").code == 0
    desk.emulator.remove_stock(["+12125550111"])
    ran = desk("apply", "p.plan")
    assert ran.code == 7
    assert "of the same type and category takes its place" in ran.err
    desk.stock("+12125550112")
    assert desk("apply", "p.plan").code == 0
    assert desk.managed == {"+12125550110", "+12125550112"}


def test_a_pool_that_is_renamed_keeps_its_numbers(desk: Desk) -> None:
    desk.stock(*run_of(12125550110, 2), "+16465550100")
    desk.manifest(POOL.format(count=2))
    assert desk("apply", "--auto-approve").code == 0
    desk.manifest(
        'pools: {other: {count: 2, area_codes: ["646"]}}\nmoved: [{from: pool.ny, to: pool.other}]\n'
    )
    assert desk("apply", "--auto-approve").code == 0
    assert desk.managed == {"+12125550110", "+12125550111"}


def test_explain_says_which_codes_a_pool_names(desk: Desk) -> None:
    desk.stock("+12125550110")
    desk.manifest(POOL.format(count=1))
    assert "212, 646" in desk("explain", "pool.ny").out
    assert "cheapest with area code 212" in desk("explain", "+12125550110").out


@pytest.mark.parametrize("select", ["cheapest", "lowest"])
def test_a_thousand_numbers_of_twenty_codes_take_few_calls(desk: Desk, select: str) -> None:
    takes_few_calls(desk, f"select: {select}, area_codes: {CODES}", each=50)
    assert all(len(post.numbers) == 50 for post in desk.posts)
