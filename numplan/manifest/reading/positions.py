"""Plain values that know where they were written."""

from collections.abc import Sequence
from typing import NewType, overload

from numplan.model.diagnostics import Source

Position = NewType("Position", int)
"""File, line and column in one integer, because a large manifest holds hundreds of thousands of them."""

Files = Sequence[str]
"""The names of a manifest's files, in the order in which positions count them."""

_BITS = 32
_MASK = (1 << _BITS) - 1

START = Position(0)
"""The first character of the first file."""


def position_at(line: int, column: int, file: int = 0) -> Position:
    """The position at a line and a column that count from 0, as PyYAML counts them."""
    return (file << _BITS | line) << _BITS | column  # type: ignore[return-value]  # a call a scalar less


def source_at(files: Files, position: Position) -> Source:
    """A position as people read it: line and column count from 1."""
    return Source(files[position >> 2 * _BITS], (position >> _BITS & _MASK) + 1, (position & _MASK) + 1)


class Sources(Sequence[Source]):
    """The sources of many values, each made when it is asked for."""

    __slots__ = ("_files", "_positions")

    def __init__(self, files: Files, positions: Sequence[Position]) -> None:
        self._files = files
        self._positions = positions

    @overload
    def __getitem__(self, at: int) -> Source: ...

    @overload
    def __getitem__(self, at: slice) -> "Sources": ...

    def __getitem__(self, at: int | slice) -> "Source | Sources":
        if isinstance(at, slice):
            return Sources(self._files, self._positions[at])
        return source_at(self._files, self._positions[at])

    def __len__(self) -> int:
        return len(self._positions)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and [*self] == [*other]

    def __hash__(self) -> int:
        return hash(tuple(self))


class LocatedMap(dict[str, object]):
    """A mapping; `positions[key]` is the position of the key and that of its value, among `files`."""

    __slots__ = ("files", "positions")

    def __init__(self, files: Files = ()) -> None:  # it starts empty: nothing for dict to do, 100,000 times
        self.files = files
        self.positions: dict[str, tuple[Position, Position]] = {}

    def key_source(self, key: str) -> Source:
        """Where a key is written."""
        return source_at(self.files, self.positions[key][0])

    def source(self, key: str) -> Source:
        """Where the value of a key is written."""
        return source_at(self.files, self.positions[key][1])

    def block(self, key: str) -> "LocatedMap":
        """The mapping under a key; one that is missing, or has everything under it commented out, is empty."""
        held = self.get(key)
        return held if isinstance(held, LocatedMap) else LocatedMap()


class LocatedList(list[object]):
    """A list; `positions[i]` is the position of its element `i`, among `files`."""

    __slots__ = ("files", "positions")

    def __init__(self, files: Files = ()) -> None:
        super().__init__()
        self.files = files
        self.positions: list[Position] = []

    def source(self, at: int) -> Source:
        """Where an element is written."""
        return source_at(self.files, self.positions[at])


Step = str | int
"""One step into a document: a key of a mapping or an index of a list."""


def positions_of(root: object, path: Sequence[Step]) -> tuple[Position, Position]:
    """The position where the last step of a path is named, and that of its value.

    For the document itself and for list elements both are the same. Where the document does not hold a step, the
    positions are those of the step before it.
    """
    value = root
    found = (START, START)
    for step in path:
        if isinstance(value, LocatedMap) and step in value:
            found = value.positions[str(step)]
            value = value[str(step)]
        elif isinstance(value, LocatedList) and isinstance(step, int) and step < len(value):
            found = (value.positions[step], value.positions[step])
            value = value[step]
        else:
            break
    return found
