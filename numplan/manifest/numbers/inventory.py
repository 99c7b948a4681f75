"""An inventory of numbers that is kept elsewhere: a CSV from a spreadsheet or another tool."""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from numplan.engine.edit.adoption import InventoryLine, name_from
from numplan.manifest.numbers.list_columns import COUNTRY, LABEL, NAME, NUMBER, UNREADABLE, columns_of, unread
from numplan.manifest.numbers.list_text import CsvError, list_text, place_in, records, text_of
from numplan.manifest.numbers.number_list import NumberList, is_table, parse_numbers
from numplan.manifest.reading.findings import Collector
from numplan.manifest.reading.positions import Sources
from numplan.manifest.reading.quoting import looks_like_number, quote, taken
from numplan.model.diagnostics import Diagnostic, Source, error
from numplan.model.errors import InventoryError, ManifestError
from numplan.model.number import E164, NumberError
from numplan.model.text.printable import on_one_line
from numplan.numbering.reading import read_number

_LONGEST: Final = 255
_KNOWN: Final = (NUMBER, NAME, COUNTRY, f"{LABEL}X")


class Inventory(NamedTuple):
    """What each row says of its number, and the findings about the list."""

    lines: Mapping[E164, InventoryLine]
    findings: Sequence[Diagnostic]


def parse_inventory(raw: bytes, file: str, given: Mapping[str, str]) -> Inventory:
    """Read an inventory. `given` maps fields (`number`, `name`, `country` or `label.X`) to their headers, where these
    are not the names of the fields.

    Raises InventoryError with everything that is wrong.
    """
    try:
        text, guess = text_of(raw, file)
    except ManifestError as problem:
        raise InventoryError(problem.diagnostics) from None
    lines = list_text(text)
    if lines.first is None:
        raise InventoryError([error("the inventory is empty", source=Source(file, 1))])
    findings = Collector([guess] if guess else [])
    if not given and not is_table(lines):
        return _plain(parse_numbers(text, file), findings)
    found: dict[E164, InventoryLine] = {}
    guesses: set[str] = set()
    try:
        rows = records(lines.lines, lines.first, lines.delimiter)
        header = [name.strip() for name in next(rows).fields]
        source = Source(file, lines.first + 1)
        columns = columns_of(header, given, source)
        if isinstance(columns, Diagnostic):
            raise InventoryError([columns])
        findings += unread(header, columns.values(), _KNOWN, source)
        marked = header.index(UNREADABLE) if UNREADABLE in header else None
        for row in rows:
            if marked is not None and any(row.fields[marked : marked + 1]):
                continue
            line, column = place_in(row, columns[NUMBER], lines.delimiter)
            place = Source(file, line + 1, column + 1)
            one = _line(row.fields, columns, place)
            if isinstance(one, Diagnostic):
                findings.append(one)
                continue
            known, taken_for = one
            if taken_for and taken_for not in guesses:  # once in a list: others are like it
                guesses.add(taken_for)
                findings.append(taken(known.number, taken_for, source=place))
            if known.number in found:
                findings.append(error(f"{known.number} stands in it twice", source=place))
            found[known.number] = known
    except CsvError as problem:
        findings.append(error(str(problem), source=Source(file, problem.line)))
    _require_sound(findings)
    return Inventory(found, tuple(findings))


def _plain(number_list: NumberList, findings: Collector) -> Inventory:
    """The inventory that is a list of numbers, one a line."""
    findings += number_list.findings
    found: dict[E164, InventoryLine] = {}
    for number, source in zip(
        number_list.numbers, Sources((number_list.file,), number_list.positions), strict=True
    ):
        if number in found:
            findings.append(error(f"{number} stands in it twice", source=source))
        found[number] = InventoryLine(number)
    _require_sound(findings)
    return Inventory(found, tuple(findings))


def _require_sound(findings: Collector) -> None:
    if any(one.severity == "error" for one in findings):
        raise InventoryError(findings)


def _line(
    fields: list[str], columns: Mapping[str, int], source: Source
) -> tuple[InventoryLine, str] | Diagnostic:
    """What one row says, with the country that its number was taken for; or a finding if it cannot be read."""
    values = {field: fields[at].strip() for field, at in columns.items() if at < len(fields)}
    text = values.get(NUMBER, "")
    try:
        number, taken_for = read_number(text, values.get(COUNTRY))
    except NumberError as problem:
        said = (
            f"{quote(text)} is not a phone number"
            if text and looks_like_number(text)
            else "is not a phone number"
        )
        return error(said, source=source, hint=str(problem))
    labels = {
        field.removeprefix(LABEL): on_one_line(value, _LONGEST)
        for field, value in values.items()
        if field.startswith(LABEL) and value
    }
    # A spreadsheet, and our own CSV, says with an apostrophe that a text is no formula.
    said = values.get(NAME, "").removeprefix("'")
    name = name_from(said)
    original = "" if said.isascii() else on_one_line(said, _LONGEST)
    return InventoryLine(number, name, labels, original), taken_for
