"""A limit of one exchange, from outside: it holds for substitutes, and for what a pool grows by later."""

from collections import Counter

from tests.cli.desk import Desk, run_of

POOL = "pools: {{p: {{count: {count}, max_per_exchange: 2}}}}\n"


def exchanges(desk: Desk) -> dict[str, int]:
    return dict(Counter(number[2:8] for number in desk.managed))


def test_a_pool_spreads_over_exchanges_and_grows_so(desk: Desk) -> None:
    desk.stock(*run_of(12125550100, 9), *run_of(12125560100, 9), *run_of(12125570100, 1))
    desk.manifest(POOL.format(count=3))
    assert desk("apply", "--auto-approve").code == 0
    assert exchanges(desk) == {"212555": 2, "212556": 1}
    desk.manifest(POOL.format(count=5))
    assert desk("apply", "--auto-approve").code == 0
    assert exchanges(desk) == {"212555": 2, "212556": 2, "212557": 1}
    desk.manifest(POOL.format(count=6))
    ran = desk("plan")
    assert ran.code == 1
    assert "max_per_exchange: 2 keeps out" in ran.out


def test_a_substitute_keeps_to_the_limit(desk: Desk) -> None:
    desk.stock(*run_of(12125550100, 9), *run_of(12125560100, 1))
    desk.manifest(POOL.format(count=2))
    desk.fault("refuse", "purchase-numbers", numbers=["12125550100"])
    assert desk("apply", "--auto-approve").code == 0
    assert desk.managed == {"+12125550101", "+12125560100"}
