"""Where each number of a manifest is declared first."""

from collections.abc import Sequence

from numplan.manifest.reading.positions import Files, Position, source_at
from numplan.model.diagnostics import Source
from numplan.model.number import E164


class FirstDeclared:
    """The numbers that are declared so far. Places are looked up only for numbers that are declared again or also
    forgotten: a table of all places would take as long as everything else that is done with a number here.
    """

    def __init__(self, files: Files) -> None:
        self._files = files
        self._declared: set[E164] = set()
        self._numbers: list[E164] = []
        self._positions: list[Position] = []
        self._found: dict[E164, Position] = {}

    def __contains__(self, number: E164) -> bool:
        return number in self._declared

    def __getitem__(self, number: E164) -> Source:
        """The place of a number that is declared."""
        for at in range(len(self._found), len(self._numbers)):
            self._found[self._numbers[at]] = self._positions[at]
        return source_at(self._files, self._found[number])

    def add(self, number: E164, position: Position) -> bool:
        """Declare a number unless it is declared already; return whether it was new."""
        if number in self._declared:
            return False
        self._declared.add(number)
        self._numbers.append(number)
        self._positions.append(position)
        return True

    def add_all(self, numbers: Sequence[E164], positions: Sequence[Position]) -> bool:
        """Declare many numbers, or none if one of them is declared already or occurs twice; return whether they were
        declared.
        """
        new = set(numbers)
        if len(new) < len(numbers) or not self._declared.isdisjoint(new):
            return False
        self._declared |= new
        self._numbers += numbers
        self._positions += positions
        return True
