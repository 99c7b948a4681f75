"""A list of numbers as other programs write it: bytes become lines, and the first line shows the delimiter."""

import csv
import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from numplan.manifest.files.text import decoded
from numplan.model.diagnostics import Diagnostic, Source, error, note
from numplan.model.errors import ManifestError

DELIMITERS: Final = ",;\t|"
_SEPARATOR_LINE: Final = re.compile(r'"?sep=(.)"?\s*', re.IGNORECASE)
_FIELDS: Final = {
    delimiter: re.compile(rf'"(?:[^"]|"")*"|[^{re.escape(delimiter)}]*') for delimiter in DELIMITERS
}
_KINDS: Final = (
    (b"PK\x03\x04", "a workbook, such as .xlsx, .ods or .numbers"),
    (b"\xd0\xcf\x11\xe0", "a workbook of the old form, .xls"),
    (b"%PDF", "a PDF"),
    (b"{\\rtf", "a document, RTF"),
    (b"\x1f\x8b", "compressed"),
)
_PAGES: Final = (b"<!doctype", b"<html", b"<table", b"<?xml", b"<workbook")
_UTF_16: Final = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
_GUESS: Final = "cp1252"
_TEXT_CONTROLS: Final = frozenset(b"\t\n\r\x0b\x0c\x1a\x1b")


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


class ListText(NamedTuple):
    """The lines of a list; the index of the first that is neither blank, a comment nor `sep=`, or None; and the
    delimiter: what a line `sep=` says, else the one that is most frequent in that first line.
    """

    lines: list[str]
    first: int | None
    delimiter: str

    @property
    def header(self) -> str:
        """The first line that is neither blank, a comment nor `sep=`; empty if there is none."""
        return "" if self.first is None else self.lines[self.first]


def text_of(raw: bytes, file: str) -> tuple[str, Diagnostic | None]:
    """The text of a list, whichever program wrote it, and a note if its encoding was guessed.

    Raises ManifestError for what is no text, such as a workbook.
    """
    for beginning, kind in _KINDS:
        if raw.startswith(beginning):
            raise _refused(f"is {kind}, and not a list in text", file)
    if raw[:400].lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(_PAGES):
        raise _refused("is a web page or XML, and not a list in text", file)
    wide = _UTF_16.get(raw[:2]) or _without_bom(raw)
    if wide:
        return raw.decode(wide, errors="replace").removeprefix("\ufeff"), None
    try:
        return decoded(raw, file), None
    except ManifestError:
        if not _TEXT_CONTROLS.issuperset(one for one in set(raw) if one < ord(" ")):
            raise
        try:
            text = raw.decode(_GUESS)
        except UnicodeDecodeError:
            text = None
        if text is None:
            raise
    guess = note(
        "is not UTF-8, and was read as Windows-1252",
        source=Source(file, 1),
        hint="where names come out wrong, save the file with the encoding UTF-8",
    )
    return text, guess


def list_text(text: str) -> ListText:
    """The lines of a text, and where they begin."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    said = ""
    for at, line in enumerate(lines):
        if _is_nothing(line):
            continue
        if not said and (separator := _SEPARATOR_LINE.fullmatch(line)) and separator[1] in DELIMITERS:
            said = separator[1]
            continue
        return ListText(lines, at, said or max(DELIMITERS, key=line.count))
    return ListText(lines, None, said or ",")


def records(lines: list[str], first: int, delimiter: str) -> Iterator[Record]:
    """The rows that are neither empty nor a comment; a row may span lines, as a quoted field may hold line breaks."""
    rows = csv.reader((line + "\n" for line in lines[first:]), delimiter=delimiter, strict=True)
    start = first
    try:
        for fields in rows:
            end = first + rows.line_num
            if "".join(fields).strip() and not (start > first and fields[0].lstrip().startswith("#")):
                text = lines[start] if end - start == 1 else "\n".join(lines[start:end])
                yield Record(start + 1, fields, text)
            start = end
    except csv.Error as failure:
        raise CsvError(failure, start + 1) from None


def place_in(record: Record, column: int, delimiter: str) -> tuple[int, int]:
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


def _is_nothing(line: str) -> bool:
    """Whether a line is blank or a comment; `#;number` is a header, of a column with row numbers."""
    bare = line.strip()
    return not bare or (bare.startswith("#") and bare[1:2] not in set(DELIMITERS))


def _without_bom(raw: bytes) -> str:
    """The encoding of two bytes a character of a text without a byte order mark, or an empty text."""
    start = raw[:200]
    if start.count(0) * 3 <= len(start):
        return ""
    return "utf-16-le" if not start[1] else "utf-16-be" if not start[0] else ""


def _refused(what: str, file: str) -> ManifestError:
    hint = "save it as CSV, or as text with one number a line"
    return ManifestError([error(what, source=Source(file, 1), hint=hint)])
