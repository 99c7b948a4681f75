"""What is found wrong: one finding for each place, and work that ends, however much it is."""

from collections.abc import Iterable
from typing import Self

import msgspec

from numplan.model.diagnostics import LOOKED_FOR, Diagnostic, Source
from numplan.model.errors import ManifestError


class Findings(msgspec.Struct, frozen=True):
    """What the steps of loading found wrong so far. Where one of them has spoken, those after it are silent."""

    found: tuple[Diagnostic, ...] = ()
    silenced: frozenset[Source] = frozenset()
    """Places of which nothing is to be said, although no finding is there."""

    def __bool__(self) -> bool:
        return bool(self.found)

    def add(self, more: Iterable[Diagnostic], silenced: Iterable[Source] = ()) -> "Findings":
        """These findings, and those of one more step about places of which nothing was said yet; from here on, places
        that are `silenced` count as such.
        """
        known = {*(one.source for one in self.found), *self.silenced}
        new = tuple(one for one in more if one.source not in known)
        return Findings((*self.found, *new), self.silenced.union(silenced))

    def in_order(self) -> tuple[Diagnostic, ...]:
        """All of them in the order of their places, those without one first. Raises ManifestError with them if one of
        them is an error.
        """
        ordered = tuple(sorted(self.found, key=_source))
        if any(one.severity == "error" for one in ordered):
            raise ManifestError(ordered)
        return ordered


class Collector(list[Diagnostic]):
    """What one step finds. Raises ManifestError with all of it where it becomes too much to go on."""

    def append(self, one: Diagnostic) -> None:
        """Add one more."""
        super().append(one)
        if len(self) >= LOOKED_FOR:
            raise ManifestError(self)

    def extend(self, more: Iterable[Diagnostic]) -> None:
        """Add those that come, one by one, as long as they are not too many."""
        for one in more:
            self.append(one)

    def __iadd__(self, more: Iterable[Diagnostic]) -> Self:  # type: ignore[override,misc]
        self.extend(more)
        return self


def _source(finding: Diagnostic) -> Source:
    return finding.source or Source("", 0, 0)
