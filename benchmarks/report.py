"""What came of a run, as the page of results, its picture and the table of the README."""

import math
import os
import platform
import re
import subprocess
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from typing import Final

from benchmarks.measure import NUMPLAN
from benchmarks.plot import plot
from benchmarks.row import Row

_FIGURES: Final = re.compile(r"(<!-- figures -->\n).*?(<!-- /figures -->\n)", re.DOTALL)
_SHOWN: Final = (
    "terraform, no-op plan",
    "octoDNS, no-op plan",
    "no-op plan, list",
    "no-op plan, file",
    "apply",
)
"""What the README tells."""


def page(found: Sequence[Row], picture: str, rounds: int) -> str:
    """The page that `make bench` writes of so many rounds; `picture` is the name of the plot beside it."""
    versions = [
        f"Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} processors",
        subprocess.run([*NUMPLAN, "version"], capture_output=True, text=True, check=True).stdout.strip(),
    ]
    return "\n".join(
        [
            "# Results",
            "",
            f"Written by `make bench` on {datetime.now(UTC):%Y-%m-%d}: {'; '.join(versions)}.",
            "The emulator that answers runs on the same machine: its time is in every wall time that has calls.",
            f"Each figure is the median of {rounds} rounds at most."
            if rounds > 1
            else "Each was measured once.",
            "",
            table(found),
            "",
            f"![Seconds by how many numbers there are]({picture})",
            "",
            "## Growth",
            "",
            *growth(found),
            "",
        ]
    )


def table(found: Sequence[Row]) -> str:
    """The rows as markdown."""
    lines = [
        "| what | numbers | seconds | of processor | MB | MB written | calls | state writes | ratio |",
        "|---|--:|--:|--:|--:|--:|--:|--:|---|",
    ]
    lines += [
        f"| {row.what} | {_figure(row.count or None)} | {took.wall:.2f} | {took.cpu:.2f} | {took.memory:.0f} "
        f"| {took.written:.1f} | {_figure(row.calls)} | {_figure(row.saves)} | {row.ratio} |"
        for row in found
        for took in (row.took,)
    ]
    return "\n".join(lines)


def growth(found: Sequence[Row]) -> Iterator[str]:
    """How processor time and memory of each case grow with its count: a line for each step from size to size."""
    for what in dict.fromkeys(row.what for row in found):
        # The same may be measured in several cases, beside something else each time: the first one counts.
        sizes = {row.count: row for row in reversed(found) if row.what == what and row.count}
        for few, many in pairwise(sizes[count] for count in sorted(sizes)):
            yield (
                f"- {what}: {few.count:,} to {many.count:,} numbers, "
                f"time by the power of {_exponent(few, many, few.took.cpu, many.took.cpu):.2f}, "
                f"memory by {_exponent(few, many, few.took.memory, many.took.memory):.2f}"
            )


def picture_of(found: Sequence[Row]) -> str:
    """The plot of everything that has a count."""
    lines: dict[str, list[tuple[int, float]]] = {}
    for row in found:
        if row.count and "ms a call" not in row.what and "listings of" not in row.what:
            lines.setdefault(row.what, []).append((row.count, row.took.wall))
    return plot({name: sorted(points) for name, points in lines.items()})


def with_figures(readme: str, found: Sequence[Row]) -> str:
    """A README with its table of figures written anew."""
    lines = ["| | numbers | seconds | MB | calls |", "|---|--:|--:|--:|--:|"]
    lines += [
        f"| {row.what} | {row.count:,} | {row.took.wall:.2f} | {row.took.memory:.0f} | {_figure(row.calls)} |"
        for what in _SHOWN
        for row in found
        if row.what == what
    ]
    return _FIGURES.sub(lambda marks: marks[1] + "\n".join(lines) + "\n" + marks[2], readme)


def _exponent(few: Row, many: Row, little: float, much: float) -> float:
    return math.log(much / little, many.count / few.count)


def _figure(value: int | None) -> str:
    return "" if value is None else f"{value:,}"
