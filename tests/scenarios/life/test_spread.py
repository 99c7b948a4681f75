"""Pools that are spread, from outside: shares, substitutes of the same place, and few calls."""

from collections import Counter

import pytest

from tests.cli.desk import Desk, run_of
from tests.scenarios.life.calls import CODES, takes_few_calls

POOL = """\
pools:
  presence: {{count: {count}, spread: {{state: [Texas, Ohio, FL]}}, on_shortage: {on_shortage}}}
"""
PLACES = {"Texas": 15125550100, "Ohio": 16145550100, "Florida": 13055550100}


def fill(desk: Desk, **counts: int) -> None:
    for state, count in counts.items():
        desk.stock(*({"number": number, "state": state} for number in run_of(PLACES[state], count)))


def shares(desk: Desk) -> dict[str | None, int]:
    return dict(Counter(one.attributes.state for one in desk.state.numbers))


def test_a_pool_is_spread_and_a_substitute_is_of_the_same_state(desk: Desk) -> None:
    fill(desk, Texas=5, Ohio=5, Florida=5)
    desk.manifest(POOL.format(count=5, on_shortage="fail"))
    desk.fault("refuse", "purchase-numbers", numbers=["16145550100"])
    assert "Texas: 2, Ohio: 2, FL: 1" in desk("plan").out
    assert desk("apply", "--auto-approve").code == 0
    assert shares(desk) == {"Texas": 2, "Ohio": 2, "Florida": 1}
    assert "+16145550100" not in desk.managed
    assert "state: Texas, Ohio, FL" in " ".join(desk("explain", "pool.presence").out.split())
    desk.manifest(POOL.format(count=6, on_shortage="fail"))
    assert desk("apply", "--auto-approve").code == 0
    assert shares(desk) == {"Texas": 2, "Ohio": 2, "Florida": 2}


@pytest.mark.parametrize(("on_shortage", "code"), [("fail", 1), ("partial", 0), ("elsewhere", 0)])
def test_a_place_that_has_too_little(desk: Desk, on_shortage: str, code: int) -> None:
    fill(desk, Texas=9, Ohio=1, Florida=9)
    desk.manifest(POOL.format(count=9, on_shortage=on_shortage))
    ran = desk("plan")
    assert ran.code == code
    assert ("wants 3 more in Ohio, but the vendor offers only 1" in ran.out) is (on_shortage != "elsewhere")
    if on_shortage == "elsewhere":
        assert desk("apply", "--auto-approve").code == 0
        assert shares(desk) == {"Texas": 4, "Ohio": 1, "Florida": 4}


def test_a_saved_plan_keeps_its_shares(desk: Desk) -> None:
    fill(desk, Texas=3, Ohio=3, Florida=3)
    desk.manifest(POOL.format(count=3, on_shortage="fail"))
    assert desk("plan", "--out", "p.plan").code == 0
    desk.emulator.remove_stock(["+16145550100"])
    assert desk("apply", "p.plan").code == 0
    assert shares(desk) == {"Texas": 1, "Ohio": 1, "Florida": 1}


def test_many_shares_take_few_calls(desk: Desk) -> None:
    takes_few_calls(desk, f"spread: {{area_code: {CODES}}}", each=60)
    assert set(Counter(number[2:5] for number in desk.managed).values()) == {50}
