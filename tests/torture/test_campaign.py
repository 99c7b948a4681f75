"""A few of the lives that `make torture` runs by the hundred."""

import pytest

from tests.torture.lives.life import live
from tests.torture.lives.neighbours import live_together
from tests.torture.test_failpoints import PASSED
from tests.torture.test_places import PASSED as PASSED_THERE


@pytest.mark.parametrize("seed", [11, 12, 13])
def test_a_life_of_crashes_and_faults_keeps_the_law(seed, zygote, tmp_path):
    figures = live(seed, tuple(sorted(PASSED["mixed"])), zygote, tmp_path)
    assert figures["crashes"] + figures["faults"] > 0


@pytest.mark.parametrize("home", ["postgres"], indirect=True)
def test_so_does_one_whose_state_is_shared_whose_line_is_cut_and_whose_runs_are_overtaken(
    home, zygote, tmp_path
):
    figures = live(2, tuple(sorted(PASSED_THERE)), zygote, tmp_path, home)
    assert figures["cuts"] + figures["stopped"] > 0


@pytest.mark.parametrize(("states", "seed"), [(2, 3), (3, 1)])
def test_so_do_two_and_three_states_on_one_account_that_run_at_once(states, seed, zygote, tmp_path):
    figures = live_together(seed, states, tuple(sorted(PASSED["mixed"])), zygote, tmp_path)
    assert figures["runs at once"] > 0
