"""Measure numplan beside the floor and beside its peers, in one run, and write what came of it.

python -m benchmarks.bench                  everything: RESULTS.md, results.svg, the table of the README
python -m benchmarks.bench list-10k map-10k these cases alone, on the screen

Each figure is a median; contenders take turns, so that ratios hold on a busy machine too.
"""

import argparse
import tempfile
from pathlib import Path
from typing import Final

from benchmarks.cases import CASES
from benchmarks.measure import NUMPLAN, run
from benchmarks.report import page, picture_of, with_figures
from benchmarks.row import Row

HERE: Final = Path(__file__).parent
README: Final = HERE.parent / "README.md"
PICTURE: Final = "results.svg"


def main() -> None:
    """Measure, print each row as it comes, and write the pages where nothing was left out."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("cases", nargs="*", choices=[[], *CASES], metavar="CASE", help=", ".join(CASES))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--largest", type=int, default=max(count for count, _ in CASES.values()))
    options = parser.parse_args()
    chosen = {
        name: case
        for name, (count, case) in CASES.items()
        if count <= options.largest and name in (options.cases or CASES)
    }
    found: list[Row] = []
    with tempfile.TemporaryDirectory() as folder:
        run([*NUMPLAN, "plan"], Path(folder), {}, codes=(1,))  # its bytecode is there from now on
        for name, case in chosen.items():
            place = Path(folder) / name
            place.mkdir()
            for row in case(place, options.rounds):
                found.append(row)
                print(shown(row), flush=True)
    if len(chosen) == len(CASES):
        (HERE / "RESULTS.md").write_text(page(found, PICTURE, options.rounds))
        (HERE / PICTURE).write_text(picture_of(found))
        README.write_text(with_figures(README.read_text(), found))


def shown(row: Row) -> str:
    """A row on the screen."""
    took = row.took
    figures = f"{took.wall:8.2f} s {took.cpu:7.2f} s of processor {took.memory:6.0f} MB {took.written:7.1f} MB written"
    calls = "" if row.calls is None else f"  {row.calls:,} calls"
    saves = "" if row.saves is None else f"  {row.saves} state writes"
    return f"{row.what:36} {row.count:9,} {figures}{calls}{saves}  {row.ratio}".rstrip()


if __name__ == "__main__":
    main()
