"""The numbers that entries declare, in the manifest or in numbers files: each once in the whole manifest."""

from collections.abc import Iterable, Sequence
from itertools import count, repeat
from typing import Final

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
from numplan.model.diagnostics import Diagnostic, error
from numplan.model.number import E164, NumberError
from numplan.numbering.reading import are_plain, read_number

Numbers = tuple[Sequence[E164], Sequence[Position]]
"""Numbers, and the position of each."""
_NONE: Final[Numbers] = ((), ())


class DeclaredNumbers:
    """The numbers of one document. What is wrong with them is added to `findings`."""

    def __init__(self, document: Document, findings: Collector) -> None:
        self._files = [*document.files]
        self.numbers_files: Final = NumbersFiles(document.folder)
        self._findings = findings
        self.first_declared: Final = FirstDeclared(self._files)

    def one(self, text: str, country: str | None, position: Position, path: tuple[Step, ...]) -> E164 | None:
        """The number in a text; None and a finding if it is no number or is declared already."""
        try:
            number, taken_for = read_number(text, country)
        except NumberError as failure:
            summary = f"{quote(text)} is not a phone number"
            self._findings.append(self._error(summary, position, path, hint=str(failure)))
            return None
        if taken_for:
            source = source_at(self._files, position)
            self._findings.append(taken(number, taken_for, source=source, path=dotted_path(path)))
        if self.first_declared.add(number, position):
            return number
        summary = f"{number} is already declared at {self.first_declared[number]}"
        hint = "a number is declared once in the whole manifest"
        self._findings.append(self._error(summary, position, path, hint))
        return None

    def of_set(self, name: str, entry: LocatedMap, country: str | None) -> Numbers:
        """The numbers of a set: first those that it lists, then those in its file."""
        numbers: list[E164] = []
        positions: list[Position] = []
        for more, more_positions in (self._listed(name, entry, country), self._filed(name, entry, country)):
            numbers += more
            positions += more_positions
        return numbers, positions

    def sources(self, positions: Sequence[Position]) -> Sources:
        """The places of numbers, in numbers files too."""
        return Sources(self._files, positions)

    def _listed(self, name: str, entry: LocatedMap, country: str | None) -> Numbers:
        listed = entry.get("numbers")
        if not isinstance(listed, LocatedList):
            return _NONE
        texts = [*map(str, listed)]
        if are_plain(texts) and self.first_declared.add_all(texts, listed.positions):  # nearly always
            return texts, listed.positions
        paths = (("sets", name, "numbers", at) for at in count())
        return self._one_by_one(texts, country, listed.positions, paths)

    def _filed(self, name: str, entry: LocatedMap, country: str | None) -> Numbers:
        if "numbers_file" not in entry:
            return _NONE
        file, named_at = str(entry["numbers_file"]), entry.source("numbers_file")
        path = ("sets", name, "numbers_file")
        found = self.numbers_files.read(file, country, named_at, dotted_path(path), len(self._files))
        self._files.append(found.file)
        self._findings += found.findings
        if self.first_declared.add_all(found.numbers, found.positions):  # nearly always
            return found.numbers, found.positions
        return self._one_by_one(found.numbers, country, found.positions, repeat(path))

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
