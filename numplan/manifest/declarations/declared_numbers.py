"""The numbers that entries declare, in the manifest, as ranges or in numbers files: each once in the whole manifest."""

from collections.abc import Iterable, Sequence
from itertools import count, repeat
from typing import TYPE_CHECKING, Final, NamedTuple

from numplan.manifest.declarations.first_declared import FirstDeclared
from numplan.manifest.numbers.numbers_file import NumbersFiles
from numplan.manifest.reading.document import Document
from numplan.manifest.reading.findings import Collector
from numplan.manifest.reading.positions import (
    LocatedList,
    LocatedMap,
    Position,
    Sources,
    Step,
    source_at,
)
from numplan.manifest.reading.quoting import dotted_path, quote, taken
from numplan.manifest.reading.reader import MAX_VALUES
from numplan.model.diagnostics import Diagnostic, Source, error
from numplan.model.manifest import NumberRange
from numplan.model.number import E164, NumberError
from numplan.model.text.printable import plural
from numplan.numbering.reading import are_plain, read_number
from numplan.numbering.spans import numbers_between

if TYPE_CHECKING:  # rows of numbers files, which most manifests do not name
    from numplan.manifest.numbers.number_list import NumberList
    from numplan.manifest.numbers.row_terms import RowTerms

MOST_IN_RANGES: Final = MAX_VALUES
"""How many numbers all ranges have together: as many as could be written in their place. A few lines could otherwise
stand for billions.
"""

Numbers = tuple[Sequence[E164], Sequence[Position]]
"""Numbers, and the position of each."""
_NONE: Final[Numbers] = ((), ())


_ONCE: Final = "a number is declared once in the whole manifest"


class OfSet(NamedTuple):
    """The numbers of a set, the position of each, the ranges that declare some of them, and what a file says of some by
    itself.
    """

    numbers: list[E164]
    positions: list[Position]
    ranges: list[NumberRange]
    terms: "dict[E164, RowTerms]"


