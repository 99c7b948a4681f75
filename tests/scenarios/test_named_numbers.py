"""One number of a large account whose listing is cut off: bought, released, explained without a look at others."""

import pytest

from numplan.emulator.protocol.records import Flow
from tests.cli.desk import Desk

NUMBERS = [f"+1609555{at:04}" for at in range(40)]
NEW = "+16095559999"
FEW = 10
"""Calls, where a look-up of each number would take forty."""


def declare(desk: Desk, numbers: list[str]) -> None:
    listed = "".join(f'    - "{one}"\n' for one in numbers)
    desk.manifest(f"policy: {{max_releases: 100}}\nsets:\n  all:\n    numbers:\n{listed}")


@pytest.fixture
def cut_off(desk: Desk) -> Desk:
    """All are owned and managed; then the vendor shows five rows at most, and finds whole numbers alone."""
    desk.stock(NEW)
    desk.emulator.add_owned(NUMBERS)
    declare(desk, NUMBERS)
    assert desk("apply", "--auto-approve").code == 0
    desk.emulator.configure(size_cap=5)
    return desk


def calls(desk: Desk) -> int:
    return sum(desk.emulator.calls().values())


def managed(desk: Desk) -> set[str]:
    return set(desk.state.by_number)


def test_what_is_named_is_released_and_the_others_stay_as_state_has_them(cut_off: Desk) -> None:
    before, gone = calls(cut_off), NUMBERS[20]
    declare(cut_off, [one for one in NUMBERS if one not in {gone, NUMBERS[30]}])
    ran = cut_off("apply", "--auto-approve", "--target", gone)
    assert ran.code == 0
    assert "is taken to be as state has it" in ran.err + ran.out
    assert managed(cut_off) == set(NUMBERS) - {gone}
    assert gone not in {one.number for one in cut_off.emulator.owned()}
    assert calls(cut_off) - before <= 2 * FEW


def test_what_is_named_is_bought(cut_off: Desk) -> None:
    declare(cut_off, [*NUMBERS, NEW])
    assert cut_off("apply", "--auto-approve", "--target", NEW).code == 0
    assert managed(cut_off) == {*NUMBERS, NEW}


def test_one_that_is_gone_is_noted_and_not_bought_again_at_once(cut_off: Desk) -> None:
    cut_off.emulator.remove_owned([NUMBERS[20]], to_stock=True)
    ran = cut_off("apply", "--auto-approve", "--target", NUMBERS[20])
    assert ran.code == 0
    assert cut_off.state.by_number[NUMBERS[20]].missing_since is not None
    others = [one for one in cut_off.state.numbers if one.number != NUMBERS[20]]
    assert all(one.missing_since is None for one in others)
    assert len(others) == len(NUMBERS) - 1


def test_it_is_explained_with_what_the_account_says_of_it(cut_off: Desk) -> None:
    cut_off.emulator.assign(NUMBERS[20], Flow(flow_id="7", flow_name="Reception"))
    before = calls(cut_off)
    ran = cut_off("explain", NUMBERS[20])
    assert ran.code == 0
    assert "Reception" in ran.out
    assert calls(cut_off) - before <= FEW
