"""A few of the lives that `make torture` runs by the hundred."""

import pytest

from tests.torture.campaign import live
from tests.torture.test_failpoints import PASSED


@pytest.mark.parametrize("seed", [11, 12, 13])
def test_a_life_of_crashes_and_faults_keeps_the_law(seed, zygote, tmp_path):
    figures = live(seed, tuple(sorted(PASSED["mixed"])), zygote, tmp_path)
    assert figures["crashes"] + figures["faults"] > 0
