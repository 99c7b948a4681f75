"""A numbers file with columns: numbers or ranges, with what each row says of its own."""

from collections.abc import Iterable
from typing import Final

from numplan.manifest.numbers.list_columns import number_column, unread
from numplan.manifest.numbers.list_text import CsvError, Record, list_text, place_in, records
from numplan.manifest.numbers.number_list import NumberList, is_table, parse_numbers
from numplan.manifest.numbers.row_terms import KNOWN, NOTHING, TermColumns, term_columns
from numplan.manifest.reading.positions import position_at
from numplan.manifest.reading.reader import MAX_VALUES
from numplan.model.diagnostics import Diagnostic, Source, error
from numplan.model.number import E164, NumberError
from numplan.numbering.spans import numbers_between

_QUOTES: Final = "check that each quote is closed"


def parse_with_terms(text: str, file: str, at: int, country: str | None) -> NumberList:
    """The numbers of a file, in whichever form it has, with the labels, the protection and the ranges of its rows."""
    lines = list_text(text)
    if lines.first is None or not is_table(lines):
        return parse_numbers(text, file, at, country)
    found = NumberList(file, at, country)
    found.kind = "field"
    rows = records(lines.lines, lines.first, lines.delimiter)
    try:
        header = next(rows, Record(lines.first + 1, [lines.header.strip()], lines.header))
        source = Source(file, header.line)
        columns = _columns(header.fields, source)
        if isinstance(columns, Diagnostic):
            found.findings.append(columns)
            return found
        number, more = columns
        read = [*more.read, *([] if number is None else [number])]
        found.findings += unread(header.fields, read, KNOWN, source, strict=more.says_terms)
        _Table(found, number, more, lines.delimiter).add_all(rows)
    except CsvError as failure:
        found.findings.append(error(str(failure), source=Source(file, failure.line), hint=_QUOTES))
    return found


def _columns(header: list[str], source: Source) -> tuple[int | None, TermColumns] | Diagnostic:
    """The column of the numbers, if there is one, and the others."""
    try:
        more = term_columns(header)
    except ValueError as problem:
        return error(str(problem), source=source)
    if (more.first is None) != (more.last is None):
        return error(
            "a range has two columns, `first` and `last`, and one of them is missing",
            source=source,
            hint="add it, or name the column otherwise",
        )
    number = number_column(header, source)
    if isinstance(number, Diagnostic):
        return number if more.first is None else (None, more)
    return number, more


class _Table:
    """Reads rows into a list."""

    def __init__(self, found: NumberList, number: int | None, columns: TermColumns, delimiter: str) -> None:
        self._found = found
        self._number = number
        self._columns = columns
        self._delimiter = delimiter
        self._room = MAX_VALUES

    def add_all(self, rows: Iterable[Record]) -> None:
        """Read every row. What is wrong with one becomes a finding."""
        for row in rows:
            before = len(self._found.numbers)
            self._add(row)
            if not self._columns.says_terms:
                continue
            try:
                terms = self._columns.terms_of(row.fields)
            except ValueError as problem:
                self._found.findings.append(error(str(problem), source=Source(self._found.file, row.line)))
                continue
            if terms != NOTHING:
                for number in self._found.numbers[before:]:
                    self._found.terms.setdefault(number, terms)

    def _add(self, row: Record) -> None:
        ends = [(at, text) for at, text in self._columns.ends_of(row.fields) if text]
        text = "" if self._number is None else _field(row, self._number)
        if ends and text:
            self._wrong(row, "it has a number and a range", "write one of them in each row")
        elif len(ends) == 1:
            self._wrong(row, "it has one end of a range", "write both, `first` and `last`")
        elif ends:
            self._add_range(row, ends)
        elif self._number is not None:
            self._found.add(text, *place_in(row, self._number, self._delimiter))
        else:
            self._wrong(row, "it has no range", "write its `first` and its `last` number")

    def _add_range(self, row: Record, ends: list[tuple[int, str]]) -> None:
        places = [place_in(row, at, self._delimiter) for at, _ in ends]
        first, last = (self._found.read(text, *place) for (_, text), place in zip(ends, places, strict=True))
        if first is None or last is None:
            return
        try:
            numbers = numbers_between(first, last)
        except NumberError as failure:
            self._wrong(row, f"{first} to {last} is not a range of numbers", str(failure))
            return
        self._room -= len(numbers)
        if self._room < 0:
            if self._room + len(numbers) >= 0:  # the first one that is too much
                self._wrong(
                    row, f"with this range, the file has more than {MAX_VALUES:,} numbers", "write fewer"
                )
            return
        self._keep(first, last, numbers, places[0])

    def _keep(self, first: E164, last: E164, numbers: list[E164], place: tuple[int, int]) -> None:
        position = position_at(*place, self._found.at)
        self._found.numbers.extend(numbers)
        self._found.positions.extend([position] * len(numbers))
        self._found.ranges.append((first, last, position))

    def _wrong(self, row: Record, summary: str, hint: str) -> None:
        self._found.findings.append(error(summary, source=Source(self._found.file, row.line), hint=hint))


def _field(row: Record, column: int) -> str:
    return row.fields[column].strip() if column < len(row.fields) else ""
