"""Pools of one unbroken run, from outside."""

from tests.cli.desk import Desk, run_of

POOL = "pools: {{b: {{count: {count}, select: block}}}}\n"


def test_a_block_is_bought_grows_beside_its_members_and_loses_nothing_to_a_substitute(desk: Desk) -> None:
    desk.stock(*run_of(16095550100, 8), *run_of(16095550200, 3))
    desk.manifest(POOL.format(count=3))
    assert desk("plan", "--out", "p.plan").code == 0
    assert desk("apply", "p.plan").code == 0
    assert desk.managed == {*run_of(16095550100, 3)}
    desk.manifest(POOL.format(count=6))
    desk.fault("refuse", "purchase-numbers", numbers=["16095550104"])
    assert desk("apply", "--auto-approve").code == 4
    assert desk.managed == {*run_of(16095550100, 4), "+16095550105"}
    assert desk("apply", "--auto-approve").code == 0
    assert desk.managed == {*run_of(16095550100, 6)}


def test_a_shortage_says_how_long_the_longest_run_is(desk: Desk) -> None:
    desk.stock(*run_of(16095550100, 4), *run_of(16095550200, 3))
    desk.manifest(POOL.format(count=5))
    ran = desk("plan")
    assert ran.code == 1
    assert "pool.b wants 5 more in one run, but the longest for sale has 4" in ran.out


def test_a_saved_block_that_lost_a_number_is_stale(desk: Desk) -> None:
    desk.stock(*run_of(16095550100, 4), *run_of(16095550200, 4))
    desk.manifest(POOL.format(count=4))
    assert desk("plan", "--out", "p.plan").code == 0
    desk.emulator.remove_stock(["+16095550102"])
    assert desk("apply", "p.plan").code == 7
    assert not desk.posts
