"""What `make bench` measures does the same work as what it is compared with."""

import sys
from pathlib import Path

import pytest

from benchmarks.fleet import Fleet, write_manifest
from benchmarks.measure import FLOOR, run


@pytest.mark.parametrize("form", ["list", "map"])
def test_the_floor_finds_what_a_plan_finds(form: str, tmp_path: Path) -> None:
    with Fleet(tmp_path, owned=20) as fleet:
        owned = fleet.owned()
        write_manifest(tmp_path, owned[:15], form)
        fleet.numplan("apply", "--auto-approve", "--new-state")
        assert fleet.numplan("plan", "--detailed-exitcode").code == 0
        fleet.run(*FLOOR, "numplan.yaml")
        assert (tmp_path / ".output").read_text() == "0 to purchase, 5 others\n"


def test_a_contender_that_fails_is_no_figure(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="ended with 1: not today"):
        run([sys.executable, "-c", "import sys; sys.exit('not today')"], tmp_path, {})
