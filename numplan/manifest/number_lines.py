"""Numbers in a text: one a line with `#` comments, or a CSV with a column named `number`."""

import csv
import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from numplan.manifest.finding import Findings
from numplan.manifest.located import Mark, mark_at
from numplan.manifest.words import like_number, taken
from numplan.model.diagnostics import Diagnostic, Source, error
from numplan.model.number import E164, NumberError
from numplan.numbering.reading import is_plain, read_number

_DELIMITERS: Final = ",;\t"
_COLUMN: Final = "number"
_FIELDS: Final = {mark: re.compile(rf'"(?:[^"]|"")*"|[^{mark}]*') for mark in _DELIMITERS}


class Listing:
    """The numbers of one file with their places, and what is wrong with the others. Marks carry the file's place
    `at` among the manifest's files.
    """

    def __init__(self, file: str, at: int = 0, country: str | None = None) -> None:
        self.file = file
        self.at = at
        self.country = country
        """What is declared for all of them."""
        self._guesses: set[str] = set()
        self.kind = "line"
        """What holds a number: `line`, or `field` of a CSV."""
        self.numbers: list[E164] = []
        self.marks: list[Mark] = []
        self.findings = Findings()

    def add(self, text: str, line: int, column: int) -> None:
        """Read one more number, at a line and a column that count from 0."""
        try:
            number, taken_for = read_number(text, self.country)
        except NumberError as failure:
            source = Source(self.file, line + 1, column + 1)
            self.findings.append(
                error(f"{like_number(text, self.kind)} is no phone number", source=source, hint=str(failure))
            )
            return
        self.numbers.append(number)
        self.marks.append(mark_at(line, column, self.at))
        if taken_for and taken_for not in self._guesses:  # once in a file: others are like it
            self._guesses.add(taken_for)
            self.findings.append(taken(number, taken_for, source=Source(self.file, line + 1, column + 1)))


class Record(NamedTuple):
    """One row of a CSV: where it starts, counted from 1, its fields, and its text as written."""

    line: int
    fields: list[str]
    text: str


class CsvError(Exception):
    """A row is not CSV; `line` is where it starts, counted from 1."""

    def __init__(self, reason: csv.Error, line: int) -> None:
        super().__init__(f"is not CSV: {reason}")
        self.line = line


def parse_numbers(text: str, file: str, at: int = 0, country: str | None = None) -> Listing:
    """The numbers in a text, in whichever of the two forms it has; `country` is what is declared for them."""
    listing = Listing(file, at, country)
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    first = next((at for at, line in enumerate(lines) if line.partition("#")[0].strip()), None)
    if first is None:
        return listing
    header = lines[first]
    if _is_number_column(header.strip().strip('"')) or any(mark in header for mark in _DELIMITERS):
        _parse_csv(lines, first, listing)
    else:
        _parse_lines(lines, listing)
    return listing


def _parse_lines(lines: list[str], listing: Listing) -> None:
    numbers, marks, file = listing.numbers, listing.marks, listing.at
    for at, line in enumerate(lines):
        if is_plain(line):  # nearly all
            numbers.append(line)
            marks.append(mark_at(at, 0, file))
        elif text := line.partition("#")[0].strip():
            listing.add(text, at, line.index(text))


def _parse_csv(lines: list[str], first: int, listing: Listing) -> None:
    listing.kind = "field"
    delimiter = max(_DELIMITERS, key=lines[first].count)
    rows = records(lines, first, delimiter)
    try:
        header = next(rows, Record(first + 1, [lines[first].strip()], lines[first]))
        column = _number_column(header, listing.file)
        if isinstance(column, Diagnostic):
            listing.findings.append(column)
            return
        for record in rows:
            text = record.fields[column].strip() if column < len(record.fields) else ""
            listing.add(text, *_place(record, column, delimiter))
    except CsvError as failure:
        source = Source(listing.file, failure.line)
        listing.findings.append(error(str(failure), source=source, hint="check that each quote is closed"))


def records(lines: list[str], first: int, delimiter: str) -> Iterator[Record]:
    """The rows that say something; a quoted field may hold line breaks, so a row may span lines."""
    rows = csv.reader((line + "\n" for line in lines[first:]), delimiter=delimiter, strict=True)
    start = first
    try:
        for fields in rows:
            end = first + rows.line_num
            if "".join(fields).strip():
                text = lines[start] if end - start == 1 else "\n".join(lines[start:end])
                yield Record(start + 1, fields, text)
            start = end
    except csv.Error as failure:
        raise CsvError(failure, start + 1) from None


def _number_column(header: Record, file: str) -> int | Diagnostic:
    """Which column holds the numbers, or why that cannot be told."""
    named = [at for at, name in enumerate(header.fields) if _is_number_column(name)]
    if len(named) == 1:
        return named[0]
    none = f"none of the {len(header.fields):,} columns is named `number`"
    summary = "two columns are named `number`" if named else none
    return error(summary, source=Source(file, header.line), hint="name one column `number` in the first row")


def _is_number_column(name: str) -> bool:
    return name.strip().casefold() == _COLUMN


def _place(record: Record, column: int, delimiter: str) -> tuple[int, int]:
    """The line and the column, counted from 0, where the text in a column starts; the end of the row if it has no
    such column.
    """
    text = record.text
    offset = len(delimiter.join(record.fields[:column])) + bool(column)
    if '"' in text:
        offset = _offset_among_quotes(text, column, delimiter)
        line_start = text.rfind("\n", 0, offset) + 1
        return record.line - 1 + text.count("\n", 0, offset), offset - line_start
    while text.startswith(" ", offset):
        offset += 1
    return record.line - 1, min(offset, len(text))


def _offset_among_quotes(text: str, column: int, delimiter: str) -> int:
    """Where a field starts in a row as written, its opening quote not counted."""
    offset = 0
    for _ in range(column):
        if offset < len(text):
            offset = _FIELDS[delimiter].match(text, offset).end() + 1  # type: ignore[union-attr]
    offset = min(offset, len(text))
    return offset + text.startswith('"', offset)
