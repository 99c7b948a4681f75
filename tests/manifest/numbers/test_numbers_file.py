"""Numbers from a file: both forms, each bad line at its place, and no way out of the manifest's folder."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from numplan.manifest.numbers.number_list import parse_numbers
from numplan.manifest.reading.positions import Places
from numplan.model.diagnostics import Source
from tests.loading import load_manifest
from tests.manifest.places import findings, lines, written

ONE_SET = "version: 1\nsets:\n  dialer:\n    numbers_file: {name}\n"


@pytest.fixture
def dialer(tmp_path):
    """The findings about a set whose numbers file holds the given bytes."""

    def of(raw, name="dialer.txt"):
        written(tmp_path, raw, name)
        return lines(written(tmp_path, ONE_SET.format(name=name)))

    return of


def numbers_of(text):
    listing = parse_numbers(text, "f")
    assert [one for one in listing.findings if one.severity != "note"] == []
    sources = Places(("f",), listing.marks)
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


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_csv_with_its_column_anywhere(mark):
    rows = [
        ["name", " Number ", "note"],
        ["a", "+12050012202", "x"],
        ["b", " +12050012203", ""],
        ["", "", ""],
        [],
    ]
    text = "\n".join(mark.join(row) for row in rows)
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


def test_numbers_of_the_list_come_before_those_of_the_file(tmp_path):
    written(tmp_path, "\ufeff+12050012203\n", "more.txt")
    manifest = load_manifest(
        written(tmp_path, ONE_SET.format(name="more.txt") + "    numbers: [+12050012202]\n")
    )
    (dialer,) = manifest.sets
    assert dialer.numbers == ("+12050012202", "+12050012203")
    assert dialer.sources[1] == Source(str(tmp_path / "more.txt"), 1, 1)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"+12050012202\n0441\n", ['dialer.txt:2:1: error: "0441" is no phone number']),
        (b"+12050012202\n  x\n", ["dialer.txt:2:3: error:"]),
        (
            b"+12050012202\n+1 205 001 2202\n",
            ["dialer.txt:2:1: error: sets.dialer.numbers_file: +12050012202 is already"],
        ),
        (b"number\n=1+12050012202\n", ['dialer.txt:2:1: error: "=1+12050012202" is no phone number']),
        (b"number,x\n+12050012202,\n,y\n", ["dialer.txt:3:1: error:"]),
        (b"x,number\na,+12050012202\ny\n", ["dialer.txt:3:2: error:"]),
        (
            b"line,name\n+12050012202,x\n",
            ["dialer.txt:1:1: error: none of the 2 columns is named `number`: they are `line`, `name`"],
        ),
        (
            b"number,number\n1,2\n",
            ["dialer.txt:1:1: error: 2 columns may hold the numbers: `number`, `number`"],
        ),
        (b'number,x\n+12050012202,"a\n', ["dialer.txt:2:1: error: is not CSV"]),
        (b'number,x\n+12050012202,"a"b\n', ["dialer.txt:2:1: error: is not CSV"]),
        (
            b"number\n\n",
            ["numplan.yaml:4:19: error: sets.dialer.numbers_file: the numbers file", "holds no numbers"],
        ),
        (b"", ["numplan.yaml:4:19: error: sets.dialer.numbers_file: the numbers file", "holds no numbers"]),
        (b"# none yet\n", ["holds no numbers"]),
        (
            b"+12050012202\n+1205\xff\n",
            ['dialer.txt:2:1: error: "+1205\xff" is no phone number', "LATIN SMALL LETTER Y WITH DIAERESIS"],
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
        (b"+12050012202;Anna\n", ["dialer.txt:1:1: error: the first row holds no headers"]),
        (b"phone,mobile,tel\n1,2,3\n", ["2 columns may hold the numbers: `phone`, `tel`"]),
        (b"number,numbr\n+12050012202,x\n", ["the column `numbr` is not known", "is `number` meant?"]),
        (b"sk-7f3a91b2c4d5,x\n1,2\n", ["the first row holds no headers"]),
        (b"AbCdEfGhIjKlMnOpQrStUvWxYzAbCdEfGh,x\n1,2\n", ["they are one of 34 characters, `x`"]),
        (
            b"number\n44300000013.0\n",
            ['dialer.txt:2:1: error: "44300000013.0" is no phone number', "it has decimals"],
        ),
        (b"number\n4.42072E+11\n", ['"4.42072E+11" is no phone number', "a spreadsheet rounded it"]),
        (b"number\n+1205000330O\n", ['"+1205000330O" is no phone number', '"O" (LATIN CAPITAL LETTER O)']),
        (
            b"number\nhunter2 secret word\n",
            ["a field of 19 characters that holds letters", "a phone number is a + and digits"],
        ),
        (b"+12050012202\x00\n", ['dialer.txt:1:1: error: "+12050012202\\x00" is no phone number']),
    ],
)
def test_bad_files(dialer, raw, expected):
    (line,) = [one for one in dialer(raw) if ": note: " not in one]
    for part in expected:
        assert part in line


def test_a_number_in_file_and_manifest_names_both_places(tmp_path):
    written(tmp_path, "+12050012202\n", "dialer.txt")
    (line,) = lines(
        written(tmp_path, ONE_SET.format(name="dialer.txt") + "numbers: {a: {number: +12050012202}}\n")
    )
    assert line.startswith("dialer.txt:1:1: error:")
    assert "already declared at numplan.yaml:5:23" in line


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("missing.txt", "does not exist"),
        ("folder", "is a folder"),
        ("pipe", "is not a regular file"),
        ("../secret.txt", "must lie under"),
        ("folder/../../secret.txt", "must lie under"),
        ("/etc/passwd", "must lie under"),
        ("out.txt", "leads out of"),
        ("way/secret.txt", "leads out of"),
        ("loop", "cannot be opened"),
        ('"a\\0b"', "cannot be opened"),
        ('""', "is a folder"),
        (".", "is a folder"),
    ],
)
def test_files_that_may_not_be_read(tmp_path, name, reason):
    folder = tmp_path / "project"
    (folder / "folder").mkdir(parents=True)
    (tmp_path / "secret.txt").write_text("+12050012202\n")
    (folder / "out.txt").symlink_to(tmp_path / "secret.txt")
    (folder / "way").symlink_to(tmp_path)
    (folder / "loop").symlink_to("loop")
    os.mkfifo(folder / "pipe")
    manifest = written(folder, ONE_SET.format(name=name))
    (found,) = findings(manifest)
    assert reason in found.summary
    assert (found.source, found.path) == (Source(str(manifest), 4, 19), "sets.dialer.numbers_file")


def test_links_inside_the_folder_are_followed(tmp_path):
    (tmp_path / "lists").mkdir()
    written(tmp_path / "lists", "+12050012202\n", "real.txt")
    (tmp_path / "link.txt").symlink_to("lists/real.txt")
    assert findings(written(tmp_path, ONE_SET.format(name="link.txt"))) == ()


def test_the_digest_follows_every_byte_of_every_file(tmp_path):
    def digest(numbers="+12050012202\n", extra="", name="dialer.txt"):
        written(tmp_path, numbers, name)
        return load_manifest(written(tmp_path, ONE_SET.format(name=name) + extra)).digest

    assert digest() == digest()
    assert digest().startswith("sha256:")
    assert len({digest(), digest("+12050012202"), digest(extra="# x"), digest(name="other.txt")}) == 4


def test_the_digest_does_not_depend_on_where_the_folder_lies(tmp_path):
    seen = set()
    for place in ("one", "two"):
        (tmp_path / place).mkdir()
        written(tmp_path / place, "+12050012202\n", "dialer.txt")
        seen.add(load_manifest(written(tmp_path / place, ONE_SET.format(name="dialer.txt"))).digest)
    assert len(seen) == 1


@given(st.text(max_size=200) | st.text('number,;\t"#\n\r+0123 ', max_size=200))
def test_any_text_makes_numbers_or_findings(text):
    listing = parse_numbers(text, "f")
    physical = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for found in listing.findings:
        assert 1 <= found.source.line <= len(physical)
        assert 1 <= found.source.column <= len(physical[found.source.line - 1]) + 1
