"""A line of the table, and what gives some."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from benchmarks.measure import Took


class Row(NamedTuple):
    """One line of the table. `against` says what its wall time is divided by: `base` seconds."""

    what: str
    count: int
    took: Took
    against: str = ""
    base: float = 0
    calls: int | None = None
    saves: int | None = None

    @property
    def ratio(self) -> str:
        """By the wall clock."""
        return f"{self.took.wall / self.base:.2f} x {self.against}" if self.base else ""


Case = Callable[[Path, int], Iterator[Row]]
"""Measures in a folder, so many rounds."""
