"""Plain values that know where they were written."""

from collections.abc import Mapping, Sequence
from typing import NewType, overload

from numplan.model.diagnostics import Source

Mark = NewType("Mark", int)
"""A place in a manifest in one integer, because a large one holds hundreds of thousands of them: which of its
files, which line, which column.
"""

Files = Sequence[str]
"""The names of a manifest's files, in the order in which marks count them."""

_BITS = 32
_MASK = (1 << _BITS) - 1

START = Mark(0)
"""The first character of the first file."""


def mark_at(line: int, column: int, file: int = 0) -> Mark:
    """The place at a line and a column that count from 0, as PyYAML counts them."""
    return (file << _BITS | line) << _BITS | column  # type: ignore[return-value]  # a call a scalar less


def source_at(files: Files, mark: Mark) -> Source:
    """The place in words for people: line and column count from 1."""
    return Source(files[mark >> 2 * _BITS], (mark >> _BITS & _MASK) + 1, (mark & _MASK) + 1)


class Places(Sequence[Source]):
    """The places of many values in words for people, each made when somebody asks."""

    __slots__ = ("_files", "_marks")

    def __init__(self, files: Files, marks: Sequence[Mark]) -> None:
        self._files = files
        self._marks = marks

    @overload
    def __getitem__(self, at: int) -> Source: ...

    @overload
    def __getitem__(self, at: slice) -> "Places": ...

    def __getitem__(self, at: int | slice) -> "Source | Places":
        if isinstance(at, slice):
            return Places(self._files, self._marks[at])
        return source_at(self._files, self._marks[at])

    def __len__(self) -> int:
        return len(self._marks)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and [*self] == [*other]

    def __hash__(self) -> int:
        return hash(tuple(self))


class LocatedMap(dict[str, object]):
    """A mapping; `marks[key]` is the place of the key and the place of its value."""

    __slots__ = ("marks",)

    def __init__(self) -> None:  # it starts empty: nothing for dict to do, a hundred thousand times
        self.marks: dict[str, tuple[Mark, Mark]] = {}


class LocatedList(list[object]):
    """A list; `marks[i]` is the place of its element `i`."""

    __slots__ = ("marks",)

    def __init__(self) -> None:
        super().__init__()
        self.marks: list[Mark] = []


Step = str | int
"""One step into a document: a key of a mapping or an index of a list."""


def places(root: object, path: Sequence[Step]) -> tuple[Mark, Mark]:
    """The place where the last step of a path is named, and the place of its value.

    For the document itself and for list elements both are the same. Steps that the document does not hold
    end the walk, so the answer is then the nearest place around.
    """
    value = root
    found = (START, START)
    for step in path:
        if isinstance(value, LocatedMap) and step in value:
            found = value.marks[str(step)]
            value = value[str(step)]
        elif isinstance(value, LocatedList) and isinstance(step, int) and step < len(value):
            found = (value.marks[step], value.marks[step])
            value = value[step]
        else:
            break
    return found


def block(document: Mapping[str, object], name: str) -> LocatedMap:
    """A block of the manifest; one that is missing, or has everything under it commented out, is empty."""
    held = document.get(name)
    return held if isinstance(held, LocatedMap) else LocatedMap()
