"""What is found wrong, and the words that were meant: work that ends, however much is wrong."""

from collections.abc import Iterable, Sequence
from typing import Final, Self

from numplan.model.diagnostics import LOOKED_FOR, Diagnostic
from numplan.model.errors import ManifestError
from numplan.model.vocabulary import nearest

_FEW: Final = 10


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


class Meant:
    """The words that were most likely meant, for the first few alone: each takes time with the count of all words."""

    def __init__(self) -> None:
        self._left = _FEW

    def nearest(self, word: str, known: Iterable[str]) -> str | None:
        """The known word that whoever wrote `word` most likely meant, or None."""
        if not self._left:
            return None
        self._left -= 1
        return nearest(word, known if isinstance(known, Sequence) else [*known])