class DeclaredNumbers:
    """The numbers of one document. What is wrong with them is added to `findings`."""

    def __init__(self, document: Document, findings: Collector) -> None:
        self._files = [*document.files]
        self.numbers_files: Final = NumbersFiles(document.folder)
        self._findings = findings
        self.first_declared: Final = FirstDeclared(self._files)
        self._left_in_ranges = MOST_IN_RANGES

    def one(self, text: str, country: str | None, position: Position, path: tuple[Step, ...]) -> E164 | None:
        """The number in a text; None and a finding if it is no number or is declared already."""
        number = self._read(text, country, position, path)
        if number is None or self.first_declared.add(number, position):
            return number
        summary = f"{number} is already declared at {self.first_declared[number]}"
        self._findings.append(self._error(summary, position, path, _ONCE))
        return None

    def _read(
        self, text: str, country: str | None, position: Position, path: tuple[Step, ...]
    ) -> E164 | None:
        """The number in a text; None and a finding if it is no number."""
        try:
            number, taken_for = read_number(text, country)
        except NumberError as failure:
            summary = f"{quote(text)} is not a phone number"
            self._findings.append(self._error(summary, position, path, hint=str(failure)))
            return None
        if taken_for:
            source = source_at(self._files, position)
            self._findings.append(taken(number, taken_for, source=source, path=dotted_path(path)))
        return number

    def of_set(self, name: str, entry: LocatedMap, country: str | None) -> OfSet:
        """The numbers of a set: first those that it lists, then those in its file, then its ranges."""
        found = OfSet([], [], [], {})
        listed = self._listed(name, entry, country)
        for more, more_positions in (listed, self._filed(name, entry, country, found)):
            found.numbers.extend(more)
            found.positions.extend(more_positions)
        ranges = entry.get("ranges")
        if isinstance(ranges, LocatedList):
            for at, one in enumerate(ranges):
                if isinstance(one, LocatedMap):
                    self._ranged(one, ranges.positions[at], ("sets", name, "ranges", at), country, found)
        return found

    def sources(self, positions: Sequence[Position]) -> Sources:
        """The places of numbers, in numbers files too."""
        return Sources(self._files, positions)

    def retired(self, name: str, country: str | None, named_at: Source) -> "NumberList":
        """The numbers of a file that are to be retired, with why."""
        found = self.numbers_files.read(
            name, country, named_at, "retire_file", len(self._files), reasons=True
        )
        self._files.append(found.file)
        self._findings += found.findings
        return found

    def _listed(self, name: str, entry: LocatedMap, country: str | None) -> Numbers:
        listed = entry.get("numbers")
        if not isinstance(listed, LocatedList):
            return _NONE
        texts = [*map(str, listed)]
        if are_plain(texts) and self.first_declared.add_all(texts, listed.positions):  # nearly always
            return texts, listed.positions
        paths = (("sets", name, "numbers", at) for at in count())
        return self._one_by_one(texts, country, listed.positions, paths)

    def _filed(self, name: str, entry: LocatedMap, country: str | None, of_set: OfSet) -> Numbers:
        if "numbers_file" not in entry:
            return _NONE
        file, named_at = str(entry["numbers_file"]), entry.source("numbers_file")
        path = ("sets", name, "numbers_file")
        found = self.numbers_files.read(file, country, named_at, dotted_path(path), len(self._files))
        self._files.append(found.file)
        self._findings += found.findings
        of_set.terms.update(found.terms)
        of_set.ranges.extend(
            NumberRange(first, last, source_at(self._files, position))
            for first, last, position in found.ranges
        )
        if self.first_declared.add_all(found.numbers, found.positions):  # nearly always
            return found.numbers, found.positions
        return self._one_by_one(found.numbers, country, found.positions, repeat(path))

    def _ranged(
        self,
        entry: LocatedMap,
        position: Position,
        path: tuple[Step, ...],
        country: str | None,
        found: OfSet,
    ) -> None:
        """Add what one range declares to the numbers of its set. Where it is no range, or some of its numbers are
        declared already, there is one finding about all of it.
        """
        ends = [
            self._read(str(entry[end]), country, entry.positions[end][1], (*path, end))
            for end in ("first", "last")
        ]
        first, last = ends
        if first is None or last is None:
            return
        try:
            numbers = numbers_between(first, last)
        except NumberError as failure:
            summary = f"{first} to {last} is not a range of numbers"
            self._findings.append(self._error(summary, position, path, hint=str(failure)))
            return
        self._left_in_ranges -= len(numbers)
        if self._left_in_ranges < 0:
            if self._left_in_ranges + len(numbers) >= 0:  # the first one that is too much
                summary = f"with this range, ranges have more than {MOST_IN_RANGES:,} numbers in all"
                hint = "keep the numbers of a set in a file that its `numbers_file` names"
                self._findings.append(self._error(summary, position, path, hint))
            return
        if not self.first_declared.add_all(numbers, [position] * len(numbers)):
            again = [one for one in numbers if one in self.first_declared]
            more = f", and {plural(len(again) - 1, 'more number')} of this range too" if again[1:] else ""
            summary = f"{again[0]} is already declared at {self.first_declared[again[0]]}{more}"
            self._findings.append(self._error(summary, position, path, _ONCE))
            numbers = [one for one in numbers if one not in self.first_declared]
            self.first_declared.add_all(numbers, [position] * len(numbers))
        found.numbers.extend(numbers)
        found.positions.extend([position] * len(numbers))
        found.ranges.append(NumberRange(first, last, source_at(self._files, position)))

    def _one_by_one(
        self,
        texts: Sequence[str],
        country: str | None,
        positions: Sequence[Position],
        paths: Iterable[tuple[Step, ...]],
    ) -> Numbers:
        """The numbers in these texts that are not declared yet; every other text becomes a finding."""
        numbers: list[E164] = []
        kept: list[Position] = []
        for text, position, path in zip(texts, positions, paths):  # noqa: B905 - paths have no end
            number = self.one(text, country, position, path)
            if number is not None:
                numbers.append(number)
                kept.append(position)
        return numbers, kept

    def _error(self, summary: str, position: Position, path: tuple[Step, ...], hint: str) -> Diagnostic:
        return error(summary, source=source_at(self._files, position), path=dotted_path(path), hint=hint)
