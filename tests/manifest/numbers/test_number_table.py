"""A numbers file with columns: what a row says of its number, ranges in rows, and what is no column of it."""

import pytest

from numplan.manifest.numbers.number_list import NumberList
from numplan.manifest.numbers.number_table import parse_with_terms
from numplan.manifest.numbers.row_terms import RowTerms

A, B, C = "+12125550100", "+12125550101", "+12125550102"


def read(text: str) -> NumberList:
    return parse_with_terms(text, "list.csv", 3, None)


def told(found: NumberList) -> list[str]:
    return [f"{one.severity}: {one.summary}" for one in found.findings]


def test_a_row_says_labels_and_protection_of_its_number() -> None:
    found = read(
        f"number,label.owner,label.Cost Centre,protect\n{A},sales,4711,yes\n{B},,,no\n{C},support,,\n"
    )
    assert found.numbers == [A, B, C]
    assert found.terms == {
        A: RowTerms((("owner", "sales"), ("Cost Centre", "4711")), protect=True),
        C: RowTerms((("owner", "support"),)),
    }
    assert told(found) == []


@pytest.mark.parametrize("said", ["true", "TRUE", "Yes", "1"])
def test_protection_is_said_as_spreadsheets_say_it(said: str) -> None:
    assert read(f"number;protect\n{A};{said}\n").terms == {A: RowTerms(protect=True)}


@pytest.mark.parametrize("said", ["", "false", "FALSE", "no", "0"])
def test_and_its_absence_too(said: str) -> None:
    assert read(f"number;protect\n{A};{said}\n").terms == {}


def test_what_is_neither_is_an_error_that_quotes_nothing() -> None:
    found = read(f"number,protect\n{A},hunter2\n")
    assert told(found) == ["error: its `protect` is neither true nor false"]
    assert "hunter2" not in str(found.findings)
    assert [str(one.source) for one in found.findings] == ["list.csv:2:1"]


def test_ranges_stand_in_rows_of_their_own_or_beside_numbers() -> None:
    found = read(f"number,first,last,label.owner\n{A},,,desk\n,+12125550110,+12125550112,dialer\n")
    assert found.numbers == [A, "+12125550110", "+12125550111", "+12125550112"]
    assert [(first, last) for first, last, _ in found.ranges] == [("+12125550110", "+12125550112")]
    assert set(found.terms) == set(found.numbers)
    assert read("first,last\n+12125550110,+12125550112\n").numbers == found.numbers[1:]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"number,first\n{A},\n", "a range has two columns, `first` and `last`, and one of them is missing"),
        (f"number,first,last\n{A},{A},{B}\n", "it has a number and a range"),
        (f"number,first,last\n,{A},\n", "it has one end of a range"),
        (f"first,last\n{B},{A}\n", f"{B} to {A} is not a range of numbers"),
        (f"first,last\n{A},+12125650100\n", f"{A} to +12125650100 is not a range of numbers"),
        ("first,last,x\n,,1\n", "it has no range"),
        (f"number,label.a,label.a\n{A},x,y\n", "a column of a label stands in it twice"),
        (f"number,label.{'a' * 64}\n{A},x\n", "a label's name is 1 to 63 characters on one line"),
        (f"number,label.a\n{A},{'x' * 256}\n", "a label's value is up to 255 characters on one line"),
    ],
)
def test_what_a_row_cannot_mean_is_an_error(text: str, said: str) -> None:
    assert f"error: {said}" in told(read(text))


def test_ranges_of_one_file_are_bounded_before_they_are_made() -> None:
    rows = "".join(f"+1{area}0000000,+1{area}0009999\n" for area in range(200, 999))
    found = read(f"first,last\n{rows}")
    assert len(found.numbers) == 1_000_000
    assert told(found) == ["error: with this range, the file has more than 1,000,000 numbers"]


def test_another_column_is_told_once_where_nothing_is_said_of_numbers() -> None:
    assert told(read(f"number,floor,desk\n{A},1,2\n")) == ["note: 2 columns are not read: `floor`, `desk`"]


@pytest.mark.parametrize("beside", ["label.owner", "protect"])
def test_and_is_an_error_where_something_is(beside: str) -> None:
    found = read(f"number,{beside},floor\n{A},,1\n")
    assert told(found) == ["error: 1 column is not known: `floor`"]
    assert "`label.NAME`, `protect`, `first` or `last`" in found.findings[0].hint


@pytest.mark.parametrize(
    ("name", "meant"),
    [("protct", "protect"), ("frist", "first"), ("lable.owner", "label.owner"), ("lst", "last")],
)
def test_one_that_is_nearly_a_known_one_is_an_error(name: str, meant: str) -> None:
    found = read(f"number,{name}\n{A},x\n")
    assert told(found) == [f"error: the column `{name}` is not known"]
    assert f"is `{meant}` meant?" in found.findings[0].hint


def test_what_numplan_itself_writes_is_no_unknown_column() -> None:
    found = read(f"number,country,whose,labels,voice_rate,protect\n{A},United States,here,a=b,0.1,false\n")
    assert (found.numbers, told(found)) == ([A], [])


def test_a_value_that_our_own_csv_marked_as_no_formula_is_as_it_was() -> None:
    assert read(f"number,label.owner\n{A},'=sum\n").terms == {A: RowTerms((("owner", "=sum"),))}
