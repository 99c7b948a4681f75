"""A vendor that shows few offers at once: what is wanted is found by how it begins."""

from tests.cli.desk import Desk, run_of, yaml_list

BLOCKS = [run_of(first, 60) for first in (12125550100, 13055550100, 14155550100, 17025550100)]
NUMBERS = [number for block in BLOCKS for number in block]


def test_explicit_numbers_are_priced_by_searches_and_not_one_by_one(desk: Desk):
    desk.stock(*NUMBERS)
    desk.emulator.configure(size_cap=50)
    desk.manifest(f"sets: {{desks: {{numbers: {yaml_list(NUMBERS)}}}}}")
    ran = desk("plan")
    assert ran.code == 0, ran
    assert f"{len(NUMBERS)} to purchase" in ran.out
    calls = desk.emulator.calls()
    assert calls["find-number"] < 40
    assert calls["search"] < 60


def test_a_pool_gets_what_it_wants_though_one_answer_does_not_hold_it(desk: Desk):
    desk.stock(*NUMBERS)
    desk.emulator.configure(size_cap=50)
    desk.manifest("pools: {sales: {count: 200}}")
    ran = desk("apply", "--auto-approve")
    assert ran.code == 0, ran
    assert len(desk.owned) == 200
    assert desk.emulator.calls()["search"] < 200


def test_where_digits_are_ignored_it_is_said_what_there_is(desk: Desk):
    desk.stock(*NUMBERS)
    desk.emulator.configure(size_cap=50, search_ignores=["digits"])
    desk.manifest("pools: {sales: {count: 200}}")
    ran = desk("plan")
    assert ran.code == 1
    assert "pool.sales" in ran.out
    assert desk.emulator.calls()["search"] < 40
