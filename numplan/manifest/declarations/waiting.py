"""What a schema cannot say of how long a number is kept that is no longer declared."""

from collections.abc import Iterator
from typing import Final

from numplan.manifest.reading.positions import LocatedMap
from numplan.manifest.reading.quoting import dotted_path
from numplan.model.diagnostics import Diagnostic, error
from numplan.model.today import days_of

LONGEST: Final = 400
"""Days that a number may be kept: a year, and time to find out what it was for."""


def check_wait(entry: LocatedMap, path: tuple[str, ...]) -> Iterator[Diagnostic]:
    """An error where the key `release_after` of the entry at `path` says more than LONGEST days."""
    span = str(entry["release_after"])
    if days_of(span) > LONGEST:
        yield error(
            f"{span} is {days_of(span):,} days, and a number is kept for {LONGEST} days at most",
            source=entry.source("release_after"),
            path=dotted_path((*path, "release_after")),
            hint="write fewer days; `protect: true` keeps a number until it is taken back",
        )
