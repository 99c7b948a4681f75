"""What is found wrong: work that ends, however much it is."""

from collections.abc import Iterable
from typing import Self

from numplan.model.diagnostics import LOOKED_FOR, Diagnostic
from numplan.model.errors import ManifestError


class Findings(list[Diagnostic]):
    """What is found so far. Raises ManifestError with all of it where it becomes too much to go on."""

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
