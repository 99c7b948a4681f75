"""Which column holds the numbers is found by many words for it, and never guessed."""

import pytest

from numplan.manifest.numbers.list_columns import columns_of, is_number_word, number_column
from numplan.model.diagnostics import Diagnostic, Source
from tests.manifest.places import said_of_list


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (
            b"line,name\n+12050012202,x\n",
            ["dialer.txt:1:1: error: none of the 2 columns is named `number`: they are `line`, `name`"],
        ),
        (
            b"number,number\n1,2\n",
            ["dialer.txt:1:1: error: 2 columns may hold the numbers: `number`, `number`"],
        ),
        (b"+12050012202;Anna\n", ["dialer.txt:1:1: error: the first row holds no headers"]),
        (b"phone,mobile,tel\n1,2,3\n", ["2 columns may hold the numbers: `phone`, `tel`"]),
        (b"number,numbr\n+12050012202,x\n", ["the column `numbr` is not known", "is `number` meant?"]),
        (b"sk-7f3a91b2c4d5,x\n1,2\n", ["the first row holds no headers"]),
        (b"AbCdEfGhIjKlMnOpQrStUvWxYzAbCdEfGh,x\n1,2\n", ["they are one of 34 characters, `x`"]),
    ],
)
def test_columns_that_do_not_tell_which_holds_the_numbers_are_told(tmp_path, raw, expected):
    line = said_of_list(tmp_path, raw)
    for part in expected:
        assert part in line


@pytest.mark.parametrize(
    "word",
    ["number", "Number", "PHONE-NO", "Num\u00e9ro de t\u00e9l\u00e9phone", "Rufnummer", "\u53f7\u7801"],
)
def test_a_header_is_known_in_any_case_spacing_and_with_or_without_accents(word):
    assert is_number_word(word)
    assert number_column(["name", word], Source("l", 1)) == 1


def test_the_very_name_wins_over_other_words_for_it():
    assert number_column(["phone", "Number"], Source("l", 1)) == 1


def test_an_inventory_has_the_columns_that_are_named_or_given():
    source = Source("l", 1)
    header = ["Anschluss", "number", "Label.Team", "country"]
    assert columns_of(header, {}, source) == {"number": 1, "label.team": 2, "country": 3}
    assert columns_of(header, {"number": " anschluss"}, source)["number"] == 0
    missing = columns_of(header, {"name": "Nom"}, source)
    assert isinstance(missing, Diagnostic)
    assert missing.hint == "say which it is: --column name=HEADER"
