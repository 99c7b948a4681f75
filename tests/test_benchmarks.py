"""What `make bench` measures does the same work as what it is compared with."""

import platform
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from benchmarks.fleet import Fleet, write_manifest
from benchmarks.measure import FLOOR, Took, run
from benchmarks.report import growth, page, picture_of, table, with_figures
from benchmarks.row import Row


@pytest.mark.parametrize("form", ["list", "map"])
def test_the_floor_finds_what_a_plan_finds(form: str, tmp_path: Path) -> None:
    with Fleet(tmp_path, owned=20) as fleet:
        owned = fleet.owned()
        write_manifest(tmp_path, owned[:15], form)
        fleet.numplan("apply", "--auto-approve", "--buy-beside-unmanaged")
        assert fleet.numplan("plan", "--detailed-exitcode").code == 0
        fleet.run(*FLOOR, "numplan.yaml")
        assert (tmp_path / ".output").read_text() == "0 to purchase, 5 others\n"


def test_a_contender_that_fails_is_no_figure(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="ended with 1: not today"):
        run([sys.executable, "-c", "import sys; sys.exit('not today')"], tmp_path, {})


def test_memory_is_that_of_the_command_and_not_of_its_starter(tmp_path: Path) -> None:
    held = bytearray(200_000_000)
    held[::4096] = b"x" * len(held[::4096])
    assert run([sys.executable, "-c", "pass"], tmp_path, {}).memory < 100


def test_what_a_command_writes_is_counted(tmp_path: Path) -> None:
    write = "open('file', 'wb').write(bytes(3_000_000))"
    assert 3 <= run([sys.executable, "-c", write], tmp_path, {}).written < 3.5


ROWS = [
    Row("no-op plan, list", 10_000, Took(0.5, 0.4, 50), "floor", 0.25, 2),
    Row("no-op plan, list", 100_000, Took(4.5, 4.0, 200), "floor", 3.0, 2),
    Row("version", 0, Took(0.06, 0.06, 14)),
]


def test_growth_is_told_as_a_power_of_the_count() -> None:
    (line,) = growth(ROWS)
    assert line == "- no-op plan, list: 10,000 to 100,000 numbers, time by the power of 1.00, memory by 0.60"


def test_of_what_was_measured_twice_the_first_figure_counts() -> None:
    again = Row("no-op plan, list", 100_000, Took(9.0, 8.0, 400), "without", 9.0)
    assert [*growth([*ROWS, again])] == [*growth(ROWS)]


def test_a_row_tells_what_it_is_compared_with() -> None:
    assert "| no-op plan, list | 100,000 | 4.50 | 4.00 | 200 | 0.0 | 2 |  | 1.50 x floor |" in table(ROWS)


def test_the_picture_has_a_line_for_each_case_that_has_a_size() -> None:
    picture = ET.fromstring(picture_of(ROWS))
    texts = [one.text for one in picture.iter("{http://www.w3.org/2000/svg}text")]
    assert {"10,000", "100,000", "no-op plan, list"} <= set(texts)
    assert "version" not in texts


def test_the_readme_keeps_all_but_its_figures() -> None:
    readme = "above\n<!-- figures -->\nold\n<!-- /figures -->\nbelow\n"
    fresh = with_figures(readme, ROWS)
    assert fresh.startswith("above\n<!-- figures -->\n| | numbers |")
    assert "| no-op plan, list | 10,000 | 0.50 | 50 | 2 |" in fresh
    assert fresh.endswith("<!-- /figures -->\nbelow\n")
    assert "old" not in fresh
    assert with_figures(fresh, ROWS) == fresh


def test_the_page_names_the_machine_shows_the_picture_and_tells_growth() -> None:
    written = page(ROWS, "results.svg", 5)
    assert platform.python_version() in written
    assert "](results.svg)" in written
    assert "## Growth\n\n- no-op plan, list: 10,000 to 100,000 numbers" in written


def test_the_figures_of_the_readme_are_those_of_the_last_run():
    """The README tells no figure that `benchmarks/RESULTS.md`, written by the same run, does not."""
    root = Path(__file__).parents[1]
    readme = (root / "README.md").read_text(encoding="utf-8")
    told = _cells(readme.partition("<!-- figures -->")[2].partition("<!-- /figures -->")[0])
    measured = [
        (what, numbers, seconds, memory, calls)
        for what, numbers, seconds, _, memory, _, calls, *_ in _cells(
            (root / "benchmarks" / "RESULTS.md").read_text(encoding="utf-8").partition("\n## ")[0]
        )
    ]
    assert len(told) > 5
    assert [row for row in told if row not in measured] == []


def _cells(text: str) -> list[tuple[str, ...]]:
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    return [tuple(cell.strip() for cell in row.split("|")[1:-1]) for row in rows[1:]]
