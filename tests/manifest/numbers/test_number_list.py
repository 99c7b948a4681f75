"""The numbers in a text, in both forms, each at its place; and each line that is none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from numplan.manifest.numbers.number_list import parse_numbers
from numplan.manifest.reading.positions import Sources
from tests.manifest.places import said_of_list


def numbers_of(text):
    listing = parse_numbers(text, "f")
    assert [one for one in listing.findings if one.severity != "note"] == []
    sources = Sources(("f",), listing.positions)
    return [
        (number, source.line, source.column) for number, source in zip(listing.numbers, sources, strict=True)
    ]


def test_plain_lines_with_comments_blanks_and_any_spelling():
    text = (
        "\ufeff# ours\n\n+12050012202\n  +12050012203  # weekend\r\n+1 (205) 001-2204\r\n\r\n".removeprefix(
            "\ufeff"
        )
    )
    assert numbers_of(text) == [("+12050012202", 3, 1), ("+12050012203", 4, 3), ("+12050012204", 5, 1)]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_with_its_column_anywhere(delimiter):
    rows = [
        ["name", " Number ", "note"],
        ["a", "+12050012202", "x"],
        ["b", " +12050012203", ""],
        ["", "", ""],
        [],
    ]
    text = "\n".join(delimiter.join(row) for row in rows)
    assert numbers_of(text) == [("+12050012202", 2, 3), ("+12050012203", 3, 4)]


def test_csv_of_one_column():
    assert numbers_of("# export\nnumber\n+12050012202\n") == [("+12050012202", 3, 1)]
    assert numbers_of('"Number"\n"+12050012202"\n') == [("+12050012202", 2, 2)]


def test_csv_with_quotes_and_line_breaks_inside():
    text = 'note,number\n"a, ""b""\nc",+12050012202\n"x","+1 205 001 2203"\n'
    assert numbers_of(text) == [("+12050012202", 3, 4), ("+12050012203", 4, 6)]


@given(
    st.lists(st.lists(st.text('",;\n\t ab', max_size=6), min_size=2, max_size=4), max_size=6),
    st.integers(0, 2),
)
def test_a_number_in_a_csv_is_where_its_place_says(rows, column):
    import csv
    import io

    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    column = min(column, 1)
    writer.writerow(["number" if at == column else f"c{at}" for at in range(4)])
    for at, row in enumerate(rows):
        writer.writerow([*row[:column], f"+1205001{at:04d}", *row[column:]])
    text = stream.getvalue()
    found = numbers_of(text)
    assert [number for number, _, _ in found] == [f"+1205001{at:04d}" for at in range(len(rows))]
    physical = text.split("\n")
    for number, line, at in found:
        assert physical[line - 1][at - 1 :].startswith(number)


@given(st.text(max_size=200) | st.text('number,;\t"#\n\r+0123 ', max_size=200))
def test_any_text_makes_numbers_or_findings(text):
    listing = parse_numbers(text, "f")
    physical = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for found in listing.findings:
        assert 1 <= found.source.line <= len(physical)
        assert 1 <= found.source.column <= len(physical[found.source.line - 1]) + 1


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"+12050012202\n0441\n", ['dialer.txt:2:1: error: "0441" is not a phone number']),
        (b"+12050012202\n  x\n", ["dialer.txt:2:3: error:"]),
        (
            b"+12050012202\n+1 205 001 2202\n",
            ["dialer.txt:2:1: error: sets.dialer.numbers_file: +12050012202 is already"],
        ),
        (b"number\n=1+12050012202\n", ['dialer.txt:2:1: error: "=1+12050012202" is not a phone number']),
        (b"number,x\n+12050012202,\n,y\n", ["dialer.txt:3:1: error:"]),
        (b"x,number\na,+12050012202\ny\n", ["dialer.txt:3:2: error:"]),
        (
            b"number\n44300000013.0\n",
            ['dialer.txt:2:1: error: "44300000013.0" is not a phone number', "it has decimals"],
        ),
        (b"number\n4.42072E+11\n", ['"4.42072E+11" is not a phone number', "a spreadsheet rounded it"]),
        (b"number\n+1205000330O\n", ['"+1205000330O" is not a phone number', '"O" (LATIN CAPITAL LETTER O)']),
        (
            b"number\nhunter2 secret word\n",
            ["a field of 19 characters that holds letters", "a phone number is a + and digits"],
        ),
        (b"+12050012202\x00\n", ['dialer.txt:1:1: error: "+12050012202\\x00" is not a phone number']),
    ],
)
def test_what_is_no_number_is_told_at_its_place(tmp_path, raw, expected):
    line = said_of_list(tmp_path, raw)
    for part in expected:
        assert part in line
