"""What is found wrong: one finding for each place, and work that ends, however much it is."""

from collections.abc import Iterable
from typing import Self

import msgspec

from numplan.model.diagnostics import LOOKED_FOR, Diagnostic, Source
from numplan.model.errors import ManifestError


class Findings(msgspec.Struct, frozen=True):
    """What the steps of loading found so far. Once a step has a finding for a place, later steps add none there."""

    found: tuple[Diagnostic, ...] = ()
    silenced: frozenset[Source] = frozenset()
    """Places for which no finding is to be added, although none is there."""

    def __bool__(self) -> bool:
        return bool(self.found)

    def add(self, more: Iterable[Diagnostic], silenced: Iterable[Source] = ()) -> "Findings":
        """These findings with those of one more step, except for places that have a finding or were silenced before.
        From then on, the places in `silenced` take no finding either.
        """
        known = {*(one.source for one in self.found), *self.silenced}
        new = tuple(one for one in more if one.source not in known)
        return Findings((*self.found, *new), self.silenced.union(silenced))

    def in_order(self) -> tuple[Diagnostic, ...]:
        """All findings in the order of their places, those without a place first. Raises ManifestError with them if
        any is an error.
        """
        ordered = tuple(sorted(self.found, key=_source))
        if any(one.severity == "error" for one in ordered):
            raise ManifestError(ordered)
        return ordered


class Collector(list[Diagnostic]):
    """Collects what one step finds. Raises ManifestError with all of it once there are LOOKED_FOR findings."""

    def append(self, one: Diagnostic) -> None:
        """Add one more."""
        super().append(one)
        if len(self) >= LOOKED_FOR:
            raise ManifestError(self)

    def extend(self, more: Iterable[Diagnostic]) -> None:
        """Add findings one by one, so that the limit holds for endless ones too."""
        for one in more:
            self.append(one)

    def __iadd__(self, more: Iterable[Diagnostic]) -> Self:  # type: ignore[override,misc]
        self.extend(more)
        return self


def _source(finding: Diagnostic) -> Source:
    return finding.source or Source("", 0, 0)
