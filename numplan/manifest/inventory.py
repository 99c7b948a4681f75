"""An inventory of numbers that somebody keeps elsewhere: a CSV from a spreadsheet or another tool."""

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from numplan.engine.adoption import Line, name_from
from numplan.manifest.finding import Findings
from numplan.manifest.number_lines import CsvError, records
from numplan.manifest.words import shown
from numplan.model.diagnostics import Source, error
from numplan.model.errors import ManifestError
from numplan.model.number import E164, NumberError
from numplan.model.vocabulary import nearest
from numplan.numbering.reading import read_number

LABEL: Final = "label."
UNREADABLE: Final = "unreadable"
"""The column in which `numplan numbers --csv` says what is wrong with a row of the account: such a row is no line."""
_LONGEST: Final = 255
_DELIMITERS: Final = ",;\t"


class _Column(NamedTuple):
    field: str
    at: int


def parse_inventory(text: str, file: str, columns: Mapping[str, str]) -> Mapping[E164, Line]:
    """What each row says of its number. `columns` gives the header of a field that has another one: `number`,
    `name`, or `label.X`; columns whose header is a field's name need none.

    Raises ManifestError with everything that is wrong.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    first = next((at for at, line in enumerate(lines) if line.strip()), None)
    if first is None:
        raise ManifestError([error("the inventory is empty", source=Source(file, 1))])
    delimiter = max(_DELIMITERS, key=lines[first].count)
    found: dict[E164, Line] = {}
    findings = Findings()
    try:
        rows = records(lines, first, delimiter)
        header = [name.strip() for name in next(rows).fields]
        chosen = [*_columns(header, columns, Source(file, first + 1))]
        marked = header.index(UNREADABLE) if UNREADABLE in header else None
        for row in rows:
            if marked is not None and any(row.fields[marked : marked + 1]):
                continue
            source = Source(file, row.line)
            try:
                line = _line(row.fields, chosen)
            except NumberError as problem:
                findings.append(error(str(problem), source=source))
                continue
            if line.number in found:
                findings.append(error(f"{line.number} stands in it twice", source=source))
            found[line.number] = line
    except CsvError as problem:
        findings.append(error(str(problem), source=Source(file, problem.line)))
    if findings:
        raise ManifestError(findings)
    return found


def _columns(header: list[str], columns: Mapping[str, str], source: Source) -> Iterator[_Column]:
    """The columns that say something. Raises ManifestError for one that is not there."""
    folded = [name.casefold() for name in header]
    wanted = {
        "number": "number",
        **{name: name for name in folded if name == "name" or name.startswith(LABEL)},
        **columns,
    }
    for field, name in wanted.items():
        if name.casefold() not in folded:
            close = nearest(name, header)
            raise ManifestError(
                [
                    error(
                        f"no column is named {shown(name)}",
                        source=source,
                        hint=f"did you mean {close!r}?"
                        if close
                        else f"say which it is: --column {field}=HEADER",
                    )
                ]
            )
        yield _Column(field, folded.index(name.casefold()))


def _line(fields: list[str], columns: list[_Column]) -> Line:
    """What one row says. Raises NumberError."""
    values = {column.field: fields[column.at].strip() for column in columns if column.at < len(fields)}
    number = read_number(values.get("number", "")).number
    labels = {
        field.removeprefix(LABEL): _one_line(value)
        for field, value in values.items()
        if field.startswith(LABEL) and value
    }
    return Line(number, name_from(values.get("name", "").removeprefix("'")), labels)


def _one_line(text: str) -> str:
    printable = "".join(letter if letter.isprintable() else " " for letter in text)
    return " ".join(printable.split())[:_LONGEST]
