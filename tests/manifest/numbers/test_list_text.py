"""Lists as programs write them: which bytes are text, how it is divided into lines and rows."""

import pytest

from numplan.manifest.numbers.list_text import CsvError, list_text, place_in, records
from tests.manifest.places import said_of_list


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b'number,x\n+12050012202,"a\n', ["dialer.txt:2:1: error: is not CSV"]),
        (b'number,x\n+12050012202,"a"b\n', ["dialer.txt:2:1: error: is not CSV"]),
        (
            b"+12050012202\n+1205\xff\n",
            [
                'dialer.txt:2:1: error: "+1205\xff" is not a phone number',
                "LATIN SMALL LETTER Y WITH DIAERESIS",
            ],
        ),
        (b"+12050012202\n+1205\xff\x01\n", ["dialer.txt:2:6: error: is not UTF-8 text"]),
        (
            b"PK\x03\x04\x14\x00",
            ["dialer.txt:1:1: error: is a workbook, such as .xlsx, .ods or .numbers", "save it as CSV"],
        ),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", ["is a workbook of the old form, .xls"]),
        (b"\xef\xbb\xbf <!DOCTYPE html>\n", ["is a web page or XML"]),
        (b"<table><tr><td>+12050012202", ["is a web page or XML"]),
        (b"%PDF-1.7", ["is a PDF"]),
    ],
)
def test_what_is_no_list_in_text_is_told(tmp_path, raw, expected):
    line = said_of_list(tmp_path, raw)
    for part in expected:
        assert part in line


@pytest.mark.parametrize(
    ("text", "delimiter", "header"),
    [
        ("a;b,c;d\n", ";", "a;b,c;d"),
        ("# ours\n\nsep=|\na,b,c|d\n", "|", "a,b,c|d"),
        ("#;number\n1;2\n", ";", "#;number"),
        ("a\tb\r\n1\t2\r\n", "\t", "a\tb"),
        ("# nothing\n\n", ",", ""),
    ],
)
def test_the_first_line_that_says_something_tells_how_fields_are_parted(text, delimiter, header):
    found = list_text(text)
    assert (found.delimiter, found.header) == (delimiter, header)


def test_rows_that_say_nothing_and_comments_are_left_out_and_the_others_know_their_line():
    lines = ["number,note", "1,x", "", " , ", "# 2,y", '3,"a', 'b"', "4,z"]
    assert [(row.line, row.fields) for row in records(lines, 1, ",")] == [
        (2, ["1", "x"]),
        (6, ["3", "a\nb"]),
        (8, ["4", "z"]),
    ]
    with pytest.raises(CsvError) as refused:
        list(records([*lines, '5,"open'], 1, ","))
    assert refused.value.line == 9


def test_a_field_is_where_its_text_starts():
    (row,) = records(['a,"b ""c"" d", e'], 0, ",")
    assert [place_in(row, column, ",") for column in range(4)] == [(0, 0), (0, 3), (0, 14), (0, 16)]
