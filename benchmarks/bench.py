"""Measure numplan beside the floor and beside its peers, in one run, and write what came of it.

python -m benchmarks.bench [--rounds N] [--largest N] [--results FILE]

Each figure is a median; contenders take turns, so that ratios hold on a busy machine too.
"""

import argparse
import math
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from benchmarks.fleet import Fleet, write_manifest
from benchmarks.measure import FLOOR, NUMPLAN, Took, alternate, run
from benchmarks.peers import OctoDns, Terraform, has_octodns, has_terraform

MILLION = 1_000_000
NOTHING = "none"


class Row(NamedTuple):
    """One line of the table. `against` is what `ratio` divides by."""

    what: str
    count: int
    took: Took
    against: str = ""
    base: Took | None = None
    calls: int | None = None

    @property
    def ratio(self) -> str:
        """By the wall clock."""
        return f"{self.took.wall / self.base.wall:.2f} x {self.against}" if self.base else ""


def start_up(folder: Path, rounds: int) -> Iterator[Row]:
    """Commands that have nothing to read."""
    bare, version, validate = alternate(
        max(rounds, 9),
        lambda: run([sys.executable, "-c", "pass"], folder, {}),
        lambda: run([*NUMPLAN, "version"], folder, {}),
        lambda: run([*NUMPLAN, "validate"], small(folder), {}),
    )
    yield Row("python -c pass", 0, bare)
    yield Row("version", 0, version, "bare python", bare)
    yield Row("validate, a small manifest", 10, validate, "bare python", bare)


def small(folder: Path) -> Path:
    """A folder with a manifest of ten numbers."""
    write_manifest(folder, [f"+1205555{at:04}" for at in range(10)])
    return folder


def standing_plans(folder: Path, count: int, form: str, rounds: int) -> Iterator[Row]:
    """A plan that finds nothing to do, of a manifest in one of its forms."""
    with Fleet(folder, owned=count) as fleet:
        write_manifest(folder, fleet.owned(), form)
        fleet.numplan("apply", "--auto-approve", "--new-state")
        before = sum(fleet.calls().values())
        plan = fleet.numplan("plan", "--detailed-exitcode")
        calls = sum(fleet.calls().values()) - before
        if form == "file":
            yield Row(f"no-op plan, {form}", count, plan, calls=calls)
            return
        ours, floor = alternate(
            rounds,
            lambda: fleet.numplan("plan", "--detailed-exitcode"),
            lambda: fleet.run(*FLOOR, "numplan.yaml"),
        )
        yield Row("floor", count, floor)
        yield Row(f"no-op plan, {form}", count, ours, "floor", floor, calls)


def first_plans(folder: Path, count: int) -> Iterator[Row]:
    """New explicit numbers are priced, bought, and planned again."""
    with Fleet(folder, stock=20 * count) as fleet:
        write_manifest(folder, fleet.for_sale(count))
        for what, arguments, codes in (
            ("first plan", ("plan",), (0,)),
            ("apply", ("apply", "--auto-approve"), (0,)),
        ):
            before = sum(fleet.calls().values())
            took = fleet.numplan(*arguments, codes=codes)
            yield Row(what, count, took, calls=sum(fleet.calls().values()) - before)


def peers(folder: Path, rounds: int) -> Iterator[Row]:
    """What others take for a plan that finds nothing to do."""
    if has_octodns():
        for count in (1_000, 10_000):
            dns = OctoDns(folder / f"dns-{count}", count)
            yield Row("octoDNS, no-op plan", count, alternate(rounds, dns.plan)[0])
    if has_terraform():
        terraform = Terraform(folder / "terraform", 1_000)
        yield Row("terraform, no-op plan", 1_000, alternate(min(rounds, 3), terraform.plan)[0])


def rows(folder: Path, rounds: int, largest: int) -> Iterator[Row]:
    """Everything, from the quick to the slow."""
    yield from start_up(folder, rounds)
    yield from peers(folder, rounds)
    for count in (1_000, 10_000, 100_000):
        if count <= largest:
            yield from standing_plans(folder / f"list-{count}", count, "list", rounds)
    for count in (10_000, 100_000):
        if count <= largest:
            yield from standing_plans(folder / f"map-{count}", count, "map", rounds)
    for count in (100_000, MILLION):
        if count <= largest:
            yield from standing_plans(folder / f"file-{count}", count, "file", rounds)
    for count in (1_000, 10_000):
        yield from first_plans(folder / f"first-{count}", count)


def exponent(found: Sequence[Row], what: str) -> str:
    """How the time of one case grows with its count, between its smallest and its largest."""
    points = sorted((row.count, row.took.wall) for row in found if row.what == what)
    if len(points) < 2:  # noqa: PLR2004 - growth needs two points
        return ""
    (few, quick), (many, slow) = points[0], points[-1]
    return f"- {what}: {few:,} to {many:,} numbers, exponent {math.log(slow / quick, many / few):.2f}"


def table(found: Sequence[Row]) -> str:
    """The rows as markdown."""
    lines = [
        "| what | numbers | seconds | of processor | MB | calls | ratio |",
        "|---|--:|--:|--:|--:|--:|---|",
    ]
    lines += [
        f"| {row.what} | {row.count or '':{',' if row.count else ''}} | {row.took.wall:.2f} | {row.took.cpu:.2f} "
        f"| {row.took.memory:.0f} | {'' if row.calls is None else row.calls} | {row.ratio} |"
        for row in found
    ]
    return "\n".join(lines)


def report(found: Sequence[Row]) -> str:
    """The page that `make bench` writes."""
    versions = [
        f"Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} processors",
        subprocess.run([*NUMPLAN, "version"], capture_output=True, text=True, check=True).stdout.strip(),
    ]
    growth = filter(None, (exponent(found, what) for what in dict.fromkeys(row.what for row in found)))
    return "\n".join(
        [
            "# Results",
            "",
            f"Written by `make bench` on {datetime.now(UTC):%Y-%m-%d}: {'; '.join(versions)}.",
            "The emulator that answers runs on the same machine: its time is in every figure that has calls.",
            "",
            table(found),
            "",
            "## Growth",
            "",
            *growth,
            "",
        ]
    )


def main() -> None:
    """Measure, print each row as it comes, and write the page."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--largest", type=int, default=MILLION)
    parser.add_argument("--results", type=Path, default=Path(__file__).with_name("RESULTS.md"))
    options = parser.parse_args()
    found: list[Row] = []
    with tempfile.TemporaryDirectory() as folder:
        for row in rows(Path(folder), options.rounds, options.largest):
            found.append(row)
            print(
                f"{row.what:28} {row.count:9,} {row.took.wall:8.2f} s {row.took.memory:7.0f} MB  {row.ratio}",
                flush=True,
            )
    options.results.write_text(report(found))
    print(f"\nwritten to {options.results}")


if __name__ == "__main__":
    main()
