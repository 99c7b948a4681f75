"""The explicit numbers of a manifest, by number."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from numplan.model.manifest import Declared
from numplan.model.number import E164


class DeclaredNumbers(Mapping[E164, Declared]):
    """`entries` are all explicit numbers in their order. The table by number is made once somebody looks one up: where
    all that is declared is managed and owned, nobody does, and of a million numbers it takes half a second.
    """

    def __init__(self, declared: Iterable[Declared]) -> None:
        self.entries = tuple(declared)

    @cached_property
    def _table(self) -> Mapping[E164, Declared]:
        return {one.number: one for one in self.entries}

    def __getitem__(self, number: E164) -> Declared:
        return self._table[number]

    def __contains__(self, number: object) -> bool:
        return number in self._table

    def __iter__(self) -> Iterator[E164]:
        return (one.number for one in self.entries)

    def __len__(self) -> int:
        return len(self.entries)
