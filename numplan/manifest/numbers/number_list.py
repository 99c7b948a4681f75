"""Numbers in a text: one a line with `#` comments, or a CSV with a column of numbers."""

from typing import Final

from numplan.manifest.numbers.list_columns import (
    NUMBER,
    REASON,
    is_number_word,
    number_column,
    reason_column,
    unread,
)
from numplan.manifest.numbers.list_text import (
    CsvError,
    ListText,
    Record,
    list_text,
    place_in,
    records,
)
from numplan.manifest.numbers.row_terms import RowTerms
from numplan.manifest.reading.findings import Collector
from numplan.manifest.reading.positions import Position, position_at
from numplan.manifest.reading.quoting import like_number, looks_like_number, taken
from numplan.model.diagnostics import Diagnostic, Source, error
from numplan.model.number import E164, NumberError
from numplan.numbering.reading import is_plain, read_number

REASON_MOST: Final = 200
"""Characters of why a number is retired: what is longer is cut."""
_FORM: Final = "a phone number is a + and digits, such as +12050012202"


class NumberList:
    """The numbers of one file with their positions, and what is wrong with the others. Positions carry the file's
    place `at` among the manifest's files.
    """

    def __init__(self, file: str, at: int = 0, country: str | None = None) -> None:
        self.file = file
        self.at = at
        self.country = country
        """The country that is declared for all of them."""
        self._guesses: set[str] = set()
        self.kind = "line"
        """What holds a number: `line`, or `field` of a CSV."""
        self.numbers: list[E164] = []
        self.positions: list[Position] = []
        self.reasons: dict[E164, str] = {}
        """What a column `reason` says of a number, where it is read."""
        self.terms: dict[E164, RowTerms] = {}
        """What other columns say of a number, where they are read and say anything."""
        self.ranges: list[tuple[E164, E164, Position]] = []
        """The ranges that stand in the place of a number; their numbers are among the others."""
        self.findings = Collector()

    def add(self, text: str, line: int, column: int, reason: str = "") -> None:
        """Read one more number, at a line and a column that count from 0, with what is said of it."""
        number = self.read(text, line, column)
        if number is None:
            return
        self.numbers.append(number)
        self.positions.append(position_at(line, column, self.at))
        if reason:
            self.reasons.setdefault(number, reason)

    def read(self, text: str, line: int, column: int) -> E164 | None:
        """The number in a text at a line and a column that count from 0; None, and a finding, if it is none."""
        try:
            number, taken_for = read_number(text, self.country)
        except NumberError as failure:
            source = Source(self.file, line + 1, column + 1)
            # The one character that is to blame would tell some of a text that is not told.
            hint = str(failure) if looks_like_number(text) or not failure.character else _FORM
            self.findings.append(
                error(f"{like_number(text, self.kind)} is not a phone number", source=source, hint=hint)
            )
            return None
        if taken_for and taken_for not in self._guesses:  # once in a file: others are like it
            self._guesses.add(taken_for)
            self.findings.append(taken(number, taken_for, source=Source(self.file, line + 1, column + 1)))
        return number


def parse_numbers(
    text: str, file: str, at: int = 0, country: str | None = None, *, reasons: bool = False
) -> NumberList:
    """The numbers in a text, in whichever of the two forms it has; `country` is what is declared for them. With
    `reasons`, a column of that name is read too.
    """
    number_list = NumberList(file, at, country)
    lines = list_text(text)
    if lines.first is None:
        return number_list
    if is_table(lines):
        _parse_csv(lines, lines.first, number_list, reasons=reasons)
    else:
        _parse_lines(lines, number_list)
    return number_list


def is_table(lines: ListText) -> bool:
    """Whether a list has columns: its first line parts fields, or is a word for phone numbers."""
    return is_number_word(lines.header.strip().strip('"')) or lines.delimiter in lines.header


def _parse_lines(lines: ListText, number_list: NumberList) -> None:
    numbers, positions, file = number_list.numbers, number_list.positions, number_list.at
    for at, line in enumerate(lines.lines):
        if is_plain(line):  # nearly all
            numbers.append(line)
            positions.append(position_at(at, 0, file))
        elif text := line.partition("#")[0].strip():
            number_list.add(text, at, line.index(text))


def _parse_csv(lines: ListText, first: int, number_list: NumberList, *, reasons: bool) -> None:
    number_list.kind = "field"
    rows = records(lines.lines, first, lines.delimiter)
    try:
        header = next(rows, Record(first + 1, [lines.header.strip()], lines.header))
        source = Source(number_list.file, header.line)
        column = number_column(header.fields, source)
        if isinstance(column, Diagnostic):
            number_list.findings.append(column)
            return
        told = reason_column(header.fields) if reasons else None
        read, known = [column] if told is None else [column, told], [NUMBER, REASON] if reasons else [NUMBER]
        number_list.findings += unread(header.fields, read, known, source)
        for record in rows:
            reason = "" if told is None else " ".join(_field(record, told).split())[:REASON_MOST]
            number_list.add(_field(record, column), *place_in(record, column, lines.delimiter), reason)
    except CsvError as failure:
        source = Source(number_list.file, failure.line)
        number_list.findings.append(
            error(str(failure), source=source, hint="check that each quote is closed")
        )


def _field(record: Record, column: int) -> str:
    return record.fields[column].strip() if column < len(record.fields) else ""
